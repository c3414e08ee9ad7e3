// One entry of the venue's lists as a Listing, or why it cannot be one.
// Guarantees: only entries with a usable lot, step and uid become listings; ticker normalised (no trailing `@`).

import { InstrumentType } from 'tinkoff-invest-api/dist/generated/common.js';
import { NANO, type Rate, rate, type Shares, shares } from '../core/units.ts';
import { type Listing, WorldError } from '../ports.ts';
import { isRub, lotSizeOf, positivePrice, type Quotation } from './convert.ts';

/** What Etf, Share and Instrument of the contract have in common. */
export interface ListedFields {
  readonly ticker: string;
  readonly classCode: string;
  readonly uid: string;
  readonly assetUid: string;
  readonly isin: string;
  readonly name: string;
  readonly currency: string;
  readonly lot: number;
  readonly minPriceIncrement?: Quotation | undefined;
  readonly exchange: string;
  readonly apiTradeAvailableFlag: boolean;
  readonly buyAvailableFlag: boolean;
  readonly sellAvailableFlag: boolean;
  readonly forIisFlag: boolean;
  readonly otcFlag: boolean;
  readonly blockedTcaFlag: boolean;
  readonly first1dayCandleDate?: Date | undefined;
  /** Funds. */
  readonly numShares?: Quotation | undefined;
  /** Shares. */
  readonly issueSize?: number | undefined;
  readonly dlong?: Quotation | undefined;
  readonly dlongClient?: Quotation | undefined;
  readonly liquidityFlag?: boolean | undefined;
}

/** A listing and what only the choice among listings needs. */
export interface Candidate {
  readonly listing: Listing;
  readonly hasCandles: boolean;
  readonly overTheCounter: boolean;
  /** The ticker as listed has no `@`. */
  readonly plainTicker: boolean;
}

/** The name a wallet uses: upper case, without the venue's `@`. */
export const normalTicker = (ticker: string): string => ticker.trim().replace(/@+$/, '').toUpperCase();

/** Why nothing may be traded in an entry; `null` where it may. */
export function obstacleTo(fields: ListedFields, kind: Listing['kind']): string | null {
  if (kind !== 'etf' && kind !== 'share')
    return `a ${kind} instrument: only funds and shares are traded (others are priced or held differently)`;
  if (!isRub(fields.currency)) return `traded in ${fields.currency}, not in rub`;
  if (!fields.apiTradeAvailableFlag) return 'not tradable through the API';
  if (fields.blockedTcaFlag) return 'blocked by the broker';
  if (!fields.buyAvailableFlag && !fields.sellAvailableFlag) return 'neither buying nor selling is available';
  return null;
}

/** @throws {WorldError} refused_data where lot, step or uid cannot be used */
export function candidateOf(fields: ListedFields, kind: Listing['kind']): Candidate {
  const name = `${fields.ticker} in ${fields.classCode}`;
  if (fields.uid === '') throw new WorldError('refused_data', `${name} has no uid`, 'later');
  return {
    listing: {
      ticker: normalTicker(fields.ticker),
      classCode: fields.classCode,
      uid: fields.uid,
      assetUid: fields.assetUid,
      isin: fields.isin,
      name: fields.name,
      kind,
      currency: fields.currency.toLowerCase(),
      lot: lotSizeOf(fields.lot, `lot of ${name}`),
      step: positivePrice(fields.minPriceIncrement, `min_price_increment of ${name}`),
      exchange: fields.exchange,
      apiTradable: fields.apiTradeAvailableFlag && !fields.blockedTcaFlag,
      buyable: fields.buyAvailableFlag,
      sellable: fields.sellAvailableFlag,
      forIis: fields.forIisFlag,
      issued: issuedOf(fields),
      marginRate: marginRateOf(fields),
    },
    hasCandles: (fields.first1dayCandleDate?.getTime() ?? 0) > 0,
    overTheCounter: fields.otcFlag,
    plainTicker: !fields.ticker.includes('@'),
  };
}

/** Absent or 0 means that the venue does not say. */
function issuedOf({ numShares, issueSize }: ListedFields): Shares | null {
  const count = numShares ? BigInt(numShares.units) : BigInt(issueSize ?? 0);
  return count > 0n ? shares(count) : null;
}

/** The client's own rate, else the one of an ordinary client. Absent, 0 or 1 and above: not marginable. */
function marginRateOf({ dlong, dlongClient, liquidityFlag }: ListedFields): Rate | null {
  const written = dlongClient ?? dlong;
  if (!written || liquidityFlag === false) return null;
  const billionths = BigInt(written.units) * NANO + BigInt(written.nano);
  return billionths > 0n && billionths < NANO ? rate(billionths) : null;
}

/** Kind of an instrument of GetInstrumentBy. */
export function kindOf(kind: InstrumentType, word: string): Listing['kind'] {
  if (kind === InstrumentType.INSTRUMENT_TYPE_ETF || word === 'etf') return 'etf';
  if (kind === InstrumentType.INSTRUMENT_TYPE_SHARE || word === 'share') return 'share';
  if (kind === InstrumentType.INSTRUMENT_TYPE_BOND || word === 'bond') return 'bond';
  if (kind === InstrumentType.INSTRUMENT_TYPE_CURRENCY || word === 'currency') return 'currency';
  return 'other';
}
