// `max_drawdown_percent`: measures each iteration's equity against where the account began and its peak, and halts.
// Guarantees: money that crosses the border of what is balanced (deposits, withdrawals, the owner's trades in other
// instruments) is neither loss nor gain, also where the operations list shows it an iteration late.

import { drawdownTrouble, movedMarks } from '../core/drawdown.ts';
import { DAY_MS } from '../core/moscow-day.ts';
import { holdingValue, ownCash, type Snapshot } from '../core/portfolio.ts';
import {
  absolute,
  add,
  isMore,
  isZero,
  larger,
  type Money,
  money,
  NANO,
  NO_MONEY,
  portionUp,
  subtract,
  total,
} from '../core/units.ts';
import { type EquityMarks, type Listing, type Operation, WorldError } from '../ports.ts';
import type { AccountContext } from './account-context.ts';
import { haltAccount } from './halt.ts';
import type { Observation } from './observe.ts';
import type { Outside } from './outside-watch.ts';
import { clockWasSet, instantOf } from './steady.ts';

const READ_AGAIN_MS = 3_600_000;
/** The operations are read back to here at most; older flows are folded into the marks. */
const FOLD_AFTER_MS = 30 * DAY_MS;
/** Operations this old are certainly on the list. */
const SETTLED_MS = DAY_MS;
const ONE_RUBLE = money(NANO);
const NOT_YET =
  'max_drawdown_percent measures from the next iteration on: RUB moved just now, and the list of operations does not say how';

type Look = Pick<Observation, 'snapshot' | 'positionsAtMs' | 'positionsWithin'>;
type Changes = Pick<Outside, 'cash' | 'sinceMs' | 'traded'>;

/**
 * Returns warnings.
 * @throws {WorldError} where the operations cannot be read now: the breaker would be blind.
 */
export async function watchDrawdown(
  context: AccountContext,
  look: Look,
  outside: Changes,
): Promise<readonly string[]> {
  const { journal, settings, clock, memory } = context;
  const { id, maxDrawdownPercent } = settings;
  if (maxDrawdownPercent === null) return [];
  const inside = insideOf(context, look.snapshot);
  const known = journal.equityMarks(id);
  if (known === null) {
    // Nobody can tell then which of the operations these positions have: the next look begins.
    if (clockWasSet([...look.positionsWithin, instantOf(clock)])) return [];
    const { sinceMs, warnings } = await beginning(context, look);
    if (sinceMs === null) return warnings;
    journal.setEquityMarks(id, { ...movedMarks(null, inside.equity, NO_MONEY), flowsSinceMs: sinceMs });
    memory.flows = { sum: NO_MONEY, sinceMs, atMs: look.positionsAtMs, doubted: null };
    return warnings;
  }
  const { warnings, flows, doubt, cleared } = await flowsNow(context, known, inside, outside);
  const before = cleared === null ? known : movedMarks(known, cleared, NO_MONEY);
  const marks = { ...known, ...movedMarks(before, inside.equity, add(flows.sum, doubt)) };
  journal.setEquityMarks(id, marks);
  // Money moved and the list does not say how: the next iteration reads it again, and judges then.
  if (flows.doubted !== null) return warnings;
  const trouble = drawdownTrouble(marks, flows.sum, inside.equity, maxDrawdownPercent);
  if (trouble !== null) haltAccount(context, 'drawdown', trouble);
  else if (clock.now() - known.flowsSinceMs > FOLD_AFTER_MS) await fold(context, marks, inside);
  return warnings;
}

interface Inside {
  readonly equity: Money;
  readonly uids: ReadonlySet<string>;
}

/**
 * From when on money that moves is in none of the figures. What moved since the positions were asked for may be in them:
 * the reply was on its way, and our clock may be behind the venue's. The newest operations are not whose sum is what RUB
 * has changed by; where no sum of them is, nobody can tell, and the next look begins (`null`).
 */
async function beginning(
  context: AccountContext,
  { snapshot, positionsAtMs, positionsWithin }: Look,
): Promise<{ readonly sinceMs: number | null; readonly warnings: readonly string[] }> {
  const [{ wallMs: askedMs }] = positionsWithin;
  const read = await operationsOf(context, askedMs, null);
  if (read.kind === 'untold') return { sinceMs: positionsAtMs, warnings: [read.warning] };
  const { operations } = read;
  if (operations.length === 0) return { sinceMs: positionsAtMs, warnings: [] };
  const now = await context.broker.positions(context.brokerAccount);
  let moved = subtract(add(now.cash, now.blockedCash), add(snapshot.cash, snapshot.blockedCash));
  const isAccountedFor = () => !isMore(absolute(moved), ONE_RUBLE);
  for (const { atMs, amount } of operations.toReversed()) {
    if (isAccountedFor()) return { sinceMs: atMs, warnings: [] };
    moved = subtract(moved, amount);
  }
  return isAccountedFor() ? { sinceMs: askedMs, warnings: [] } : { sinceMs: null, warnings: [NOT_YET] };
}

/** What is balanced, and what was until it left the wallet: an edit of the configuration is no loss. */
function insideOf({ settings }: AccountContext, snapshot: Snapshot): Inside {
  const holdings = snapshot.holdings.filter(
    ({ listed, vanished }) => listed || vanished || settings.policy.unlistedPositions === 'sell',
  );
  const values = holdings.map((holding) => holdingValue(holding) ?? NO_MONEY);
  return { equity: add(ownCash(snapshot), total(values)), uids: new Set(holdings.map(({ uid }) => uid)) };
}

type Flows = NonNullable<AccountContext['memory']['flows']>;

interface FlowsNow {
  readonly flows: Flows;
  /** By how much more may have come in than the list says, 0 or more: what is above the peak even so is a new one. */
  readonly doubt: Money;
  /** What the look before was worth less what had come in, now that it can be told: it may have been a peak. */
  readonly cleared: Money | null;
  readonly warnings: readonly string[];
}

/** The flows since the marks were set: as last read, or read again where they may have changed. */
async function flowsNow(
  context: AccountContext,
  known: EquityMarks,
  inside: Inside,
  outside: Changes,
): Promise<FlowsNow> {
  const { memory, clock } = context;
  const sinceMs = known.flowsSinceMs;
  const atMs = clock.now();
  const before = memory.flows?.sinceMs === sinceMs ? memory.flows : null;
  const current = before?.doubted === null && atMs - before.atMs <= READ_AGAIN_MS && isZero(outside.cash);
  if (current) return { flows: before, doubt: NO_MONEY, cleared: null, warnings: [] };
  // To the newest: a clock that was set back knows nothing of what came since.
  const read = await operationsOf(context, sinceMs, null);
  if (read.kind === 'untold') {
    memory.flows = { sum: before?.sum ?? NO_MONEY, sinceMs, atMs, doubted: null };
    return { flows: memory.flows, doubt: NO_MONEY, cleared: null, warnings: [read.warning] };
  }
  const uids = await balancedAmong(context, read.operations, inside);
  const sum = flowsOf(read.operations, uids);
  const lookedMs = outside.sinceMs ?? sinceMs;
  const unexplainedFrom = (fromMs: number): Money => {
    const recent = read.operations.filter((operation) => operation.atMs >= fromMs);
    const explained = before === null ? flowsOf(recent, uids) : subtract(sum, before.sum);
    return isListed(context, outside, recent) ? NO_MONEY : subtract(outside.cash, explained);
  };
  // What moved in the very instant of the last look may have been in it.
  const after = unexplainedFrom(lookedMs + 1);
  const unexplained = isMore(absolute(after), ONE_RUBLE) ? unexplainedFrom(lookedMs) : after;
  // One iteration is waited, not more: payouts are never explained, and the breaker must not stay blind.
  const doubted = before?.doubted ?? null;
  const late = isMore(absolute(unexplained), ONE_RUBLE) && doubted === null;
  memory.flows = { sum, sinceMs, atMs, doubted: late ? inside.equity : null };
  return {
    flows: memory.flows,
    doubt: late ? larger(NO_MONEY, unexplained) : NO_MONEY,
    cleared:
      doubted === null || before === null
        ? null
        : subtract(doubted, highestFlows(read.operations, uids, before.atMs - SETTLED_MS)),
    warnings: [],
  };
}

/** All that changed the cash is on the list: the owner's trades in what is balanced, and payouts, as well. */
function isListed(
  { settings }: AccountContext,
  { cash, traded }: Changes,
  recent: readonly Operation[],
): boolean {
  const amountsOf = (operations: readonly Operation[]) => total(operations.map(({ amount }) => amount));
  const byOthers = subtract(amountsOf(recent), traded);
  const trades = recent.filter(({ kind }) => kind === 'buy' || kind === 'sell');
  // The list leaves out what the owner paid for trading.
  const fees = portionUp(absolute(subtract(amountsOf(trades), traded)), settings.policy.commission);
  return !isMore(absolute(subtract(cash, byOthers)), add(ONE_RUBLE, fees));
}

type Read =
  | { readonly kind: 'operations'; readonly operations: readonly Operation[] }
  /** This venue has no such list. */
  | { readonly kind: 'untold'; readonly warning: string };

async function operationsOf(context: AccountContext, fromMs: number, toMs: number | null): Promise<Read> {
  try {
    const operations = await context.broker.operations(context.brokerAccount, fromMs, toMs);
    return { kind: 'operations', operations };
  } catch (error) {
    if (!(error instanceof WorldError) || error.kind !== 'contract') throw error;
    const warning = `max_drawdown_percent counts deposits and withdrawals as gain and loss: ${error.message}`;
    context.log.warn({ error: error.message }, warning);
    return { kind: 'untold', warning };
  }
}

/** Where everything is balanced, what was sold whole is held no more: its sale is no deposit all the same. */
async function balancedAmong(
  { market, settings }: AccountContext,
  operations: readonly Operation[],
  { uids }: Inside,
): Promise<ReadonlySet<string>> {
  if (settings.policy.unlistedPositions !== 'sell') return uids;
  const trades = operations.filter(({ kind, uid }) => (kind === 'buy' || kind === 'sell') && !uids.has(uid));
  const gone = [...new Set(trades.map(({ uid }) => uid))];
  const listings = await Promise.all(gone.map((uid) => market.listingByUid(uid)));
  const balanced = listings.flatMap((listing) =>
    listing !== null && isBalanced(listing) ? listing.uid : [],
  );
  return new Set([...uids, ...balanced]);
}

/** As `match-positions.ts` takes what no wallet names into the balance. */
const isBalanced = ({ currency, kind }: Listing): boolean =>
  currency.toLowerCase() === 'rub' && (kind === 'etf' || kind === 'share');

const flowsOf = (operations: readonly Operation[], uids: ReadonlySet<string>): Money =>
  operations
    .filter(
      ({ kind, uid }) => kind !== 'other' && (kind === 'deposit' || kind === 'withdrawal' || !uids.has(uid)),
    )
    .reduce((sum, { amount }) => add(sum, amount), NO_MONEY);

/**
 * The most that had come in at any instant from then on (operations are in order): whatever moved right before a look or
 * right after it, the look counts for less by that, never for more.
 */
function highestFlows(operations: readonly Operation[], uids: ReadonlySet<string>, fromMs: number): Money {
  const settled = operations.filter(({ atMs }) => atMs < fromMs);
  let sum = flowsOf(settled, uids);
  let highest = sum;
  for (const operation of operations.slice(settled.length)) {
    sum = add(sum, flowsOf([operation], uids));
    highest = larger(highest, sum);
  }
  return highest;
}

async function fold(context: AccountContext, marks: EquityMarks, inside: Inside): Promise<void> {
  const untilMs = context.clock.now() - SETTLED_MS;
  const read = await operationsOf(context, marks.flowsSinceMs, untilMs);
  if (read.kind === 'untold') return;
  const flows = flowsOf(read.operations, await balancedAmong(context, read.operations, inside));
  context.journal.setEquityMarks(context.settings.id, {
    start: add(marks.start, flows),
    peak: add(marks.peak, flows),
    flowsSinceMs: untilMs,
  });
  context.memory.flows = null;
}
