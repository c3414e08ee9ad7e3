// The default list of instruments: the house's funds on all their boards, shares with lots of 1 to 10,000 and one
// paper in dollars. Uids of the funds are the real ones where public, else derived from the ticker, always the same.

import { createHash } from 'node:crypto';
import { parseNano } from '../core/units.ts';
import type { Instrument } from './instrument.ts';

/** A deterministic UUID (version 4 in form) of a name. */
export function uidOf(name: string): string {
  const hex = createHash('sha1').update(`exchange:${name}`).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

interface Fund {
  readonly ticker: string;
  readonly isin: string;
  readonly name: string;
  readonly price: string;
  readonly volatility: number;
  readonly drift: number;
  readonly issued: bigint | null;
  readonly dlong: bigint | null;
  readonly focus: string;
  readonly uid?: string;
  readonly figi?: string;
  readonly board?: 'SPBRU' | 'TQBR';
}

const MARGIN = 201_800_000n;

const FUNDS: readonly Fund[] = [
  {
    ticker: 'TRUR',
    isin: 'RU000A1011U5',
    name: 'Вечный портфель',
    price: '10.24',
    volatility: 0.07,
    drift: 0.1,
    issued: 1_735_300_000n,
    dlong: MARGIN,
    focus: 'mixed_allocation',
    uid: 'd16d8124-ce0c-4869-9efb-98700332feab',
    figi: 'TCS60A1011U5',
  },
  {
    ticker: 'TMOS',
    isin: 'RU000A101X76',
    name: 'Крупнейшие компании РФ',
    price: '6.50',
    volatility: 0.2,
    drift: 0.05,
    issued: 1_823_000_000n,
    dlong: 250_000_000n,
    focus: 'equity',
    uid: 'f509af83-6e71-462f-901f-bcb073f6773b',
    figi: 'TCS60A101X76',
  },
  {
    ticker: 'TGLD',
    isin: 'RU000A101X50',
    name: 'Золото',
    price: '14.65',
    volatility: 0.16,
    drift: 0.1,
    issued: 802_000_000n,
    dlong: MARGIN,
    focus: 'alternative_investment',
    uid: 'de82be66-3b9b-4612-9572-61e3c6039013',
    figi: 'TCS80A101X50',
  },
  {
    ticker: 'TMON',
    isin: 'RU000A106DL2',
    name: 'Денежный рынок',
    price: '161',
    volatility: 0.002,
    drift: 0.15,
    issued: 650_000_000n,
    dlong: null,
    focus: 'money_market',
    uid: '498ec3ff-ef27-4729-9703-a5aac48d5789',
    figi: 'TCS70A106DL2',
  },
  {
    ticker: 'TBRU',
    isin: 'RU000A1039N1',
    name: 'Российские облигации',
    price: '7.42',
    volatility: 0.05,
    drift: 0.12,
    issued: 3_100_000_000n,
    dlong: MARGIN,
    focus: 'fixed_income',
  },
  {
    ticker: 'TPAY',
    isin: 'RU000A108WX3',
    name: 'Пассивный доход',
    price: '100.43',
    volatility: 0.04,
    drift: 0.13,
    issued: 209_000_000n,
    dlong: MARGIN,
    focus: 'fixed_income',
    board: 'TQBR',
  },
  {
    ticker: 'TDIV',
    isin: 'RU000A107563',
    name: 'Дивидендные акции',
    price: '10.12',
    volatility: 0.2,
    drift: 0.06,
    issued: 520_000_000n,
    dlong: 250_000_000n,
    focus: 'equity',
  },
  {
    ticker: 'TLCB',
    isin: 'RU000A107597',
    name: 'Локальные валютные облигации',
    price: '10.87',
    volatility: 0.12,
    drift: 0.05,
    issued: null,
    dlong: MARGIN,
    focus: 'fixed_income',
  },
  {
    ticker: 'TOFZ',
    isin: 'RU000A10A1L8',
    name: 'Государственные облигации',
    price: '13.43',
    volatility: 0.08,
    drift: 0.12,
    issued: null,
    dlong: MARGIN,
    focus: 'fixed_income',
  },
  {
    ticker: 'TRND',
    isin: 'RU000A10B0G9',
    name: 'Трендовые акции',
    price: '9.31',
    volatility: 0.22,
    drift: 0.05,
    issued: 195_000_000n,
    dlong: null,
    focus: 'equity',
  },
  {
    ticker: 'TITR',
    isin: 'RU000A108BL2',
    name: 'Российские Технологии',
    price: '7.78',
    volatility: 0.25,
    drift: 0.03,
    issued: 0n,
    dlong: null,
    focus: 'equity',
    uid: '44444444-0000-4000-8000-000000000004',
    figi: 'TCS30A108BL2',
  },
];

/** Boards on which a fund is listed but not open to the API: the last of them has no candles either. */
const OTHER_BOARDS = ['TQBR', 'TQTF', 'PTTF'] as const;

function fundListings(fund: Fund): Instrument[] {
  const board = fund.board ?? 'SPBRU';
  const tradable: Instrument = {
    uid: fund.uid ?? uidOf(`${fund.ticker}@${board}`),
    figi: fund.figi ?? `TCS60${fund.isin.slice(5)}`,
    positionUid: uidOf(`position:${fund.ticker}`),
    assetUid: uidOf(`asset:${fund.ticker}`),
    ticker: board === 'SPBRU' ? `${fund.ticker}@` : fund.ticker,
    classCode: board,
    isin: fund.isin,
    name: fund.name,
    kind: 'etf',
    currency: 'rub',
    lot: 1n,
    step: parseNano('0.01'),
    exchange: board === 'SPBRU' ? 'spb_etf_t' : 'MOEX_PLUS',
    apiTradable: true,
    buyable: true,
    sellable: true,
    forIis: true,
    quoted: true,
    anchorPrice: parseNano(fund.price),
    volatility: fund.volatility,
    drift: fund.drift,
    issued: fund.issued,
    dlong: fund.dlong,
    ownFund: true,
    focus: fund.focus,
  };
  const others = OTHER_BOARDS.filter((other) => other !== board).map(
    (other): Instrument => ({
      ...tradable,
      uid: uidOf(`${fund.ticker}.${other}`),
      figi: `TCS${other}${fund.isin.slice(5)}`,
      positionUid: uidOf(`position:${fund.ticker}.${other}`),
      ticker: fund.ticker,
      classCode: other,
      exchange: 'MOEX_PLUS',
      apiTradable: false,
      buyable: false,
      sellable: false,
      quoted: other !== 'PTTF',
    }),
  );
  // As the vendor's own search lists them: the tradable one is not the first.
  const [first, ...rest] = others;
  return first === undefined ? [tradable] : [first, tradable, ...rest];
}

interface Share {
  readonly ticker: string;
  readonly isin: string;
  readonly name: string;
  readonly price: string;
  readonly lot: bigint;
  readonly step: string;
  readonly volatility: number;
  readonly issued: bigint;
  readonly currency?: string;
}

const SHARES: readonly Share[] = [
  {
    ticker: 'SBER',
    isin: 'RU0009029540',
    name: 'Сбер Банк',
    price: '300.50',
    lot: 1n,
    step: '0.01',
    volatility: 0.25,
    issued: 21_586_948_000n,
  },
  {
    ticker: 'LKOH',
    isin: 'RU0009024277',
    name: 'ЛУКОЙЛ',
    price: '5900',
    lot: 1n,
    step: '0.5',
    volatility: 0.28,
    issued: 692_865_762n,
  },
  {
    ticker: 'ROSN',
    isin: 'RU000A0J2Q06',
    name: 'Роснефть',
    price: '410.05',
    lot: 1n,
    step: '0.05',
    volatility: 0.28,
    issued: 10_598_177_817n,
  },
  {
    ticker: 'VTBR',
    isin: 'RU000A0JP5V6',
    name: 'Банк ВТБ',
    price: '74.30',
    lot: 1n,
    step: '0.01',
    volatility: 0.35,
    issued: 6_475_000_000n,
  },
  {
    ticker: 'GAZP',
    isin: 'RU0007661625',
    name: 'Газпром',
    price: '126.40',
    lot: 10n,
    step: '0.01',
    volatility: 0.32,
    issued: 23_673_512_900n,
  },
  {
    ticker: 'AFLT',
    isin: 'RU0009062285',
    name: 'Аэрофлот',
    price: '57.32',
    lot: 10n,
    step: '0.01',
    volatility: 0.33,
    issued: 3_975_771_215n,
  },
  {
    ticker: 'AFKS',
    isin: 'RU000A0DQZE3',
    name: 'АФК Система',
    price: '14.215',
    lot: 100n,
    step: '0.001',
    volatility: 0.42,
    issued: 9_650_000_000n,
  },
  {
    ticker: 'FEES',
    isin: 'RU000A0JPNN9',
    name: 'Россети',
    price: '0.07224',
    lot: 10_000n,
    step: '0.00002',
    volatility: 0.38,
    issued: 2_113_460_101_477n,
  },
  {
    ticker: 'SPYD',
    isin: 'US0000000001',
    name: 'Paper in dollars',
    price: '40.10',
    lot: 1n,
    step: '0.01',
    volatility: 0.15,
    issued: 100_000_000n,
    currency: 'usd',
  },
];

const shareListing = (share: Share): Instrument => ({
  uid: uidOf(`${share.ticker}.TQBR`),
  figi: `BBG0${share.isin.slice(4)}`,
  positionUid: uidOf(`position:${share.ticker}`),
  assetUid: uidOf(`asset:${share.ticker}`),
  ticker: share.ticker,
  classCode: 'TQBR',
  isin: share.isin,
  name: share.name,
  kind: 'share',
  currency: share.currency ?? 'rub',
  lot: share.lot,
  step: parseNano(share.step),
  exchange: 'MOEX_PLUS',
  apiTradable: true,
  buyable: true,
  sellable: true,
  forIis: true,
  quoted: true,
  anchorPrice: parseNano(share.price),
  volatility: share.volatility,
  drift: 0.04,
  issued: share.issued,
  dlong: share.currency === undefined ? 220_000_000n : null,
  ownFund: false,
  focus: '',
});

/** Everything that the venue lists unless told otherwise. */
export const defaultCatalogue = (): readonly Instrument[] => [
  ...FUNDS.flatMap(fundListings),
  ...SHARES.map(shareListing),
];
