// Replies that are not what the venue meant to say: drawn at each call, they say what cannot be, are old, lack something
// or end in the middle; and what the venue of this seed does to every reply of a method.

import type { GetLastPricesResponse } from 'tinkoff-invest-api/dist/generated/marketdata.js';
import type { GetOrdersResponse } from 'tinkoff-invest-api/dist/generated/orders.js';
import { CORRUPTIONS, type CorruptionName } from '../../src/exchange/corruptions.ts';
import type { Fault } from '../../src/exchange/faults.ts';
import type { World } from '../world/world.ts';
import { type Habits, habitsOf, older, otherOf, withoutApi } from './odd-replies.ts';

/** A schedule that makes no sense is read again soon; a list of instruments is not. */
const READ_ONCE_A_DAY = new Set(['Etfs', 'Shares']);

export class SpoiltReplies {
  /** A reply that the bot keeps for the day went wrong. */
  spoiltTheDay = false;
  /** When a reply about the hours of trading last went wrong. */
  hoursSpoiltMs = Number.NEGATIVE_INFINITY;
  /** Instruments whose trading status says that they may not be traded through the API, whatever else it says. */
  readonly barredFromApi = new Set<string>();
  readonly habits: Habits;
  private readonly corruptions = new Map<string, CorruptionName[]>();

  constructor(private readonly world: World) {
    this.habits = habitsOf(world.seed);
    for (const [name, { method }] of Object.entries(CORRUPTIONS))
      this.corruptions.set(method, [...(this.corruptions.get(method) ?? []), name as CorruptionName]);
  }

  /** Adds to what strikes a call what becomes of its reply. */
  spoil(method: string, struck: Fault[]): void {
    const isCorrupt = this.corrupt(method, struck);
    this.makeOld(method, struck);
    this.hide(method, struck);
    if (!isCorrupt) this.cut(method, struck);
    const habit = this.habits.get(method);
    if (habit !== undefined) struck.push({ kind: 'rewrite', change: habit });
    const { barredFromApi } = this;
    if (method === 'GetTradingStatuses' && barredFromApi.size > 0)
      struck.push({ kind: 'rewrite', change: withoutApi(barredFromApi) });
  }

  /** Replies that say something that cannot be; whether this is one. */
  private corrupt(method: string, struck: Fault[]): boolean {
    const { world } = this;
    const { swarm } = world;
    const names = this.corruptions.get(method);
    // An order that is struck otherwise has no reply that could be wrong.
    if (names === undefined || (method === 'PostOrder' && struck.length > 0)) return false;
    // A first plan has nothing to compare another account's holdings with: some are shown those before anything else happens.
    const isFirst = swarm.isAsleep && method === 'GetPositions';
    // A day's lists that went wrong cost a restart.
    const often = isFirst || READ_ONCE_A_DAY.has(method) ? 0.05 : method === 'PostOrder' ? 0.5 : 0.14;
    const dice = swarm.fires('corrupt_reply', often, isFirst || !swarm.isAsleep);
    if (dice === null) return false;
    const name = names[dice.whole(0, names.length - 1)];
    const [said, change] = otherOf(method, dice, isFirst) ?? [name, name && CORRUPTIONS[name].change];
    if (said !== undefined && change !== undefined) {
      world.hit('corrupt_reply', said);
      this.spoiltTheDay ||= READ_ONCE_A_DAY.has(method);
      this.spoilHours(method);
      struck.push({ kind: 'rewrite', change });
    }
    return true;
  }

  /** Prices that are old to those alone who ask for newer ones than is usual: before a first plan as well. */
  private makeOld(method: string, struck: Fault[]): void {
    const { world } = this;
    const { swarm } = world;
    const dice = method === 'GetLastPrices' ? swarm.fires('stale_prices', 0.2, true) : null;
    if (dice === null) return;
    const isUsual = swarm.isAsleep || dice.chance(0.5);
    const olderMs = isUsual ? dice.whole(12, 52) * 60_000 : dice.whole(60, 600) * 60_000;
    world.hit('stale_prices', `${olderMs}`);
    struck.push({ kind: 'rewrite', change: older(olderMs) });
  }

  /** Replies from which something is missing. */
  private hide(method: string, struck: Fault[]): void {
    const { world } = this;
    const { swarm } = world;
    if (method === 'GetLastPrices') {
      const dice = swarm.fires('price_missing', 0.15);
      if (dice === null) return;
      world.hit('price_missing', '');
      struck.push({
        kind: 'rewrite',
        change: (reply) => without('lastPrices', reply as GetLastPricesResponse, dice.random()),
      });
    } else if (method === 'GetOrders') {
      const dice = swarm.fires('orders_hidden', 0.25);
      if (dice === null) return;
      world.hit('orders_hidden', '');
      struck.push({
        kind: 'rewrite',
        change: (reply) => without('orders', reply as GetOrdersResponse, dice.random()),
      });
    }
  }

  /** Replies that end in the middle. */
  private cut(method: string, struck: Fault[]): void {
    const { world } = this;
    const dice = world.swarm.fires('cut_reply', 0.045);
    if (dice === null) return;
    const share = dice.random();
    world.hit('cut_reply', method);
    this.spoilHours(method);
    struck.push({
      kind: 'rewrite_bytes',
      change: (bytes) => bytes.slice(0, Math.floor(bytes.length * share)),
    });
  }

  private spoilHours(method: string): void {
    if (method === 'TradingSchedules') this.hoursSpoiltMs = this.world.timeline.now();
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
