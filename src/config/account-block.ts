// One account block, from the file's words to our units: the rules that hold between keys, then the conversion.
// Guarantees: every problem of a block is found at once, those of its sound keys also where others are wrong.

import { rate } from '../core/units.ts';
import { type AccountRules, rulesOf } from './account-rules.ts';
import { selectorOf } from './account-selector.ts';
import type { AccountConfig, AccountSelector } from './config.ts';
import { durationMs } from './duration.ts';
import type { Environment } from './environment.ts';
import type { PartialBlock } from './partial-block.ts';
import { jsonPath, type PathPart, type Problem, shown } from './problem.ts';
import { ruleProblems, ruleWarnings } from './rule-problems.ts';
import { type AccountBlock, accountSchema } from './schema-account.ts';
import { checkSchema } from './schema-problems.ts';
import { Secret } from './secret.ts';
import { findToken, type TokenFinding } from './token.ts';
import { walletOf } from './wallet.ts';

export interface BlockContext {
  readonly aliases: ReadonlyMap<string, string>;
  /** `analysis` of the top level. */
  readonly analysis: PartialBlock['analysis'];
  /** `null`: tokens are not looked for. */
  readonly environment: Environment | null;
  /** False: a token that cannot be found is no problem; the account gets an empty one. */
  readonly needToken: boolean;
}

export interface BlockFinding {
  /** `null` with a problem. */
  readonly account: AccountConfig | null;
  /** What the block will be called; `null` where it says nothing usable. */
  readonly id: string | null;
  readonly token: TokenFinding | null;
  readonly problems: readonly Problem[];
  readonly warnings: readonly string[];
}

/** Reads the block at `root`; `written` is any JSON. */
export function readBlock(written: unknown, root: readonly PathPart[], context: BlockContext): BlockFinding {
  const path = jsonPath(root);
  const check = checkSchema(accountSchema, written, root);
  const sound = check.data ?? soundPart(written, check.bad);
  const bad = new Set(check.bad.map((each) => each[0]));
  const id = sound.id ?? sound.name ?? null;
  const wallet =
    sound.desired_wallet && walletOf(sound.desired_wallet, context.aliases, `${path}.desired_wallet`);
  const selector = sound.account_id === undefined ? null : selectorOf(sound.account_id);
  const token =
    context.environment === null || bad.has('t_invest_token') || bad.has('token_env_var')
      ? null
      : findToken(sound, path, context.environment);
  const problems = [
    ...check.problems,
    ...(context.needToken ? (token?.problems ?? []) : []),
    ...selectorProblems(sound, selector, path),
    ...(wallet?.problems ?? []),
    ...sameThingProblems(written, sound, path),
    ...exchangeProblems(sound, path),
    ...ruleProblems(sound, wallet?.wallet ?? null, context.aliases, path),
  ];
  const warnings = [
    ...(token?.warnings ?? []),
    ...(wallet?.warnings ?? []),
    ...intervalWarnings(sound, path),
    ...ruleWarnings(sound, wallet?.wallet ?? null, context.aliases, path),
  ];
  const secret = token?.secret ?? (context.needToken ? null : new Secret(''));
  const block = check.data;
  if (problems.length > 0 || !block || !wallet?.wallet || selector === null || secret === null || id === null)
    return { account: null, id, token, problems, warnings };
  const { analysis, aliases } = context;
  const confirms = (block.analysis ?? analysis)?.openrouter?.requireConfirmationForLargeOrders !== false;
  const rules = rulesOf(block, aliases, confirms);
  const account = converted(block, { id, token: secret, selector, wallet: wallet.wallet, rules });
  return { account, id, token, problems, warnings };
}

const PARTLY = accountSchema.partial();

/** The block without what the schema refuses, read as far as it goes. */
function soundPart(written: unknown, bad: readonly (readonly PathPart[])[]): PartialBlock {
  if (typeof written !== 'object' || written === null || Array.isArray(written)) return {};
  const left: Record<string, unknown> = structuredClone({ ...written });
  for (const [key, inner, deeper] of bad) {
    const section = left[String(key)];
    const shallow = key !== 'desired_wallet' && typeof inner === 'string' && deeper === undefined;
    if (shallow && typeof section === 'object' && section !== null) Reflect.deleteProperty(section, inner);
    else delete left[String(key)];
  }
  const result = PARTLY.safeParse(left);
  return result.success ? result.data : {};
}

function selectorProblems(block: PartialBlock, selector: AccountSelector | null, path: string): Problem[] {
  if (block.account_id === undefined || selector !== null) return [];
  return [
    {
      path: `${path}.account_id`,
      found: shown(block.account_id),
      expected: 'the broker\'s account id, "BROKER", "ISS" (or "IIS"), or "INDEX:N" (or "N"), N from 0',
      fix: 'run `npm run accounts` to see every account that your token can see',
    },
  ];
}

/** Two names of one key must say the same. */
function sameThingProblems(written: unknown, block: PartialBlock, path: string): Problem[] {
  const problems: Problem[] = [];
  const differ = (name: string, alias: string, a: unknown, b: unknown): void => {
    if (a === undefined || b === undefined || a === b) return;
    problems.push({
      path: `${path}.${alias}`,
      found: `${shown(b)}, and ${name} ${shown(a)}`,
      expected: `one of the two: ${alias} is another name of ${name}`,
      fix: 'remove the one that is not meant',
    });
  };
  const has = (holder: unknown, key: string): boolean =>
    typeof holder === 'object' && holder !== null && Object.hasOwn(holder, key);
  if (has(written, 'desired_mode'))
    differ('desired_mode', 'rebalance_mode', plain(block.desired_mode), plain(block.rebalance_mode));
  const margin = block.margin_trading;
  const writtenMargin = has(written, 'margin_trading')
    ? Reflect.get(Object(written), 'margin_trading')
    : null;
  if (has(writtenMargin, 'free_threshold'))
    differ(
      'margin_trading.free_threshold',
      'margin_trading.free_transfer_threshold',
      margin?.free_threshold,
      margin?.free_transfer_threshold,
    );
  return problems;
}

const plain = (mode: string | undefined): string | undefined => (mode === 'default' ? 'manual' : mode);

function exchangeProblems(block: PartialBlock, path: string): Problem[] {
  const { exchange } = block;
  if (exchange === undefined || (/^[\w.-]{1,64}$/.test(exchange) && !/^(auto|moex)$/i.test(exchange)))
    return [];
  if (exchange === 'auto' || exchange === 'MOEX') return [];
  const meant = exchange.trim().toLowerCase() === 'auto' ? 'auto' : 'MOEX';
  return [
    {
      path: `${path}.exchange`,
      found: shown(exchange),
      expected: '"MOEX", "auto" or the name of a schedule, such as "MOEX_PLUS"',
      fix: `write "${meant}"`,
    },
  ];
}

function intervalWarnings(block: PartialBlock, path: string): string[] {
  const ms = block.balance_interval === undefined ? null : durationMs(block.balance_interval);
  if (ms === null || ms >= 60_000) return [];
  return [
    `${path}.balance_interval is ${ms / 1000} s; below a minute an account mostly spends its request limits`,
  ];
}

function converted(
  block: AccountBlock,
  found: Pick<AccountConfig, 'id' | 'token' | 'selector' | 'wallet'> & { readonly rules: AccountRules },
): AccountConfig {
  const { rules, ...identity } = found;
  return Object.freeze({
    ...identity,
    ...rules,
    name: block.name,
    accountIdText: block.account_id,
    broker: block.broker,
    dryRun: block.dry_run,
    balanceIntervalMs: durationMs(block.balance_interval) ?? 0,
    sleepBetweenOrdersMs: durationMs(block.sleep_between_orders) ?? 0,
    closure: Object.freeze({
      mode: block.exchange_closure_behavior.mode,
      updateIterationResult: block.exchange_closure_behavior.update_iteration_result,
    }),
    exchange: block.exchange,
    unlistedPositions: block.unlisted_positions,
    minOneLot: block.min_one_lot,
    minImprovementPp: block.min_improvement_pp,
    orderType: block.order_type,
    // A percent is 10^7 billionths.
    commission: rate(BigInt(Math.round(block.commission_percent * 1e7))),
    orderWaitMs: Math.round(block.order_wait_seconds * 1000),
    maxPriceAgeMs: durationMs(block.max_price_age) ?? 0,
    maxPriceJumpPercent: block.max_price_jump_percent,
    maxDrawdownPercent: block.max_drawdown_percent ?? null,
    maxDayTurnoverPercent: block.max_day_turnover_percent,
  });
}
