// Snapshots and policies built by hand, in rubles and pieces, for tests of `decide`; and what a venue makes of a plan.
// Guarantees: what a test does not name is ordinary: a fresh price, tradable both ways, one piece a lot, kopeck steps.

import { NO_FACTS } from '../../src/core/facts.ts';
import type { Decision, Plan, PlannedOrder } from '../../src/core/plan.ts';
import type { Policy } from '../../src/core/policy.ts';
import { NO_RULES } from '../../src/core/policy.ts';
import type { Holding, Snapshot } from '../../src/core/portfolio.ts';
import {
  add,
  lotSize,
  type Money,
  money,
  negate,
  parseNano,
  piecesIn,
  portionUp,
  price,
  type Rate,
  rate,
  raw,
  shares,
  subtract,
} from '../../src/core/units.ts';

export const NOON_MS = Date.parse('2026-03-16T09:00:00Z');

/** @param rubles price of one piece; `null` where none was ever accepted. */
export const holding = (
  ticker: string,
  rubles: string | null,
  pieces: number | bigint,
  unusual: Partial<Holding> & { readonly lotPieces?: number } = {},
): Holding => {
  const { lotPieces, ...rest } = unusual;
  return {
    ticker,
    name: `fund ${ticker}`,
    uid: `uid-${ticker}`,
    isin: `RU-${ticker}`,
    lot: lotSize(BigInt(lotPieces ?? 1)),
    step: price(10_000_000n),
    price: rubles === null ? null : price(parseNano(rubles)),
    priceTimeMs: rubles === null ? null : NOON_MS,
    priceAgeMs: rubles === null ? null : 0,
    priceProblem: null,
    pieces: shares(BigInt(pieces)),
    blockedPieces: shares(0n),
    averagePrice: null,
    marginRate: null,
    buyable: true,
    sellable: true,
    orderTypes: { market: true, limit: true, bestPrice: true },
    hold: null,
    listed: true,
    vanished: false,
    ...rest,
  };
};

/** @param cash spendable rubles. */
export const snapshotOf = (
  cash: string,
  holdings: readonly Holding[],
  unusual: Partial<Snapshot> = {},
): Snapshot => ({
  account: 'account_1',
  takenAtMs: NOON_MS,
  exchangeOpen: true,
  cash: money(parseNano(cash)),
  blockedCash: money(0n),
  holdings,
  commissionSeen: null,
  facts: NO_FACTS,
  ...unusual,
});

/** @param wallet percents that add up to 100. */
export const policyOf = (
  wallet: Readonly<Record<string, number>>,
  unusual: Partial<Policy> = {},
): Policy => ({
  ...NO_RULES,
  mode: 'manual',
  wallet: new Map(Object.entries(wallet)),
  unlistedPositions: 'keep',
  minOneLot: true,
  minImprovementPp: 0.25,
  orderType: 'market',
  commission: percent('0.3'),
  maxPriceAgeMs: 3_600_000,
  ...unusual,
});

export const percent = (text: string): Rate => rate(parseNano(text) / 100n);
export const rub = (text: string): Money => money(parseNano(text));

/** The account after these orders filled at the prices that they were sized at, each lot charged `commission`. */
export function afterFills(snapshot: Snapshot, orders: readonly PlannedOrder[], commission: Rate): Snapshot {
  let { cash } = snapshot;
  const pieces = new Map(snapshot.holdings.map((each) => [each.uid, each.pieces]));
  for (const order of orders) {
    const perLot = portionUp(money(raw(order.amount) / raw(order.lots)), commission);
    const fee = money(raw(perLot) * raw(order.lots));
    const filled = piecesIn(order.lots, order.lot);
    const before = pieces.get(order.uid) ?? shares(0n);
    pieces.set(order.uid, order.side === 'buy' ? add(before, filled) : subtract(before, filled));
    cash = subtract(add(cash, order.side === 'buy' ? negate(order.amount) : order.amount), fee);
  }
  const holdings = snapshot.holdings.map((each) => ({
    ...each,
    pieces: pieces.get(each.uid) ?? each.pieces,
  }));
  return { ...snapshot, cash, holdings };
}

/** `TMOS: -10937` per order, sells first: a plan in a form that a table can hold. */
export const ordersOf = (plan: Plan): Record<string, number> =>
  Object.fromEntries(
    plan.orders.map((order) => [order.ticker, Number(raw(order.lots)) * (order.side === 'buy' ? 1 : -1)]),
  );

/** The plan of a decision that is known to be one. */
export function planOf(decision: Decision): Plan {
  if (decision.kind !== 'plan') throw new Error(`expected a plan, found a skip: ${decision.because}`);
  return decision.plan;
}

/** The rule that holds an instrument back, or `null`. */
export const ruleFor = (plan: Plan, ticker: string): string | null =>
  plan.heldBack.find((held) => held.ticker === ticker)?.rule ?? null;
