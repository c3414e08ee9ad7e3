// What a fund is besides its price: units in issue, NAV per unit, AUM. The tape gives the price; the premium of price over
// NAV wanders within 2 % on a walk of its own, and NAV follows from both.
// Guarantees: like the tape a pure function of (seed, asset, time) and of what a test changed; asking changes nothing.
// Raw bigints: nano-units of currency per unit, units, billionths.

import type { Instrument } from './instrument.ts';
import type { Market } from './market.ts';
import { DAY_MS, dayStartMs, isWeekend, moscowDay } from './moscow.ts';
import { STEP_MS, stepAt } from './tape.ts';
import { exponential, mix, seedOf, Walk } from './walk.ts';

const NANO = 1_000_000_000n;
/** Farthest that a premium wanders to either side. */
const PREMIUM_MAX = 0.02;
/** How far it wanders in a day, as a part of that. */
const PREMIUM_PER_DAY = 0.15;
const PREMIUM_PER_STEP = PREMIUM_PER_DAY / Math.sqrt(DAY_MS / STEP_MS);
/** Standard deviation of the log of the units between two days. */
const UNITS_PER_DAY = 0.003;
/** Units come and go in blocks. */
const BLOCK = 10_000;
const FIRST_DAY = moscowDay(Date.UTC(2015, 0, 1));
/** Longest run of days without a creation or redemption. */
const QUIET_DAYS = 30;

export interface FundBookSettings {
  readonly seed: number;
  /** 0: units and premiums stand still. */
  readonly liveliness: number;
  /** When the catalogue's units were the units. */
  readonly anchorMs: number;
}

interface UnitsAnchor {
  readonly day: number;
  readonly units: bigint;
}

export class FundBook {
  private readonly walks = new Map<string, Walk>();
  private readonly anchors = new Map<string, UnitsAnchor[]>();
  private readonly premiums = new Map<string, { readonly fromMs: number; readonly part: bigint | null }[]>();

  constructor(
    private readonly market: Market,
    private readonly settings: FundBookSettings,
  ) {
    // What a fund begins with must not depend on what is changed in its listing before somebody asks.
    for (const instrument of market.all()) if (instrument.kind === 'etf') this.anchorsOf(instrument);
  }

  /** Units in issue on the Moscow day that holds the instant: they change at its start, on most working days. */
  unitsAt(fund: Instrument, atMs: number): bigint {
    return this.unitsOn(fund, moscowDay(atMs));
  }

  unitsOn(fund: Instrument, day: number): bigint {
    const list = this.anchorsOf(fund);
    const anchor = list.findLast((each) => each.day <= day) ?? list[0];
    if (anchor === undefined) throw new Error(`no number of units is known of ${fund.ticker}`);
    const change =
      this.settings.liveliness * UNITS_PER_DAY * (this.tide(fund, day) - this.tide(fund, anchor.day));
    if (change === 0) return anchor.units;
    const blocks = Math.round((Number(anchor.units) * exponential(change)) / BLOCK);
    return BigInt(Math.max(1, blocks) * BLOCK);
  }

  /** The latest day, not after the one given, on which units were created or redeemed. */
  changeDay(fund: Instrument, day: number): number {
    const seed = seedOf(this.settings.seed, `issue:${fund.assetUid}`);
    for (let back = 0; back < QUIET_DAYS; back += 1)
      if (!isWeekend(day - back) && mix(seed, day - back, 0) % 3 !== 0) return day - back;
    return day - QUIET_DAYS;
  }

  private tide(fund: Instrument, day: number): number {
    return this.walk(`units:${fund.assetUid}`).at(this.changeDay(fund, day) - FIRST_DAY);
  }

  /** Price over NAV, less one, in billionths. */
  premiumAt(fund: Instrument, atMs: number): bigint {
    const set = this.premiums.get(fund.assetUid)?.findLast((each) => each.fromMs <= atMs);
    if (set !== undefined && set.part !== null) return set.part;
    const name = `premium:${fund.assetUid}`;
    const start = (mix(seedOf(this.settings.seed, name), 0, 0) / 2 ** 32) * 4;
    const moved =
      this.settings.liveliness === 0
        ? 0
        : this.settings.liveliness * PREMIUM_PER_STEP * this.walk(name).at(stepAt(atMs));
    return BigInt(Math.round(PREMIUM_MAX * folded(start + moved) * 1e9));
  }

  /** What one unit holds at an instant; `null` for a listing without prices. */
  navAt(fund: Instrument, atMs: number): bigint | null {
    const last = this.market.last(fund, atMs);
    return last === null ? null : (last.price * NANO) / (NANO + this.premiumAt(fund, last.timeMs));
  }

  /** Net assets at an instant, nano. */
  aumAt(fund: Instrument, atMs: number): bigint | null {
    const nav = this.navAt(fund, atMs);
    return nav === null ? null : nav * this.unitsAt(fund, atMs);
  }

  /** Net assets at the end of a Moscow day. */
  aumOf(fund: Instrument, day: number): bigint | null {
    return this.aumAt(fund, dayStartMs(day + 1) - 1);
  }

  /** From that instant's day on there are so many units, and they go on from there. */
  setUnits(fund: Instrument, units: bigint, atMs: number): void {
    if (units < 1n) throw new RangeError(`a fund must have at least one unit, found ${units}`);
    const day = moscowDay(atMs);
    const list = this.anchorsOf(fund);
    while (list.length > 1 && (list.at(-1)?.day ?? 0) >= day) list.pop();
    list.push({ day, units });
  }

  /** From that instant on the premium is so many billionths; `null` gives it back to its walk. */
  setPremium(fund: Instrument, part: bigint | null, atMs: number): void {
    if (part !== null && part <= -NANO) throw new RangeError(`a premium must be above -100 %, found ${part}`);
    this.premiums.set(fund.assetUid, [...(this.premiums.get(fund.assetUid) ?? []), { fromMs: atMs, part }]);
  }

  private anchorsOf(fund: Instrument): UnitsAnchor[] {
    const known = this.anchors.get(fund.assetUid);
    if (known !== undefined) return known;
    const list: UnitsAnchor[] = [{ day: moscowDay(this.settings.anchorMs), units: this.firstUnits(fund) }];
    this.anchors.set(fund.assetUid, list);
    return list;
  }

  /** A fund has units even where the venue does not say how many. */
  private firstUnits(fund: Instrument): bigint {
    if (fund.issued !== null && fund.issued > 0n) return fund.issued;
    const blocks = 30_000 + (mix(seedOf(1, fund.assetUid), 1, 0) % 100_000);
    return BigInt(blocks * BLOCK);
  }

  private walk(name: string): Walk {
    const known = this.walks.get(name);
    if (known !== undefined) return known;
    const walk = new Walk(seedOf(this.settings.seed, name));
    this.walks.set(name, walk);
    return walk;
  }
}

/** A line folded into -1 ... 1: what leaves on one side comes back from there. */
function folded(x: number): number {
  const turn = (((x - 1) % 4) + 4) % 4;
  return Math.abs(turn - 2) - 1;
}
