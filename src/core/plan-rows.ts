// A solution in the words of a plan: the rows before and after, the orders between, sells first.

import type { Causes } from './attribution.ts';
import type { BoundContext } from './bounds/bound.ts';
import type { Entry } from './entry.ts';
import type { Solution } from './lots.ts';
import { limitPrice } from './order-choice.ts';
import { overnightFee } from './overnight-fee.ts';
import type { Plan, PlanCosts, PlannedOrder, PlanRow } from './plan.ts';
import { type Holding, holdingValue, lotsHeld, ownCash, RUB, usablePrice } from './portfolio.ts';
import type { Draft } from './steps/step.ts';
import { trackingError } from './tracking-error.ts';
import {
  absolute,
  add,
  isNegative,
  isZero,
  type Lots,
  larger,
  lotSize,
  lots,
  type Money,
  NANO,
  NO_MONEY,
  negate,
  percentOf,
  price,
  raw,
  subtract,
  times,
  total,
} from './units.ts';

/** Tracking error that the solution takes away, in percentage points (negative where it adds some). */
export function improvementOf(context: BoundContext, entries: readonly Entry[], solution: Solution): number {
  const rows = rowsOf(context, entries, solution);
  return errorBefore(rows) - errorAfter(rows);
}

export function buildPlan(
  context: BoundContext,
  { entries, solution, confirmations = [], onlyExempt = false }: Draft,
  { causes, ...said }: Pick<Plan, 'heldBack' | 'warnings' | 'weighing'> & { readonly causes: Causes },
): Plan {
  const rows = rowsOf(context, entries, solution);
  const orders = entries.flatMap((entry, index) => orderFor(entry, solution.lots[index]));
  const isListed = ({ ticker }: PlannedOrder) => context.policy.funding?.instruments.has(ticker) === true;
  return {
    equity: context.equity,
    rows: rows.map((row) => ({ ...row, causes: causes.get(row.ticker) ?? [] })),
    orders: [
      ...orders.filter((order) => order.side === 'sell'),
      ...orders.filter((order) => order.side === 'buy' && isListed(order)),
      ...orders.filter((order) => order.side === 'buy' && !isListed(order)),
    ],
    confirmations: confirmations.flatMap(({ ticker, side, lots: count, agreed }) => {
      const entry = entries.find(({ holding }) => holding.ticker === ticker);
      const change = side === 'buy' ? count : negate(count);
      const orders = entry ? orderFor(entry, add(entry.line.held, change)) : [];
      return orders.map((order) => ({ order, agreed }));
    }),
    trackingError: { before: errorBefore(rows), after: errorAfter(rows) },
    fees: total(entries.map((entry, index) => feesOf(entry, solution.lots[index]))),
    aim: context.aim,
    costs: costsOf(context, orders, rows),
    ...(onlyExempt ? { onlyExempt } : {}),
    ...said,
  };
}

function costsOf(
  { policy, snapshot }: BoundContext,
  orders: readonly PlannedOrder[],
  rows: readonly PlanRow[],
): PlanCosts {
  const cash = rows.find((row) => row.ticker === RUB)?.valueAfter ?? NO_MONEY;
  const debt = larger(NO_MONEY, negate(cash));
  return {
    turnover: total(orders.map((order) => order.amount)),
    debt,
    overnight: overnightFee(debt, policy.overnightFees, snapshot.takenAtMs),
  };
}

function rowsOf(context: BoundContext, entries: readonly Entry[], solution: Solution): PlanRow[] {
  const planned = new Map(
    entries.map((entry, index) => [entry.holding.ticker, { entry, lots: solution.lots[index] }]),
  );
  const cash = entries.reduce((sum, entry, index) => {
    const spent = times(entry.line.lotValue, changeOf(entry, solution.lots[index]));
    return subtract(subtract(sum, spent), feesOf(entry, solution.lots[index]));
  }, ownCash(context.snapshot));
  const values = context.balanced.map((holding) => {
    const before = holdingValue(holding) ?? NO_MONEY;
    const plan = planned.get(holding.ticker);
    const change = plan ? times(plan.entry.line.lotValue, changeOf(plan.entry, plan.lots)) : NO_MONEY;
    return { before, after: add(before, change), lotsAfter: plan?.lots ?? lotsHeld(holding) };
  });
  const after = add(cash, total(values.map((value) => value.after)));
  const row = (
    name: Omit<PlanRow, 'target' | 'beforePercent' | 'targetPercent' | 'afterPercent' | 'causes'>,
  ): PlanRow => {
    const target = context.targets.get(name.ticker) ?? NO_MONEY;
    return {
      ...name,
      target,
      beforePercent: percentOf(name.valueBefore, context.equity),
      targetPercent: percentOf(target, context.equity),
      afterPercent: percentOf(name.valueAfter, after),
      causes: [],
    };
  };
  const instruments = context.balanced.map((holding, index) => instrumentRow(holding, values[index], row));
  return [...instruments, row(cashRow(ownCash(context.snapshot), cash))];
}

interface Values {
  readonly before: Money;
  readonly after: Money;
  readonly lotsAfter: Lots;
}

type RowFacts = Omit<PlanRow, 'target' | 'beforePercent' | 'targetPercent' | 'afterPercent' | 'causes'>;

function instrumentRow(
  holding: Holding,
  values: Values | undefined,
  row: (facts: RowFacts) => PlanRow,
): PlanRow {
  return row({
    ticker: holding.ticker,
    uid: holding.uid,
    lot: holding.lot,
    price: usablePrice(holding),
    lotsBefore: lotsHeld(holding),
    lotsAfter: values?.lotsAfter ?? lotsHeld(holding),
    valueBefore: values?.before ?? NO_MONEY,
    valueAfter: values?.after ?? NO_MONEY,
  });
}

/** RUB as a position: lots of one ruble, whole ones. */
const cashRow = (before: Money, after: Money): RowFacts => ({
  ticker: RUB,
  uid: null,
  lot: lotSize(1n),
  price: price(NANO),
  lotsBefore: lots(raw(before) / NANO),
  lotsAfter: lots(raw(after) / NANO),
  valueBefore: before,
  valueAfter: after,
});

function orderFor(entry: Entry, planned: Lots | undefined): PlannedOrder[] {
  const change = changeOf(entry, planned);
  if (isZero(change)) return [];
  const { holding } = entry;
  const side = isNegative(change) ? 'sell' : 'buy';
  const count = isNegative(change) ? negate(change) : change;
  return [
    {
      ticker: holding.ticker,
      uid: holding.uid,
      side,
      lots: count,
      lot: holding.lot,
      type: entry.orderType,
      price: entry.price,
      limit: entry.orderType === 'limit' ? limitPrice(entry.price, holding.step, side) : null,
      amount: times(entry.line.lotValue, count),
    },
  ];
}

const changeOf = (entry: Entry, planned: Lots | undefined): Lots =>
  subtract(planned ?? entry.line.held, entry.line.held);

const feesOf = (entry: Entry, planned: Lots | undefined): Money =>
  times(entry.line.fee, absolute(changeOf(entry, planned)));

const errorBefore = (rows: readonly PlanRow[]): number =>
  trackingError(rows.map((row) => ({ value: row.valueBefore, targetPercent: row.targetPercent })));
const errorAfter = (rows: readonly PlanRow[]): number =>
  trackingError(rows.map((row) => ({ value: row.valueAfter, targetPercent: row.targetPercent })));
