// The venue without its protocol: market, accounts, order desk and faults on one clock, and what a test may do to them.
// Guarantees: every change first lets time catch up, so that it happens after everything before it.
// Raw bigints: nano-units of currency, pieces, lots.

import { parseNano, type Rate, raw } from '../core/units.ts';
import type { Clock } from '../ports.ts';
import type { Account, EntryKind, MarginTerms } from './account.ts';
import { type Calendar, createCalendar } from './calendar.ts';
import { defaultCatalogue, uidOf } from './catalogue.ts';
import { OrderDesk } from './desk.ts';
import { Faults } from './faults.ts';
import type { Instrument } from './instrument.ts';
import { Market } from './market.ts';
import type { NewOrder, VenueOrder } from './order.ts';
import { Registry } from './registry.ts';

export interface VenueOptions {
  readonly clock: Clock;
  readonly seed: number;
  readonly catalogue?: readonly Instrument[];
  readonly calendar?: Calendar;
  /** Default 0.05 %. */
  readonly commission?: Rate;
  /** For the house's own funds; default: the same. */
  readonly fundCommission?: Rate;
  /** Ask minus bid, in price steps; default 1. */
  readonly spreadTicks?: number;
  /** RUB worth offered at each level of the book, as a decimal; default "5000000". */
  readonly depthRub?: string;
  /** Multiplies volatility and drift; 0 = prices stand still. Default 1. */
  readonly liveliness?: number;
  /** When the catalogue's prices were last; default 2026-01-01. */
  readonly anchorMs?: number;
  /** What a repeated key gets; default `state`. */
  readonly duplicateAnswer?: 'state' | '30057' | 'forgotten';
  /** How long a final order can be asked about; default a day. */
  readonly orderMemoryMs?: number;
  /** `sandbox`: the ordinary services serve sandbox accounts, as the broker's sandbox host does. */
  readonly contour?: 'live' | 'sandbox';
}

export interface OpenAccount {
  readonly token: string;
  /** RUB as a decimal, paid in at once. */
  readonly cash?: string;
  readonly type?: 'broker' | 'iis' | 'invest_box';
  readonly access?: 'full' | 'read_only' | 'none';
  readonly name?: string;
  /** All digits; default the next free one. */
  readonly id?: string;
  readonly commission?: Rate;
  /** Default: off. */
  readonly margin?: { readonly enabled: boolean; readonly debtMaxRub?: string };
  readonly sandbox?: boolean;
}

export interface OwnerOrder {
  readonly uid: string;
  readonly side: 'buy' | 'sell';
  readonly lots: number;
  /** Price of one piece as a decimal; absent = at the market. */
  readonly limit?: string;
}

const ORDER_CAP = parseNano('30000000');
const DEFAULT_COMMISSION = 500_000n;

export class Venue {
  readonly market: Market;
  readonly registry = new Registry();
  readonly faults = new Faults();
  readonly desk: OrderDesk;
  readonly clock: Clock;
  readonly contour: 'live' | 'sandbox';
  private ownOrders = 0;

  constructor(options: VenueOptions) {
    this.clock = options.clock;
    this.contour = options.contour ?? 'live';
    this.market = new Market({
      seed: options.seed,
      catalogue: options.catalogue ?? defaultCatalogue(),
      calendar: options.calendar ?? createCalendar(),
      spreadTicks: BigInt(options.spreadTicks ?? 1),
      depth: parseNano(options.depthRub ?? '5000000'),
      liveliness: options.liveliness ?? 1,
      anchorMs: options.anchorMs ?? Date.UTC(2026, 0, 1),
    });
    this.desk = new OrderDesk(
      {
        commission: options.commission === undefined ? DEFAULT_COMMISSION : raw(options.commission),
        fundCommission: options.fundCommission === undefined ? null : raw(options.fundCommission),
        orderCap: ORDER_CAP,
        duplicateAnswer: options.duplicateAnswer ?? 'state',
        orderMemoryMs: options.orderMemoryMs ?? 86_400_000,
        planFor: (order) => (order.foreign ? null : this.faults.planFor(order)),
        visibleAfterMs: () => this.faults.conditions.ordersVisibleAfterMs,
      },
      this.market,
      this.registry,
    );
  }

  /** The instant, with everything up to it having happened. */
  now(): number {
    const nowMs = this.clock.now();
    this.desk.catchUp(nowMs);
    return nowMs;
  }

  /** @throws {Error} for a ticker, uid or figi that is not listed. A bare ticker means its API-tradable listing. */
  instrument(id: string): Instrument {
    const tradable = this.market
      .all()
      .find((each) => each.apiTradable && (each.ticker === id || each.ticker === `${id}@`));
    const found = tradable ?? this.market.find(id);
    if (found === null || found === undefined) throw new Error(`the venue does not list ${id}`);
    return found;
  }

  // ---- people and their money

  /** Issues a token for the user of another one. `only`: the accounts it is for. */
  addToken(
    token: string,
    ofToken: string,
    terms?: { readonly access?: 'full' | 'read_only'; readonly only?: readonly string[] },
  ): void {
    const { user } = this.registry.authenticate(ofToken);
    this.registry.issue(token, { user, access: terms?.access ?? 'full', only: terms?.only ?? null });
  }

  /** Makes sure that a token exists, with a user of its own if it is new. */
  ensureToken(token: string): void {
    if (!this.registry.knows(token)) this.registry.issue(token, { user: token, access: 'full', only: null });
  }

  /** The owner ends all sessions: the token is refused from now on. */
  revokeToken(token: string): void {
    this.registry.revoke(token);
  }

  restoreToken(token: string): void {
    this.registry.restore(token);
  }

  openAccount(open: OpenAccount): Account {
    this.ensureToken(open.token);
    const nowMs = this.now();
    const margin: MarginTerms = {
      enabled: open.margin?.enabled ?? false,
      debtMax: open.margin?.debtMaxRub === undefined ? null : parseNano(open.margin.debtMaxRub),
    };
    const account = this.registry.open({
      id: open.id ?? this.registry.nextId(),
      name: open.name ?? 'Account',
      type: open.type ?? 'broker',
      user: this.registry.authenticate(open.token).user,
      sandbox: open.sandbox ?? false,
      openedMs: nowMs,
      commission: open.commission === undefined ? null : raw(open.commission),
      margin,
      access: open.access ?? 'full',
    });
    if (open.cash !== undefined) this.moveCash(account.id, 'input', parseNano(open.cash));
    return account;
  }

  openSandbox(user: string, name: string): Account {
    return this.registry.open({
      id: this.registry.nextId(),
      name,
      type: 'broker',
      user,
      sandbox: true,
      openedMs: this.now(),
      commission: null,
      margin: { enabled: false, debtMax: null },
      access: 'full',
    });
  }

  closeAccount(id: string): void {
    const nowMs = this.now();
    for (const order of this.desk.activeOf(id)) this.desk.cancel(order, nowMs);
    this.registry.account(id).closedMs = nowMs;
  }

  deposit(id: string, amount: string, currency = 'rub'): void {
    this.moveCash(id, 'input', parseNano(amount), currency);
  }

  /** Takes money out, below zero too: a tax or a transfer may do that. */
  withdraw(id: string, amount: string, currency = 'rub'): void {
    this.moveCash(id, 'output', -parseNano(amount), currency);
  }

  /** Books a movement of cash; `cash` is signed nano. */
  moveCash(id: string, kind: EntryKind, cash: bigint, currency = 'rub', uid: string | null = null): void {
    const entry = { atMs: this.now(), kind, currency, cash, uid, pieces: 0n, price: 0n };
    this.registry.account(id).book({ ...entry, orderId: null, tradeId: null });
  }

  /** Puts pieces into an account (or takes them out), at a cost per piece; default the last price. */
  giveSecurities(id: string, instrumentId: string, pieces: number, costRub?: string): void {
    const nowMs = this.now();
    const instrument = this.instrument(instrumentId);
    const price =
      costRub === undefined ? (this.market.last(instrument, nowMs)?.price ?? 0n) : parseNano(costRub);
    this.registry.account(id).book({
      atMs: nowMs,
      kind: pieces >= 0 ? 'input_securities' : 'output_securities',
      currency: instrument.currency,
      cash: 0n,
      uid: instrument.uid,
      pieces: BigInt(pieces),
      price,
      orderId: null,
      tradeId: null,
    });
  }

  /** The depositary holds the pieces of an instrument, or lets them go. */
  freeze(id: string, instrumentId: string, frozen = true): void {
    const { uid } = this.instrument(instrumentId);
    const account = this.registry.account(id);
    if (frozen) account.frozen.add(uid);
    else account.frozen.delete(uid);
  }

  /** The owner trades by hand, outside this API's client: at the market or resting at a limit. */
  ownerOrder(id: string, own: OwnerOrder): VenueOrder {
    const nowMs = this.now();
    this.ownOrders += 1;
    const instrument = this.instrument(own.uid);
    const request: NewOrder = {
      accountId: id,
      key: uidOf(`owner:${id}:${this.ownOrders}`),
      uid: instrument.uid,
      side: own.side,
      type: own.limit === undefined ? 'market' : 'limit',
      lots: BigInt(own.lots),
      price: own.limit === undefined ? null : parseNano(own.limit),
      confirmMargin: false,
      timeInForce: 'day',
      foreign: true,
    };
    return this.desk.post(request, nowMs);
  }

  // ---- what happens to instruments

  setPrice(instrumentId: string, priceRub: string): void {
    const nowMs = this.now();
    this.market.setPrice(this.instrument(instrumentId), parseNano(priceRub), nowMs);
  }

  /** The price jumps by a decimal factor ("0.85") and goes on from there. */
  gapPrice(instrumentId: string, factor: string): void {
    const nowMs = this.now();
    this.market.gap(this.instrument(instrumentId), parseNano(factor), parseNano('1'), nowMs);
  }

  /** Forces a trading status, e.g. a halt; `null` gives it back to the calendar. */
  setStatus(instrumentId: string, status: number | null): void {
    const nowMs = this.now();
    this.market.setStatus(this.instrument(instrumentId).uid, status, nowMs);
  }

  /** Changes an instrument as listed (a new lot, no longer tradable, another step). */
  amend(instrumentId: string, change: Partial<Instrument>): void {
    this.now();
    this.market.amend({ ...this.instrument(instrumentId), ...change });
  }

  delist(instrumentId: string): void {
    this.now();
    this.market.delist(this.instrument(instrumentId).uid);
  }

  /** Pays `perPieceRub` for each piece held; the price steps down by as much. */
  payOut(instrumentId: string, perPieceRub: string): void {
    const nowMs = this.now();
    const instrument = this.instrument(instrumentId);
    const each = parseNano(perPieceRub);
    for (const account of this.registry.all()) {
      const pieces = account.pieces(instrument.uid);
      if (pieces > 0n)
        this.moveCash(account.id, 'dividend', pieces * each, instrument.currency, instrument.uid);
    }
    const last = this.market.last(instrument, nowMs);
    if (last === null) return;
    const steps = (last.price - each) / instrument.step;
    this.market.setPrice(instrument, (steps < 1n ? 1n : steps) * instrument.step, nowMs);
  }

  /** Splits 1 piece into `into` pieces, or joins `from` pieces into 1; fractions are paid out at the new price. */
  split(instrumentId: string, ratio: { readonly into: number } | { readonly from: number }): void {
    const nowMs = this.now();
    const instrument = this.instrument(instrumentId);
    const [up, down] = 'into' in ratio ? [BigInt(ratio.into), 1n] : [1n, BigInt(ratio.from)];
    for (const order of this.desk.orders.filter(
      (each) => each.uid === instrument.uid && each.finalMs === null,
    ))
      this.desk.cancel(order, nowMs);
    this.market.gap(instrument, down, up, nowMs);
    const price = this.market.last(instrument, nowMs)?.price ?? 0n;
    for (const account of this.registry.all()) {
      const before = account.pieces(instrument.uid);
      if (before === 0n) continue;
      const after = (before * up) / down;
      const inLieu = ((before * up - after * down) * price) / down;
      const change = after - before;
      account.restate({
        atMs: nowMs,
        kind: change >= 0n ? 'input_securities' : 'output_securities',
        currency: instrument.currency,
        cash: inLieu,
        uid: instrument.uid,
        pieces: change,
        price: 0n,
        orderId: null,
        tradeId: null,
      });
    }
  }
}
