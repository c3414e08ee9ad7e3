// `config …`: what the bot understood of CONFIG.json and .env, and what it did not. Text in, text out: no network, no
// journal. Guarantees: tokens are masked in every form of output; a problem anywhere gives exit code 2.

import type { AccountConfig } from '../config/config.ts';
import { keyRows } from '../config/config-table.ts';
import { durationText } from '../config/duration.ts';
import { possibleTokens, type Variables } from '../config/environment.ts';
import { configJsonSchema } from '../config/json-schema.ts';
import { type Loaded, loadConfig } from '../config/load.ts';
import { formatProblems, wrapped } from '../config/problem.ts';
import type { ReadFile } from '../config/read-file.ts';
import { configSchema } from '../config/schema.ts';
import { accountSchema } from '../config/schema-account.ts';
import { nearest } from '../config/schema-problems.ts';
import { createScrubber, redactTokens } from '../config/secret.ts';
import { decimal, money, raw } from '../core/units.ts';
import { columns } from './columns.ts';
import { envReport, tokenReport } from './config-tokens.ts';

export { formatProblems };

export interface ConfigContext {
  readonly configPath: string;
  readonly envPath: string;
  readonly envRequired?: boolean;
  readonly environment: Variables;
  readonly json: boolean;
  readonly readFile?: ReadFile;
}

export interface CommandResult {
  readonly output: string;
  readonly exitCode: number;
}

const SUBCOMMANDS: ReadonlyMap<string, string> = new Map([
  ['list', 'the accounts, one line each'],
  ['show <id>', 'one account with every setting in force'],
  ['validate', 'all problems and warnings, or "ok"'],
  ['env', 'the environment variables in use and where they come from'],
  ['tokens', 'the token of every account, masked'],
  ['schema', 'JSON Schema of CONFIG.json, for editors'],
  ['help', 'this page with every key of CONFIG.json'],
]);
const NAMES = [...SUBCOMMANDS.keys()].map((usage) => usage.split(' ')[0] ?? usage);

/** Runs one subcommand. Exit code 0, or 2 for bad usage or configuration. */
export function configCommand(sub: string, args: readonly string[], context: ConfigContext): CommandResult {
  const { output, exitCode } = run(sub, args, context);
  const known = possibleTokens({ process: context.environment, file: {}, filePath: '', fileFound: false });
  return { output: redactTokens(createScrubber(known)(output)), exitCode };
}

function run(sub: string, args: readonly string[], context: ConfigContext): CommandResult {
  if (sub !== 'show' && NAMES.includes(sub) && args.length > 0)
    return {
      output: `config ${sub} takes nothing after it; found ${JSON.stringify(args[0])}. Another file is named with --config FILE\n\n${usage()}`,
      exitCode: 2,
    };
  switch (sub) {
    case 'schema':
      return done(`${JSON.stringify(configJsonSchema(), null, 2)}\n`);
    case 'help':
      return done(help());
    case 'env':
      return report(loadConfig(context), context, envReport);
    case 'tokens':
      return report(loadConfig(context), context, tokenReport);
    case 'validate':
      return validate(loadConfig(context), context);
    case 'list':
      return withConfig(context, (accounts) => list(accounts, context.json));
    case 'show':
      return show(args, context);
    default: {
      const near = nearest(sub, NAMES);
      const hint = near === null ? '' : `; did you mean "config ${near}"?`;
      return { output: `unknown command "config ${sub}"${hint}\n\n${usage()}`, exitCode: 2 };
    }
  }
}

const done = (output: string): CommandResult => ({ output, exitCode: 0 });
const asJson = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;

/** Offline: nothing is sent, so a token that is missing is `validate`'s and `tokens`' business. */
function withConfig(
  context: ConfigContext,
  then: (accounts: readonly AccountConfig[]) => CommandResult,
): CommandResult {
  const loaded = loadConfig({ ...context, needTokens: false });
  return loaded.ok ? then(loaded.config.accounts) : refused(loaded, context.json);
}

function refused(loaded: Loaded & { ok: false }, json: boolean): CommandResult {
  const { problems, warnings } = loaded;
  const output = json
    ? asJson({ ok: false, problems, warnings })
    : formatProblems(problems) + warningLines(warnings);
  return { output, exitCode: 2 };
}

const warningLines = (warnings: readonly string[]): string =>
  warnings.map((warning) => `${wrapped(`warning: ${warning}`, 80).join('\n  ')}\n`).join('');

function validate(loaded: Loaded, context: ConfigContext): CommandResult {
  if (!loaded.ok) return refused(loaded, context.json);
  const { warnings, config } = loaded;
  if (context.json) return done(asJson({ ok: true, problems: [], warnings }));
  const count = config.accounts.length === 1 ? '1 account' : `${config.accounts.length} accounts`;
  return done(`${warningLines(warnings)}ok: ${context.configPath}, ${count}\n`);
}

function list(accounts: readonly AccountConfig[], json: boolean): CommandResult {
  if (json) return done(asJson(accounts.map(facts)));
  const rows = accounts.map((account) => [
    account.id,
    account.name,
    account.accountIdText,
    account.mode,
    durationText(account.balanceIntervalMs),
    `${account.wallet.size}`,
    account.dryRun ? 'dry run' : account.broker,
  ]);
  return done(columns([['id', 'name', 'account_id', 'mode', 'every', 'positions', 'orders'], ...rows]));
}

function show(args: readonly string[], context: ConfigContext): CommandResult {
  const [id, ...more] = args;
  if (id === undefined || more.length > 0)
    return { output: `config show needs one account id\n\n${usage()}`, exitCode: 2 };
  return withConfig(context, (accounts) => {
    const account = accounts.find((each) => each.id === id);
    const ids = accounts.map((each) => each.id);
    if (account === undefined)
      return {
        output: `no account "${id}" in ${context.configPath}; there is ${ids.join(', ')}\n`,
        exitCode: 2,
      };
    if (context.json) return done(asJson(facts(account)));
    const { desired_wallet: wallet, ...settings } = facts(account);
    const weights = Object.entries(wallet).map(([ticker, percent]) => [
      `  ${ticker}`,
      `${percent.toFixed(2)} %`,
    ]);
    const lines = Object.entries(settings).flatMap(([key, value]) => settingLines(key, value));
    return done(`${columns(lines)}desired_wallet (normalised)\n${columns(weights)}`);
  });
}

const settingLines = (key: string, value: unknown): string[][] =>
  typeof value === 'object' && value !== null
    ? Object.entries(value).map(([inner, deeper]) => [`${key}.${inner}`, String(deeper)])
    : [[key, value === null ? 'not set' : String(value)]];

/** The settings in force, under the names of the file. */
function facts(account: AccountConfig) {
  return {
    id: account.id,
    name: account.name,
    token: account.token.reveal() === '' ? null : account.token.masked(),
    account_id: account.accountIdText,
    broker: account.broker,
    dry_run: account.dryRun,
    desired_mode: account.mode,
    balance_interval: durationText(account.balanceIntervalMs),
    sleep_between_orders: account.sleepBetweenOrdersMs,
    exchange_closure_behavior: {
      mode: account.closure.mode,
      update_iteration_result: account.closure.updateIterationResult,
    },
    exchange: account.exchange,
    unlisted_positions: account.unlistedPositions,
    min_one_lot: account.minOneLot,
    min_improvement_pp: account.minImprovementPp,
    order_type: account.orderType,
    // Billionths of the whole are a hundredth of nano-percents.
    commission_percent: decimal(money(raw(account.commission) * 100n), 1),
    order_wait_seconds: account.orderWaitMs / 1000,
    max_price_age: durationText(account.maxPriceAgeMs),
    desired_wallet: Object.fromEntries(account.wallet),
  };
}

/** What could be found out is shown all the same; the problems follow. */
function report(
  loaded: Loaded,
  context: ConfigContext,
  render: (loaded: Loaded, places: ConfigContext) => string,
): CommandResult {
  const output = render(loaded, context);
  if (loaded.ok) return done(output);
  return { output: context.json ? output : `${output}\n${formatProblems(loaded.problems)}`, exitCode: 2 };
}

function usage(): string {
  const rows = [...SUBCOMMANDS].map(([name, meaning]) => [`config ${name}`, meaning]);
  return columns(rows);
}

function help(): string {
  const keys = (section: typeof configSchema | typeof accountSchema): string =>
    keyRows(section)
      .map(
        ({ key, meaning, fallback }) => `${key} (${fallback})\n    ${wrapped(meaning, 76).join('\n    ')}\n`,
      )
      .join('');
  return [
    usage(),
    'Add --json to list, show, validate, env and tokens.\n',
    `Top level of CONFIG.json (defaults in brackets)\n\n${keys(configSchema)}`,
    `A block of "accounts"\n\n${keys(accountSchema)}`,
  ].join('\n');
}
