// Random accounts under random combinations of all rules, and what each rule asks of a plan, said without the rules' code.
// Guarantees: every rule is on in a part of the cases, alone and with others; margin in every state; facts that contradict.

import fc from 'fast-check';
import type { Facts } from '../../src/core/facts.ts';
import { unknownFacts } from '../../src/core/fund-facts.ts';
import type { MarginState } from '../../src/core/margin-state.ts';
import type { LimitsPolicy, Policy, RebalancePolicy } from '../../src/core/policy.ts';
import { NO_RULES } from '../../src/core/policy.ts';
import type { Holding } from '../../src/core/portfolio.ts';
import { lots, money, price, rate, raw } from '../../src/core/units.ts';
import { type Account, accounts } from './random-snapshot.ts';
import { NOON_MS } from './snapshot-builder.ts';

const NANO = 1_000_000_000n;
const DAY_MS = 86_400_000;
const FEES = [
  {
    fromMs: 0,
    steps: [{ upTo: money(5_000n * NANO), fee: money(0n) }],
    rates: [{ upTo: null, part: rate(700_000n) }],
  },
];

/** On in a part of the cases that differs from case to case: few rules together bind more than many do. */
const sometimes = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<Sometimes<T>> =>
  fc.record({ roll: fc.integer({ min: 0, max: 99 }), value });
interface Sometimes<T> {
  readonly roll: number;
  readonly value: T;
}
/** Two numbers of one per mille each, so that they shrink. */
const part = fc.integer({ min: 0, max: 1_000 });
/** Which of the tickers: a bit each. */
const subset = fc.integer({ min: 0, max: 255 });

const rules = fc.record({
  margin: sometimes(
    fc.record({
      multiplier: fc.constantFrom(1, 1.5, 2, 4),
      freeThreshold: fc.constantFrom(0, 5_000, 100_000),
      maxMarginSize: fc.constantFrom(5_000, 50_000, 10_000_000),
      strategy: fc.constantFrom('remove' as const, 'keep' as const, 'keep_if_small' as const),
      minFundsSufficiency: fc.constantFrom(1, 1.2, 2),
      state: fc.constantFrom(
        'enabled',
        'enabled',
        'enabled',
        'below starting',
        'below minimal',
        'disabled',
        'unknown',
        'none',
      ),
    }),
  ),
  deleverage: fc.constantFrom(false, false, false, true),
  minProfitPercent: sometimes(fc.constantFrom(-5, 0, 3)),
  funding: sometimes(
    fc.record({
      instruments: subset,
      mode: fc.constantFrom(
        'only_positive_positions_sell' as const,
        'equal_in_percents' as const,
        'none' as const,
      ),
      minBuyPercent: fc.constantFrom(0, 0.1, 2),
    }),
  ),
  confirmAbove: sometimes(fc.constantFrom(1_000, 50_000, 300_000)),
  approved: subset,
  rebalance: sometimes(
    fc.record({
      trigger: fc.constantFrom(
        'always' as const,
        'threshold' as const,
        'calendar' as const,
        'hybrid' as const,
      ),
      thresholdPercent: fc.constantFrom(null, 1, 5, 20),
      relativeThresholdPercent: fc.constantFrom(null, 10, 25),
      to: fc.constantFrom('target' as const, 'edge' as const),
      scope: fc.constantFrom('all' as const, 'breached' as const),
      volatilityAdjusted: fc.boolean(),
      calendarDue: fc.boolean(),
      blocked: fc.constantFrom(null, null, 'cooling down'),
    }),
  ),
  limits: fc.record({
    minTrade: sometimes(fc.constantFrom(500, 10_000)),
    dustPercent: sometimes(fc.constantFrom(0.02, 0.5)),
    maxTradePercent: sometimes(fc.constantFrom(1, 10)),
    maxTurnoverPercent: sometimes(fc.constantFrom(0, 5, 40)),
    maxDayTurnoverPercent: sometimes(fc.constantFrom(10, 400)),
    maxOrders: sometimes(fc.constantFrom(0, 1, 3)),
    maxPremiumPercent: sometimes(fc.constantFrom(0, 5)),
    movingAverageDays: sometimes(fc.constantFrom(3, 10)),
    buyOnly: sometimes(fc.constant(true)),
    doNotSell: sometimes(subset),
    doNotBuy: sometimes(subset),
    cashReserve: sometimes(fc.constantFrom(1_000, 30_000)),
  }),
  setAside: sometimes(fc.constantFrom(5_000, 50_000)),
  turnoverToday: fc.constantFrom(0, 20_000),
  /** A rule that is on whatever its roll says. */
  focus: fc.constantFrom('none', 'funding', 'margin', 'rebalance'),
  /** Percent of the rules that are on. */
  density: fc.constantFrom(8, 20, 60),
  each: fc.array(
    fc.record({ cost: fc.option(part), margin: fc.option(part), nav: fc.option(part), trend: part }),
    {
      minLength: 8,
      maxLength: 8,
    },
  ),
});
type Rules = typeof rules extends fc.Arbitrary<infer T> ? T : never;

export const ruledAccounts = (): fc.Arbitrary<Account> =>
  fc
    .tuple(fc.noBias(fc.oneof(accounts(), accounts({ free: true }))), fc.noBias(rules))
    .map(([account, drawn]) => withRules(account, drawn));

const rubles = (amount: number) => money(BigInt(Math.round(amount * 100)) * 10_000_000n);

function withRules({ snapshot, policy }: Account, drawn: Rules): Account {
  const on = <T>({ roll, value }: Sometimes<T>): T | null => (roll < drawn.density ? value : null);
  const holdings = snapshot.holdings.map((holding, index): Holding => {
    const each = drawn.each[index];
    const now = raw(holding.price ?? price(0n));
    const priced = each?.cost != null && now > 0n ? price((now * BigInt(each.cost + 500)) / 1_000n) : null;
    const margin = each?.margin != null ? rate(BigInt(each.margin) * 900_000n + 50_000_000n) : null;
    return { ...holding, averagePrice: priced, marginRate: margin };
  });
  const tickersIn = (bits: number | null) =>
    new Set(holdings.filter((_, index) => ((bits ?? 0) >> index) % 2 === 1).map(({ ticker }) => ticker));
  const worth = holdings.reduce(
    (sum, each) => sum + raw(each.pieces) * (raw(each.price ?? price(0n)) > 0n ? raw(each.price!) : 0n),
    0n,
  );
  const { limits } = drawn;
  const focused = <Name extends 'margin' | 'funding' | 'rebalance'>(
    name: Name,
  ): Rules[Name]['value'] | null =>
    drawn.focus === name ? drawn[name].value : on(drawn[name] as Sometimes<Rules[Name]['value']>);
  const [margin, funding, rebalance] = [focused('margin'), focused('funding'), focused('rebalance')];
  const [confirmAbove, setAside] = [on(drawn.confirmAbove), on(drawn.setAside)];
  const ruled: Policy = {
    ...policy,
    margin:
      margin === null
        ? null
        : {
            multiplier: margin.multiplier,
            freeThreshold: rubles(margin.freeThreshold),
            maxMarginSize: rubles(margin.maxMarginSize),
            strategy: margin.strategy,
            minFundsSufficiency: margin.minFundsSufficiency,
          },
    overnightFees: FEES,
    minProfitPercent: on(drawn.minProfitPercent),
    funding: funding && { ...funding, instruments: tickersIn(funding.instruments) },
    confirmAbove: confirmAbove === null ? null : rubles(confirmAbove),
    rebalance: rebalance === null ? NO_RULES.rebalance : rebalanceOf(rebalance),
    limits: limitsOf(limits, tickersIn, on),
  };
  const facts: Facts = {
    ...snapshot.facts,
    funds: new Map(
      holdings.flatMap((holding, index) => {
        const nav = drawn.each[index]?.nav;
        if (nav == null || raw(holding.price ?? price(0n)) <= 0n) return [];
        const value = price((raw(holding.price!) * BigInt(nav + 500)) / 1_000n);
        const known = {
          kind: 'known' as const,
          value,
          asOfMs: NOON_MS,
          fetchedAtMs: NOON_MS,
          source: 'test',
        };
        return [[holding.ticker, { ...unknownFacts(holding.ticker, 'not asked'), nav: known }] as const];
      }),
    ),
    closes: new Map(
      holdings.map((holding, index) => {
        const trend = drawn.each[index]?.trend ?? 500;
        const now = raw(holding.price ?? price(0n));
        const days = now > 0n ? trend % 13 : 0;
        const closes = Array.from({ length: days }, (_, day) => ({
          dayMs: Math.floor(NOON_MS / DAY_MS) * DAY_MS - (days - day) * DAY_MS,
          price: price((now * BigInt(1_000 + ((trend * (day + 1)) % 41) - 20)) / 1_000n),
        }));
        return [holding.ticker, closes] as const;
      }),
    ),
    margin: margin === null ? null : stateOf(margin.state, worth + raw(snapshot.cash), holdings),
    deleverage: drawn.deleverage,
    timing:
      rebalance === null
        ? snapshot.facts.timing
        : {
            calendarDue: rebalance.calendarDue,
            calendar: rebalance.trigger === 'calendar' ? 'next on Monday' : '',
            blocked: rebalance.blocked,
          },
    turnoverToday: rubles(drawn.turnoverToday),
    setAside: rubles(setAside ?? 0),
    approvals: holdings
      .filter(({ ticker }) => tickersIn(drawn.approved).has(ticker))
      .flatMap(({ ticker }) =>
        (['sell', 'buy'] as const).map((side) => ({
          ticker,
          side,
          lots: lots(1_000_000_000n),
          amount: rubles(1_000_000_000),
        })),
      ),
  };
  const poor = drawn.focus === 'funding' && raw(snapshot.cash) > 0n;
  const cash = poor ? money(raw(snapshot.cash) / 100n) : snapshot.cash;
  return { snapshot: { ...snapshot, cash, holdings, facts }, policy: ruled };
}

function rebalanceOf(drawn: Rules['rebalance']['value']): RebalancePolicy {
  const { trigger, thresholdPercent, relativeThresholdPercent, volatilityAdjusted, to, scope } = drawn;
  return { trigger, thresholdPercent, relativeThresholdPercent, volatilityAdjusted, to, scope };
}

const limitsOf = (
  drawn: Rules['limits'],
  tickersIn: (bits: number | null) => Set<string>,
  on: <T>(value: Sometimes<T>) => T | null,
): LimitsPolicy => ({
  minTrade: rubles(on(drawn.minTrade) ?? 0),
  dustPercent: on(drawn.dustPercent) ?? 0,
  maxTradePercent: on(drawn.maxTradePercent),
  maxTurnoverPercent: on(drawn.maxTurnoverPercent),
  maxDayTurnoverPercent: on(drawn.maxDayTurnoverPercent),
  maxOrders: on(drawn.maxOrders),
  maxPremiumPercent: on(drawn.maxPremiumPercent),
  movingAverageDays: on(drawn.movingAverageDays),
  buyOnly: on(drawn.buyOnly) ?? false,
  doNotSell: tickersIn(on(drawn.doNotSell)),
  doNotBuy: tickersIn(on(drawn.doNotBuy)),
  cashReserve: rubles(on(drawn.cashReserve) ?? 0),
});

function stateOf(state: string, equity: bigint, holdings: readonly Holding[]): MarginState | null {
  if (state === 'none') return null;
  if (state === 'disabled') return { kind: 'disabled', because: 'margin trading is off' };
  if (state === 'unknown') return { kind: 'unknown', because: 'it could not be read' };
  const worthOf = (each: Holding): bigint =>
    raw(each.price ?? price(0n)) > 0n ? raw(each.price!) * raw(each.pieces) : 0n;
  const collateral = { outside: 0n, starting: 0n };
  for (const each of holdings) {
    if (each.marginRate === null) collateral.outside += worthOf(each);
    else collateral.starting += (worthOf(each) * raw(each.marginRate)) / NANO;
  }
  const liquid = equity - collateral.outside;
  const starting = state === 'enabled' ? collateral.starting : liquid + 1_000_000_000n;
  const minimal = state === 'below minimal' ? liquid + 500_000_000n : starting / 2n;
  return { kind: 'enabled', liquid: money(liquid), starting: money(starting), minimal: money(minimal) };
}
