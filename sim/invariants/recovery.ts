// R1 to R5 of an order of unknown fate, from what left the bot and what it was given: what the venue shows is adopted, not
// sent again; it is sent again only in its own session, by the venue's calendar; absence is believed a quarter of an hour
// after the last sending and from two looks at the account a minute apart; a person is asked after half an hour.

import { GetOrdersResponse, PostOrderRequest } from 'tinkoff-invest-api/dist/generated/orders.js';
import { moscowDay } from '../../src/exchange/moscow.ts';
import type { Check, Settled } from '../check.ts';
import type { SimAccount } from '../generate/generate-accounts.ts';
import type { World } from '../world/world.ts';

const MINUTE_MS = 60_000;
const ABSENT_AFTER_MS = 15 * MINUTE_MS;
const HALTED_AFTER_MS = 30 * MINUTE_MS;
const APART_MS = MINUTE_MS;
/** An order is asked about and proved to be absent, or not, within this time. */
const ASKED_MS = 6 * MINUTE_MS;
/** What somebody else does is seen everywhere after this long. */
const SEEN_WITHIN_MS = 20 * MINUTE_MS;
/** What may leave may still wait that long for the rate limit. */
const WAITS_MS = 3_000;
const KEY = /[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}/;

interface Account {
  /** Calls for the active orders that left since the last reply. */
  calls: number;
  /** Keys in that reply. */
  shown: ReadonlySet<string>;
  /** When positions came. */
  readonly looks: number[];
}

interface Sent {
  readonly firstMs: number;
  lastMs: number;
}

const NONE: ReadonlySet<string> = new Set();

export function recoveryChecks(world: World): Check {
  const accounts = new Map<string, Account>();
  const sent = new Map<string, Sent>();
  /** A life may end between an order's plan and its first sending. */
  const plannedMs = new Map<string, number>();
  /** When each attempt became durable. */
  const attemptsMs = new Map<string, number[]>();
  const of = ({ id }: SimAccount): Account => {
    const known = accounts.get(id) ?? { calls: 0, shown: NONE, looks: [] };
    accounts.set(id, known);
    return known;
  };

  /** Beginning of the venue's session of a schedule; auctions and breaks are none. */
  function sessionAt(schedule: string, atMs: number): number | null {
    const spans = world.exchange.market.calendar.spans(schedule, moscowDay(atMs));
    const open = spans.find(
      ({ phase, startMs, endMs }) =>
        (phase === 'normal' || phase === 'dealer') && startMs <= atMs && atMs < endMs,
    );
    return open?.startMs ?? null;
  }

  /** Where somebody set the bot's clock, or a reply about the hours went wrong, it cannot know. */
  const knowsTheHours = (): boolean =>
    world.skewedAtMs === Number.NEGATIVE_INFINITY &&
    world.faults.hoursSpoiltMs === Number.NEGATIVE_INFINITY &&
    !world.faults.spoiltTheDay;

  function again(key: string, uid: string, account: SimAccount, { firstMs }: Sent): void {
    if (of(account).shown.has(key))
      world.violate('R2', `${key} left again although the venue had just shown it active`);
    if (!knowsTheHours() || world.forgotten.has(key)) return;
    const named = String(account.block.exchange ?? 'MOEX');
    const schedule = named === 'auto' ? (world.exchange.market.byUid(uid)?.exchange ?? '') : named;
    const nowMs = world.timeline.now();
    const first = sessionAt(schedule, firstMs);
    const then = [nowMs, Math.max(firstMs, nowMs - WAITS_MS)].map((atMs) => sessionAt(schedule, atMs));
    if (first === null || !then.includes(first))
      world.violate('R3', `${key} left again in another session than the one it was sent in`);
  }

  /** Absent, or gone: nothing but the account itself says so. Whoever sets the clock meanwhile. */
  function proved({ change, before, after }: Settled): void {
    const { key, brokerAccount } = after.request;
    const isGone = change.evidence.startsWith('the venue knows it no more');
    if (!isGone && !(before.state === 'unknown' && after.state === 'absent')) return;
    const account = world.accountOf(brokerAccount);
    const { lastMs = Number.POSITIVE_INFINITY } = sent.get(key) ?? {};
    const nowMs = world.timeline.now();
    if (account === null || lastMs > nowMs || world.forgotten.has(key)) return;
    const wrong = (text: string): void => world.violate('R4', `${key} is ${after.state} ${text}`);
    if (nowMs - lastMs < ABSENT_AFTER_MS) wrong(`${nowMs - lastMs} ms after it was sent`);
    if (isGone && moscowDay(nowMs) <= moscowDay(lastMs)) wrong('on its own day');
    const looks = of(account).looks.filter((atMs) => atMs >= lastMs + ABSENT_AFTER_MS - WAITS_MS);
    if (!looks.some((atMs) => (looks.at(-1) ?? atMs) - atMs >= APART_MS))
      wrong('by looks at the account that are not a minute apart');
  }

  /** Of an order that the venue never had, in an account that nobody else has touched, the proof asks no person. */
  function needless(key: string, id: string): void {
    const brokerAccount = world.accounts.find((each) => each.id === id)?.brokerAccount ?? '';
    const agoMs = world.timeline.now() - (plannedMs.get(key) ?? 0) + SEEN_WITHIN_MS;
    const isThere = world.exchange.desk.ordersOfKey(brokerAccount, key).length > 0;
    if (isThere || world.outside.within(brokerAccount, agoMs) || world.forgotten.size > 0) return;
    world.violate('R4', `a person is asked about ${key}, which the account proves to be absent`);
  }

  return {
    onLeave(method, bytes) {
      if (method === 'GetOrders') {
        const account = world.accountNamedIn(bytes);
        if (account !== null) of(account).calls += 1;
      }
      if (method !== 'PostOrder') return;
      const { orderId: key, instrumentId, accountId } = PostOrderRequest.decode(bytes);
      const nowMs = world.timeline.now();
      const known = sent.get(key);
      if (known === undefined) {
        sent.set(key, { firstMs: nowMs, lastMs: nowMs });
        return;
      }
      known.lastMs = nowMs;
      const account = world.accountOf(accountId);
      if (account !== null && world.store.journal.order(key)?.state === 'unknown')
        again(key, instrumentId, account, known);
    },
    onReply(method, request, body) {
      if (method !== 'GetOrders' && method !== 'GetPositions') return;
      const account = world.accountNamedIn(request);
      if (account === null) return;
      const known = of(account);
      if (method === 'GetPositions') {
        known.looks.push(world.timeline.now());
        return;
      }
      // With two on their way nobody knows which of them this answers.
      known.shown = known.calls === 1 ? keysIn(body) : NONE;
      known.calls = 0;
    },
    onPlan({ intents }) {
      for (const { request } of intents) plannedMs.set(request.key, world.timeline.now());
    },
    onAttempt(keys) {
      const nowMs = world.timeline.now();
      for (const key of keys) attemptsMs.set(key, [...(attemptsMs.get(key) ?? []), nowMs]);
    },
    onSettle: proved,
    onHalt(account, { cause, detail }) {
      const key = KEY.exec(detail)?.[0] ?? '';
      const known = sent.get(key);
      if (cause !== 'unresolved_order' || known === undefined || world.skewedAtMs > known.firstMs) return;
      const agoMs = world.timeline.now() - known.lastMs;
      if (agoMs < HALTED_AFTER_MS - WAITS_MS)
        world.violate('R5', `a person is asked about ${key} ${agoMs} ms after it was sent`);
      needless(key, account);
    },
    /** Once the faults are over the venue answers, and what cannot be proved is a person's. */
    onRecord({ account, status }, life) {
      const nowMs = world.timeline.now();
      if (status !== 'unknown_outcome' || world.store.journal.halt(account) !== null) return;
      if (nowMs - Math.max(world.calmAtMs, life.startedMs) < ASKED_MS) return;
      for (const { state, request, lastSentSteadyMs } of world.store.journal.openOrders(account)) {
        const { firstMs = nowMs, lastMs = nowMs } = sent.get(request.key) ?? {};
        // A machine that was restarted knows how long it has been running since, a program what an older one did not note.
        const knownMs = nowMs - Math.max(lastMs, lastSentSteadyMs === null ? life.startedMs : world.bootedMs);
        if (state !== 'unknown' || world.skewedAtMs > firstMs || knownMs < HALTED_AFTER_MS + ASKED_MS)
          continue;
        world.violate('R5', `${request.key} is unknown after ${nowMs - lastMs} ms, and no person is asked`);
      }
    },
    onDeath: () => accounts.clear(),
    /** Half an hour counts from the last sending that the backup knows of. */
    onRestore() {
      for (const key of world.forgotten) {
        const left = (attemptsMs.get(key) ?? []).slice(0, world.store.journal.order(key)?.attempts ?? 0);
        attemptsMs.set(key, left);
        const known = sent.get(key);
        if (known !== undefined) known.lastMs = left.at(-1) ?? known.lastMs;
      }
    },
  };
}

/** A broken reply shows nothing. */
function keysIn(body: Uint8Array): ReadonlySet<string> {
  try {
    return new Set(GetOrdersResponse.decode(body).orders.map(({ orderRequestId }) => orderRequestId));
  } catch {
    return NONE;
  }
}
