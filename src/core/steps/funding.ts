// `buy_requires_total_marginal_sell`: the listed instruments are paid from own cash, never from borrowed money. A purchase
// below `min_buy_rebalance_percent` of the total waits. Negative RUB is covered first, then the gap between these purchases
// and own cash: by no sale (`none`), by positions that earned (`only_positive_positions_sell`), or by what is above its
// target and then everything in proportion (`equal_in_percents`). Those sells may go below a target: it is bought back by
// a later plan. Guarantees: inside all bounds; nothing is sold for a purchase that does not happen, nor for one that
// `min_improvement_pp` would not trade; the same draft where own cash pays.

import type { BoundContext } from '../bounds/bound.ts';
import { idealLots } from '../cash-cause.ts';
import { boughtUpToTarget, nearestLots } from '../entry.ts';
import { type Line, solveLots } from '../lots.ts';
import type { FundingPolicy } from '../policy.ts';
import {
  add,
  isLess,
  isMore,
  isPositive,
  kopecks,
  kopecksUp,
  type Lots,
  larger,
  type Money,
  NO_LOTS,
  NO_MONEY,
  percentOf,
  raw,
  smaller,
  subtract,
  times,
  total,
} from '../units.ts';
import { isProfitable, type Sales, salesFor, soldFor } from './funding-sales.ts';
import type { Draft, Step } from './step.ts';

const NO_SALES: Sales = new Map();

export const FUNDING_RULE = 'buy_requires_total_marginal_sell';

/** A listed instrument that the draft buys. */
export interface Purchase {
  readonly index: number;
  readonly ticker: string;
  readonly line: Line;
  readonly lots: Lots;
}

export const funding: Step = (context, draft) => {
  const { funding: policy } = context.policy;
  if (policy === null || !draft.solution.feasible) return draft;
  return patient(context, paidFromOwnCash(context, draft, policy), policy);
};

function paidFromOwnCash(context: BoundContext, draft: Draft, policy: FundingPolicy): Draft {
  const own = ownCashOf(draft);
  const planned = purchasesOf(draft, policy);
  const wanted =
    policy.mode === 'none'
      ? planned
      : wantedOf(draft, policy).filter((purchase) => !isSmall(context, policy, purchase));
  const unsold = (why: string): Draft => {
    const paid = paidBy(context, policy, within(wanted, planned), own);
    return settled(draft, { wanted, paid, sales: NO_SALES, why });
  };
  if (!isMore(costOf(wanted), own))
    return isMore(costOf(planned), own) ? unsold('nothing is sold for it') : draft;
  const ordinary = policy.mode === 'equal_in_percents' ? soldBy(draft, () => true) : NO_MONEY;
  if (!isMore(costOf(planned), add(own, ordinary)) && !isShort(wanted, planned, ordinary)) return draft;
  if (policy.mode === 'none') return unsold('nothing is sold for it');
  const no = noSale(context, wanted);
  if (no !== null) return unsold(no);
  return financed(context, draft, policy, { own, wanted, unsold });
}

/** The wanted purchases as far as the draft makes them. */
function within(wanted: readonly Purchase[], planned: readonly Purchase[]): Purchase[] {
  const lots = new Map(planned.map((purchase) => [purchase.index, purchase.lots]));
  return wanted.map((purchase) => ({
    ...purchase,
    lots: smaller(purchase.lots, lots.get(purchase.index) ?? NO_LOTS),
  }));
}

/** Whether the draft leaves out more of what is wanted than whole lots and the reserves of its orders explain. */
function isShort(wanted: readonly Purchase[], planned: readonly Purchase[], sold: Money): boolean {
  const missing = subtract(total(wanted.map(amountOf)), total(within(wanted, planned).map(amountOf)));
  const reserved = subtract(costOf(wanted), total(wanted.map(amountOf)));
  const lot = wanted.reduce((most, { line }) => larger(most, line.lotValue), NO_MONEY);
  // The sells hold back about as much as the purchases that they pay for.
  return isMore(missing, total([lot, reserved, isPositive(sold) ? reserved : NO_MONEY]));
}

/** Small purchases wait, and whatever takes their place and is small. */
function patient(context: BoundContext, draft: Draft, policy: FundingPolicy): Draft {
  const small = purchasesOf(draft, policy).filter((purchase) => isSmall(context, policy, purchase));
  return small.length === 0 ? draft : patient(context, withoutSmall(context, draft, policy, small), policy);
}

/** What the listed instruments lack of what is aimed at, as far as their bounds let them be bought. */
function wantedOf(draft: Draft, policy: FundingPolicy): Purchase[] {
  const planned = new Map(purchasesOf(draft, policy).map((purchase) => [purchase.index, purchase.lots]));
  return draft.entries.flatMap(({ holding, line: start }, index) => {
    const line = draft.problem.lines[index] ?? start;
    const lacking = subtract(smaller(line.max, nearestLots(line)), line.held);
    const count = larger(lacking, planned.get(index) ?? NO_LOTS);
    return policy.instruments.has(holding.ticker) && isPositive(count)
      ? [{ index, ticker: holding.ticker, line, lots: count }]
      : [];
  });
}

export function purchasesOf({ entries, problem, solution }: Draft, policy: FundingPolicy): Purchase[] {
  return entries.flatMap(({ holding, line: start }, index) => {
    const line = problem.lines[index] ?? start;
    const count = subtract(solution.lots[index] ?? line.held, line.held);
    return policy.instruments.has(holding.ticker) && isPositive(count)
      ? [{ index, ticker: holding.ticker, line, lots: count }]
      : [];
  });
}

const amountOf = ({ line, lots }: Pick<Purchase, 'line' | 'lots'>): Money => times(line.lotValue, lots);
/** At worst. */
export const costOf = (purchases: readonly Purchase[]): Money =>
  total(purchases.map(({ line, lots }) => times(add(line.lotValue, line.buyReserve), lots)));

export const isSmall = (context: BoundContext, policy: FundingPolicy, purchase: Purchase): boolean =>
  percentOf(amountOf(approvedOf(context, purchase)), context.equity) < policy.minBuyPercent;

/** After the sells a purchase is as large as its plan meant it, whatever the sells brought. */
function approvedOf({ stage }: BoundContext, purchase: Purchase): Purchase {
  const most = stage.kind === 'buys' ? stage.planned?.get(purchase.ticker) : undefined;
  return most === undefined
    ? purchase
    : { ...purchase, lots: larger(purchase.lots, subtract(most, purchase.line.held)) };
}

/** RUB that is nobody else's: spendable, above what is kept, and below zero while something is owed. */
export const ownCashOf = ({ problem }: Draft): Money =>
  subtract(subtract(problem.cash, problem.blockedCash), larger(NO_MONEY, problem.cashFloor));

/** What the draft's sells bring at worst. */
export const soldBy = (
  { entries, problem, solution }: Draft,
  counts: (entry: Draft['entries'][number]) => boolean,
): Money =>
  total(
    entries.map((entry, index) => {
      const line = problem.lines[index] ?? entry.line;
      const count = subtract(line.held, solution.lots[index] ?? line.held);
      return isPositive(count) && counts(entry)
        ? times(subtract(line.lotValue, line.sellReserve), count)
        : NO_MONEY;
    }),
  );

/** Which sells may pay for the listed instruments at all. */
export const payingSells = (
  { policy: { minProfitPercent } }: BoundContext,
  { mode, instruments }: FundingPolicy,
): ((entry: Draft['entries'][number]) => boolean) => {
  if (mode === 'none') return () => false;
  if (mode === 'equal_in_percents') return () => true;
  return (entry) => !instruments.has(entry.holding.ticker) && isProfitable(entry, minProfitPercent);
};

function withoutSmall(
  context: BoundContext,
  draft: Draft,
  policy: FundingPolicy,
  small: readonly Purchase[],
): Draft {
  const waiting = new Map(small.map((purchase) => [purchase.index, purchase]));
  const listed = new Set(purchasesOf(draft, policy).map(({ index }) => index));
  const lines = draft.problem.lines.map((line, index) => {
    if (waiting.has(index)) return { ...line, min: smaller(line.min, line.held), max: line.held };
    if (!listed.has(index)) return boughtUpToTarget(line);
    return { ...line, max: larger(line.min, draft.solution.lots[index] ?? line.held) };
  });
  const problem = { ...draft.problem, lines };
  const told = small.map((purchase) => {
    const part = percentOf(amountOf(purchase), context.equity).toFixed(3);
    const detail = `a purchase of ${kopecks(amountOf(purchase))} RUB is ${part} % of the total, it waits for ${policy.minBuyPercent} % (min_buy_rebalance_percent)`;
    return { ticker: purchase.ticker, rule: FUNDING_RULE, detail };
  });
  return { ...draft, problem, solution: solveLots(problem), heldBack: [...draft.heldBack, ...told] };
}

/** Why nothing may be sold for these purchases at all; `null` where something may. */
function noSale({ policy, stage, aim, equity }: BoundContext, wanted: readonly Purchase[]): string | null {
  if (stage.kind === 'buys') return 'the sells are done';
  if (aim.kind === 'quiet') return 'nothing is sold while balancing waits';
  const part = percentOf(total(wanted.map(amountOf)), equity);
  return part < policy.minImprovementPp ? 'so little is worth no sale (min_improvement_pp)' : null;
}

interface Means {
  readonly own: Money;
  readonly wanted: readonly Purchase[];
  readonly unsold: (why: string) => Draft;
}

/** The purchases that own cash and sells for them pay, those sells, and the rest of the plan around them. */
function financed(
  context: BoundContext,
  draft: Draft,
  policy: FundingPolicy,
  { own, wanted, unsold }: Means,
): Draft {
  const need = subtract(costOf(wanted), own);
  const sales = (goal: Money): Sales =>
    salesFor(goal, draft.entries, policy, context.policy.minProfitPercent);
  const most = sales(need);
  if (most.size === 0)
    return unsold(`less than half of the ${kopecksUp(need)} RUB that are missing can be raised`);
  const paid = paidBy(context, policy, wanted, add(own, soldFor(draft.entries, most)));
  if (!paid.some(({ lots }) => isPositive(lots))) return unsold('what can be raised pays for none of it');
  // Less may be bought than was wanted: then less is sold for it, too.
  const needed = sales(subtract(costOf(paid), own));
  return settled(draft, { wanted, paid, sales: needed, why: 'no more can be raised' });
}

/** The purchases that this much pays, as near to their targets as it goes; none of them small. */
export function paidBy(
  context: BoundContext,
  policy: FundingPolicy,
  wanted: readonly Purchase[],
  money: Money,
): Purchase[] {
  const paid = affordable(wanted, money);
  const small = new Set(
    paid
      .filter((purchase) => isPositive(purchase.lots) && isSmall(context, policy, purchase))
      .map(({ index }) => index),
  );
  if (small.size === 0) return paid;
  const rest = wanted.map((purchase) =>
    small.has(purchase.index) ? { ...purchase, lots: NO_LOTS } : purchase,
  );
  return paidBy(context, policy, rest, money);
}

function affordable(wanted: readonly Purchase[], money: Money): Purchase[] {
  const lines = wanted.map(({ line, lots }) => ({ ...line, min: line.held, max: add(line.held, lots) }));
  const { lots } = solveLots({
    lines,
    cash: larger(NO_MONEY, money),
    blockedCash: NO_MONEY,
    cashTarget: NO_MONEY,
    cashFloor: NO_MONEY,
  });
  return wanted.map((purchase, place) => ({
    ...purchase,
    lots: subtract(lots[place] ?? purchase.line.held, purchase.line.held),
  }));
}

interface Settlement {
  readonly wanted: readonly Purchase[];
  readonly paid: readonly Purchase[];
  readonly sales: Sales;
  /** Why no more is bought. */
  readonly why: string;
}

function settled(draft: Draft, settlement: Settlement): Draft {
  const { paid, sales } = settlement;
  const counts = new Map(paid.map(({ index, line, lots }) => [index, add(line.held, lots)]));
  const attempt = (firm: boolean): Draft => {
    const lines = draft.problem.lines.map((line, index): Line => {
      const bought = counts.get(index);
      const sold = sales.get(index);
      if (bought !== undefined)
        return { ...line, min: firm ? bought : smaller(line.min, line.held), max: bought };
      if (sold === undefined) return boughtUpToTarget(line);
      const level = subtract(line.held, sold);
      return { ...line, min: smaller(line.min, level), max: level };
    });
    const problem = { ...draft.problem, lines };
    return { ...draft, problem, solution: solveLots(problem) };
  };
  const firm = attempt(true);
  const { problem, solution } = firm.solution.feasible ? firm : attempt(false);
  // Later steps may have to buy less than that.
  const lines = problem.lines.map((line, index) =>
    counts.has(index)
      ? { ...line, min: smaller(line.held, draft.problem.lines[index]?.min ?? line.held) }
      : line,
  );
  const heldBack = [...draft.heldBack, ...limited(settlement), ...soldBelow(draft, solution, settlement)];
  const left = { ...draft, problem: { ...problem, lines }, solution, heldBack };
  return sales.size === 0 ? left : { ...left, funded: { sales, cost: costOf(paid) } };
}

const limited = ({ wanted, paid, why }: Settlement): Draft['heldBack'] =>
  wanted.flatMap((purchase, place) => {
    const now = paid[place] ?? { ...purchase, lots: NO_LOTS };
    if (!isLess(now.lots, purchase.lots)) return [];
    const detail = `own cash pays for ${kopecks(amountOf(now))} of ${kopecks(amountOf(purchase))} RUB: ${why}`;
    return [{ ticker: purchase.ticker, rule: FUNDING_RULE, detail }];
  });

function soldBelow(
  { entries }: Draft,
  { lots }: Draft['solution'],
  { sales, paid }: Settlement,
): Draft['heldBack'] {
  const bought = paid.filter((purchase) => isPositive(purchase.lots)).map(({ ticker }) => ticker);
  return entries.flatMap((entry, index) => {
    const sold = sales.get(index);
    if (sold === undefined || !isLess(lots[index] ?? entry.line.held, idealLots(entry))) return [];
    const detail = `${raw(sold)} lots of it are sold to pay for ${bought.join(', ')}`;
    return [{ ticker: entry.holding.ticker, rule: FUNDING_RULE, detail }];
  });
}
