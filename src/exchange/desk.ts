// The order desk: takes orders, matches them against the book, keeps them by id and by key, lets time pass over them.
// Requires: `catchUp(now)` before anything reads the books. Guarantees: cash never goes below what the account may
// owe, pieces never below zero; a resting order fills at the moment the tape crosses it, whoever asks and when.

import type { Account } from './account.ts';
import { admit, type Terms } from './admission.ts';
import { VenueError } from './errors.ts';
import { least } from './extremes.ts';
import type { Instrument } from './instrument.ts';
import type { Level, Market } from './market.ts';
import {
  chargedFee,
  commission,
  executedValue,
  fingerprintOf,
  isActive,
  type NewOrder,
  remaining,
  reservedCash,
  reservedPieces,
  type VenueOrder,
  type VenueStatus,
} from './order.ts';
import type { Registry } from './registry.ts';
import { nextEvent } from './resting.ts';
import { stepAt } from './tape.ts';

/** What a fault may order the desk to do with a new order instead of matching it. */
export type ExecutionPlan =
  /** Never fills; active until it is cancelled. */
  | { readonly kind: 'rest' }
  /** Fills `now` lots at once, the rest as planned (ms from now), what is in no plan never. */
  | {
      readonly kind: 'partial';
      readonly now: bigint;
      readonly later: readonly { readonly afterMs: number; readonly lots: bigint }[];
    }
  /** Accepted and then turned down: status REJECTED. */
  | { readonly kind: 'reject'; readonly message: string };

export interface DeskSettings {
  readonly commission: bigint;
  /** Commission for the house's own funds; `null` = the same. */
  readonly fundCommission: bigint | null;
  readonly orderCap: bigint;
  readonly duplicateAnswer: 'state' | '30057' | 'forgotten';
  /** How long the venue answers about a final order, ms. */
  readonly orderMemoryMs: number;
  planFor(order: NewOrder): ExecutionPlan | null;
  visibleAfterMs(): number;
}

export class OrderDesk {
  readonly orders: VenueOrder[] = [];
  private readonly byId = new Map<string, VenueOrder>();
  /** By account. */
  private readonly byKey = new Map<string, Map<string, VenueOrder[]>>();
  private active: VenueOrder[] = [];
  private readonly taken = new Map<string, { readonly step: number; readonly lots: bigint }>();
  private readonly listeners: ((order: VenueOrder) => void)[] = [];

  constructor(
    readonly settings: DeskSettings,
    private readonly market: Market,
    private readonly registry: Registry,
  ) {}

  /** Commission rate that an account pays for an instrument, billionths. */
  rate(account: Account, instrument: Instrument): bigint {
    const own = instrument.ownFund ? this.settings.fundCommission : null;
    return account.terms.commission ?? own ?? this.settings.commission;
  }

  activeOf(accountId: string): readonly VenueOrder[] {
    return this.active.filter((order) => order.accountId === accountId);
  }

  blockedCash(accountId: string, currency: string): bigint {
    return this.activeOf(accountId)
      .filter((order) => order.currency === currency)
      .reduce((sum, order) => sum + reservedCash(order), 0n);
  }

  blockedPieces(accountId: string, uid: string): bigint {
    return this.activeOf(accountId)
      .filter((order) => order.uid === uid)
      .reduce((sum, order) => sum + reservedPieces(order), 0n);
  }

  /** Called for each order whenever it changed. */
  onChange(listener: (order: VenueOrder) => void): void {
    this.listeners.push(listener);
  }

  /** @throws {VenueError} for every reason the venue has to refuse an order; nothing is kept of a refused one. */
  post(request: NewOrder, nowMs: number): VenueOrder {
    const known = this.repeat(request, nowMs);
    if (known !== null) return known;
    const account = this.registry.account(request.accountId);
    const terms = admit(request, { account, market: this.market, desk: this, nowMs });
    const order = this.accept(request, account, terms, nowMs);
    const plan = this.settings.planFor(request);
    if (plan?.kind === 'reject') this.finish(order, 'rejected', nowMs, plan.message);
    else if (plan !== null) this.follow(order, plan, nowMs);
    else this.meetBook(order, terms.instrument, terms.last.step, nowMs, false);
    this.settleRemainder(order, nowMs);
    return order;
  }

  /** The order that a repeated key stands for; `null` for a new key. @throws {VenueError} 30057. */
  private repeat(request: NewOrder, nowMs: number): VenueOrder | null {
    const earlier = this.ordersOfKey(request.accountId, request.key).at(-1);
    if (earlier === undefined) return null;
    if (fingerprintOf(earlier) !== fingerprintOf(request)) throw new VenueError('30057');
    if (this.settings.duplicateAnswer === 'forgotten') return null;
    if (this.settings.duplicateAnswer === '30057' || !this.isVisible(earlier, nowMs))
      throw new VenueError('30057');
    return earlier;
  }

  private accept(request: NewOrder, account: Account, terms: Terms, nowMs: number): VenueOrder {
    const { instrument } = terms;
    const order: VenueOrder = {
      ...request,
      accountId: account.id,
      id: String(70_000_000_001 + this.orders.length),
      currency: instrument.currency,
      figi: instrument.figi,
      lot: instrument.lot,
      bound: terms.bound,
      initialPrice: terms.last.price,
      createdMs: nowMs,
      expiresMs: this.market.calendar.dayEnd(instrument.exchange, nowMs),
      rate: this.rate(account, instrument),
      status: 'new',
      executed: 0n,
      finalMs: null,
      message: '',
      fills: [],
      plan: null,
      scannedStep: stepAt(nowMs),
    };
    this.orders.push(order);
    this.active.push(order);
    this.byId.set(order.id, order);
    const ofAccount = this.byKey.get(account.id) ?? new Map<string, VenueOrder[]>();
    this.byKey.set(account.id, ofAccount);
    ofAccount.set(request.key, [...(ofAccount.get(request.key) ?? []), order]);
    return order;
  }

  private follow(order: VenueOrder, plan: ExecutionPlan & { kind: 'rest' | 'partial' }, nowMs: number): void {
    order.plan = [];
    if (plan.kind === 'rest') return;
    order.plan = plan.later.map(({ afterMs, lots }) => ({ atMs: nowMs + afterMs, lots }));
    if (plan.now > 0n) this.fillPlanned(order, plan.now, nowMs);
  }

  private fillPlanned(order: VenueOrder, lots: bigint, atMs: number): void {
    const instrument = this.market.byUid(order.uid);
    if (instrument === null) return;
    const market = this.market.opposite(instrument, order.side, stepAt(atMs));
    const worse = order.side === 'buy' ? market > order.bound : market < order.bound;
    this.fill(order, lots, worse ? order.bound : market, atMs);
  }

  /** Takes what the book offers inside the order's bound. A resting order gets its own price, as makers do. */
  private meetBook(
    order: VenueOrder,
    instrument: Instrument,
    step: number,
    atMs: number,
    resting: boolean,
  ): void {
    for (const level of this.offers(instrument, order.side, step)) {
      const inside = order.side === 'buy' ? level.price <= order.bound : level.price >= order.bound;
      if (!inside || remaining(order) === 0n) break;
      const lots = least(level.lots, remaining(order));
      this.taken.set(`${order.uid}/${order.side}`, { step, lots: this.takenAt(order, step) + lots });
      this.fill(order, lots, resting ? order.bound : level.price, atMs);
    }
  }

  /** Lots that orders of this side have taken out of the book of a step. */
  private takenAt(order: { readonly uid: string; readonly side: 'buy' | 'sell' }, step: number): bigint {
    const seen = this.taken.get(`${order.uid}/${order.side}`);
    return seen?.step === step ? seen.lots : 0n;
  }

  /** Levels that an order of a side still meets at a step: the book less what was taken out of it. */
  *offers(
    instrument: Instrument,
    side: 'buy' | 'sell',
    step: number,
    count?: number,
  ): Generator<Level, undefined> {
    let gone = this.takenAt({ uid: instrument.uid, side }, step);
    for (const { price, lots } of this.market.levels(instrument, side, step, count)) {
      const skipped = least(gone, lots);
      gone -= skipped;
      if (lots > skipped) yield { price, lots: lots - skipped };
    }
  }

  private fill(order: VenueOrder, wanted: bigint, price: bigint, atMs: number): void {
    const lots = least(wanted, remaining(order));
    if (lots <= 0n || !isActive(order)) return;
    const account = this.registry.account(order.accountId);
    const pieces = lots * order.lot;
    const value = pieces * price;
    const fee = commission(executedValue(order) + value, order.rate) - chargedFee(order);
    const tradeId = `${order.id}-${order.fills.length + 1}`;
    const sign = order.side === 'buy' ? 1n : -1n;
    const common = { atMs, currency: order.currency, orderId: order.id, tradeId };
    account.book({
      ...common,
      kind: order.side,
      cash: -sign * value,
      uid: order.uid,
      pieces: sign * pieces,
      price,
    });
    if (fee > 0n) account.book({ ...common, kind: 'fee', cash: -fee, uid: order.uid, pieces: 0n, price: 0n });
    order.fills.push({ tradeId, atMs, lots, price, value, fee });
    order.executed += lots;
    order.status = 'partial';
    if (remaining(order) === 0n) this.finish(order, 'filled', atMs, '');
    else this.changed(order);
  }

  /** Market orders and the kill kinds do not rest; limit and best-price orders do, until the end of the day. */
  private settleRemainder(order: VenueOrder, nowMs: number): void {
    if (!isActive(order) || order.plan !== null) return;
    const rests = order.type !== 'market' && order.timeInForce === 'day';
    if (!rests) this.finish(order, 'cancelled', nowMs, 'The book did not offer more');
  }

  private finish(order: VenueOrder, status: VenueStatus, atMs: number, message: string): void {
    order.status = status;
    order.finalMs = atMs;
    order.message = message;
    this.active = this.active.filter((each) => each !== order);
    this.changed(order);
  }

  private changed(order: VenueOrder): void {
    for (const listener of this.listeners) listener(order);
  }

  /** Lets time pass over the resting orders, event by event, in order of time. */
  catchUp(nowMs: number): void {
    for (;;) {
      const events = this.active
        .map((order) => nextEvent(order, this.market, nowMs))
        .filter((event) => event !== null);
      const first = events.reduce<(typeof events)[number] | null>(
        (best, event) => (best === null || event.atMs < best.atMs ? event : best),
        null,
      );
      if (first === null) return;
      const { order } = first;
      if (first.kind === 'expire') this.finish(order, 'cancelled', first.atMs, 'The trading day is over');
      else if (first.kind === 'planned') {
        order.plan = (order.plan ?? []).slice(1);
        this.fillPlanned(order, first.lots, first.atMs);
      } else {
        const instrument = this.market.byUid(order.uid);
        if (instrument !== null) this.meetBook(order, instrument, first.step, first.atMs, true);
        order.scannedStep = first.step;
      }
    }
  }

  /** @throws {VenueError} 50005 unknown, 30059 already final. */
  cancel(order: VenueOrder, nowMs: number): void {
    if (!isActive(order)) throw new VenueError('30059');
    this.finish(order, 'cancelled', nowMs, 'Cancelled by the client');
  }

  /** The exchange behind the venue turns an order down that the venue had taken. */
  turnDown(order: VenueOrder, atMs: number, message: string): void {
    if (isActive(order)) this.finish(order, 'rejected', atMs, message);
  }

  private isVisible(order: VenueOrder, nowMs: number): boolean {
    return nowMs >= order.createdMs + this.settings.visibleAfterMs();
  }

  private isRemembered(order: VenueOrder, nowMs: number): boolean {
    return order.finalMs === null || nowMs < order.finalMs + this.settings.orderMemoryMs;
  }

  /** @throws {VenueError} 50005 when unknown, not visible yet or forgotten. */
  look(accountId: string, id: string, by: 'exchange' | 'key', nowMs: number): VenueOrder {
    const found = by === 'key' ? this.ordersOfKey(accountId, id).at(-1) : this.byId.get(id);
    const known =
      found !== undefined &&
      found.accountId === accountId &&
      this.isVisible(found, nowMs) &&
      this.isRemembered(found, nowMs);
    if (!known) throw new VenueError('50005');
    return found;
  }

  /** Active orders that the venue shows by now. */
  visibleActive(accountId: string, nowMs: number): readonly VenueOrder[] {
    return this.activeOf(accountId).filter((order) => this.isVisible(order, nowMs));
  }

  ordersOfKey(accountId: string, key: string): readonly VenueOrder[] {
    return this.byKey.get(accountId)?.get(key) ?? [];
  }
}
