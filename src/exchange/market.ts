// The market itself: which instruments exist, whether they trade, at what price and against what depth.
// Guarantees: everything at time t follows from the seed, t and what a test changed; asking changes nothing.
// Raw bigints: nano-units of currency per piece, lots, steps.

import { type Calendar, inMainHours } from './calendar.ts';
import { greatest } from './extremes.ts';
import type { Instrument } from './instrument.ts';
import { DAY_MS, moscowDay } from './moscow.ts';
import { createTape, stepAt, stepMs } from './tape.ts';
import { flagsOf, isUnavailable, type OrderFlags, statusOfPhase } from './trading-status.ts';
import { mix, seedOf } from './walk.ts';

export interface MarketSettings {
  readonly seed: number;
  readonly catalogue: readonly Instrument[];
  readonly calendar: Calendar;
  /** Ask minus bid in the main session, in price steps. */
  readonly spreadTicks: bigint;
  /** How many times that it is outside the main session. */
  readonly offHoursSpread: bigint;
  /** Worth of the lots offered at each level of the book, nano. */
  readonly depth: bigint;
  readonly liveliness: number;
  /** When the catalogue's prices were the last prices. */
  readonly anchorMs: number;
}

export interface Level {
  readonly price: bigint;
  readonly lots: bigint;
}

/** How the book of one instrument differs from the others'. */
export interface BookShape {
  /** Ask minus bid at any hour, in price steps. */
  readonly spreadTicks?: bigint;
  /** Worth of the lots offered at each level, nano. */
  readonly depth?: bigint;
  /** Levels on each side; 0 = nobody is there. */
  readonly levels?: number;
}

export interface LastPrice {
  readonly price: bigint;
  readonly timeMs: number;
  readonly step: number;
}

/** Levels of the book on each side. */
const LEVELS = 40;

export class Market {
  readonly calendar: Calendar;
  private readonly list = new Map<string, Instrument>();
  /** `all`, until the list changes. */
  private listed: readonly Instrument[] | null = null;
  private readonly overrides = new Map<string, { readonly status: number; readonly sinceMs: number }>();
  private readonly books = new Map<string, BookShape>();
  private readonly tape;

  constructor(private readonly settings: MarketSettings) {
    this.calendar = settings.calendar;
    for (const instrument of settings.catalogue) this.list.set(instrument.uid, instrument);
    this.tape = createTape({
      seed: settings.seed,
      liveliness: settings.liveliness,
      anchor: (paper) => {
        const instrument = this.all().find((each) => each.assetUid === paper.assetUid);
        if (instrument === undefined) throw new Error(`no instrument of asset ${paper.assetUid} is listed`);
        return { ticks: instrument.anchorPrice / instrument.step, atMs: settings.anchorMs };
      },
    });
  }

  all(): readonly Instrument[] {
    this.listed ??= [...this.list.values()];
    return this.listed;
  }

  byUid(uid: string): Instrument | null {
    return this.list.get(uid) ?? null;
  }

  /** By uid, figi, position uid or TICKER_CLASSCODE: everything that the contract calls `instrument_id`. */
  find(id: string): Instrument | null {
    return (
      this.byUid(id) ??
      this.all().find(
        (each) => each.figi === id || each.positionUid === id || `${each.ticker}_${each.classCode}` === id,
      ) ??
      null
    );
  }

  /** Lists a new instrument or changes one (a new lot, a blocked flag). */
  amend(instrument: Instrument): void {
    this.listed = null;
    this.list.set(instrument.uid, instrument);
  }

  delist(uid: string): void {
    this.listed = null;
    this.list.delete(uid);
  }

  /** Forces a trading status (a halt) until `null` gives it back to the calendar. */
  setStatus(uid: string, status: number | null, nowMs: number): void {
    if (status === null) this.overrides.delete(uid);
    else this.overrides.set(uid, { status, sinceMs: nowMs });
  }

  /** Since when a forced status keeps it from trading; `null` when none does. */
  haltedSince(instrument: Instrument): number | null {
    const forced = this.overrides.get(instrument.uid);
    return forced === undefined || flagsOf(forced.status).limit ? null : forced.sinceMs;
  }

  status(instrument: Instrument, atMs: number): number {
    const forced = this.overrides.get(instrument.uid);
    if (forced !== undefined) return forced.status;
    const spans = this.calendar.spans(instrument.exchange, moscowDay(atMs));
    return statusOfPhase(this.calendar.phase(instrument.exchange, atMs), spans.length > 0);
  }

  flags(instrument: Instrument, atMs: number): OrderFlags {
    const flags = flagsOf(this.status(instrument, atMs));
    return this.apiTradable(instrument, atMs) ? flags : { market: false, limit: false, bestPrice: false };
  }

  apiTradable(instrument: Instrument, atMs: number): boolean {
    return instrument.apiTradable && !isUnavailable(this.status(instrument, atMs));
  }

  /** Whether resting orders can meet somebody. */
  isMatching(instrument: Instrument, atMs: number): boolean {
    return flagsOf(this.status(instrument, atMs)).limit;
  }

  /** Last price: of the step that holds the last instant it traded at. `null` for a listing without prices. */
  last(instrument: Instrument, nowMs: number): LastPrice | null {
    if (!instrument.quoted) return null;
    const haltedMs = this.haltedSince(instrument);
    const until = haltedMs === null ? nowMs : Math.min(nowMs, haltedMs);
    const traded = this.calendar.lastTraded(instrument.exchange, until) ?? until;
    const step = stepAt(traded);
    return { price: this.priceAtStep(instrument, step), timeMs: stepMs(step), step };
  }

  priceAtStep(instrument: Instrument, step: number): bigint {
    return this.tape.ticksAt(instrument, step) * instrument.step;
  }

  /** How often the price was set or jumped: what was known of its past may no longer hold. */
  changesOf(instrument: Instrument): number {
    return this.tape.rebases(instrument);
  }

  /** Gives one instrument a book of its own until `null` takes it back. */
  setBook(uid: string, shape: BookShape | null): void {
    if (shape === null) this.books.delete(uid);
    else this.books.set(uid, shape);
  }

  private spread(instrument: Instrument, step: number): bigint {
    const { spreadTicks, offHoursSpread } = this.settings;
    const own = this.books.size === 0 ? undefined : this.books.get(instrument.uid)?.spreadTicks;
    return own ?? (inMainHours(stepMs(step)) ? spreadTicks : spreadTicks * offHoursSpread);
  }

  /** Best price on the side that an order of the given side meets. */
  opposite(instrument: Instrument, side: 'buy' | 'sell', step: number): bigint {
    const spread = this.spread(instrument, step);
    const bid = this.priceAtStep(instrument, step) - (spread / 2n) * instrument.step;
    const price = side === 'sell' ? bid : bid + spread * instrument.step;
    return greatest(price, instrument.step);
  }

  /** Levels that an order of the given side meets, best first, reckoned as they are asked for: most orders meet one. */
  *levels(
    instrument: Instrument,
    side: 'buy' | 'sell',
    step: number,
    count = LEVELS,
  ): Generator<Level, undefined> {
    const best = this.opposite(instrument, side, step);
    const seed = seedOf(this.settings.seed, `${instrument.uid}/${side}`);
    const shape = this.books.get(instrument.uid);
    const whole = (shape?.depth ?? this.settings.depth) / (best * instrument.lot);
    const deep = Math.min(count, shape?.levels ?? count);
    for (let i = 0; i < deep; i += 1) {
      const price = side === 'buy' ? best + BigInt(i) * instrument.step : best - BigInt(i) * instrument.step;
      if (price < instrument.step) break;
      // Between half and one and a half of the usual depth, never less than a lot.
      const share = BigInt(500 + (mix(seed, step, i) % 1001));
      const lots = (whole * share) / 1000n;
      yield { price, lots: lots < 1n ? 1n : lots };
    }
  }

  /** Sets the price of an asset from now on; the walk goes on from there. */
  setPrice(instrument: Instrument, price: bigint, nowMs: number): void {
    if (price <= 0n || price % instrument.step !== 0n)
      throw new RangeError(
        `price ${price} of ${instrument.ticker} is not a positive multiple of its step ${instrument.step}`,
      );
    const traded = this.calendar.lastTraded(instrument.exchange, nowMs) ?? nowMs;
    this.tape.rebase(instrument, stepAt(traded), price / instrument.step);
  }

  /** Multiplies the price by `numerator / denominator`, rounded to whole steps. */
  gap(instrument: Instrument, numerator: bigint, denominator: bigint, nowMs: number): void {
    const last = this.last(instrument, nowMs);
    if (last === null) return;
    const ticks = (last.price * numerator) / (denominator * instrument.step);
    this.setPrice(instrument, (ticks < 1n ? 1n : ticks) * instrument.step, nowMs);
  }

  /** Close of the last day before the one that holds `nowMs`. */
  previousClose(instrument: Instrument, nowMs: number): LastPrice | null {
    const day = moscowDay(nowMs) * DAY_MS - 3 * 3_600_000;
    return this.last(instrument, day - 1);
  }
}
