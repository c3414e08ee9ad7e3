// Faults of single calls and orders: drawn at each call that reaches the venue and at each order that it takes.

import type { GetLastPricesResponse } from 'tinkoff-invest-api/dist/generated/marketdata.js';
import type { GetOrdersResponse } from 'tinkoff-invest-api/dist/generated/orders.js';
import { CORRUPTIONS, type CorruptionName } from '../../src/exchange/corruptions.ts';
import type { ExecutionPlan } from '../../src/exchange/desk.ts';
import { type Fault, type FaultCall, LOSSES, type When } from '../../src/exchange/faults.ts';
import { isActive, type NewOrder } from '../../src/exchange/order.ts';
import type { CallRecord } from '../../src/exchange/record.ts';
import { type Dice, diceOf } from '../world/streams.ts';
import { plainName } from '../world/wire.ts';
import type { World } from '../world/world.ts';
import { type Habits, habitsOf, older, otherOf, withoutApi } from './odd-replies.ts';
import { cancelLater, turnDownLater } from './resting-orders.ts';

export interface Delays {
  /** Until the call reaches the venue, and from its answer until the bot has it. */
  readonly outMs: number;
  readonly backMs: number;
}

const NO_DELAYS: Delays = { outMs: 0, backMs: 0 };

/** Order traffic is struck more often: that is where it hurts. */
const WEIGHTS: Readonly<Record<string, number>> = { PostOrder: 4, CancelOrder: 4, GetOrderState: 2 };

type Codes = readonly [string, ...string[]];

/** Refusals before anything happened. */
const REFUSALS: Readonly<Record<string, Codes>> = {
  PostOrder: [
    '30042',
    '30034',
    '30049',
    '30018',
    '30052',
    '30054',
    '30068',
    '30077',
    '30079',
    '30078',
    '30095',
    '30092',
    '30096',
    '30094',
    '30098',
    '30097',
    '30099',
    '30100',
    '30227',
    '30103',
    '30101',
    '90002',
  ],
  CancelOrder: ['30059', '70001'],
  GetOrderState: ['50005', '70002'],
};
/** A venue that stumbles says so before or after it did what it was asked. */
const STUMBLES: Codes = ['70001', '70002', '70003'];
/** Now and then a refusal that ends trading. */
const GRAVE: Codes = [
  '40002',
  '90001',
  '90003',
  '30109',
  '30240',
  '40004',
  '50004',
  '12001',
  '90001',
  '90001',
];
const GRAVE_SHARE = 0.12;
/** Any method may be one that the venue no longer knows. */
const CONTRACT_CHANGED_SHARE = 0.02;

/** The last draw decides: stories that are kept by their seeds stay as they are where they can. */
function refusalOf(dice: Dice, codes: Codes): string {
  const code = dice.chance(0.05) ? dice.pick(GRAVE) : dice.pick(codes);
  return dice.chance(GRAVE_SHARE) ? dice.pick(GRAVE) : code;
}

/** An order that gets lost this shortly before its session ends is often asked about only once that is over. */
const LAST_MOMENTS_MS = 30_000;
/** As long as it stays unanswered, and is asked about. */
const ASKED_WITHIN_MS = 60_000;

/** A schedule that makes no sense is read again soon; a list of instruments is not. */
const READ_ONCE_A_DAY = new Set(['Etfs', 'Shares']);

export class CallFaults {
  /** A reply that the bot keeps for the day went wrong. */
  spoiltTheDay = false;
  /** When a reply about the hours of trading last went wrong. */
  hoursSpoiltMs = Number.NEGATIVE_INFINITY;
  /** Until then the venue hides an order, whether faults have ended or not: it has taken it. */
  hiddenUntilMs = Number.NEGATIVE_INFINITY;
  /** Instruments whose trading status says that they may not be traded through the API, whatever else it says. */
  readonly barredFromApi = new Set<string>();
  private hadLastMoment = false;
  readonly habits: Habits;
  private downUntilMs = Number.NEGATIVE_INFINITY;
  private readonly hidden = new Set<string>();
  private readonly resting = new Set<string>();
  private readonly latency;
  private readonly delivered = new WeakSet<Uint8Array>();
  /** Keys whose last request was a copy. What the venue has taken it may not refuse a moment later. */
  private readonly copies = new Set<string>();
  private readonly corruptions = new Map<string, CorruptionName[]>();

  constructor(
    private readonly world: World,
    private readonly latencyMs: number,
  ) {
    this.latency = diceOf(world.seed, 'latency of calls');
    this.habits = habitsOf(world.seed);
    for (const [name, { method }] of Object.entries(CORRUPTIONS))
      this.corruptions.set(method, [...(this.corruptions.get(method) ?? []), name as CorruptionName]);
    const { faults } = world.exchange;
    faults.strike = (call) => this.strike(call);
    faults.planFor = (order) => this.planFor(order);
  }

  /** The venue answers nothing up to an instant. */
  downUntil(atMs: number): void {
    this.downUntilMs = atMs;
  }

  /** The network delivers the same request twice: only the second answer arrives. */
  isDoubled(method: string): boolean {
    const { swarm, options } = this.world;
    if (options.onlyAccount || swarm.fires('sent_twice', 0.03 * (WEIGHTS[method] ?? 1)) === null)
      return false;
    this.hit('sent_twice', method);
    return true;
  }

  delaysOf(method: string): Delays {
    const { swarm, options } = this.world;
    const weight = WEIGHTS[method] ?? 1;
    const base =
      this.latencyMs === 0
        ? NO_DELAYS
        : { outMs: this.latency.whole(1, this.latencyMs), backMs: this.latency.whole(1, this.latencyMs) };
    if (options.onlyAccount) return base;
    const out = swarm.fires('delayed_request', 0.035 * weight);
    const back = swarm.fires('delayed_reply', 0.035 * weight);
    if (out === null && back === null) return base;
    const outMs = out === null ? base.outMs : Math.round(out.spread(200, 60_000));
    const backMs = back === null ? base.backMs : Math.round(back.spread(200, 60_000));
    this.hit(out === null ? null : 'delayed_request', `${method} ${outMs}`);
    this.hit(back === null ? null : 'delayed_reply', `${method} ${backMs}`);
    return { outMs, backMs };
  }

  /** The same bytes a second time: the copy of a request that the network doubled. */
  arrived({ method, orderId, bytes }: CallRecord): void {
    if (method === 'CancelOrder' && orderId !== null) this.fillBeforeCancel(orderId);
    if (method !== 'PostOrder' || orderId === null) return;
    if (this.delivered.has(bytes)) this.copies.add(orderId);
    else this.copies.delete(orderId);
    this.delivered.add(bytes);
  }

  /** Something of a resting order is executed while its cancel is on its way. */
  private fillBeforeCancel(id: string): void {
    const { exchange, swarm, options } = this.world;
    const order = exchange.desk.orders.find((each) => each.id === id);
    if (options.onlyAccount || order === undefined || !isActive(order)) return;
    const dice = swarm.fires('order_partly_filled', 0.2);
    if (dice === null) return;
    this.hit('order_partly_filled', order.key);
    order.plan = [{ atMs: exchange.now(), lots: dice.chance(0.6) ? 1n : order.lots }];
  }

  private strike(call: FaultCall): readonly Fault[] {
    const { swarm, options } = this.world;
    const method = plainName(call.method);
    const struck: Fault[] = [];
    if (options.onlyAccount && this.world.accountOf(call.accountId)?.id !== options.onlyAccount)
      return struck;
    if (this.isDown(call)) {
      const isTaken = call.orderId !== null && this.hidden.delete(call.orderId);
      return [{ kind: 'lose', when: isTaken ? 'after' : 'before', as: 'unavailable' }];
    }
    const weight = WEIGHTS[method] ?? 1;
    const lose = (kind: 'lost_before' | 'lost_after', when: When): void => {
      const isLast = when === 'before' && this.isLastMoment(method);
      const dice = swarm.fires(kind, isLast ? 1 : 0.06 * weight);
      if (dice === null) return;
      const as = isLast ? 'silence' : dice.pick(LOSSES);
      this.hit(kind, `${method} ${as}`);
      struck.push({ kind: 'lose', when, as });
      if (isLast) this.calmFor(ASKED_WITHIN_MS);
    };
    lose('lost_before', 'before');
    lose('lost_after', 'after');
    const limited = swarm.fires('rate_limited', 0.045 * weight);
    const isCopy = call.orderId !== null && this.copies.has(call.orderId);
    if (limited !== null && !isCopy) {
      this.hit('rate_limited', method);
      struck.unshift({ kind: 'error', code: '80002' });
    }
    const before = swarm.fires('error_before', 0.055 * weight);
    if (before !== null && !isCopy) {
      const codes = REFUSALS[method] ?? STUMBLES;
      const usual = method === 'PostOrder' ? refusalOf(before, codes) : before.pick(codes);
      const code = before.chance(CONTRACT_CHANGED_SHARE) ? '12001' : usual;
      this.hit('error_before', `${method} ${code}`);
      struck.unshift({ kind: 'error', code });
    }
    const after = swarm.fires('error_after', 0.05 * weight);
    if (after !== null) {
      const code = after.pick(STUMBLES);
      this.hit('error_after', `${method} ${code}`);
      struck.push({ kind: 'error', code, when: 'after' });
    }
    this.spoil(method, struck);
    const habit = this.habits.get(method);
    if (habit !== undefined) struck.push({ kind: 'rewrite', change: habit });
    const { barredFromApi } = this;
    if (method === 'GetTradingStatuses' && barredFromApi.size > 0)
      struck.push({ kind: 'rewrite', change: withoutApi(barredFromApi) });
    return struck;
  }

  /** Replies that say something that cannot be, or end in the middle. */
  private spoil(method: string, struck: Fault[]): void {
    const { swarm } = this.world;
    const names = this.corruptions.get(method);
    // A first plan has nothing to compare another account's holdings with: some are shown those before anything else happens.
    const isFirst = swarm.isAsleep && method === 'GetPositions';
    // A day's lists that went wrong cost a restart.
    const often = isFirst || READ_ONCE_A_DAY.has(method) ? 0.05 : method === 'PostOrder' ? 0.5 : 0.14;
    // An order that is struck otherwise has no reply that could be wrong.
    const comes = names !== undefined && (method !== 'PostOrder' || struck.length === 0);
    const corrupt = comes ? swarm.fires('corrupt_reply', often, isFirst || !swarm.isAsleep) : null;
    if (corrupt !== null && names !== undefined) {
      const name = names[corrupt.whole(0, names.length - 1)];
      const [said, change] = otherOf(method, corrupt, isFirst) ?? [name, name && CORRUPTIONS[name].change];
      if (said !== undefined && change !== undefined) {
        this.hit('corrupt_reply', said);
        this.spoiltTheDay ||= READ_ONCE_A_DAY.has(method);
        this.spoilHours(method);
        struck.push({ kind: 'rewrite', change });
      }
    }
    // Prices that are old to those alone who ask for newer ones than is usual: before a first plan as well.
    const stale = method === 'GetLastPrices' ? swarm.fires('stale_prices', 0.2, true) : null;
    if (stale !== null) {
      const isUsual = swarm.isAsleep || stale.chance(0.5);
      const olderMs = isUsual ? stale.whole(12, 52) * 60_000 : stale.whole(60, 600) * 60_000;
      this.hit('stale_prices', `${olderMs}`);
      struck.push({ kind: 'rewrite', change: older(olderMs) });
    }
    this.hide(method, struck);
    const cut = corrupt === null ? swarm.fires('cut_reply', 0.045) : null;
    if (cut !== null) {
      const share = cut.random();
      this.hit('cut_reply', method);
      this.spoilHours(method);
      struck.push({
        kind: 'rewrite_bytes',
        change: (bytes) => bytes.slice(0, Math.floor(bytes.length * share)),
      });
    }
  }

  /** An order is lost as maintenance begins; meanwhile the owner may do something, and then nothing proves anything. */
  private isDown({ method, accountId, orderId, nowMs }: FaultCall): boolean {
    const { world } = this;
    if (nowMs < this.downUntilMs) return true;
    const dice =
      plainName(method) === 'PostOrder' && !this.copies.has(orderId ?? '')
        ? world.swarm.fires('lost_in_maintenance', 0.035)
        : null;
    if (dice === null) return false;
    this.hit('lost_in_maintenance', orderId ?? '');
    this.downUntilMs = nowMs + dice.whole(150, 600) * 1_000;
    const isHidden = orderId !== null && dice.chance(0.6);
    if (isHidden) this.hideTaken(orderId, dice);
    // Of an account that somebody touches nothing can be proved: what holds pieces in secret is to be the only difference.
    else if (dice.chance(0.6) && accountId !== null)
      world.timeline.at(nowMs + dice.whole(5, 120) * 1_000, () => {
        world.outside.mark(accountId);
        world.exchange.deposit(accountId, String(dice.whole(100, 5_000)));
      });
    return true;
  }

  /** The venue took it, and shows it nowhere for as long as such were ever seen to be late; mostly it rests meanwhile. */
  private hideTaken(orderId: string, dice: Dice): void {
    const { timeline, exchange } = this.world;
    const { conditions } = exchange.faults;
    this.hidden.add(orderId);
    if (dice.chance(0.8)) this.resting.add(orderId);
    this.hiddenUntilMs = timeline.now() + 20 * 60_000;
    this.hit('late_visibility', orderId);
    conditions.ordersVisibleAfterMs = 20 * 60_000;
    timeline.at(this.hiddenUntilMs, () => {
      conditions.ordersVisibleAfterMs = 0;
    });
  }

  /** Replies from which something is missing. */
  private hide(method: string, struck: Fault[]): void {
    const { swarm } = this.world;
    if (method === 'GetLastPrices') {
      const dice = swarm.fires('price_missing', 0.15);
      if (dice === null) return;
      this.hit('price_missing', '');
      struck.push({
        kind: 'rewrite',
        change: (reply) => without('lastPrices', reply as GetLastPricesResponse, dice.random()),
      });
    } else if (method === 'GetOrders') {
      const dice = swarm.fires('orders_hidden', 0.25);
      if (dice === null) return;
      this.hit('orders_hidden', '');
      struck.push({
        kind: 'rewrite',
        change: (reply) => without('orders', reply as GetOrdersResponse, dice.random()),
      });
    }
  }

  /** An order's session is about to end, once in a run. */
  private isLastMoment(method: string): boolean {
    const { timeline, exchange } = this.world;
    if (method !== 'PostOrder' || this.hadLastMoment) return false;
    const { calendar } = exchange.market;
    const [now, soon] = [0, LAST_MOMENTS_MS].map((ms) => calendar.phase('MOEX', timeline.now() + ms));
    return now === 'normal' && soon !== 'normal';
  }

  /** Nothing else happens for a while, so that what this one does can be seen. */
  private calmFor(ms: number): void {
    const { swarm, timeline } = this.world;
    this.hadLastMoment = true;
    swarm.doze();
    timeline.at(timeline.now() + ms, () => swarm.wake());
  }

  private spoilHours(method: string): void {
    if (method === 'TradingSchedules') this.hoursSpoiltMs = this.world.timeline.now();
  }

  private planFor(order: NewOrder): ExecutionPlan | null {
    const { swarm, options } = this.world;
    if (options.onlyAccount && this.world.accountOf(order.accountId)?.id !== options.onlyAccount) return null;
    if (this.resting.has(order.key)) return { kind: 'rest' };
    const rest = swarm.fires('order_rests', 0.3);
    const part = order.lots > 1n ? swarm.fires('order_partly_filled', 0.35) : null;
    const down = swarm.fires('order_turned_down', 0.13);
    const later = swarm.fires('order_turned_down_later', 0.13);
    const cut = swarm.fires('order_cancelled_later', 0.13);
    if (down !== null) {
      this.hit('order_turned_down', order.key);
      return { kind: 'reject', message: 'turned down' };
    }
    if (later !== null) {
      this.hit('order_turned_down_later', order.key);
      turnDownLater(this.world, order, later.whole(0, 20_000));
      return { kind: 'rest' };
    }
    if (cut !== null) {
      this.hit('order_cancelled_later', order.key);
      cancelLater(this.world, order, cut.whole(0, 20_000));
      return { kind: 'partial', now: BigInt(cut.whole(0, order.lots > 1n ? 1 : 0)), later: [] };
    }
    if (part !== null) {
      this.hit('order_partly_filled', order.key);
      const now = BigInt(part.whole(0, Number(order.lots < 1_000n ? order.lots - 1n : 999n)));
      const more = part.chance(0.6)
        ? [{ afterMs: part.whole(50, 40_000), lots: part.chance(0.5) ? 1n : order.lots }]
        : [];
      return { kind: 'partial', now, later: more };
    }
    if (rest === null) return null;
    this.hit('order_rests', order.key);
    return { kind: 'rest' };
  }

  private hit(kind: Parameters<World['swarm']['fires']>[0] | null, detail: string): void {
    if (kind === null) return;
    this.world.coverage.count('faults', kind);
    this.world.note(`fault ${kind} ${detail}`);
  }
}

/** The reply without one item of a list. */
function without<Name extends string, Reply extends { readonly [each in Name]: readonly unknown[] }>(
  name: Name,
  reply: Reply,
  at: number,
): Reply {
  const items = reply[name];
  const left = Math.floor(at * items.length);
  return { ...reply, [name]: items.filter((_, place) => place !== left) };
}
