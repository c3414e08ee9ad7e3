// The venue without its protocol: market, accounts, order desk and faults on one clock, and what a test may do to them.
// Guarantees: every change first lets time catch up, so that it happens after everything before it.
// Raw bigints: nano-units of currency, pieces, lots.

import { parseNano, raw } from '../core/units.ts';
import type { Clock } from '../ports.ts';
import type { Account, Entry, EntryKind, MarginTerms } from './account.ts';
import { createCalendar } from './calendar.ts';
import { defaultCatalogue, uidOf } from './catalogue.ts';
import { OrderDesk } from './desk.ts';
import { Faults } from './faults.ts';
import { FundBook } from './fund-book.ts';
import type { Instrument } from './instrument.ts';
import { callMargin } from './margin-call.ts';
import { Market } from './market.ts';
import { DAY_MS, dayStartMs, moscowDay } from './moscow.ts';
import type { NewOrder, VenueOrder } from './order.ts';
import { tariffFee } from './overnight-fee.ts';
import { Registry } from './registry.ts';
import type { OpenAccount, OwnBook, OwnerOrder, VenueOptions } from './venue-options.ts';

const ORDER_CAP = parseNano('30000000');
const DEFAULT_COMMISSION = 500_000n;

export class Venue {
  readonly market: Market;
  readonly funds: FundBook;
  readonly registry = new Registry();
  readonly faults = new Faults();
  readonly desk: OrderDesk;
  readonly clock: Clock;
  readonly contour: 'live' | 'sandbox';
  /** May be changed at any time. */
  overnightFee: ((debt: bigint) => bigint) | null;
  /** Whether the broker closes positions by force; may be changed at any time. */
  marginCalls: boolean;
  private ownOrders = 0;
  /** When the day ends next, and debts are charged for. */
  private dayEndMs: number;

  constructor(options: VenueOptions) {
    this.clock = options.clock;
    this.contour = options.contour ?? 'live';
    this.overnightFee = options.overnightFee === 'off' ? null : (options.overnightFee ?? tariffFee);
    this.marginCalls = options.marginCalls ?? false;
    this.dayEndMs = dayStartMs(moscowDay(options.clock.now()) + 1);
    const walk = {
      seed: options.seed,
      liveliness: options.liveliness ?? 1,
      anchorMs: options.anchorMs ?? Date.UTC(2026, 0, 1),
    };
    this.market = new Market({
      ...walk,
      catalogue: options.catalogue ?? defaultCatalogue(),
      calendar: options.calendar ?? createCalendar(),
      spreadTicks: BigInt(options.spreadTicks ?? 1),
      offHoursSpread: BigInt(options.offHoursSpread ?? 2),
      depth: parseNano(options.depthRub ?? '5000000'),
    });
    this.funds = new FundBook(this.market, walk);
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
    while (this.dayEndMs <= nowMs) {
      this.desk.catchUp(this.dayEndMs);
      this.chargeDebts(this.dayEndMs);
      this.dayEndMs += DAY_MS;
    }
    this.desk.catchUp(nowMs);
    if (this.marginCalls)
      for (const account of this.registry.all()) if (account.cash() < 0n) this.marginCall(account.id, nowMs);
    return nowMs;
  }

  /** Makes the broker look whether the account's minimal margin is covered; the orders of its call, if it is not. */
  marginCall(id: string, nowMs: number = this.now()): readonly VenueOrder[] {
    const account = this.registry.account(id);
    if (!account.margin.enabled) return [];
    return callMargin({ account, market: this.market, desk: this.desk, nowMs, key: () => this.ownKey(id) });
  }

  private ownKey(id: string): string {
    this.ownOrders += 1;
    return uidOf(`owner:${id}:${this.ownOrders}`);
  }

  /** RUB below zero at the end of a day costs its fee, whatever made it. */
  private chargeDebts(atMs: number): void {
    if (this.overnightFee === null) return;
    for (const account of this.registry.all()) {
      const debt = -account.cash();
      const fee = debt > 0n && !account.terms.sandbox ? this.overnightFee(debt) : 0n;
      if (fee > 0n) this.book(account, { atMs, kind: 'margin_fee', currency: 'rub', cash: -fee, uid: null });
    }
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
    const account = this.registry.open({
      id: open.id ?? this.registry.nextId(),
      name: open.name ?? 'Account',
      type: open.type ?? 'broker',
      user: this.registry.authenticate(open.token).user,
      sandbox: open.sandbox ?? false,
      openedMs: nowMs,
      commission: open.commission === undefined ? null : raw(open.commission),
      margin: marginTerms(open.margin),
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
      margin: marginTerms(),
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
    this.book(this.registry.account(id), { atMs: this.now(), kind, currency, cash, uid });
  }

  private book(account: Account, entry: CashEntry): void {
    account.book({ ...entry, pieces: 0n, price: 0n, orderId: null, tradeId: null });
  }

  /** The owner switches margin trading on or off. */
  setMargin(id: string, margin: { readonly enabled: boolean; readonly debtMaxRub?: string }): void {
    this.now();
    this.registry.account(id).margin = marginTerms(margin);
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
    const instrument = this.instrument(own.uid);
    const request: NewOrder = {
      accountId: id,
      key: this.ownKey(id),
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

  /** Gives an instrument a thin or wide book until `null` takes it back. */
  setBook(instrumentId: string, own: OwnBook | null): void {
    this.now();
    const shape = own && {
      ...(own.spreadTicks === undefined ? {} : { spreadTicks: BigInt(own.spreadTicks) }),
      ...(own.depthRub === undefined ? {} : { depth: parseNano(own.depthRub) }),
      ...(own.levels === undefined ? {} : { levels: own.levels }),
    };
    this.market.setBook(this.instrument(instrumentId).uid, shape);
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
    if (instrument.kind === 'etf')
      this.funds.setUnits(instrument, (this.funds.unitsAt(instrument, nowMs) * up) / down, nowMs);
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

  // ---- what funds are besides their price

  /** Net assets per unit, nano; `null` where the listing has no price. */
  navOf(ticker: string, atMs: number = this.now()): bigint | null {
    return this.funds.navAt(this.instrument(ticker), atMs);
  }

  /** Net assets at the end of a Moscow day (`moscowDay`), nano. */
  aumOf(ticker: string, day: number): bigint | null {
    return this.funds.aumOf(this.instrument(ticker), day);
  }

  /** Units in issue, whether or not the venue tells. */
  unitsOf(ticker: string, atMs: number = this.now()): bigint {
    return this.funds.unitsAt(this.instrument(ticker), atMs);
  }

  /** What the venue tells of the units or shares in issue: `null` = nothing, for some 0. */
  saidUnits(instrument: Instrument, atMs: number): bigint | null {
    const { issued, kind } = instrument;
    if (kind !== 'etf' || issued === null || issued === 0n) return issued;
    return this.funds.unitsAt(instrument, atMs);
  }

  /** Price over NAV less one as a decimal ("0.015"), from now on; `null` gives it back to its walk. */
  setPremium(ticker: string, premium: string | null): void {
    const nowMs = this.now();
    const part = premium === null ? null : parseNano(premium);
    this.funds.setPremium(this.instrument(ticker), part, nowMs);
  }

  setUnits(ticker: string, units: bigint): void {
    const nowMs = this.now();
    this.funds.setUnits(this.instrument(ticker), units, nowMs);
  }
}

type CashEntry = Pick<Entry, 'atMs' | 'kind' | 'currency' | 'cash' | 'uid'>;

const marginTerms = (asked: OpenAccount['margin'] = { enabled: false }): MarginTerms => ({
  enabled: asked.enabled,
  debtMax: asked.debtMaxRub === undefined ? null : parseNano(asked.debtMaxRub),
});
