import { expect, test } from 'bun:test';
import fc from 'fast-check';
import { decide } from '../../src/core/decide.ts';
import type { Plan, PlannedOrder } from '../../src/core/plan.ts';
import { commissionOf, type Policy } from '../../src/core/policy.ts';
import type { Holding, Snapshot } from '../../src/core/portfolio.ts';
import { raw } from '../../src/core/units.ts';
import { ruledAccounts } from '../support/random-rules.ts';
import type { Account } from '../support/random-snapshot.ts';

const SEED = Number(process.env.SEED ?? 20261121);
const RUNS = Number(process.env.RUNS ?? 3_000);

const NANO = 1_000_000_000n;
const size = (nano: bigint): bigint => (nano < 0n ? -nano : nano);
const atLeast0 = (nano: bigint): bigint => (nano < 0n ? 0n : nano);
const up = (amount: bigint, part: bigint): bigint => (amount * part + NANO - 1n) / NANO;
const partOf = (whole: bigint, percent: number): bigint =>
  (whole * BigInt(Math.round(percent * 1e7))) / NANO;

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
    return margin.strategy === 'remove' ? 0n : raw(margin.freeThreshold) < most ? raw(margin.freeThreshold) : most;
  }
  get kept(): bigint {
    const { policy, snapshot } = this;
    // What is blocked is kept already.
    return atLeast0(raw(policy.limits.cashReserve) + raw(snapshot.facts.setAside) - raw(snapshot.blockedCash));
  }
  /** RUB is below what it must or should be: sells that lift it are exempt from the owner's limits. */
  get covering(): boolean {
    return this.spendable < this.kept || this.spendable < -this.debtLimit || this.called;
  }
  get called(): boolean {
    const { margin } = this.snapshot.facts;
    return this.policy.margin !== null && margin?.kind === 'enabled' && this.spendable < 0n;
  }
  gaveWay(ticker: string, rule: string): boolean {
    return this.plan.warnings.some((warning) => warning.startsWith(`${ticker}: ${rule} gave way`));
  }
  named(rule: RegExp): boolean {
    return this.plan.heldBack.some((held) => rule.test(held.rule)) || this.plan.warnings.some((each) => rule.test(each));
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
        expect(raw(order.lots) * raw(order.lot) <= raw(holding.pieces) - raw(holding.blockedPieces)).toBe(true);
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
    if (each.policy.margin !== null && margin?.kind === 'enabled' && raw(margin.liquid) < raw(margin.starting))
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
        expect(nav?.kind === 'known' && raw(price) * 1_000n <= raw(nav.value) * BigInt(1_000 + limits.maxPremiumPercent * 10)).toBe(true);
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
      expect(turnover + raw(each.snapshot.facts.turnoverToday) <= partOf(each.equity, limits.maxDayTurnoverPercent)).toBe(true);
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
        expect(each.snapshot.facts.approvals.some((one) => one.ticker === ticker && one.side === side)).toBe(true);
  },
  'while balancing waits nothing is sold but to cover, and only a surplus is spent': (each) => {
    if (each.plan.aim.kind !== 'quiet') return;
    if (!each.covering) expect(each.sells).toEqual([]);
    if (each.buys.length > 0) expect(each.cashAfter >= (each.spendable < 0n ? each.spendable : 0n)).toBe(true);
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
      expect((Number(raw(amount)) / Number(each.equity)) * 100).toBeGreaterThanOrEqual(funding.minBuyPercent - 1e-6);
    const sides = each.plan.orders.map(({ ticker, side }) => (side === 'sell' ? 0 : funding.instruments.has(ticker) ? 1 : 2));
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
    // Where only what left its band moves, RUB is the counterpart of every move.
    const rows = each.plan.rows.filter(({ uid }) => uid !== null || each.plan.aim.kind !== 'breached');
    const before = rows.reduce((sum, row) => sum + size(raw(row.valueBefore) - raw(row.target)), 0n);
    const after = rows.reduce((sum, row) => sum + size(raw(row.valueAfter) - raw(row.target)), 0n);
    const firsts = each.buys.filter(({ ticker }) => raw(each.of(ticker).pieces) < raw(each.of(ticker).lot));
    if (each.policy.minOneLot && firsts.length > 0) return;
    expect(after + raw(each.plan.fees) <= before).toBe(true);
  },
};

function show(each: Case, cause: unknown): void {
  const j = (v: unknown) => JSON.stringify(v, (_, x) => (typeof x === 'bigint' ? Math.abs(Number(x))/1e9 < 0.001 && x !== 0n ? String(x)+'n' : Number(x) / 1e9 : x instanceof Set ? [...x] : x instanceof Map ? [...x].map(([k,v])=>[k, Array.isArray(v) ? v.length : v]) : x));
  console.log('-----', String(cause).slice(0, 200));
  console.log(j({ cash: each.snapshot.cash, blocked: each.snapshot.blockedCash, after: each.cashAfter, limit: each.debtLimit, kept: each.kept, equity: each.equity }));
  const { facts } = each.snapshot;
  console.log(j({ margin: facts.margin, del: facts.deleverage, timing: facts.timing, aside: facts.setAside }));
  const { overnightFees, weighting, diff, ...policy } = each.policy;
  console.log(j(policy));
  for (const row of each.plan.rows) { const h = each.of(row.ticker); console.log(row.ticker, h ? j({p: h.price, lot: Number(h.lot), step: h.step, avg: h.averagePrice, mr: h.marginRate, hold: h.hold, b: h.buyable, s: h.sellable, bl: Number(h.blockedPieces), age: h.priceAgeMs}) : '', `${row.lotsBefore}->${row.lotsAfter}`, j({before: row.valueBefore, target: row.target, after: row.valueAfter})); }
  console.log(j(each.plan.aim), each.plan.heldBack, each.plan.warnings);
}

const broken: Record<string, number> = {};
let plans = 0;
const seen: Record<string, number> = {};

test('whatever the rules, their bounds hold in the plan, and it explains itself', () => {
  fc.assert(
    fc.property(ruledAccounts(), ({ snapshot, policy }: Account) => {
      const decision = decide(snapshot, policy);
      if (decision.kind !== 'plan') return;
      plans += 1;
      const each = new Case(snapshot, policy, decision.plan);
      const tally = (what: string) => { seen[what] = (seen[what] ?? 0) + 1; };
      if (decision.plan.orders.length > 0) tally('orders');
      if (each.covering) tally('covering');
      if (each.cashAfter < 0n) tally('debt after');
      for (const rule of new Set(decision.plan.heldBack.map((held) => held.rule))) tally(rule);
      for (const word of new Set(decision.plan.warnings.map((w) => w.replace(/^\S+: /, '').replace(/[\d.]+/g,'#').slice(0, 60)))) tally('! ' + word);
      for (const [rule, check] of Object.entries(CHECKS)) {
        try {
          check(each);
        } catch (cause) {
          broken[rule] = (broken[rule] ?? 0) + 1;
          if (process.env.SHOW && rule.startsWith(process.env.SHOW) && broken[rule]! < 3) show(each, cause);
          if (process.env.COUNT) continue;
          throw new Error(`${rule}: ${cause instanceof Error ? cause.message : cause}`, { cause });
        }
      }
    }),
    { seed: SEED, numRuns: RUNS },
  );
  if (process.env.COUNT) console.log(plans, broken, seen);
}, 60_000);
