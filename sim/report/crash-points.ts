// Where a life ended, in the words of the list of crash points that must be survived: by how its orders stood in the
// journal and at the venue at that instant, not by the line of the program it was at. One death may be several of them.
// Guarantees: counts only; nothing here changes a run.

import { isActive, type VenueOrder } from '../../src/exchange/order.ts';
import type { CallRecord } from '../../src/exchange/record.ts';
import type { JournaledOrder } from '../../src/ports.ts';
import type { SimAccount } from '../generate/generate-accounts.ts';
import type { Life } from '../world/life.ts';
import type { World } from '../world/world.ts';

export const CRASH_POINTS = [
  'observe or decide',
  'before W1',
  'inside W1',
  'after W1, nothing sent',
  'after W2, not sent',
  'sent, not accepted',
  'sent, accepted after the death',
  'accepted, no reply',
  'accepted, visible only later',
  'reply before W3',
  'reject before W3',
  'live, before the first poll',
  'partly filled',
  'cancel sent, no reply: not done',
  'cancel sent, no reply: done',
  'some sells done',
  'sells done, before SELLS_SETTLED',
  'before W1 of the buys',
  'buys midway',
  'all done before RECORDED',
  'in recovery, at the venue',
  'in recovery, not at the venue',
  'in a migration',
  'a second instance started',
  'an old backup restored',
] as const;

export type CrashPoint = (typeof CRASH_POINTS)[number];

type Call = Pick<CallRecord, 'method' | 'accountId' | 'orderId' | 'outcome'>;

/** Calls by which an iteration looks at its account. */
const LOOKS = new Set(['GetPositions', 'GetLastPrices', 'GetTradingStatuses', 'GetOrderBook', 'GetOrders']);
/** What a death inside a migration is called. */
export const IN_MIGRATION = 'migration statement';
const OPEN = new Set(['sending', 'unknown', 'live', 'cancelling']);

interface Progress {
  /** Planned and not recorded. */
  iteration: string | null;
  looked: boolean;
}

/** An order with what is known of it outside the journal. */
interface Seen {
  readonly order: JournaledOrder;
  readonly venue: VenueOrder | null;
  readonly left: boolean;
  readonly refused: boolean;
}

export class CrashPoints {
  private readonly progress = new Map<string, Progress>();
  /** Bytes of PostOrder and CancelOrder that left the life. */
  private left: Buffer[] = [];
  /** Orders that it asked about, by key or the venue's id. */
  private readonly asked = new Set<string>();
  private readonly refused = new Set<string>();

  constructor(private readonly world: World) {}

  leaving(method: string, bytes: Uint8Array): void {
    if (method === 'PostOrder' || method === 'CancelOrder')
      this.left.push(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
  }

  called(call: Call, phase: string, life: Pick<Life, 'alive'>): void {
    const { method, accountId, orderId, outcome } = call;
    if (phase === 'received' && LOOKS.has(method) && accountId !== null)
      for (const { id, brokerAccount } of this.world.accounts)
        if (brokerAccount === accountId) this.of(id).looked = true;
    if (orderId === null) return;
    if (phase === 'received' && method === 'GetOrderState') this.asked.add(orderId);
    if (method !== 'PostOrder') return;
    if (phase === 'received') this.refused.delete(orderId);
    if (phase === 'replied' && outcome !== null && /^\d{5}$/.test(outcome)) this.refused.add(orderId);
    if (phase === 'applied' && !life.alive && this.venueOrder(accountId ?? '', orderId) !== null)
      this.count('sent, accepted after the death');
  }

  planned(account: string, iteration: string): void {
    this.of(account).iteration = iteration;
  }

  recorded(account: string): void {
    this.progress.delete(account);
  }

  count(point: CrashPoint): void {
    this.world.coverage.count('crash points', point);
  }

  /** @param where name of the effect at which it died */
  died(where: string): void {
    const { store, timeline } = this.world;
    // What is half written is seen again without it, once the dead life's transaction is gone.
    if (store.db.inTransaction) timeline.at(timeline.now(), () => this.judge(where));
    else this.judge(where);
  }

  private judge(where: string): void {
    this.world.coverage.count('died at', where);
    // A journal in the middle of its migration cannot be read; that death has a row of its own.
    if (where !== IN_MIGRATION)
      for (const account of this.world.accounts)
        for (const point of new Set(this.pointsOf(account, where))) this.count(point);
    this.over();
  }

  /** A life is over: the next one begins anew. */
  over(): void {
    this.progress.clear();
    this.left = [];
    this.asked.clear();
    this.refused.clear();
  }

  private of(account: string): Progress {
    const known = this.progress.get(account) ?? { iteration: null, looked: false };
    this.progress.set(account, known);
    return known;
  }

  private venueOrder(brokerAccount: string, key: string): VenueOrder | null {
    return this.world.exchange.desk.ordersOfKey(brokerAccount, key).at(-1) ?? null;
  }

  private pointsOf(account: SimAccount, where: string): CrashPoint[] {
    const { iteration, looked } = this.of(account.id);
    const { journal } = this.world.store;
    if (where === 'plan inside') return ['inside W1'];
    const own = iteration === null ? [] : journal.ordersOf(iteration).map((order) => this.seen(order));
    const old = journal
      .openOrders(account.id)
      .filter((order) => order.iteration !== iteration)
      .map((order) => this.seen(order));
    const points = [...own, ...old].flatMap((seen) => this.pointsOfOrder(seen, where));
    if (own.length === 0) {
      if (old.some(({ order }) => OPEN.has(order.state))) return [...points, ...this.recovery(old)];
      if (where === 'plan before') return ['before W1'];
      return looked ? ['observe or decide'] : [];
    }
    return [...points, ...pointsOfLegs(own)];
  }

  private seen(order: JournaledOrder): Seen {
    const { key, brokerAccount } = order.request;
    return {
      order,
      venue: this.venueOrder(brokerAccount, key),
      left: this.left.some((bytes) => bytes.includes(key)),
      refused: this.refused.has(key),
    };
  }

  private pointsOfOrder({ order, venue, left, refused }: Seen, where: string): CrashPoint[] {
    const points: CrashPoint[] = [];
    const { state, orderId } = order;
    if (venue !== null && isActive(venue) && venue.executed > 0n) points.push('partly filled');
    if (state === 'live' && orderId !== null && left && !this.isAsked(order))
      points.push('live, before the first poll');
    if (state === 'cancelling' && venue !== null && this.left.some((bytes) => bytes.includes(venue.id)))
      points.push(isActive(venue) ? 'cancel sent, no reply: not done' : 'cancel sent, no reply: done');
    if (state !== 'sending') return points;
    if (!left) points.push('after W2, not sent');
    else if (venue === null)
      points.push(refused && isSettling(where) ? 'reject before W3' : 'sent, not accepted');
    else if (this.world.exchange.faults.conditions.ordersVisibleAfterMs > 0)
      points.push('accepted, visible only later');
    if (left && venue !== null) points.push(isSettling(where) ? 'reply before W3' : 'accepted, no reply');
    return points;
  }

  private isAsked({ orderId, request }: JournaledOrder): boolean {
    return this.asked.has(request.key) || (orderId !== null && this.asked.has(orderId));
  }

  /** Of what an earlier life left, once this one has begun to ask. */
  private recovery(old: readonly Seen[]): CrashPoint[] {
    return old
      .filter(({ order }) => OPEN.has(order.state) && (this.isAsked(order) || order.state === 'unknown'))
      .map(({ venue }) => (venue === null ? 'in recovery, not at the venue' : 'in recovery, at the venue'));
  }
}

const isSettling = (where: string): boolean => where === 'settle before' || where === 'settle inside';

/** How far the legs of an iteration are. */
function pointsOfLegs(own: readonly Seen[]): CrashPoint[] {
  const points: CrashPoint[] = [];
  const last = Math.max(...own.map(({ order }) => order.leg));
  const leg = own.filter(({ order }) => order.leg === last);
  if (leg.every(({ order }) => order.state === 'intent')) points.push('after W1, nothing sent');
  const isFinal = ({ order }: Seen): boolean => order.state !== 'intent' && !OPEN.has(order.state);
  const isDone = (seen: Seen): boolean => (seen.venue === null ? isFinal(seen) : !isActive(seen.venue));
  const done = leg.filter(isDone).length;
  const isPart = done > 0 && done < leg.length;
  const settled = leg.every(isFinal);
  if (isPart) points.push(last === 0 ? 'some sells done' : 'buys midway');
  if (last === 0 && done === leg.length && !settled) points.push('sells done, before SELLS_SETTLED');
  if (settled) points.push(last === 0 ? 'before W1 of the buys' : 'all done before RECORDED');
  return points;
}
