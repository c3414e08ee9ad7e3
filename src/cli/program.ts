// The command line: what can be typed, with examples. Each command ends in an exit code.

import { Command, CommanderError, Option } from 'commander';
import { accountsCommand } from './accounts.ts';
import {
  type CommonOptions,
  collect,
  positiveNumber,
  wholeNumber,
  withCommonOptions,
} from './common-options.ts';
import { configCommand } from './config.ts';
import { EXIT } from './exit-code.ts';
import { historyCommand } from './history.ts';
import type { Outside } from './outside.ts';
import { type PaperOptions, type PaperWorld, type PaperWorldOptions, paperCommand } from './paper.ts';
import { type PlanSnapshotOptions, planSnapshotCommand } from './plan-snapshot.ts';
import { type StartOptions, startCommand } from './start.ts';
import { statusCommand } from './status.ts';

export interface ProgramOptions {
  readonly version: string;
  readonly outside: Outside;
  openPaperWorld(options: PaperWorldOptions): Promise<PaperWorld>;
}

/** Runs the command that `argv` (without interpreter and script) names. */
export async function runProgram(argv: readonly string[], options: ProgramOptions): Promise<number> {
  let code: number = EXIT.ok;
  const program = buildProgram(options, (result) => {
    code = result;
  });
  try {
    await program.parseAsync([...argv], { from: 'user' });
    return code;
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
  }
}

function buildProgram(options: ProgramOptions, end: (code: number) => void): Command {
  const { outside } = options;
  const program = new Command('tiebb')
    .description('Keeps T-Invest brokerage accounts at their target weights.')
    .version(options.version)
    .exitOverride()
    .showHelpAfterError('(--help shows what there is)')
    .configureOutput({ writeOut: outside.terminal.out, writeErr: outside.terminal.err })
    .addHelpText('after', EXAMPLES);
  addTrading(program, outside, end);
  addReading(program, outside, end);
  withCommonOptions(program.command('paper'))
    .description('the same bot against the embedded exchange: no token, no network')
    .option('--speed <hours>', 'simulated hours per second', positiveNumber, 1)
    .option('--days <n>', 'stop after so many simulated days and print a summary', wholeNumber(1))
    .option('--seed <n>', 'seed of the price walk (printed at the start)', wholeNumber(0))
    .addHelpText('after', '\nExamples:\n  npm run paper\n  npm run paper -- --days 5 --speed 4 --seed 7\n')
    .action(async (flags: PaperOptions) => end(await paperCommand(flags, outside, options.openPaperWorld)));
  return program;
}

function addTrading(program: Command, outside: Outside, end: (code: number) => void): void {
  const accountOption = () =>
    new Option('--account <id>', 'only this block (repeatable)').argParser(collect).default([]);
  withCommonOptions(program.command('start'))
    .description('the daemon: balances every account on its interval')
    .option('--once', 'one iteration of every account, then exit', false)
    .option('--dry-run', 'never post an order', false)
    .option('--list-accounts', 'what `accounts` prints', false)
    .option('--save-snapshots <dir>', 'write every snapshot that is decided on')
    .addOption(accountOption())
    .addHelpText('after', '\nExamples:\n  npm run start\n  npm run start -- --once --account account_1\n')
    .action(async (flags: StartOptions & { listAccounts: boolean }) =>
      end(
        flags.listAccounts
          ? await accountsCommand({ ...flags, repin: false }, outside)
          : await startCommand(flags, outside),
      ),
    );
  withCommonOptions(program.command('plan'))
    .description('what would be done now, and why; never posts an order')
    .option('--snapshot <file>', 'decide offline from a saved snapshot; - reads NDJSON from stdin')
    .option('--save-snapshots <dir>', 'write every snapshot that is decided on')
    .addOption(accountOption())
    .addHelpText(
      'after',
      '\nExamples:\n  npm run plan\n  npm run plan -- --snapshot snapshots/account_1.json\n',
    )
    .action(async (flags: StartOptions & Partial<PlanSnapshotOptions>) =>
      end(
        flags.snapshot === undefined
          ? await startCommand({ ...flags, once: true, dryRun: true }, outside)
          : await planSnapshotCommand({ ...flags, snapshot: flags.snapshot }, outside),
      ),
    );
  withCommonOptions(program.command('accounts'))
    .description('every account that every token sees')
    .option('--repin', 'accept that account_id now means another account', false)
    .action(async (flags: CommonOptions & { repin: boolean }) => end(await accountsCommand(flags, outside)));
}

function addReading(program: Command, outside: Outside, end: (code: number) => void): void {
  const accountOption = () =>
    new Option('--account <id>', 'only this block (repeatable)').argParser(collect).default([]);
  withCommonOptions(program.command('status'))
    .description('last and next iteration of every account, orders that are not final')
    .addOption(accountOption())
    .action((flags: CommonOptions & { account: string[] }) => end(statusCommand(flags, outside)));
  withCommonOptions(program.command('history'))
    .description('iterations, orders, fees and turnover of the last days')
    .option('--days <n>', 'how far back', wholeNumber(1), 7)
    .addOption(accountOption())
    .action((flags: CommonOptions & { account: string[]; days: number }) =>
      end(historyCommand(flags, outside)),
    );
  withCommonOptions(program.command('config [what] [args...]'))
    .description('list, show <id>, validate, env, tokens, schema, help')
    .addHelpText('after', '\nExamples:\n  npm run config -- validate\n  npm run config -- show account_1\n')
    .action((what: string | undefined, args: string[], flags: CommonOptions) => {
      const result = configCommand(what ?? 'help', args, {
        configPath: flags.config,
        envPath: flags.envFile,
        environment: outside.environment,
        json: flags.json,
      });
      if (result.exitCode === EXIT.ok) outside.terminal.out(result.output);
      else outside.terminal.err(result.output);
      end(result.exitCode);
    });
}

const EXAMPLES = `
Examples:
  npm run paper                      watch it work: no token, no network
  npm run plan                       what would be done on your account, and why
  npm run start -- --once            one iteration of every account
  npm run start                      the daemon
  npm run tiebb -- <command> --help  everything about one command

Every option has a twin in the environment (TIEBB_CONFIG, TIEBB_STATE_DIR, ...).
Exit codes: 0 fine, 1 an account failed or an order stayed unfilled, 2 bad usage or
configuration, 3 token refused, 7 the outcome of an order is still unknown.
`;
