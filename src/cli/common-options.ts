// Options that every command shares, and the parsers of option values. Twins in the environment: environment-twins.ts.

import { type Command, InvalidArgumentError, Option } from 'commander';

export interface CommonOptions {
  readonly config: string;
  readonly envFile: string;
  /** True where a person named the .env file: then it has to be there. */
  readonly envFileNamed: boolean;
  readonly stateDir: string;
  readonly json: boolean;
  readonly logLevel: string;
}

const LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'silent'];

export function withCommonOptions(command: Command): Command {
  return command
    .addOption(new Option('--config <file>', 'the configuration').default('CONFIG.json'))
    .addOption(new Option('--env-file <file>', 'file with the tokens').default('.env'))
    .addOption(new Option('--state-dir <dir>', 'journal and lock').argParser(named).default('data'))
    .addOption(new Option('--json', 'one JSON object per line instead of text').default(false))
    .addOption(
      new Option('--log-level <level>', 'what the log on stderr shows').choices(LEVELS).default('warn'),
    );
}

/** The name of a file or a directory: one left out would mean the directory that the program happens to run in. */
export const named = (text: string): string => {
  if (text.trim() === '') throw new InvalidArgumentError('expected the name of a file or a directory.');
  return text;
};

/** What `Number` would take besides: nothing at all as 0, 0x10, 1e2. A variable of a script that is unset is no count. */
const DIGITS = /^\d{1,16}$/;
const DECIMAL = /^(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?$/i;

/** A whole number of at least `least` and at most `most`. */
export const wholeNumber = (least: number, most = Number.MAX_SAFE_INTEGER) => {
  const range = most === Number.MAX_SAFE_INTEGER ? `of at least ${least}` : `from ${least} to ${most}`;
  return (text: string) => {
    const value = DIGITS.test(text) ? Number(text) : Number.NaN;
    if (!Number.isSafeInteger(value) || value < least || value > most)
      throw new InvalidArgumentError(`expected a whole number ${range}.`);
    return value;
  };
};

/** A number above zero. */
export const positiveNumber = (text: string): number => {
  const value = DECIMAL.test(text) ? Number(text) : Number.NaN;
  if (!Number.isFinite(value) || value <= 0) throw new InvalidArgumentError('expected a number above 0.');
  return value;
};

export const collect = (value: string, previous: readonly string[]): string[] => [...previous, value];
