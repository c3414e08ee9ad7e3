import { describe, expect, test } from 'bun:test';
import {
  TradingSchedule,
  TradingSchedulesRequest,
  TradingSchedulesResponse,
} from 'tinkoff-invest-api/dist/generated/instruments.js';
import type { Session } from '../../src/ports.ts';
import { sessionsOf } from '../../src/tinvest/sessions.ts';
import { SILENT } from '../../src/tinvest/wire-log.ts';
import { createManualClock } from '../support/manual-clock.ts';
import { bytesOf, failure, fixture, type Script } from '../support/wire-venue.ts';
import { withVenue } from './with-venue.ts';

const NOW = Date.parse('2026-11-20T06:00:00Z');
const recorded = fixture('tinvest_trading_schedules.json') as { exchanges: object[] };

const setting = (answer: Script[string], now = NOW) =>
  withVenue(
    { 'InstrumentsService/TradingSchedules': answer },
    { clock: createManualClock(now, { patient: false }) },
  );
const fixtureReply = () => bytesOf(TradingSchedulesResponse, recorded);

const words = (sessions: readonly Session[]) =>
  sessions.map(({ startMs, endMs }) => `${new Date(startMs).toISOString()} ${new Date(endMs).toISOString()}`);

const day = (change: object) => ({
  exchange: 'X',
  days: [{ date: '2026-11-20T00:00:00Z', isTradingDay: true, ...change }],
});
const spans = (change: object) =>
  words(sessionsOf(TradingSchedule.fromJSON(day(change)), SILENT)).map((text) =>
    text.replaceAll(/2026-11-20T|:00.000Z/g, ''),
  );
const interval = (type: string, from: string, to: string) => ({
  type,
  interval: { startTs: `2026-11-20T${from}:00Z`, endTs: `2026-11-20T${to}:00Z` },
});

const asked = (request: Uint8Array) => {
  const { exchange, from, to } = TradingSchedulesRequest.decode(request);
  return { exchange, from: from?.getTime() ?? 0, to: to?.getTime() ?? 0 };
};

describe('sessions', () => {
  test('of a fund exchange include the weekend', async () => {
    const { market } = setting(fixtureReply);
    expect(words(await market.sessions('spb_etf_t'))).toEqual([
      '2026-11-20T07:00:00.000Z 2026-11-20T20:50:00.000Z',
      '2026-11-21T07:00:00.000Z 2026-11-21T20:50:00.000Z',
      '2026-11-22T07:00:00.000Z 2026-11-22T20:50:00.000Z',
      '2026-11-23T07:00:00.000Z 2026-11-23T20:50:00.000Z',
    ]);
  });

  test('are the union of intervals and the older times, auctions and closed days left out', async () => {
    const { market } = setting(fixtureReply);
    expect(words(await market.sessions('MOEX_PLUS'))).toEqual([
      '2026-11-20T07:00:00.000Z 2026-11-20T15:55:00.000Z',
      '2026-11-20T16:05:00.000Z 2026-11-20T20:49:59.000Z',
    ]);
  });

  test('of today that have ended stay: a price has aged in them', async () => {
    const { market, clock } = setting(fixtureReply);
    const morning = await market.sessions('MOEX_PLUS');
    clock.set(Date.parse('2026-11-20T15:55:00Z'));
    expect(await market.sessions('MOEX_PLUS')).toEqual(morning);
    const late = setting(fixtureReply, Date.parse('2026-11-20T15:55:00Z'));
    expect(await late.market.sessions('MOEX_PLUS')).toEqual(morning);
  });

  test('are read once per exchange and Moscow day', async () => {
    const { market, venue, clock } = setting(fixtureReply);
    await Promise.all([
      market.sessions('MOEX_PLUS'),
      market.sessions('MOEX_PLUS'),
      market.sessions('spb_etf_t'),
    ]);
    expect(venue.count('InstrumentsService/TradingSchedules')).toBe(2);
    clock.set(Date.parse('2026-11-20T20:59:59Z'));
    await market.sessions('MOEX_PLUS');
    expect(venue.count('InstrumentsService/TradingSchedules')).toBe(2);
    clock.set(Date.parse('2026-11-20T21:00:00Z'));
    await market.sessions('MOEX_PLUS');
    expect(venue.count('InstrumentsService/TradingSchedules')).toBeGreaterThan(2);
  });

  test.each<[string, object, string[]]>([
    [
      'older times alone',
      { startTime: '2026-11-20T07:00:00Z', endTime: '2026-11-20T15:00:00Z' },
      ['07:00 15:00'],
    ],
    [
      'intervals alone',
      { intervals: [interval('regular_trading_session_main', '07:00', '15:00')] },
      ['07:00 15:00'],
    ],
    [
      'evening and premarket',
      {
        premarketStartTime: '2026-11-20T04:00:00Z',
        premarketEndTime: '2026-11-20T06:50:00Z',
        eveningStartTime: '2026-11-20T16:05:00Z',
        eveningEndTime: '2026-11-20T20:50:00Z',
      },
      ['04:00 06:50', '16:05 20:50'],
    ],
    [
      'overlaps and neighbours, in any order',
      {
        intervals: [
          interval('evening', '16:00', '20:00'),
          interval('main', '07:00', '12:00'),
          interval('main', '11:00', '15:00'),
          interval('late', '15:00', '15:30'),
        ],
      },
      ['07:00 15:30', '16:00 20:00'],
    ],
    [
      'auctions, clearing and breaks among the intervals',
      {
        intervals: [
          interval('opening_auction', '06:50', '07:00'),
          interval('main', '07:00', '15:00'),
          interval('clearing', '15:00', '15:05'),
          interval('BREAK', '15:05', '16:00'),
          interval('closing_auction', '20:00', '20:10'),
        ],
      },
      ['07:00 15:00'],
    ],
    ['a start after its end', { startTime: '2026-11-20T15:00:00Z', endTime: '2026-11-20T07:00:00Z' }, []],
    ['a start at its end', { startTime: '2026-11-20T07:00:00Z', endTime: '2026-11-20T07:00:00Z' }, []],
    ['a start in 1970', { startTime: '1970-01-01T00:00:00Z', endTime: '2026-11-20T07:00:00Z' }, []],
    ['an end days later', { startTime: '2026-11-20T07:00:00Z', endTime: '2026-11-25T07:00:00Z' }, []],
    ['times of another week', { startTime: '2026-11-10T07:00:00Z', endTime: '2026-11-10T08:00:00Z' }, []],
    ['no start', { endTime: '2026-11-20T07:00:00Z' }, []],
    [
      'no trading',
      { isTradingDay: false, startTime: '2026-11-20T07:00:00Z', endTime: '2026-11-20T15:00:00Z' },
      [],
    ],
  ])('of a day with %s', (_, change, expected) => {
    expect(spans(change)).toEqual(expected);
  });
});

describe('the request', () => {
  test('begins after now, ends within 14 days', async () => {
    const { market, venue } = setting(fixtureReply);
    await market.sessions('MOEX_PLUS');
    expect(venue.calls.filter((call) => call.method.endsWith('TradingSchedules'))).toHaveLength(1);
    const { exchange, from, to } = asked(venue.calls[0]?.request ?? new Uint8Array());
    expect(exchange).toBe('MOEX_PLUS');
    expect(from).toBeGreaterThan(NOW);
    expect(to - from).toBeLessThanOrEqual(14 * 86_400_000);
  });

  const later = {
    exchanges: [
      {
        exchange: 'X',
        days: [
          {
            ...day({}).days[0],
            date: '2026-11-21T00:00:00Z',
            startTime: '2026-11-21T07:00:00Z',
            endTime: '2026-11-21T08:00:00Z',
          },
        ],
      },
    ],
  };
  const today = { exchanges: [day({ startTime: '2026-11-20T07:00:00Z', endTime: '2026-11-20T08:00:00Z' })] };

  test('is made again from the start of today where today is left out', async () => {
    const { market } = setting((call) =>
      bytesOf(TradingSchedulesResponse, asked(call.request).from < NOW ? today : later),
    );
    expect(words(await market.sessions('X'))).toEqual(['2026-11-20T07:00:00.000Z 2026-11-20T08:00:00.000Z']);
  });

  test('from the start of today may be refused: then the first answer counts', async () => {
    const { market } = setting((call) =>
      asked(call.request).from < NOW
        ? failure('INVALID_ARGUMENT', '30003')
        : bytesOf(TradingSchedulesResponse, later),
    );
    expect(words(await market.sessions('X'))).toEqual(['2026-11-21T07:00:00.000Z 2026-11-21T08:00:00.000Z']);
  });
});

describe('no schedule is an error, never "no sessions"', () => {
  test('for a name the broker does not know', async () => {
    const { market } = setting(fixtureReply);
    await expect(market.sessions('NYSE')).rejects.toThrow('no trading schedule named "NYSE"');
  });

  test('for a call that failed; the next one asks again', async () => {
    const { market } = setting((_, turn) => (turn === 0 ? failure('NOT_FOUND', '50001') : fixtureReply()));
    await expect(market.sessions('MOEX_PLUS')).rejects.toThrow('50001');
    expect(await market.sessions('MOEX_PLUS')).toHaveLength(2);
  });

  const at = (from: string, to: string) => ({
    startTime: `2026-11-${from}:00Z`,
    endTime: `2026-11-${to}:00Z`,
  });
  const backward = at('20T15:00', '20T07:00');
  const evening = { eveningStartTime: '2026-11-20T16:05:00Z', eveningEndTime: '2026-11-20T20:50:00Z' };
  const nonsense: [string, object][] = [
    ['that names no day', { days: [] }],
    ['whose day is backward', day(backward)],
    ['whose day is backward but for its evening', day({ ...backward, ...evening })],
    ['whose trading day names no time', day({})],
    [
      'whose next trading day is backward',
      {
        days: [
          { date: '2026-11-20T00:00:00Z', isTradingDay: false },
          { date: '2026-11-21T00:00:00Z', isTradingDay: true, ...at('21T15:00', '21T07:00') },
        ],
      },
    ],
  ];
  test.each(nonsense)('for one %s; it is not kept', async (_, schedule) => {
    const sound = day(at('20T07:00', '20T15:00'));
    let turns = 0;
    const { market } = setting((call) => {
      const from = asked(call.request).from;
      if (from > NOW) turns += 1;
      return bytesOf(TradingSchedulesResponse, {
        exchanges: [{ exchange: 'X', ...(turns === 1 ? schedule : sound) }],
      });
    });
    await expect(market.sessions('X')).rejects.toThrow('makes no sense');
    expect(await market.sessions('X')).toHaveLength(1);
    await market.sessions('X');
    expect(turns).toBe(2);
  });

  const believable: [string, object][] = [
    [
      'whose backward times are covered by sound ones',
      day({ ...backward, intervals: [interval('main', '06:00', '16:00')] }),
    ],
    [
      'with times left in 1970',
      day({
        ...at('20T07:00', '20T15:00'),
        eveningStartTime: '2026-11-20T16:00:00Z',
        eveningEndTime: '1970-01-01T00:00:00Z',
      }),
    ],
    ['that is closed for days', { days: [{ date: '2026-11-20T00:00:00Z', isTradingDay: false }] }],
    [
      'of which only a later day is backward',
      {
        days: [
          { date: '2026-11-20T00:00:00Z', isTradingDay: true, ...at('20T07:00', '20T15:00') },
          { date: '2026-11-21T00:00:00Z', isTradingDay: true, ...at('21T15:00', '21T07:00') },
        ],
      },
    ],
  ];
  test.each(believable)('but not for one %s', async (_, schedule) => {
    const { market } = setting(() =>
      bytesOf(TradingSchedulesResponse, { exchanges: [{ exchange: 'X', ...schedule }] }),
    );
    expect((await market.sessions('X')).length).toBeLessThanOrEqual(1);
  });
});
