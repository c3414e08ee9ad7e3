// A saved snapshot decides what the original decided: everything that a decision rests on survives the way through JSON.

import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { decide } from '../../src/core/decide.ts';
import type { Facts } from '../../src/core/facts.ts';
import { type Finding, type FundFacts, unknownFacts } from '../../src/core/fund-facts.ts';
import type { MarginState } from '../../src/core/margin-state.ts';
import { type Snapshot, usablePrice } from '../../src/core/portfolio.ts';
import { lots, money, price, rate, shares } from '../../src/core/units.ts';
import { WEIGHTINGS } from '../../src/core/weights/registry.ts';
import { parseSnapshot, snapshotToJson } from '../../src/report/snapshot-json.ts';
import { accounts } from '../support/random-snapshot.ts';
import { holding, NOON_MS, policyOf, snapshotOf } from '../support/snapshot-builder.ts';

const SEED = Number(process.env.SEED ?? 20261121);
const MODES = Object.keys(WEIGHTINGS) as (keyof typeof WEIGHTINGS)[];

function throughJson(snapshot: Snapshot, wallet: Iterable<string> = []): Snapshot {
  const parsed = parseSnapshot(JSON.parse(JSON.stringify(snapshotToJson(snapshot))), new Set(wallet));
  if (!parsed.ok) throw new Error(parsed.problems.join('\n'));
  return parsed.snapshot;
}

// ---------------------------------------------------------------- random facts

const tickers = Array.from({ length: 8 }, (_, index) => `T${index}`);
const instants = fc.integer({ min: 0, max: 40 * 86_400_000 }).map((ago) => NOON_MS - ago);
const nano = fc.bigInt({ min: 1n, max: 10n ** 21n });
const amounts = fc.bigInt({ min: 0n, max: 10n ** 18n }).map(money);

const findings = <Value>(values: fc.Arbitrary<Value>): fc.Arbitrary<Finding<Value>> =>
  fc.oneof(
    {
      weight: 9,
      arbitrary: fc.record({
        kind: fc.constant('known' as const),
        value: values,
        asOfMs: instants,
        fetchedAtMs: instants,
        source: fc.constantFrom('t_invest', 'files'),
      }),
    },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('unknown' as const), because: fc.string() }) },
  );

const funds = (ticker: string): fc.Arbitrary<FundFacts> =>
  fc.record({
    ticker: fc.constant(ticker),
    isFund: fc.boolean(),
    units: findings(nano.map(shares)),
    price: findings(nano.map(price)),
    marketCap: findings(nano.map(money)),
    aum: findings(nano.map(money)),
    nav: findings(nano.map(price)),
    marketCapThen: findings(nano.map(money)),
  });

const TODAY = Date.parse('2026-03-16');
const closes = fc.array(fc.integer({ min: 900, max: 1100 }), { minLength: 0, maxLength: 50 }).map((list) =>
  list.map((kopecks, index) => ({
    dayMs: TODAY - (list.length - index) * 86_400_000,
    price: price(BigInt(kopecks) * 10_000_000n),
  })),
);

const perTicker = <Value>(drawn: (ticker: string) => fc.Arbitrary<Value>) =>
  fc
    .tuple(...tickers.map((ticker) => fc.option(drawn(ticker), { freq: 6 })))
    .map(
      (values) =>
        new Map(tickers.flatMap((ticker, at) => (values[at] == null ? [] : [[ticker, values[at]]]))),
    );

const margins: fc.Arbitrary<MarginState | null> = fc.oneof(
  fc.constant(null),
  fc.constant({ kind: 'assumed' as const }),
  fc.constant({ kind: 'disabled' as const, because: 'not allowed' }),
  fc.constant({ kind: 'unknown' as const, because: 'no answer' }),
  fc.record({ kind: fc.constant('enabled' as const), liquid: amounts, starting: amounts, minimal: amounts }),
);

const facts: fc.Arbitrary<Facts> = fc
  .record({
    funds: perTicker(funds) as fc.Arbitrary<Facts['funds']>,
    closes: perTicker(() => closes) as fc.Arbitrary<Facts['closes']>,
    problems: perTicker(() => fc.string()) as fc.Arbitrary<Map<string, string>>,
    reference: fc.option(
      fc.record({
        atMs: instants,
        weights: fc
          .array(fc.double({ min: 0, max: 100, noNaN: true }), { minLength: 8, maxLength: 8 })
          .map((list) => new Map(list.map((weight, at) => [`T${at}`, weight === 0 ? 0 : weight] as const))),
      }),
    ),
    margin: margins,
    deleverage: fc.boolean(),
    timing: fc.constantFrom(
      { calendarDue: false, calendar: '', blocked: null },
      { calendarDue: true, calendar: 'on Monday', blocked: null },
      { calendarDue: false, calendar: '', blocked: 'cooling down', blockedBy: 'rebalance.cooldown' as const },
    ),
    turnoverToday: amounts,
    ordersToday: fc.constantFrom(new Map<string, number>(), new Map([['T0', 3]])),
    setAside: fc.oneof(fc.constant(money(0n)), amounts),
    approvals: fc.constantFrom(
      [],
      [{ ticker: 'T0', side: 'sell' as const, lots: lots(10n ** 20n), amount: money(5n) }],
    ),
  })
  .map(({ problems, ...rest }) => (problems.size === 0 ? rest : { ...rest, closeProblems: problems }));

/** Facts of what is held: an observation has no others. */
function withFacts(snapshot: Snapshot, { closeProblems, ...all }: Facts): Snapshot {
  const held = new Set(snapshot.holdings.map(({ ticker }) => ticker));
  const kept = <Value>(map: ReadonlyMap<string, Value>) =>
    new Map([...map].filter(([ticker]) => held.has(ticker)));
  const problems = kept(closeProblems ?? new Map<string, string>());
  return {
    ...snapshot,
    // An observation says why a price is none, and never lets one of zero or less in.
    holdings: snapshot.holdings.map((each) =>
      usablePrice(each) === null ? { ...each, price: null, priceProblem: 'none came' } : each,
    ),
    facts: {
      ...all,
      funds: kept(all.funds),
      closes: kept(all.closes),
      ...(problems.size === 0 ? {} : { closeProblems: problems }),
    },
  };
}

// ---------------------------------------------------------------- the way through JSON

describe('a snapshot through JSON', () => {
  test('is the same snapshot, facts included', () => {
    fc.assert(
      fc.property(accounts({}), facts, fc.bigInt({ min: 0n, max: 10n ** 9n }), ({ snapshot }, all, part) => {
        const holdings = snapshot.holdings.map((each, at) =>
          at === 0 ? { ...each, marginRate: rate(part) } : each,
        );
        const whole = withFacts({ ...snapshot, holdings }, all);
        const read = throughJson(whole);
        expect(read.facts).toEqual(whole.facts);
        expect(read.holdings.map(({ marginRate }) => marginRate)).toEqual(
          whole.holdings.map(({ marginRate }) => marginRate),
        );
      }),
      { seed: SEED, numRuns: 150 },
    );
  });

  test('decides what the original decides, in every mode, with diff and with margin', () => {
    const rules = fc.record({
      mode: fc.constantFrom(...MODES),
      diff: fc.record({
        mode: fc.constantFrom('off' as const, 'day' as const),
        multiplier: fc.integer({ min: 0, max: 100 }),
      }),
      margin: fc.option(
        fc.constant({
          multiplier: 2,
          freeThreshold: money(5_000n * 10n ** 9n),
          maxMarginSize: money(10n ** 15n),
          strategy: 'keep' as const,
          minFundsSufficiency: 1.2,
        }),
      ),
    });
    const seen = new Set<string>();
    fc.assert(
      fc.property(accounts({}), facts, rules, ({ snapshot, policy }, all, drawn) => {
        const own = { ...policy, ...drawn };
        const weighting = { ...own.weighting, volatilityDays: 10, sharpeDays: 10 };
        const whole = withFacts(snapshot, all);
        const decided = decide(whole, { ...own, weighting });
        seen.add(decided.kind);
        expect(decide(throughJson(whole), { ...own, weighting })).toEqual(decided);
      }),
      { seed: SEED, numRuns: 150 },
    );
    expect([...seen].sort()).toContain('plan');
    expect([...seen].sort()).toContain('skip');
  });
});

// ---------------------------------------------------------------- written by hand

const fund = (ticker: string, change: object = {}) => ({
  ticker,
  uid: `uid-${ticker}`,
  lot: 1,
  step_rub: '0.01',
  price_rub: '10.00',
  price_time: '2026-03-16T09:00:00Z',
  pieces: 0,
  tradable: true,
  ...change,
});
const byHand = (change: object, ...instruments: readonly object[]) => ({
  schema: 1,
  account: 'a',
  taken_at: '2026-03-16T09:00:00Z',
  exchange_open: true,
  cash_rub: '10000.00',
  instruments,
  ...change,
});
const read = (json: object): Snapshot => {
  const parsed = parseSnapshot(json, new Set(['A', 'B']));
  if (!parsed.ok) throw new Error(parsed.problems.join('\n'));
  return parsed.snapshot;
};

describe('a snapshot written by hand', () => {
  test('may give a datum as a bare number, which is known as of the snapshot', () => {
    const { facts } = read(byHand({}, fund('A@', { fund: { market_cap_rub: '300.00', aum_rub: '290' } })));
    const known = facts.funds.get('A');
    expect(known?.marketCap).toEqual({
      kind: 'known',
      value: money(300_000_000_000n),
      asOfMs: NOON_MS,
      fetchedAtMs: NOON_MS,
      source: 'snapshot',
    });
    expect(known?.marketCapThen).toEqual(known!.marketCap);
    expect(known?.nav).toEqual({ kind: 'unknown', because: 'the snapshot has no fund.nav_rub for it' });
  });

  test('is planned by market cap', () => {
    const snapshot = read(
      byHand(
        {},
        fund('A', { fund: { market_cap_rub: '300' } }),
        fund('B', { fund: { market_cap_rub: '100' } }),
      ),
    );
    const decision = decide(snapshot, policyOf({ A: 50, B: 50 }, { mode: 'marketcap' }));
    if (decision.kind !== 'plan') throw new Error(decision.because);
    expect(decision.plan.rows.map(({ ticker, targetPercent }) => [ticker, targetPercent])).toEqual([
      ['A', 75],
      ['B', 25],
      ['RUB', 0],
    ]);
  });

  test.each([
    [
      'marketcap',
      /market cap is unknown.*A: no fund data.*instruments\[\]\.fund.*B: the snapshot has no fund\.market_cap_rub/,
    ],
    ['aum', /AUM is unknown.*A: no fund data.*B: the snapshot has no fund\.aum_rub/],
    ['decorrelation', /A: no fund data.*B: the snapshot has no fund\.market_cap_rub.*fund\.aum_rub/],
    ['sharpe', /A: its daily closes are not there.*instruments\[\]\.closes/],
    ['inverse_volatility', /A: its daily closes are not there.*instruments\[\]\.closes/],
  ] as const)('without what %s reads decides nothing and says what it lacks', (mode, because) => {
    const snapshot = read(byHand({}, fund('A'), fund('B', { fund: {} })));
    const decision = decide(snapshot, policyOf({ A: 50, B: 50 }, { mode }));
    expect(decision.kind).toBe('skip');
    expect(decision.kind === 'skip' ? decision.because : '').toMatch(because);
  });

  test('whose margin nobody asked about says so', () => {
    expect(read(byHand({}, fund('A'))).facts.margin).toEqual({ kind: 'assumed' });
    expect(read(byHand({ margin: null }, fund('A'))).facts.margin).toBeNull();
  });

  test('gives closes in any order', () => {
    const closes = { '2026-03-13': '10.10', '2026-03-12': '10.00' };
    expect(read(byHand({}, fund('A', { closes }))).facts.closes.get('A')).toEqual([
      { dayMs: Date.parse('2026-03-12'), price: price(10_000_000_000n) },
      { dayMs: Date.parse('2026-03-13'), price: price(10_100_000_000n) },
    ]);
  });

  test.each([
    ['a market cap of zero', { fund: { market_cap_rub: '0' } }, /instruments\[0\]\.fund\.market_cap_rub/],
    [
      'a negative AUM',
      { fund: { aum_rub: { value: '-1', as_of: '2026-03-16T09:00:00Z' } } },
      /fund\.aum_rub/,
    ],
    ['no units', { fund: { units: '0' } }, /fund\.units/],
    ['an unknown datum', { fund: { market_cup_rub: '1' } }, /fund.*market_cup_rub/],
    ['a close of no day', { closes: { yesterday: '1' } }, /closes/],
    ['a close of zero', { closes: { '2026-03-13': '0.00' } }, /closes\.2026-03-13/],
  ])('with %s is refused', (_, change, problem) => {
    const parsed = parseSnapshot(byHand({}, fund('A', change)), new Set(['A']));
    expect(parsed.ok ? '' : parsed.problems.join('\n')).toMatch(problem);
  });

  test('with nothing of all this is what it always was', () => {
    const plain = snapshotOf('1', [holding('A', '10', 1)]);
    const json = snapshotToJson(plain);
    expect(json.instruments[0]).not.toContainKeys(['fund', 'closes', 'closes_problem']);
    expect(unknownFacts('A', 'x').aum).toEqual({ kind: 'unknown', because: 'x' });
  });
});
