// An instrument as the contract's messages: Etf, Share, Instrument, InstrumentShort, AssetFull.

import { InstrumentType } from 'tinkoff-invest-api/dist/generated/common.js';
import {
  type AssetFull,
  AssetType,
  type Etf,
  InstrumentExchangeType,
  type Instrument as InstrumentMessage,
  type InstrumentShort,
  RealExchange,
  type Share,
  ShareType,
} from 'tinkoff-invest-api/dist/generated/instruments.js';
import type { Instrument } from './instrument.ts';
import type { Market } from './market.ts';
import { date, int64, moneyValue, quotation } from './wire.ts';

const LISTED = date(Date.UTC(2020, 6, 13));
const FIRST_CANDLE = date(Date.UTC(2020, 7, 26, 7));
const NANO = 1_000_000_000n;

const brand = (instrument: Instrument) => ({
  logoName: `${instrument.ticker.replace('@', '')}.png`,
  logoBaseColor: '#000000',
  textColor: '#ffffff',
});

/** What every kind of listing says. */
function common(instrument: Instrument, market: Market, nowMs: number) {
  const { dlong } = instrument;
  const rates =
    dlong === null
      ? {}
      : {
          dlong: quotation(dlong),
          dlongMin: quotation((dlong * 4n) / 5n),
          dlongClient: quotation(dlong),
          dshort: quotation(dlong),
          dshortMin: quotation((dlong * 4n) / 5n),
          dshortClient: quotation(dlong),
        };
  return {
    ...rates,
    figi: instrument.figi,
    ticker: instrument.ticker,
    classCode: instrument.classCode,
    isin: instrument.isin,
    lot: int64(instrument.lot),
    currency: instrument.currency,
    shortEnabledFlag: dlong !== null,
    name: instrument.name,
    exchange: instrument.exchange,
    countryOfRisk: 'RU',
    countryOfRiskName: 'Российская Федерация',
    sector: '',
    tradingStatus: market.status(instrument, nowMs),
    otcFlag: false,
    buyAvailableFlag: instrument.buyable,
    sellAvailableFlag: instrument.sellable,
    minPriceIncrement: quotation(instrument.step),
    apiTradeAvailableFlag: instrument.apiTradable,
    uid: instrument.uid,
    realExchange:
      instrument.exchange === 'spb_etf_t' ? RealExchange.REAL_EXCHANGE_RTS : RealExchange.REAL_EXCHANGE_MOEX,
    positionUid: instrument.positionUid,
    assetUid: instrument.assetUid,
    instrumentExchange: InstrumentExchangeType.INSTRUMENT_EXCHANGE_UNSPECIFIED,
    forIisFlag: instrument.forIis,
    forQualInvestorFlag: false,
    weekendFlag: false,
    blockedTcaFlag: false,
    liquidityFlag: dlong !== null,
    first1minCandleDate: instrument.quoted ? FIRST_CANDLE : undefined,
    first1dayCandleDate: instrument.quoted ? FIRST_CANDLE : undefined,
    brand: brand(instrument),
  };
}

/** @param units in issue as the venue tells; `null` = it does not. */
export const etfMessage = (
  instrument: Instrument,
  market: Market,
  nowMs: number,
  units: bigint | null,
): Etf => ({
  ...common(instrument, market, nowMs),
  fixedCommission: quotation(2n * NANO),
  focusType: instrument.focus,
  releasedDate: LISTED,
  numShares: units === null ? undefined : quotation(units * NANO),
  rebalancingFreq: '',
});

export const shareMessage = (instrument: Instrument, market: Market, nowMs: number): Share => ({
  ...common(instrument, market, nowMs),
  ipoDate: LISTED,
  issueSize: int64(instrument.issued ?? 0n),
  issueSizePlan: int64(instrument.issued ?? 0n),
  nominal: moneyValue(NANO, instrument.currency),
  divYieldFlag: true,
  shareType: ShareType.SHARE_TYPE_COMMON,
});

const kindOf = (instrument: Instrument): InstrumentType =>
  instrument.kind === 'etf' ? InstrumentType.INSTRUMENT_TYPE_ETF : InstrumentType.INSTRUMENT_TYPE_SHARE;

export const instrumentMessage = (
  instrument: Instrument,
  market: Market,
  nowMs: number,
): InstrumentMessage => ({
  ...common(instrument, market, nowMs),
  instrumentType: instrument.kind,
  instrumentKind: kindOf(instrument),
});

export const shortMessage = (instrument: Instrument): InstrumentShort => ({
  isin: instrument.isin,
  figi: instrument.figi,
  ticker: instrument.ticker,
  classCode: instrument.classCode,
  instrumentType: instrument.kind,
  name: instrument.name,
  uid: instrument.uid,
  positionUid: instrument.positionUid,
  instrumentKind: kindOf(instrument),
  apiTradeAvailableFlag: instrument.apiTradable,
  forIisFlag: instrument.forIis,
  first1minCandleDate: instrument.quoted ? FIRST_CANDLE : undefined,
  first1dayCandleDate: instrument.quoted ? FIRST_CANDLE : undefined,
  forQualInvestorFlag: false,
  weekendFlag: false,
  blockedTcaFlag: false,
  lot: int64(instrument.lot),
});

function etfAsset(
  instrument: Instrument,
  units: bigint | null,
): NonNullable<NonNullable<AssetFull['security']>['etf']> {
  return {
    totalExpense: quotation(990_000_000n),
    fixedCommission: quotation(990_000_000n),
    paymentType: '',
    watermarkFlag: false,
    rebalancingFlag: false,
    rebalancingFreq: '',
    managementType: '',
    primaryIndex: '',
    focusType: instrument.focus,
    leveragedFlag: false,
    numShare: units === null ? undefined : quotation(units * NANO),
    ucitsFlag: false,
    releasedDate: LISTED,
    description: '',
    primaryIndexDescription: '',
    primaryIndexCompany: '',
    inavCode: `${instrument.ticker.replace('@', '')}A`,
    divYieldFlag: false,
    rebalancingPlan: '',
    taxRate: '',
    rebalancingDates: [],
    issueKind: '',
    nominal: quotation(0n),
    nominalCurrency: instrument.currency,
  };
}

function shareAsset(instrument: Instrument): NonNullable<NonNullable<AssetFull['security']>['share']> {
  return {
    type: ShareType.SHARE_TYPE_COMMON,
    issueSize: quotation((instrument.issued ?? 0n) * NANO),
    nominal: quotation(NANO),
    nominalCurrency: instrument.currency,
    primaryIndex: '',
    preferredShareType: '',
    divYieldFlag: true,
    issueKind: '',
    represIsin: '',
  };
}

/** `listings`: every listing of one asset, at least one. `units`: in issue, as the venue tells; `null` = it does not. */
export function assetMessage(
  instrument: Instrument,
  listings: readonly Instrument[],
  units: bigint | null,
): AssetFull {
  return {
    uid: instrument.assetUid,
    type: AssetType.ASSET_TYPE_SECURITY,
    name: instrument.name,
    nameBrief: instrument.name,
    description: '',
    requiredTests: [],
    security: {
      isin: instrument.isin,
      type: instrument.kind,
      instrumentKind: kindOf(instrument),
      etf: instrument.kind === 'etf' ? etfAsset(instrument, units) : undefined,
      share: instrument.kind === 'share' ? shareAsset(instrument) : undefined,
    },
    gosRegCode: '',
    cfi: '',
    codeNsd: '',
    status: 'traded',
    brCode: '',
    brCodeName: '',
    instruments: listings.map((listing) => ({
      uid: listing.uid,
      figi: listing.figi,
      instrumentType: listing.kind,
      ticker: listing.ticker,
      classCode: listing.classCode,
      links: [],
      instrumentKind: kindOf(listing),
      positionUid: listing.positionUid,
    })),
  };
}
