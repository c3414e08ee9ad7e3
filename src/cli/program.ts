// The command line: what can be typed, with examples. Each command ends in an exit code.

import { Command, CommanderError, type Help, Option } from 'commander';
import { possibleTokens } from '../config/environment.ts';
import { MODES } from '../config/schema-account.ts';
import { acceptCommand } from './accept.ts';
import { accountsCommand } from './accounts.ts';
import { folded } from './amounts.ts';
import { type BrakeOptions, resumeCommand, stopCommand } from './brakes.ts';
import {
  type CommonOptions,
  collect,
  named,
  positiveNumber,
  wholeNumber,
  withCommonOptions,
} from './common-options.ts';
import { configCommand } from './config.ts';
import { type AnswerOptions, answerCommand } from './confirm.ts';
import { applyTwins, twinOf } from './environment-twins.ts';
import { EXIT } from './exit-code.ts';
import { type HistoryOptions, historyCommand } from './history.ts';
import { type MetricsOptions, metricsCommand } from './metrics.ts';
import { type OrdersOptions, ordersCommand, type ResolveOptions, resolveCommand } from './orders.ts';
import type { Outside } from './outside.ts';
import { type PaperOptions, type PaperWorld, type PaperWorldOptions, paperCommand } from './paper.ts';
import { PAPER_ACCOUNTS_DEFAULT, PAPER_ACCOUNTS_MAX } from './paper-config.ts';
import { type PendingOptions, pendingCommand } from './pending.ts';
import { type PlanSnapshotOptions, planSnapshotCommand } from './plan-snapshot.ts';
import { type RaiseCashOptions, raiseCashCommand } from './raise-cash.ts';
import { tokenAmongArguments, tooLongArgument } from './refuse-tokens.ts';
import { type StartOptions, startCommand } from './start.ts';
import { statusCommand } from './status.ts';
import { DamagedRecord } from './stored-record.ts';

export interface ProgramOptions {
  readonly version: string;
  readonly outside: Outside;
  openPaperWorld(options: PaperWorldOptions): Promise<PaperWorld>;
}

/** Runs the command that `argv` (without interpreter and script) names. */
export async function runProgram(argv: readonly string[], options: ProgramOptions): Promise<number> {
  const { terminal, environment } = options.outside;
  terminal.conceal(possibleTokens({ process: environment, file: {}, filePath: '', fileFound: false }));
  const refused = tokenAmongArguments(argv) ?? tooLongArgument(argv);
  if (refused !== null) {
    terminal.err(folded(refused, terminal.width));
    return EXIT.usage;
  }
  let code: number = EXIT.ok;
  const program = buildProgram(options, (result) => {
    code = result;
  });
  try {
    await program.parseAsync(helpOfNothing(program, argv), { from: 'user' });
    return code;
  } catch (error) {
    if (error instanceof DamagedRecord) {
      terminal.err(folded(`${error.message}\n`, terminal.width));
      return EXIT.failed;
    }
    if (!(error instanceof CommanderError)) throw error;
    return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
  }
}

/** Help for a command that is none would show all commands, and not say why: what is left makes it say so. */
function helpOfNothing({ commands }: Command, argv: readonly string[]): string[] {
  const [first = '-', second] = argv;
  const isKnown = (name: string): boolean => commands.some((command) => command.name() === name);
  if (first === 'help') return second === undefined || isKnown(second) ? [...argv] : [second];
  return first.startsWith('-') || isKnown(first) ? [...argv] : [first];
}

function buildProgram(options: ProgramOptions, end: (code: number) => void): Command {
  const { outside } = options;
  const { terminal, environment } = outside;
  const program = new Command('tiebb')
    .description('Keeps T-Invest brokerage accounts at their target weights.')
    .version(options.version)
    .exitOverride()
    .showHelpAfterError('(--help shows what there is)')
    .configureHelp({ optionDescription })
    .configureOutput({
      writeOut: terminal.out,
      writeErr: (text) => terminal.err(folded(text, terminal.width)),
      getOutHelpWidth: () => Math.min(terminal.width, 80),
      getErrHelpWidth: () => Math.min(terminal.width, 80),
    })
    .addHelpText('after', EXAMPLES)
    .hook('preAction', (_, command) => {
      for (const warning of applyTwins(command, environment)) terminal.err(folded(warning, terminal.width));
      const named = command.getOptionValueSource('envFile') !== 'default';
      command.setOptionValue('envFileNamed', named);
    });
  addTrading(program, outside, end);
  addReading(program, outside, end);
  addHands(program, outside, end);
  withCommonOptions(program.command('paper'))
    .description('the same bot against the embedded exchange: no token, no network')
    .option('--speed <hours>', 'simulated hours per second', positiveNumber, 1)
    .option('--days <n>', 'stop after so many simulated days', wholeNumber(1))
    .option('--seed <n>', 'seed of the price walk (printed at the start)', wholeNumber(0))
    .addOption(
      new Option('--mode <mode>', 'weighting mode of every account').choices(MODES).default('manual'),
    )
    .addOption(
      new Option('--accounts <n>', `how many accounts, up to ${PAPER_ACCOUNTS_MAX}`)
        .argParser(wholeNumber(1, PAPER_ACCOUNTS_MAX))
        .default(PAPER_ACCOUNTS_DEFAULT),
    )
    .option('--margin', 'the first account borrows as much as it owns', false)
    .addHelpText(
      'after',
      '\nIt brings its own accounts and forgets them, unless --state-dir is given.\n' +
        'Ctrl-C ends it with a summary.\n' +
        examples(
          'npm run paper',
          'npm run paper -- --mode decorrelation',
          'npm run paper -- --days 5 --speed 4 --seed 7',
        ),
    )
    .action(async (flags: PaperOptions, command: Command) => {
      if (command.getOptionValueSource('config') === 'cli')
        terminal.err('note: paper brings its own accounts, --config is not read\n');
      end(await paperCommand(flags, outside, options.openPaperWorld));
    });
  return program;
}

function addTrading(program: Command, outside: Outside, end: (code: number) => void): void {
  withCommonOptions(program.command('start'))
    .description('the daemon: balances every account on its interval')
    .option('--once', 'one iteration of every account, then exit', false)
    .option('--dry-run', 'never post an order', false)
    .option('--list-accounts', 'what `accounts` prints', false)
    .option('--save-snapshots <dir>', 'write every snapshot that is decided on', named)
    .addOption(accountOption())
    .addHelpText(
      'after',
      examples(
        'npm run start',
        'npm run start -- --once --account account_1',
        'npm run start -- --once --dry-run --save-snapshots snapshots',
      ),
    )
    .action(async (flags: StartOptions & { listAccounts: boolean }) =>
      end(
        flags.listAccounts
          ? await accountsCommand({ ...flags, repin: false }, outside)
          : await startCommand(flags, outside),
      ),
    );
  withCommonOptions(program.command('plan'))
    .description('what would be done now, and why; never posts an order')
    .option('--snapshot <file>', 'decide offline from a saved snapshot; - reads NDJSON from stdin', named)
    .option('--save-snapshots <dir>', 'write every snapshot that is decided on', named)
    .addOption(accountOption())
    .addHelpText('after', examples('npm run plan', 'npm run plan -- --snapshot snapshots/account_1.json'))
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
    .addHelpText('after', examples('npm run accounts', 'npm run --silent accounts -- --json'))
    .action(async (flags: CommonOptions & { repin: boolean }) => end(await accountsCommand(flags, outside)));
}

function addReading(program: Command, outside: Outside, end: (code: number) => void): void {
  withCommonOptions(program.command('status'))
    .description('last and next iteration of every account, orders that are not final')
    .addOption(accountOption())
    .addHelpText('after', examples('npm run status', 'npm run --silent status -- --json'))
    .action((flags: CommonOptions & { account: string[] }) => end(statusCommand(flags, outside)));
  withCommonOptions(program.command('history'))
    .description('iterations, orders, fees, turnover and profit of the last days')
    .option('--days <n>', 'how far back', wholeNumber(1, HISTORY_DAYS_MAX), 7)
    .option('--summary', 'only the sums of every account', false)
    .addOption(accountOption())
    .addHelpText('after', examples('npm run history -- --days 30', 'npm run history -- --summary'))
    .action((flags: HistoryOptions) => end(historyCommand(flags, outside)));
  withCommonOptions(program.command('metrics [tickers...]'))
    .description('units, price, market cap, AUM and premium of every fund, and the weights by every mode')
    .option('--all', 'every fund that the sources know', false)
    .option('--write', 'keep them as etf_metrics/TICKER.json', false)
    .option('--watch <interval>', 'again and again, such as 1h')
    .addOption(accountOption())
    .addHelpText(
      'after',
      examples('npm run metrics', 'npm run metrics -- TMOS TGLD', 'npm run metrics -- --write --watch 1h'),
    )
    .action(async (tickers: string[], flags: MetricsOptions) =>
      end(await metricsCommand(tickers, flags, outside)),
    );
  withCommonOptions(program.command('config [what] [args...]'))
    .description('list, show <id>, validate, env, tokens, schema, help')
    .addHelpText('after', examples('npm run config -- validate', 'npm run config -- show account_1'))
    .action((what: string | undefined, args: string[], flags: CommonOptions) => {
      const result = configCommand(what ?? 'help', args, {
        configPath: flags.config,
        envPath: flags.envFile,
        envRequired: flags.envFileNamed,
        environment: outside.environment,
        json: flags.json,
      });
      // What is wrong, as JSON, is a result too; words about it are not.
      const isResult = result.exitCode === EXIT.ok || /^[[{]/.test(result.output);
      if (isResult) outside.terminal.out(result.output);
      else outside.terminal.err(result.output);
      end(result.exitCode);
    });
}

/** What a person does to a running bot. */
function addHands(program: Command, outside: Outside, end: (code: number) => void): void {
  withCommonOptions(program.command('stop'))
    .description('kill switch: no new order is sent until `resume` (or: touch STOP in the state directory)')
    .addOption(accountOption())
    .addHelpText('after', examples('npm run tiebb -- stop', 'npm run tiebb -- stop --account account_1'))
    .action((flags: BrakeOptions) => end(stopCommand(flags, outside)));
  withCommonOptions(program.command('resume'))
    .description('lifts the kill switch and halts')
    .addOption(accountOption())
    .addHelpText('after', examples('npm run tiebb -- resume', 'npm run tiebb -- resume --account account_1'))
    .action((flags: BrakeOptions) => end(resumeCommand(flags, outside)));
  withCommonOptions(program.command('orders'))
    .description('orders that are not final')
    .addOption(accountOption())
    .addHelpText('after', examples('npm run tiebb -- orders', 'npm run --silent tiebb -- orders --json'))
    .action((flags: OrdersOptions) => end(ordersCommand(flags, outside)));
  withCommonOptions(program.command('resolve <key>'))
    .description('says what became of an order of unknown outcome')
    .option('--filled <lots>', 'so many lots were filled', wholeNumber(0))
    .option('--absent', 'the broker does not have it')
    .addHelpText(
      'after',
      examples('npm run tiebb -- resolve KEY --absent', 'npm run tiebb -- resolve KEY --filled 12'),
    )
    .action((key: string, flags: ResolveOptions) => end(resolveCommand(key, flags, outside)));
  withCommonOptions(program.command('accept <ticker>'))
    .description('takes the next price of a ticker that is held for a jump')
    .addOption(accountOption())
    .addHelpText('after', examples('npm run tiebb -- accept TGLD'))
    .action((ticker: string, flags: BrakeOptions) => end(acceptCommand(ticker, flags, outside)));
  addAnswers(program, outside, end);
}

/** What a person says about orders and money. */
function addAnswers(program: Command, outside: Outside, end: (code: number) => void): void {
  withCommonOptions(program.command('pending'))
    .description('orders above confirmationThresholdRub that wait for a yes')
    .addOption(accountOption())
    .addHelpText('after', examples('npm run tiebb -- pending', 'npm run --silent tiebb -- pending --json'))
    .action((flags: PendingOptions) => end(pendingCommand(flags, outside)));
  for (const [name, answer, what] of [
    ['confirm', 'confirmed', 'lets an order that waits be sent'],
    ['reject', 'rejected', 'keeps an order that waits from being sent in this session'],
  ] as const)
    withCommonOptions(program.command(`${name} [key]`))
      .description(what)
      .option('--all', 'every order that waits', false)
      .addOption(accountOption())
      .addHelpText('after', examples(`npm run tiebb -- ${name} 1a2b3c4d`, `npm run tiebb -- ${name} --all`))
      .action((key: string | undefined, flags: AnswerOptions) =>
        end(answerCommand(answer, key, flags, outside)),
      );
  withCommonOptions(program.command('raise-cash [amount...]'))
    .description(
      'sells for so many rubles and keeps them aside until they are withdrawn; alone: what is kept',
    )
    .option('--by <date>', 'needed on this day (YYYY-MM-DD): raised in the two trading days before it')
    .option('--cancel', 'nothing more is kept aside', false)
    .addOption(accountOption())
    .addHelpText(
      'after',
      examples(
        'npm run tiebb -- raise-cash 100000 --account account_1',
        'npm run tiebb -- raise-cash 100000.50 --by 2026-12-01',
        'npm run tiebb -- raise-cash --cancel',
      ),
    )
    .action((amount: string[], flags: RaiseCashOptions) =>
      end(raiseCashCommand(amount.length === 0 ? null : amount.join(' '), flags, outside)),
    );
}

/** A century. */
const HISTORY_DAYS_MAX = 36_500;

const accountOption = (): Option =>
  new Option('--account <id>', 'only this block (repeatable)').argParser(collect).default([]);

const examples = (...lines: readonly string[]): string =>
  `\nExamples:\n${lines.map((line) => `  ${line}\n`).join('')}`;

/** Its choices, its default where that says something, and its twin. */
function optionDescription(this: Help, option: Option): string {
  const { argChoices, defaultValue, description } = option;
  const twin = twinOf(option);
  const says =
    defaultValue !== undefined && typeof defaultValue !== 'boolean' && !Array.isArray(defaultValue);
  const extra = [
    ...(argChoices ? [argChoices.join(', ')] : []),
    ...(says ? [`default ${defaultValue}`] : []),
    ...(twin === null ? [] : [twin]),
  ];
  return extra.length === 0 ? description : `${description} (${extra.join('; ')})`;
}

const EXAMPLES = `
Examples:
  npm run paper                      watch it work: no token, no network
  npm run plan                       what would be done on your account, and why
  npm run start -- --once            one iteration of every account
  npm run start                      the daemon
  npm run tiebb -- <command> --help  everything about one command

Every option has a twin in the environment and in .env (TIEBB_STATE_DIR, ...);
a flag outranks the environment, the environment outranks .env.
Exit codes: 0 fine, 1 an account failed or an order was rejected or stayed
unfilled, 2 bad usage or configuration, 3 token refused, 7 the outcome of an
order is still unknown.
`;
