// Options that every command shares, each with its environment twin. Precedence: flag, environment, default.

import { type Command, InvalidArgumentError, Option } from 'commander';

export interface CommonOptions {
  readonly config: string;
  readonly envFile: string;
  readonly stateDir: string;
  readonly json: boolean;
  readonly logLevel: string;
}

const LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'silent'];

export function withCommonOptions(command: Command): Command {
  return command
    .addOption(new Option('--config <file>', 'the configuration').default('CONFIG.json').env('TIEBB_CONFIG'))
    .addOption(new Option('--env-file <file>', 'file with the tokens').default('.env').env('TIEBB_ENV_FILE'))
    .addOption(new Option('--state-dir <dir>', 'journal and lock').default('data').env('TIEBB_STATE_DIR'))
    .addOption(
      new Option('--json', 'one JSON object per line instead of text').default(false).env('TIEBB_JSON'),
    )
    .addOption(
      new Option('--log-level <level>', 'what the log on stderr shows')
        .choices(LEVELS)
        .default('warn')
        .env('TIEBB_LOG_LEVEL'),
    );
}

/** A whole number of at least `least`. */
export const wholeNumber = (least: number) => (text: string) => {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < least) {
    throw new InvalidArgumentError(`expected a whole number of at least ${least}.`);
  }
  return value;
};

/** A number above zero. */
export const positiveNumber = (text: string): number => {
  const value = Number(text);
  if (!Number.isFinite(value) || value <= 0) throw new InvalidArgumentError('expected a number above 0.');
  return value;
};

export const collect = (value: string, previous: readonly string[]): string[] => [...previous, value];
