// Every option's twin in the environment: `--state-dir` is TIEBB_STATE_DIR, also in the .env file.
// Precedence: flag, environment, file, default. A blank twin is none; one that cannot be read is bad usage; one that no
// option has is warned about, for a misspelt TIEBB_DRY_RUN must not trade in silence.

import { statSync } from 'node:fs';
import { type Command, InvalidArgumentError, type Option } from 'commander';
import { parseEnvFile, type Variables } from '../config/environment.ts';
import { readFile } from '../config/read-file.ts';
import { nearest } from '../config/schema-problems.ts';

const PREFIX = 'TIEBB_';

/** `null` for options that every program has. */
export const twinOf = (option: Option): string | null => {
  const name = option.long?.replace(/^--/, '') ?? '';
  return ['', 'help', 'version'].includes(name)
    ? null
    : `${PREFIX}${name.toUpperCase().replaceAll('-', '_')}`;
};

/**
 * Gives the options of a parsed command that no flag set the values of their twins.
 * @returns warnings about what only looks like one
 */
export function applyTwins(command: Command, environment: Variables): string[] {
  const strays = strayTwins(command, environment, 'the environment');
  return [...strays, ...withFile(command, environment)];
}

function withFile(command: Command, environment: Variables): string[] {
  apply(command, environment, 'the environment');
  const { envFile } = command.opts<{ envFile: string }>();
  const file = isOrdinaryFile(envFile) ? readFile(envFile) : null;
  if (file?.kind !== 'file') return [];
  const variables = parseEnvFile(new TextDecoder().decode(file.bytes));
  apply(command, variables, envFile);
  return strayTwins(command, variables, envFile);
}

/** A pipe can be read only once, and the tokens in it are read later. */
function isOrdinaryFile(path: string): boolean {
  try {
    return statSync(path).isFile();
  } catch {
    // What is wrong with it is said where the tokens are read.
    return false;
  }
}

function apply(command: Command, variables: Variables, place: string): void {
  for (const option of command.options) {
    const attribute = option.attributeName();
    const twin = twinOf(option);
    const source = command.getOptionValueSource(attribute);
    if (twin === null || source === 'cli' || source === 'env') continue;
    const text = Object.hasOwn(variables, twin) ? (variables[twin] ?? '').trim() : '';
    if (text === '') continue;
    try {
      command.setOptionValueWithSource(attribute, readAs(option, text), 'env');
    } catch (error) {
      if (!(error instanceof InvalidArgumentError)) throw error;
      command.error(`error: ${twin} in ${place} is '${text}': ${error.message}`);
    }
  }
}

function readAs(option: Option, text: string): unknown {
  if (option.isBoolean()) return yesOrNo(text);
  const parse = option.parseArg;
  if (!parse) return text;
  if (!Array.isArray(option.defaultValue)) return parse(text, undefined);
  return text.split(',').reduce<unknown>((list, part) => parse(part.trim(), list), option.defaultValue);
}

function yesOrNo(text: string): boolean {
  if (/^(1|true|yes|on)$/i.test(text)) return true;
  if (/^(0|false|no|off)$/i.test(text)) return false;
  throw new InvalidArgumentError('expected 1 or 0.');
}

/** Names that look like twins and are none, in words: in small letters, too, and with dashes. */
function strayTwins(command: Command, variables: Variables, place: string): string[] {
  const program = command.parent ?? command;
  const known = new Set(
    program.commands.flatMap((each) => each.options.flatMap((option) => twinOf(option) ?? [])),
  );
  return Object.keys(variables)
    .filter((name) => LOOKS_LIKE_TWIN.test(name) && !known.has(name))
    .map((name) => {
      const near = nearest(name.replaceAll(/[-.]/g, '_'), [...known]);
      return `warning: ${name} in ${place} is no setting of this program${near === null ? '' : `; did you mean ${near}?`}\n`;
    });
}

const LOOKS_LIKE_TWIN = /^TIEBB[_.-]/i;
