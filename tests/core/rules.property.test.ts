import { expect, test } from 'bun:test';
import fc from 'fast-check';
import { decide } from '../../src/core/decide.ts';
import type { Plan, PlannedOrder } from '../../src/core/plan.ts';
import { commissionOf, type Policy } from '../../src/core/policy.ts';
import type { Holding, Snapshot } from '../../src/core/portfolio.ts';
import { add, type Money, NO_MONEY, raw, total } from '../../src/core/units.ts';
import { ruledAccounts } from '../support/random-rules.ts';
import type { Account } from '../support/random-snapshot.ts';
import { afterFills } from '../support/snapshot-builder.ts';

const SEED = Number(process.env.SEED ?? 20261121);
const RUNS = Number(process.env.RUNS ?? 3_000);

const NANO = 1_000_000_000n;
const size = (nano: bigint): bigint => (nano < 0n ? -nano : nano);
const atLeast0 = (nano: bigint): bigint => (nano < 0n ? 0n : nano);
const up = (amount: bigint, part: bigint): bigint => (amount * part + NANO - 1n) / NANO;
const partOf = (whole: bigint, percent: number): bigint => (whole * BigInt(Math.round(percent * 1e7))) / NANO;

/** What a plan and its account come to, worked out from the orders alone. */
class Case {
  readonly holdings: ReadonlyMap<string, Holding>;
  readonly spendable: bigint;
  readonly equity: bigint;
  constructor(
    readonly snapshot: Snapshot,
    readonly policy: Policy,
    readonly plan: Plan,
  ) {
    this.holdings = new Map(snapshot.holdings.map((each) => [each.ticker, each]));
    this.spendable = raw(snapshot.cash);
    this.equity = raw(plan.equity);
  }
  of(ticker: string): Holding {
    return this.holdings.get(ticker)!;
  }
  /** What an order may cost beyond its amount. */
  reserve(order: PlannedOrder): bigint {
    const { step, lot } = this.of(order.ticker);
    const perLot = raw(order.price) * raw(lot);
    const slip = order.type === 'bestprice' ? up(perLot, 3_000_000n) : raw(step) * raw(lot);
    return raw(order.lots) * (slip + up(perLot + slip, raw(commissionOf(this.snapshot, this.policy))));
  }
  get sells(): readonly PlannedOrder[] {
    return this.plan.orders.filter((order) => order.side === 'sell');
  }
  get buys(): readonly PlannedOrder[] {
    return this.plan.orders.filter((order) => order.side === 'buy');
  }
  proceeds(orders: readonly PlannedOrder[]): bigint {
    return orders.reduce((sum, order) => sum + raw(order.amount) - this.reserve(order), 0n);
  }
  cost(orders: readonly PlannedOrder[]): bigint {
    return orders.reduce((sum, order) => sum + raw(order.amount) + this.reserve(order), 0n);
  }
  get cashAfter(): bigint {
    return this.spendable + this.proceeds(this.sells) - this.cost(this.buys);
  }
  /** Debt that the configuration and the broker allow. */
  get debtLimit(): bigint {
    const { margin, limits } = this.policy;
    const { facts } = this.snapshot;
    if (margin === null || facts.margin === null || facts.margin.kind === 'disabled') return 0n;
    if (raw(limits.cashReserve) + raw(facts.setAside) > 0n) return 0n;
    const above = (this.equity * BigInt(Math.round((margin.multiplier - 1) * 1e9))) / NANO;
    const most = atLeast0(raw(margin.maxMarginSize) < above ? raw(margin.maxMarginSize) : above);
    if (!facts.deleverage || margin.strategy === 'keep') return most;
    return margin.strategy === 'remove'
      ? 0n
      : raw(margin.freeThreshold) < most
        ? raw(margin.freeThreshold)
        : most;
  }
  get kept(): bigint {
    const { policy, snapshot } = this;
    // What is blocked is kept already.
    return atLeast0(
      raw(policy.limits.cashReserve) + raw(snapshot.facts.setAside) - raw(snapshot.blockedCash),
    );
  }
  /** RUB is below what it must or should be: sells that lift it are exempt from the owner's limits. */
  get covering(): boolean {
    return this.spendable < this.kept || this.spendable < -this.debtLimit || this.called;
  }
  get called(): boolean {
    const { margin } = this.snapshot.facts;
    if (this.policy.margin === null || margin?.kind !== 'enabled') return false;
    return this.spendable < 0n || raw(margin.liquid) < raw(margin.minimal);
  }
  gaveWay(ticker: string, rule: string): boolean {
    return this.plan.warnings.some((warning) => warning.startsWith(`${ticker}: ${rule} gave way`));
  }
  named(rule: RegExp): boolean {
    return (
      this.plan.heldBack.some((held) => rule.test(held.rule)) ||
      this.plan.warnings.some((each) => rule.test(each))
    );
  }
}

type Check = (each: Case) => void;
const CHECKS: Readonly<Record<string, Check>> = {
  'no short, nothing blocked, nothing that may not be traded': (each) => {
    for (const order of each.plan.orders) {
      const holding = each.of(order.ticker);
      expect(holding.hold).toBe(null);
      expect(holding.priceAgeMs! <= each.policy.maxPriceAgeMs && holding.priceProblem === null).toBe(true);
      expect(order.side === 'buy' ? holding.buyable : holding.sellable).toBe(true);
      expect(raw(order.lots) > 0n && raw(order.price) > 0n).toBe(true);
      if (order.side === 'sell')
        expect(raw(order.lots) * raw(order.lot) <= raw(holding.pieces) - raw(holding.blockedPieces)).toBe(
          true,
        );
    }
  },
  'cash and debt stay within their limits, or get better by sells only': (each) => {
    const floor = -each.debtLimit;
    if (each.cashAfter >= floor) return;
    expect(each.spendable < floor).toBe(true);
    expect(each.buys).toEqual([]);
    expect(each.cashAfter >= each.spendable).toBe(true);
  },
  'purchases leave the reserve and what is set aside': (each) => {
    if (each.buys.length > 0 && each.kept > 0n)
      expect(each.cashAfter >= each.kept || each.cashAfter >= each.spendable).toBe(true);
  },
  'before the close, and with margin that is not sure, nothing is bought with borrowed money': (each) => {
    const { facts } = each.snapshot;
    const closing = facts.deleverage && each.policy.margin !== null && each.policy.margin.strategy !== 'keep';
    if (each.buys.length > 0 && (closing || facts.margin?.kind === 'unknown'))
      expect(each.cost(each.buys) <= atLeast0(each.spendable) + each.proceeds(each.sells)).toBe(true);
  },
  'below the starting margin nothing is bought': (each) => {
    const { margin } = each.snapshot.facts;
    if (
      each.policy.margin !== null &&
      margin?.kind === 'enabled' &&
      raw(margin.liquid) < raw(margin.starting)
    )
      expect(each.buys).toEqual([]);
  },
  'what is no collateral is bought with own money': (each) => {
    if (each.debtLimit === 0n) return;
    const own = each.buys.filter(({ ticker }) => each.of(ticker).marginRate === null);
    if (own.length === 0) return;
    expect(each.cost(own) <= atLeast0(each.spendable + each.proceeds(each.sells))).toBe(true);
  },
  'a plan that leaves a debt leaves collateral enough, or buys nothing': (each) => {
    const { margin } = each.snapshot.facts;
    if (each.policy.margin === null || margin?.kind !== 'enabled' || each.cashAfter >= 0n) return;
    let liquid = raw(margin.liquid);
    let starting = raw(margin.starting);
    for (const order of each.plan.orders) {
      const signed = order.side === 'buy' ? raw(order.amount) : -raw(order.amount);
      const { marginRate } = each.of(order.ticker);
      liquid -= each.reserve(order) + (marginRate === null ? signed : 0n);
      starting += marginRate === null ? 0n : (signed * raw(marginRate)) / NANO;
    }
    const asked = (starting * BigInt(Math.round(each.policy.margin.minFundsSufficiency * 1e9))) / NANO;
    if (liquid < asked - 1_000n) expect(each.buys).toEqual([]);
  },
  'do_not_sell, buy_only and the least profit hold, or are named': (each) => {
    const { limits, minProfitPercent } = each.policy;
    for (const { ticker } of each.sells) {
      if (limits.doNotSell.has(ticker)) expect(each.gaveWay(ticker, 'do_not_sell')).toBe(true);
      else if (limits.buyOnly) expect(each.gaveWay(ticker, 'buy_only')).toBe(true);
      if (minProfitPercent === null) continue;
      const { averagePrice, price } = each.of(ticker);
      const earned =
        averagePrice !== null &&
        raw(price!) * 100_000n >= raw(averagePrice) * BigInt(100_000 + minProfitPercent * 1_000);
      if (!earned) expect(each.gaveWay(ticker, 'min_profit_percent_for_close_position')).toBe(true);
    }
  },
  'do_not_buy, the premium and the moving average hold': (each) => {
    const { limits } = each.policy;
    const { facts } = each.snapshot;
    for (const { ticker, price } of each.buys) {
      expect(limits.doNotBuy.has(ticker)).toBe(false);
      if (limits.maxPremiumPercent !== null) {
        const nav = facts.funds.get(ticker)?.nav;
        expect(
          nav?.kind === 'known' &&
            raw(price) * 1_000n <= raw(nav.value) * BigInt(1_000 + limits.maxPremiumPercent * 10),
        ).toBe(true);
      }
      if (limits.movingAverageDays !== null) {
        const closes = (facts.closes.get(ticker) ?? []).slice(-limits.movingAverageDays);
        expect(closes.length).toBe(limits.movingAverageDays);
        const sum = closes.reduce((all, close) => all + raw(close.price), 0n);
        expect(raw(price) * BigInt(closes.length) >= sum).toBe(true);
      }
    }
  },
  'one trade, the turnover and the number of orders stay in their limits, but for what covers': (each) => {
    const { limits } = each.policy;
    if (limits.maxTradePercent !== null)
      for (const order of each.plan.orders)
        if (raw(order.amount) > partOf(each.equity, limits.maxTradePercent))
          expect(each.gaveWay(order.ticker, 'limits.max_trade_percent')).toBe(true);
    if (each.covering) return;
    if (limits.maxOrders !== null) expect(each.plan.orders.length).toBeLessThanOrEqual(limits.maxOrders);
    const turnover = each.plan.orders.reduce((sum, order) => sum + raw(order.amount), 0n);
    if (limits.maxTurnoverPercent !== null)
      expect(turnover <= partOf(each.equity, limits.maxTurnoverPercent)).toBe(true);
    if (limits.maxDayTurnoverPercent !== null && turnover > 0n)
      expect(
        turnover + raw(each.snapshot.facts.turnoverToday) <=
          partOf(each.equity, limits.maxDayTurnoverPercent),
      ).toBe(true);
  },
  'no order is too small, but a first lot, a weight that goes to 0 and what covers': (each) => {
    if (each.covering) return;
    const { minTrade, dustPercent } = each.policy.limits;
    const dust = partOf(each.equity, dustPercent);
    const least = raw(minTrade) > dust ? raw(minTrade) : dust;
    for (const order of each.plan.orders) {
      const holding = each.of(order.ticker);
      const row = each.plan.rows.find(({ ticker }) => ticker === order.ticker)!;
      const first = each.policy.minOneLot && order.side === 'buy' && raw(holding.pieces) < raw(holding.lot);
      if (first || (order.side === 'sell' && raw(row.target) === 0n)) continue;
      expect(raw(order.amount) >= least - 1n).toBe(true);
    }
  },
  'large orders have their yes, but what covers': (each) => {
    const { confirmAbove } = each.policy;
    if (confirmAbove === null || each.covering) return;
    for (const { ticker, side, amount } of each.plan.orders)
      if (raw(amount) > raw(confirmAbove))
        expect(each.snapshot.facts.approvals.some((one) => one.ticker === ticker && one.side === side)).toBe(
          true,
        );
  },
  'while balancing waits nothing is sold but to cover, and only a surplus is spent': (each) => {
    if (each.plan.aim.kind !== 'quiet') return;
    if (!each.covering) expect(each.sells).toEqual([]);
    if (each.buys.length > 0)
      expect(each.cashAfter >= (each.spendable < 0n ? each.spendable : 0n)).toBe(true);
  },
  'listed instruments are paid from own cash and from what may be sold for them': (each) => {
    const { funding, minProfitPercent } = each.policy;
    if (funding === null) return;
    const listed = each.buys.filter(({ ticker }) => funding.instruments.has(ticker));
    if (listed.length === 0) return;
    const paying = each.sells.filter(({ ticker, price }) => {
      if (funding.mode === 'none') return false;
      if (funding.mode === 'equal_in_percents') return true;
      const { averagePrice } = each.of(ticker);
      return (
        !funding.instruments.has(ticker) &&
        averagePrice !== null &&
        raw(price) > raw(averagePrice) &&
        raw(price) * 100_000n >= raw(averagePrice) * BigInt(100_000 + (minProfitPercent ?? 0) * 1_000)
      );
    });
    expect(each.cost(listed) <= each.spendable - each.kept + each.proceeds(paying)).toBe(true);
    for (const { amount } of listed)
      expect((Number(raw(amount)) / Number(each.equity)) * 100).toBeGreaterThanOrEqual(
        funding.minBuyPercent - 1e-6,
      );
    const sides = each.plan.orders.map(({ ticker, side }) =>
      side === 'sell' ? 0 : funding.instruments.has(ticker) ? 1 : 2,
    );
    expect(sides).toEqual([...sides].sort());
  },
  'every lot between target and plan has its cause': (each) => {
    const named = new Map<string, number>();
    for (const { ticker, lots = 0 } of each.plan.heldBack) named.set(ticker, (named.get(ticker) ?? 0) + lots);
    for (const row of each.plan.rows) {
      if (row.uid === null || row.price === null) continue;
      const lot = raw(row.price) * raw(row.lot);
      const odd = (raw(each.of(row.ticker).pieces) % raw(row.lot)) * raw(row.price);
      const wanted = raw(row.target) - odd;
      const nearest = wanted <= 0n ? 0n : (wanted + lot / 2n) / lot;
      const sum = row.causes.reduce((all, cause) => all + raw(cause.lots), 0n);
      expect(sum).toBe(nearest - raw(row.lotsAfter));
      expect(BigInt(named.get(row.ticker) ?? 0)).toBe(sum);
    }
    const lines = each.plan.heldBack.map(({ ticker, rule }) => `${ticker} ${rule}`);
    expect(new Set(lines).size).toBe(lines.length);
  },
  'the objective never grows, but by a first lot, by covering, and by funding': (each) => {
    if (each.covering || each.named(/^buy_requires/)) return;
    const grows = (rows: Plan['rows']): boolean => {
      const before = rows.reduce((sum, row) => sum + size(raw(row.valueBefore) - raw(row.target)), 0n);
      const after = rows.reduce((sum, row) => sum + size(raw(row.valueAfter) - raw(row.target)), 0n);
      return after + raw(each.plan.fees) > before;
    };
    // Where only what left its band moves, RUB is the counterpart of every move.
    const alone = each.plan.rows.filter(({ uid }) => uid !== null);
    const firsts = each.buys.filter(({ ticker }) => raw(each.of(ticker).pieces) < raw(each.of(ticker).lot));
    if (each.policy.minOneLot && firsts.length > 0) return;
    expect(grows(each.plan.rows) && (each.plan.aim.kind !== 'breached' || grows(alone))).toBe(false);
  },
};

test('whatever the rules, each of their bounds holds in the plan, and the plan explains itself', () => {
  fc.assert(
    fc.property(ruledAccounts(), ({ snapshot, policy }: Account) => {
      const decision = decide(snapshot, policy);
      if (decision.kind !== 'plan') return;
      const each = new Case(snapshot, policy, decision.plan);
      for (const [rule, check] of Object.entries(CHECKS)) {
        try {
          check(each);
        } catch (cause) {
          throw new Error(`not so: ${rule}: ${cause instanceof Error ? cause.message : cause}`, { cause });
        }
      }
    }),
    { seed: SEED, numRuns: RUNS, includeErrorInReport: true, endOnFailure: true },
  );
}, 60_000);

/** Sells, then what is bought from the cash that is really there, then what the reserve left over: as the engine acts. */
function iterate(snapshot: Snapshot, policy: Policy): Snapshot | null {
  const decision = decide(snapshot, policy);
  if (decision.kind !== 'plan' || decision.plan.orders.length === 0) return null;
  const { plan } = decision;
  const commission = commissionOf(snapshot, policy);
  const planned = new Map(plan.rows.map((row) => [row.ticker, row.lotsAfter]));
  const tickers = new Set(plan.orders.filter(({ side }) => side === 'buy').map(({ ticker }) => ticker));
  const moved = new Map<string, Money>();
  let sent = 0;
  let now = snapshot;
  const fill = (orders: readonly PlannedOrder[]): void => {
    now = afterFills(now, orders, commission);
    sent += orders.length;
    for (const { ticker, amount } of orders) moved.set(ticker, add(moved.get(ticker) ?? NO_MONEY, amount));
    const { facts } = now;
    const turnoverToday = add(facts.turnoverToday, total(orders.map(({ amount }) => amount)));
    now = { ...now, facts: { ...facts, turnoverToday } };
  };
  const buysNow = (): readonly PlannedOrder[] => {
    const traded = total([...moved.values()]);
    const stage = { kind: 'buys' as const, tickers, aim: plan.aim, traded, moved, sent, planned };
    const next = decide(now, policy, stage);
    if (next.kind !== 'plan') return [];
    expect(next.plan.orders.every(({ side, ticker }) => side === 'buy' && tickers.has(ticker))).toBe(true);
    return next.plan.orders;
  };
  fill(plan.orders.filter(({ side }) => side === 'sell'));
  const buys = plan.orders.filter(({ side }) => side === 'buy');
  if (buys.length === 0) return now;
  fill(sent > 0 ? buysNow() : buys);
  fill(buysNow());
  return now;
}

/** What only one iteration at a time does, or what a later one undoes on purpose. */
const isGradual = ({ snapshot: { facts }, policy }: Account): boolean =>
  policy.limits.maxTradePercent !== null ||
  policy.limits.maxTurnoverPercent !== null ||
  policy.limits.maxDayTurnoverPercent !== null ||
  policy.limits.maxOrders !== null ||
  policy.funding !== null ||
  (policy.margin !== null && facts.margin?.kind === 'enabled');

test('after an iteration at constant prices the next one has nothing to do', () => {
  const at = [0, 0, 0, 0, 0];
  fc.assert(
    fc.property(ruledAccounts(), ({ snapshot, policy }: Account) => {
      fc.pre(raw(snapshot.cash) >= 0n && !isGradual({ snapshot, policy }));
      let now: Snapshot | null = snapshot;
      let rounds = -1;
      while (now !== null && rounds < 4) {
        now = iterate(now, { ...policy, minImprovementPp: 0.25 });
        rounds += 1;
      }
      at[rounds] = (at[rounds] ?? 0) + 1;
      expect(rounds).toBeLessThan(4);
    }),
    { seed: SEED, numRuns: RUNS / 4, includeErrorInReport: true, endOnFailure: true },
  );
  console.log(`nothing to do after 0, 1, 2... iterations: ${at.join(', ')}`);
  const late = at.slice(2).reduce((a, b) => a + b, 0);
  expect(late / (RUNS / 4)).toBeLessThan(0.02);
}, 60_000);
