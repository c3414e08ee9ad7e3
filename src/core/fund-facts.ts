// What is known of a fund (or share) besides its price: how many units there are, what they are worth, what they hold.
// Guarantees: a datum is either known, with its source and dates, or unknown with the reason and what to do about it;
// never zero, never a guess.

import { type Money, type Price, percentOf, raw, type Shares, subtract } from './units.ts';

export interface Known<Value> {
  readonly kind: 'known';
  readonly value: Value;
  /** What instant it describes, ms since 1970 UTC. */
  readonly asOfMs: number;
  readonly fetchedAtMs: number;
  /** Name of the source, as in `fund_data.sources`. */
  readonly source: string;
}

export interface Unknown {
  readonly kind: 'unknown';
  /** What each source said, and the remedy. */
  readonly because: string;
}

export type Finding<Value> = Known<Value> | Unknown;

/** All in RUB. `price` and `nav` are of ONE unit. */
export interface FundFacts {
  readonly ticker: string;
  /** A share is none: it has neither AUM nor NAV. */
  readonly isFund: boolean;
  readonly units: Finding<Shares>;
  readonly price: Finding<Price>;
  /** Units × price. */
  readonly marketCap: Finding<Money>;
  readonly aum: Finding<Money>;
  readonly nav: Finding<Price>;
  /** Units × the close of the AUM's own date where that is known, else `marketCap`: what the premium is reckoned with. */
  readonly marketCapThen: Finding<Money>;
}

/** Nothing is known of a ticker, for one reason; it counts as a fund. */
export function unknownFacts(ticker: string, because: string): FundFacts {
  const unknown: Unknown = { kind: 'unknown', because };
  return {
    ticker,
    isFund: true,
    units: unknown,
    price: unknown,
    marketCap: unknown,
    aum: unknown,
    nav: unknown,
    marketCapThen: unknown,
  };
}

/** Market cap over AUM, less one, in percent (TIEBB's decorrelation); `null` where either is unknown. */
export function premiumPercent({ marketCapThen, aum }: FundFacts): number | null {
  if (marketCapThen.kind === 'unknown' || aum.kind === 'unknown' || raw(aum.value) <= 0n) return null;
  return percentOf(subtract(marketCapThen.value, aum.value), aum.value);
}
