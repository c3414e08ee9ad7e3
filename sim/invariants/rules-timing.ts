// When: `sleep_between_orders`, `order_wait_seconds`, the exchange's hours, and debt before the day's trading ends.
// Judged by true time and the venue's calendar, books and orders.

import { PostOrderRequest } from 'tinkoff-invest-api/dist/generated/orders.js';
import { isTrading } from '../../src/exchange/calendar.ts';
import { dayStartMs, moscowDay } from '../../src/exchange/moscow.ts';
import { isActive, type VenueOrder } from '../../src/exchange/order.ts';
import type { Check, PlannedLeg } from '../check.ts';
import type { SimAccount } from '../generate/generate-accounts.ts';
import type { Life } from '../world/life.ts';
import type { World } from '../world/world.ts';
import {
  closingOf,
  isClear,
  keyOf,
  LOOKED_WITHIN_MS,
  MINUTE_MS,
  msOf,
  nanoOf,
  schedulesOf,
} from './rules-books.ts';

/** A look that is under way takes up to three seconds more, cancelling it a few calls. */
const CANCELLED_WITHIN_MS = 6_000;
const HOUR_MS = 60 * MINUTE_MS;

/** Faults after which an order may stay in the book longer: calls that fail, and lives that end. */
const KEEPS_RESTING =
  /^(lost|error|rate|delayed|sent|corrupt|cut|limits|disk|second|kill|sigterm|stale|maintenance|account)/;
/** The same, whenever it happened: it lasts. */
const KEEPS_OUT = /^token_/;
/** A call that the venue's rate limit has refused is made again within this time, and with it all of its kind. */
const LIMITED_MS = MINUTE_MS;

export function timingChecks(world: World): Check {
  const { timeline, exchange } = world;
  /** By key: its account, and the faults so far when it was planned. */
  const planned = new Map<
    string,
    { readonly account: string; readonly sleepMs: number; readonly fired: number }
  >();
  const left = new Set<string>();
  const lastLeft = new Map<string, number>();
  let limitedMs = Number.NEGATIVE_INFINITY;
  /** When the hours could not be read last. */
  let hourlessMs = Number.NEGATIVE_INFINITY;
  /** Orders that rest, by their id at the venue. */
  const watched = new Set<string>();

  function spaced(key: string): void {
    const order = planned.get(key);
    if (order === undefined || left.has(key)) return;
    left.add(key);
    const nowMs = timeline.now();
    const lastMs = lastLeft.get(order.account);
    lastLeft.set(order.account, nowMs);
    if (lastMs !== undefined && nowMs - lastMs < order.sleepMs)
      world.violate('sleep_between_orders', `${key} left ${nowMs - lastMs} ms after the one before`);
  }

  /** Nothing is planned that no schedule of the account, or none of the instrument, has been open for lately. */
  function open({ intents }: PlannedLeg, account: SimAccount): void {
    if (world.skewMs !== 0 || timeline.now() - world.skewedAtMs < 2 * HOUR_MS || world.faults.spoiltTheDay)
      return;
    const forced = keyOf(account, 'mode', 'exchange_closure_behavior') === 'force_orders';
    if (!forced && !schedulesOf(world, account).some(wasOpen))
      world.violate(
        'exchange',
        `${account.id} plans orders while ${String(account.block.exchange ?? 'MOEX')} is closed`,
      );
    for (const { ticker, request } of intents) {
      const instrument = exchange.market.byUid(request.uid);
      if (instrument !== null && !wasOpen(instrument.exchange))
        world.violate(
          'exchange',
          `${account.id} plans to ${request.side} ${ticker} while ${instrument.exchange} is closed`,
        );
    }
  }

  const wasOpen = (name: string): boolean =>
    [0, LOOKED_WITHIN_MS / 2, LOOKED_WITHIN_MS].some((agoMs) =>
      isTrading(exchange.market.calendar.phase(name, timeline.now() - agoMs)),
    );

  function rests(order: VenueOrder): void {
    const account = world.accountOf(order.accountId);
    const fired = planned.get(order.key)?.fired ?? world.swarm.fired.length;
    const { life } = world;
    if (account === null || life === null) return;
    watched.add(order.id);
    const waitMs = Number(account.block.order_wait_seconds ?? 30) * 1_000;
    timeline.at(order.createdMs + waitMs + CANCELLED_WITHIN_MS, () => {
      if (!isActive(order) || !goesOn(life) || life !== world.life) return;
      const excused = world.swarm.fired.slice(fired).some((name) => KEEPS_RESTING.test(name));
      const blind = world.swarm.fired.some((name) => KEEPS_OUT.test(name));
      // It comes with a kill as well, and has no name of its own then.
      const seenLate = 'late_visibility' in world.coverage.tables.faults;
      if (!excused && !blind && !seenLate && limitedMs < order.createdMs - LIMITED_MS)
        world.violate(
          'order_wait_seconds',
          `${order.key} is active ${timeline.now() - order.createdMs} ms after it was posted`,
        );
    });
  }

  const goesOn = ({ alive, stoppedMs }: Life): boolean => alive && stoppedMs === null;

  /** An iteration that ended well in the last minutes of trading leaves no more debt than may stay. */
  function repaid(account: SimAccount, startedMs: number): void {
    const isLate = closingOf(world, account).surely && closingOf(world, account, startedMs).surely;
    if (!isLate || !isClear(world, account) || isHeld(account)) return;
    // Who does not know the hours knows of no last minutes, and looks again in five.
    if (Math.max(hourlessMs, world.faults.hoursSpoiltMs) >= startedMs - LOOKED_WITHIN_MS) return;
    const cash = exchange.registry.account(account.brokerAccount).cash();
    // Sells are sized with a step kept for the price; a price that falls further meanwhile is repaid in the next try.
    const slack = nanoOf(account.equity) / 500n;
    if (cash < -overnight(account) - slack)
      world.violate('balancing_strategy', `${account.id} is at ${cash} nano in the last minutes of trading`);
  }

  /** Something of it cannot be sold now. */
  const isHeld = ({ brokerAccount }: SimAccount): boolean =>
    exchange.registry
      .account(brokerAccount)
      .held()
      .some((uid) => {
        const instrument = exchange.market.byUid(uid);
        return instrument === null || !exchange.market.flags(instrument, timeline.now()).limit;
      });

  const tradesOn = (name: string, day: number): boolean =>
    exchange.market.calendar.spans(name, day).some(({ phase }) => isTrading(phase));

  /** The night begins: nothing was broken in its last hour, so nothing is owed that may not be. */
  function atMidnight(dayMs: number): void {
    let before: { readonly fired: number; readonly life: Life | null } | null = null;
    timeline.at(dayMs - HOUR_MS, () => {
      before = { fired: world.swarm.fired.length, life: world.life };
    });
    timeline.at(dayMs, () => {
      const { life } = world;
      if (
        before?.fired !== world.swarm.fired.length ||
        before.life !== life ||
        life === null ||
        !goesOn(life)
      )
        return;
      for (const account of world.accounts) {
        const isKept = keyOf(account, 'balancing_strategy', 'margin_trading') === 'keep';
        const cash = exchange.registry.account(account.brokerAccount).cash();
        const seen = world.records.some(({ record }) => record.account === account.id && !record.dry_run);
        if (!account.borrows || isKept || account.dryRun || !seen || world.halted.has(account.id)) continue;
        // Of a day without trading there is no close to repay it at.
        if (!schedulesOf(world, account).some((name) => tradesOn(name, moscowDay(dayMs - 1)))) continue;
        // Who holds nothing has nothing to sell.
        const holds = exchange.registry.account(account.brokerAccount).held().length > 0;
        if (holds && cash < -overnight(account) && isClear(world, account))
          world.violate('balancing_strategy', `${account.id} is at ${cash} nano at midnight`);
      }
    });
  }

  atMidnight(dayStartMs(moscowDay(timeline.now()) + 1));

  return {
    onPlan(leg) {
      const account = world.accounts.find(({ id }) => id === leg.account);
      if (account === undefined) return;
      const sleepMs = msOf(account.block.sleep_between_orders);
      for (const { request } of leg.intents)
        planned.set(request.key, {
          account: account.id,
          sleepMs,
          fired: world.swarm.fired.length,
        });
      if (leg.intents.length > 0) open(leg, account);
    },
    onCall({ call }, phase) {
      if (phase === 'replied' && call.outcome === '80002') limitedMs = timeline.now();
      if (phase === 'replied' && call.method === 'TradingSchedules' && call.outcome !== 'ok')
        hourlessMs = timeline.now();
      if (phase !== 'applied' || call.method !== 'PostOrder') return;
      const order = exchange.desk.ordersOfKey(call.accountId ?? '', call.orderId ?? '').at(-1);
      if (order !== undefined && isActive(order) && !watched.has(order.id)) rests(order);
    },
    onLeave(method, bytes) {
      if (method === 'PostOrder') spaced(PostOrderRequest.decode(bytes).orderId);
    },
    // The next process does not know when the last one sent its last order.
    onDeath: () => lastLeft.clear(),
    onRecord({ account: id, status, started_at, held_back }) {
      const account = world.accounts.find((each) => each.id === id);
      // A reply that says nothing of what may be traded lets nothing be sold.
      const isBlind = held_back.some(({ rule }) => rule === 'not_tradable');
      if (account?.borrows && !isBlind && (status === 'balanced' || status === 'nothing_to_do'))
        repaid(account, Date.parse(started_at));
    },
  };
}

/** Debt that may stay overnight. */
const overnight = (account: SimAccount): bigint => {
  const margin = (key: string) => keyOf(account, key, 'margin_trading');
  return margin('balancing_strategy') === 'keep_if_small'
    ? nanoOf(margin('free_threshold') ?? margin('free_transfer_threshold') ?? 5_000)
    : 0n;
};
