// Ten thousand snapshots with damaged values, each decided on under random rules: refused in words, or decided without an
// exception. No order without a positive price, in what is held back, or for more than is there; no spending below the floor.

import { expect, test } from 'bun:test';
import fc from 'fast-check';
import { decide } from '../../src/core/decide.ts';
import { costsRecord, positionsOf, trackingErrorRecord } from '../../src/core/iteration-record.ts';
import type { Decision, PlannedOrder } from '../../src/core/plan.ts';
import { commissionOf, type Policy } from '../../src/core/policy.ts';
import type { Holding, Snapshot } from '../../src/core/portfolio.ts';
import { raw } from '../../src/core/units.ts';
import type { WeightingMode } from '../../src/core/weights/registry.ts';
import { parseSnapshot, snapshotToJson } from '../../src/report/snapshot-json.ts';
import { ruledAccounts } from '../support/random-rules.ts';
import { type Dice, mutations, SEED } from './dice.ts';
import { hurtNumbers, hurtText, hurtValues } from './json-damage.ts';

const RUNS = 10_000;
const NANO = 1_000_000_000n;
const MODES: readonly WeightingMode[] = [
  'manual',
  'manual',
  'manual',
  'marketcap',
  'aum',
  'marketcap_aum',
  'decorrelation',
  'equal',
  'inverse_volatility',
  'sharpe',
];
const bases = fc.sample(ruledAccounts(), { seed: SEED, numRuns: 300 }).map(({ snapshot, policy }) => {
  const json = snapshotToJson(snapshot);
  // What the computed modes read, so that it can be damaged.
  for (const [index, item] of json.instruments.entries())
    item.fund = {
      units: '1000000',
      market_cap_rub: `${(index + 1) * 1_000_000}.00`,
      aum_rub: `${(index + 1) * 1_010_000}.00`,
      nav_rub: '6.50',
    };
  return { json, policy };
});

test('ten thousand damaged snapshots are refused in words, or decided on within their limits', async () => {
  const ended = { refused: 0, skip: 0, risk_only: 0, plan: 0, orders: 0 };
  await mutations('snapshots', RUNS, (dice, _, show) => {
    const base = dice.pick(bases);
    const policy: Policy = { ...dice.pick(bases).policy, wallet: base.policy.wallet, ...unusual(dice) };
    const written = dice.chance(0.1)
      ? hurtText(dice, JSON.stringify(base.json))
      : dice.chance(0.6)
        ? hurtNumbers(dice, base.json)
        : hurtValues(dice, base.json);
    show(() => `${written}\n${JSON.stringify(policy, readable)}`);
    const value = parsedJson(written);
    if (value === undefined) {
      ended.refused += 1;
      return;
    }
    const parsed = parseSnapshot(value, new Set(policy.wallet.keys()));
    if (!parsed.ok) {
      ended.refused += 1;
      if (parsed.problems.length === 0 || parsed.problems.some((problem) => !/^\S.*: .{5}/.test(problem)))
        throw new Error(`no words: ${parsed.problems}`);
      return;
    }
    const { snapshot } = parsed;
    const decision = decide(snapshot, policy);
    ended[decision.kind] += 1;
    ended.orders += check(decision, snapshot, policy);
    if (dice.chance(0.2)) checkBuys(snapshot, policy);
    if (dice.chance(0.1)) checkReplay(snapshot, policy, decision);
  });
  console.log(JSON.stringify(ended));
  if (process.env.CASE !== undefined) return;
  expect(ended.plan).toBeGreaterThan(RUNS / 10);
  expect(ended.refused).toBeGreaterThan(RUNS / 10);
  expect(ended.orders).toBeGreaterThan(RUNS / 10);
}, 60_000);

const readable = (_: string, value: unknown): unknown =>
  typeof value === 'bigint'
    ? String(value)
    : value instanceof Map || value instanceof Set
      ? [...value]
      : value;

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const unusual = (dice: Dice): Partial<Policy> => ({
  mode: dice.pick(MODES),
  diff: { mode: dice.pick(['off', 'iteration', 'day'] as const), multiplier: dice.pick([0, 30, 100]) },
  unlistedPositions: dice.pick(['keep', 'sell'] as const),
  ...(dice.chance(0.2)
    ? {
        weighting: {
          decorrelationMinSpread: dice.pick([0, 0.5]),
          volatilityDays: 5,
          sharpeDays: 20,
          riskFreePercent: 16,
          caps: dice.pick([null, 40, 100]),
          floors: dice.pick([null, 1]),
        },
      }
    : {}),
});

/** How many orders. */
function check(decision: Decision, snapshot: Snapshot, policy: Policy): number {
  if (decision.kind !== 'plan' && decision.because.length < 10) throw new Error('no words');
  if (decision.kind === 'skip') return 0;
  const orders = decision.kind === 'plan' ? decision.plan.orders : decision.orders;
  checkOrders(orders, snapshot, policy);
  if (decision.kind === 'risk_only') {
    if (orders.some(({ side }) => side === 'buy')) throw new Error('bought on an unknown total');
    return orders.length;
  }
  const { plan } = decision;
  checkCash(orders, snapshot, policy, raw(plan.equity));
  const shown = [
    positionsOf(plan),
    trackingErrorRecord(plan.trackingError),
    costsRecord(plan),
    plan.heldBack,
    plan.warnings,
  ];
  for (const row of plan.rows)
    for (const percent of [row.beforePercent, row.afterPercent, row.targetPercent])
      if (!Number.isFinite(percent)) throw new Error(`${row.ticker}: ${percent} %`);
  if (!Number.isFinite(plan.trackingError.before + plan.trackingError.after))
    throw new Error('no tracking error');
  JSON.stringify(shown, (key, value: unknown) => {
    if (typeof value === 'number' && !Number.isFinite(value)) throw new Error(`${key} is ${value}`);
    return value;
  });
  return orders.length;
}

function checkOrders(orders: readonly PlannedOrder[], snapshot: Snapshot, policy: Policy): void {
  const tickers = orders.map(({ ticker }) => ticker);
  if (new Set(tickers).size !== tickers.length) throw new Error(`two orders in one instrument: ${tickers}`);
  for (const order of orders) {
    const holding = snapshot.holdings.find(({ ticker }) => ticker === order.ticker);
    if (holding === undefined) throw new Error(`an order in ${order.ticker}, which is not there`);
    const wrong = wrongWith(order, holding, policy);
    if (wrong !== null) throw new Error(`${order.side} ${order.ticker}: ${wrong}`);
  }
}

function wrongWith(order: PlannedOrder, holding: Holding, policy: Policy): string | null {
  if (holding.price === null || raw(holding.price) <= 0n || raw(order.price) <= 0n)
    return 'without a positive price';
  if (raw(order.lots) <= 0n || raw(order.amount) <= 0n) return 'of nothing';
  if (holding.hold !== null || holding.priceProblem !== null) return 'in what is held';
  if (holding.priceAgeMs === null || holding.priceAgeMs > policy.maxPriceAgeMs) return 'at an old price';
  if (order.side === 'buy' ? !holding.buyable : !holding.sellable) return 'not allowed';
  if (
    order.side === 'sell' &&
    raw(order.lots) * raw(order.lot) > raw(holding.pieces) - raw(holding.blockedPieces)
  )
    return 'short';
  if (order.limit !== null && raw(order.limit) <= 0n) return 'with a limit that is none';
  return raw(order.lot) === raw(holding.lot) &&
    raw(order.amount) === raw(order.lots) * raw(order.lot) * raw(order.price)
    ? null
    : 'reckoned wrong';
}

const up = (amount: bigint, part: bigint): bigint => (amount * part + NANO - 1n) / NANO;

/** Reckoned from the orders alone: what is bought at worst leaves what must be left. */
function checkCash(
  orders: readonly PlannedOrder[],
  snapshot: Snapshot,
  policy: Policy,
  equity: bigint,
): void {
  const reserve = (order: PlannedOrder): bigint => {
    const { step, lot } = snapshot.holdings.find(({ ticker }) => ticker === order.ticker)!;
    const perLot = raw(order.price) * raw(lot);
    const slip = order.type === 'bestprice' ? up(perLot, 3_000_000n) : raw(step) * raw(lot);
    return raw(order.lots) * (slip + up(perLot + slip, raw(commissionOf(snapshot, policy))));
  };
  if (!orders.some(({ side }) => side === 'buy')) return;
  const cash = orders.reduce(
    (sum, order) => sum + (order.side === 'buy' ? -raw(order.amount) : raw(order.amount)) - reserve(order),
    raw(snapshot.cash),
  );
  const floor = -debtLimit(snapshot, policy, equity);
  if (cash < floor) throw new Error(`buys down to ${cash} nano, the floor is ${floor}`);
  const kept = raw(policy.limits.cashReserve) + raw(snapshot.facts.setAside) - raw(snapshot.blockedCash);
  if (kept > 0n && cash < kept && cash < raw(snapshot.cash))
    throw new Error(`buys down to ${cash} nano, ${kept} are kept`);
}

function debtLimit({ facts }: Snapshot, { margin, limits }: Policy, equity: bigint): bigint {
  if (margin === null || facts.margin === null || facts.margin.kind === 'disabled') return 0n;
  if (raw(limits.cashReserve) + raw(facts.setAside) > 0n) return 0n;
  const above = (equity * BigInt(Math.round((margin.multiplier - 1) * 1e9))) / NANO;
  const most = raw(margin.maxMarginSize) < above ? raw(margin.maxMarginSize) : above;
  const limit =
    !facts.deleverage || margin.strategy === 'keep'
      ? most
      : margin.strategy === 'remove'
        ? 0n
        : raw(margin.freeThreshold) < most
          ? raw(margin.freeThreshold)
          : most;
  return limit < 0n ? 0n : limit;
}

/** The second leg only buys, and only what the first one planned to. */
function checkBuys(snapshot: Snapshot, policy: Policy): void {
  const tickers = new Set(snapshot.holdings.slice(0, 2).map(({ ticker }) => ticker));
  const decision = decide(snapshot, policy, { kind: 'buys', tickers });
  if (decision.kind !== 'plan') return;
  const { orders, equity } = decision.plan;
  checkOrders(orders, snapshot, policy);
  checkCash(orders, snapshot, policy, raw(equity));
  for (const { side, ticker } of orders)
    if (side === 'sell' || !tickers.has(ticker)) throw new Error(`a ${side} of ${ticker} in the second leg`);
}

/** What is written of it is read back into the same decision. */
function checkReplay(snapshot: Snapshot, policy: Policy, decision: Decision): void {
  const again = parseSnapshot(
    JSON.parse(JSON.stringify(snapshotToJson(snapshot))),
    new Set(policy.wallet.keys()),
  );
  if (!again.ok) throw new Error(`its own text is refused: ${again.problems.join('; ')}`);
  expect(decide(again.snapshot, policy)).toEqual(decision);
}
