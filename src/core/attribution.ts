// Why a position stays off its target, to the lot: the rule that bound it, cash, or rounding to whole lots.
// Guarantees: per instrument the lots of its causes add up to the nearest lots to its target less the planned ones; what a
// rule keeps as it is, and what gets nothing of its target, is named even where that is no lot off.

import type { BoundContext, BoundRule } from './bounds/bound.ts';
import { type CashLeft, cashCause, cashLeft, idealLots } from './cash-cause.ts';
import { boundsOf, type Entry, nearestLots } from './entry.ts';
import type { Line } from './lots.ts';
import type { Cause, HeldBack } from './plan.ts';
import { usablePrice } from './portfolio.ts';
import { clamp } from './solver/frame.ts';
import type { Draft } from './steps/step.ts';
import { add, compare, isPositive, isZero, type Lots, NO_LOTS, raw, subtract } from './units.ts';

/** Per ticker. */
export type Causes = ReadonlyMap<string, readonly Cause[]>;

/** What keeps each position from the lots nearest to its target. */
export function attribute(context: BoundContext, draft: Draft): Causes {
  const { entries, problem, solution } = draft;
  const cash = cashLeft(draft);
  const said = Map.groupBy(draft.heldBack, ({ ticker }) => ticker);
  return new Map(
    entries.map((entry, index) => [
      entry.holding.ticker,
      causesOf(context, entry, problem.lines[index] ?? entry.line, {
        after: solution.lots[index] ?? entry.line.held,
        said: said.get(entry.holding.ticker) ?? [],
        cash,
      }),
    ]),
  );
}

/** One line per ticker and rule: what keeps lots away, and whatever else the steps have said. */
export function heldBackOf({ entries, heldBack }: Draft, causes: Causes): HeldBack[] {
  const told = entries.flatMap(({ holding: { ticker } }) =>
    (causes.get(ticker) ?? []).map(({ rule, detail, lots }) => ({
      ticker,
      rule,
      detail,
      lots: Number(raw(lots)),
    })),
  );
  const named = new Set<string>();
  return [...told, ...heldBack].filter(({ ticker, rule }) => {
    const line = `${ticker} ${rule}`;
    if (named.has(line)) return false;
    named.add(line);
    return true;
  });
}

/** What has no price at all has no line: its cause is the first safety rule that holds it. */
export function attributeUnpriced(context: BoundContext, rules: readonly BoundRule[]): HeldBack[] {
  const unpriced = context.balanced.filter((holding) => usablePrice(holding) === null);
  if (unpriced.length === 0) return [];
  const bounds = boundsOf(context, rules);
  return unpriced.flatMap(({ ticker }) => {
    const bound = bounds.find((each) => each.ticker === ticker);
    return bound ? [{ ticker, rule: bound.rule, detail: bound.detail, lots: 0 }] : [];
  });
}

const WARNED_OF: ReadonlySet<string> = new Set([
  'not_tradable',
  'no_price',
  'foreign_order',
  'max_price_jump_percent',
]);

/** One line per instrument that safety, not the owner's rules, keeps as it is. */
export const heldWarnings = (heldBack: readonly HeldBack[]): string[] =>
  heldBack
    .filter(({ rule }) => WARNED_OF.has(rule))
    .map(({ ticker, detail }) => `${ticker} is held: ${detail}`);

type Why = Pick<Cause, 'rule' | 'detail'>;

interface Ending {
  readonly after: Lots;
  /** By the steps, of this instrument. */
  readonly said: readonly HeldBack[];
  readonly cash: CashLeft;
}

/** Step by step from the nearest lots to the planned ones: bounds, what is aimed at, the steps, and then cash. */
function causesOf(context: BoundContext, entry: Entry, line: Line, { after, said, cash }: Ending): Cause[] {
  const { range } = entry;
  const bounded = { ...line, min: range.min, max: range.max };
  const causes: Cause[] = [];
  let at = idealLots(entry);
  const go = (to: Lots, why: Why | null): void => {
    if (why === null || compare(at, to) === 0) return;
    causes.push({ rule: why.rule, detail: why.detail, lots: subtract(at, to) });
    at = to;
  };
  go(range.min, isBelow(at, range.min) ? range.minBy : null);
  go(range.max, isBelow(range.max, at) ? range.maxBy : null);
  if (compare(line.target, entry.target) !== 0) go(clamp(nearestLots(line), bounded), aimWhy(context));
  go(clamp(at, line), stepWhy(said, entry, line));
  const short = said.find(({ rule }) => rule === 'cash');
  if (compare(at, after) !== 0) go(after, short ?? cashCause(entry, at, after, cash));

  const nothing = isZero(after) && isPositive(entry.target);
  if (causes.length === 0) {
    const frozen = range.minBy !== null && range.minBy === range.maxBy ? range.minBy : null;
    // What is neither held nor wanted is nothing that an owner's rule keeps from anything.
    const idle = isZero(line.held) && !isPositive(entry.target);
    if (frozen && idle && !WARNED_OF.has(frozen.rule)) return [];
    const why = frozen ?? (nothing ? cashCause(entry, at, after, cash) : null);
    return why === null ? [] : [{ rule: why.rule, detail: why.detail, lots: NO_LOTS }];
  }
  return merged(causes);
}

const isBelow = (a: Lots, b: Lots): boolean => compare(a, b) < 0;

/** The key at work where the aim stops short of the targets. */
const aimWhy = ({ aim, policy }: BoundContext): Why => {
  if (aim.kind === 'balance' && !policy.limits.buyOnly)
    return { rule: 'margin_trading', detail: 'what this plan costs lowers what the multiplier carries' };
  const rule =
    aim.kind === 'quiet' ? (aim.rule ?? 'rebalance') : policy.limits.buyOnly ? 'buy_only' : 'rebalance';
  return { rule, detail: aim.because ?? 'it moves only as far as this iteration goes' };
};

const stepWhy = (said: readonly HeldBack[], { range }: Entry, line: Line): Why | null => {
  const last = said.at(-1);
  if (last) return last;
  const first = isZero(line.held) && isZero(range.min) && isPositive(line.min);
  return first ? { rule: 'min_one_lot', detail: 'a positive target gets its first lot' } : null;
};

/** Each rule once, with the detail that it gave first. */
const merged = (causes: readonly Cause[]): Cause[] =>
  [...Map.groupBy(causes, ({ rule }) => rule).values()].flatMap(([first, ...more]) =>
    first === undefined
      ? []
      : [{ ...first, lots: more.reduce((sum, cause) => add(sum, cause.lots), first.lots) }],
  );
