// The lists, look-ups and schedules over real gRPC.

import { expect, test } from 'bun:test';
import { InstrumentStatus, SecurityTradingStatus } from 'tinkoff-invest-api/dist/generated/common.js';
import { InstrumentIdType, type SharesResponse } from 'tinkoff-invest-api/dist/generated/instruments.js';
import { parseNano } from '../../src/core/units.ts';
import { FRIDAY_NOON, nano, testVenue } from './venue-client.ts';

const rub = (text: string) => parseNano(text);
const HOUR = 3_600_000;

test('the fund list holds what the API can trade, and every board when asked for all', async () => {
  await using venue = await testVenue();
  const base = (await venue.client.instruments('etfs')).reply?.instruments ?? [];
  expect(base.map((each) => each.ticker)).toEqual([
    ...['TRUR@', 'TMOS@', 'TGLD@', 'TMON@', 'TBRU@', 'TPAY', 'TDIV@', 'TLCB@', 'TOFZ@', 'TRND@', 'TITR@'],
  ]);
  const tmos = base.find((each) => each.ticker === 'TMOS@');
  expect(tmos).toMatchObject({ classCode: 'SPBRU', lot: 1, currency: 'rub', exchange: 'spb_etf_t' });
  expect(tmos?.uid).toBe('f509af83-6e71-462f-901f-bcb073f6773b');
  expect(nano(tmos?.minPriceIncrement)).toBe(rub('0.01'));
  expect(nano(tmos?.numShares)).toBe(1_823_000_000n * 1_000_000_000n);
  expect(base.find((each) => each.ticker === 'TLCB@')?.numShares).toBeUndefined();
  const request = { instrumentStatus: InstrumentStatus.INSTRUMENT_STATUS_ALL };
  const all = (await venue.client.instruments('etfs', request)).reply?.instruments ?? [];
  const boards = all.filter((each) => each.isin === 'RU000A101X76');
  expect(boards.map((each) => [each.ticker, each.classCode, each.apiTradeAvailableFlag])).toEqual([
    ['TMOS', 'TQBR', false],
    ['TMOS@', 'SPBRU', true],
    ['TMOS', 'TQTF', false],
    ['TMOS', 'PTTF', false],
  ]);
  expect(new Set(boards.map((each) => each.assetUid)).size).toBe(1);
  expect(new Set(boards.map((each) => each.uid)).size).toBe(4);
});

test('shares come with their lots and steps', async () => {
  await using venue = await testVenue();
  const shares = (await venue.client.instruments('shares')).reply?.instruments ?? [];
  const facts = shares.map((each) => [each.ticker, each.lot, nano(each.minPriceIncrement), each.currency]);
  expect(facts).toContainEqual(['LKOH', 1, rub('0.5'), 'rub']);
  expect(facts).toContainEqual(['GAZP', 10, rub('0.01'), 'rub']);
  expect(facts).toContainEqual(['AFKS', 100, rub('0.001'), 'rub']);
  expect(facts).toContainEqual(['FEES', 10_000, rub('0.00002'), 'rub']);
  expect(facts).toContainEqual(['SPYD', 1, rub('0.01'), 'usd']);
});

test('an instrument is found by each kind of id', async () => {
  await using venue = await testVenue();
  const tmos = venue.exchange.instrument('TMOS');
  const by = (idType: InstrumentIdType, id: string, classCode?: string) =>
    venue.client.instruments('etfBy', {
      idType,
      id,
      ...(classCode === undefined ? {} : { classCode }),
    });
  expect((await by(InstrumentIdType.INSTRUMENT_ID_TYPE_UID, tmos.uid)).reply?.instrument?.ticker).toBe(
    'TMOS@',
  );
  expect((await by(InstrumentIdType.INSTRUMENT_ID_TYPE_FIGI, tmos.figi)).reply?.instrument?.uid).toBe(
    tmos.uid,
  );
  const { INSTRUMENT_ID_TYPE_TICKER: ticker } = InstrumentIdType;
  expect((await by(ticker, 'TMOS@', 'SPBRU')).reply?.instrument?.uid).toBe(tmos.uid);
  expect((await by(ticker, 'TMOS@')).error?.code).toBe('30013');
  expect((await by(ticker, 'TMOS', 'SPBRU')).error).toMatchObject({ code: '50002', status: 5 });
  const sber = venue.exchange.instrument('SBER');
  const request = { idType: InstrumentIdType.INSTRUMENT_ID_TYPE_UID, id: sber.uid };
  expect((await venue.client.instruments('shareBy', request)).reply?.instrument?.issueSize).toBe(
    21_586_948_000,
  );
  expect((await venue.client.instruments('getInstrumentBy', request)).reply?.instrument?.ticker).toBe('SBER');
  expect((await venue.client.instruments('etfBy', request)).error?.code).toBe('50002');
  const found = await venue.client.instruments('findInstrument', { query: 'tmos' });
  expect(found.reply?.instruments.map((each) => each.classCode)).toEqual(['TQBR', 'SPBRU', 'TQTF', 'PTTF']);
  const assetUid = tmos.assetUid;
  const asset = await venue.client.instruments('getAssetBy', { id: assetUid });
  expect(nano(asset.reply?.asset?.security?.etf?.numShare)).toBe(1_823_000_000n * 1_000_000_000n);
});

test('schedules mix styles: session fields for MOEX, only intervals for the funds', async () => {
  await using venue = await testVenue();
  const from = new Date(FRIDAY_NOON);
  const to = new Date(FRIDAY_NOON + 2 * 24 * HOUR);
  const { reply } = await venue.client.instruments('tradingSchedules', { from, to });
  expect(reply?.exchanges.map((each) => each.exchange)).toEqual(['MOEX', 'MOEX_PLUS', 'spb_etf_t']);
  const [friday, saturday, sunday] = reply?.exchanges[0]?.days ?? [];
  expect(friday).toMatchObject({
    isTradingDay: true,
    startTime: new Date('2026-11-20T07:00:00Z'),
    endTime: new Date('2026-11-20T15:55:00Z'),
    closingAuctionEndTime: new Date('2026-11-20T16:00:00Z'),
    eveningStartTime: new Date('2026-11-20T16:05:00Z'),
    eveningEndTime: new Date('2026-11-20T20:50:00Z'),
  });
  expect([saturday?.isTradingDay, sunday?.isTradingDay]).toEqual([false, false]);
  const funds = reply?.exchanges[2]?.days ?? [];
  expect(funds.map((day) => [day.isTradingDay, day.intervals.length])).toEqual([
    [true, 1],
    [true, 1],
    [true, 1],
  ]);
  expect(funds[1]?.eveningStartTime).toBeUndefined();
});

const bad = {
  'more than fourteen days': [{ from: 0, to: 14 * 24 * HOUR + 1 }, '30002'],
  yesterday: [{ from: -24 * HOUR, to: 0 }, '30003'],
  'a backward period': [{ from: HOUR, to: 0 }, '30012'],
} as const;
for (const [what, [period, code]] of Object.entries(bad))
  test(`schedules for ${what} are refused with ${code}`, async () => {
    await using venue = await testVenue();
    const answer = await venue.client.instruments('tradingSchedules', {
      exchange: 'MOEX',
      from: new Date(FRIDAY_NOON + period.from),
      to: new Date(FRIDAY_NOON + period.to),
    });
    expect(answer.error?.code).toBe(code);
  });
test('schedules from this morning for exactly fourteen days are given', async () => {
  await using venue = await testVenue();
  const answer = await venue.client.instruments('tradingSchedules', {
    exchange: 'MOEX',
    from: new Date('2026-11-20T00:00:00Z'),
    to: new Date('2026-12-04T00:00:00Z'),
  });
  expect(answer.reply?.exchanges[0]?.days).toHaveLength(15);
  const unknown = await venue.client.instruments('tradingSchedules', { exchange: 'NYSE' });
  expect(unknown.error?.code).toBe('50001');
});

test('a list is kept for as long as it is true: a halt, a new lot and new units are in the next one', async () => {
  await using venue = await testVenue();
  const etfs = async () => (await venue.client.instruments('etfs')).reply?.instruments ?? [];
  const listing = async () => (await etfs()).find((each) => each.ticker === 'TMOS@');
  const first = await listing();
  expect(await listing()).toEqual(first);
  venue.exchange.setStatus('TMOS', SecurityTradingStatus.SECURITY_TRADING_STATUS_BREAK_IN_TRADING);
  expect((await listing())?.tradingStatus).toBe(
    SecurityTradingStatus.SECURITY_TRADING_STATUS_BREAK_IN_TRADING,
  );
  venue.exchange.setStatus('TMOS', null);
  expect(await listing()).toEqual(first);
  venue.exchange.amend('TMOS', { lot: 7n });
  expect((await listing())?.lot).toBe(7);
  venue.exchange.setUnits('TMOS', 55n);
  expect(nano((await listing())?.numShares)).toBe(55n * 1_000_000_000n);
});

test('a list that a test rewrote in place is whole again in the next reply', async () => {
  await using venue = await testVenue();
  const shares = async () => (await venue.client.instruments('shares')).reply?.instruments ?? [];
  venue.exchange.amend('GAZP', { lot: 30n });
  venue.exchange.faults.rewrite<SharesResponse>(
    'Shares',
    (reply) => {
      for (const each of reply.instruments) each.lot = 0;
      return reply;
    },
    1,
  );
  expect((await shares()).every(({ lot }) => lot === 0)).toBe(true);
  expect((await shares()).find(({ ticker }) => ticker === 'GAZP')?.lot).toBe(30);
});
