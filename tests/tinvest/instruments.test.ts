import { describe, expect, test } from 'bun:test';
import {
  EtfsResponse,
  FindInstrumentResponse,
  InstrumentResponse,
  Share,
  SharesResponse,
} from 'tinkoff-invest-api/dist/generated/instruments.js';
import { raw } from '../../src/core/units.ts';
import type { Listing, Resolution } from '../../src/ports.ts';
import { createManualClock } from '../support/manual-clock.ts';
import { bytesOf, failure, fixture, type Script } from '../support/wire-venue.ts';
import { withVenue } from './with-venue.ts';

const etfs = (fixture('tinvest_etfs_list.json') as { instruments: object[] }).instruments;
const found = fixture('tinvest_find_instrument_TMOS.json');
const tgld = fixture('tinvest_etf_by_TGLD_no_numShares.json') as { instrument: object };

const LISTED = {
  ticker: 'AAA',
  classCode: 'TQBR',
  isin: 'RU0000000001',
  name: 'One',
  lot: 10,
  currency: 'rub',
  uid: 'uid-1',
  assetUid: 'asset-1',
  exchange: 'MOEX',
  buyAvailableFlag: true,
  sellAvailableFlag: true,
  apiTradeAvailableFlag: true,
  minPriceIncrement: { units: 0, nano: 5_000_000 },
  first1dayCandleDate: '2020-01-01T00:00:00Z',
};

const lists = (funds: object[], shares: object[] = []): Script => ({
  'InstrumentsService/Etfs': () => bytesOf(EtfsResponse, { instruments: funds }),
  'InstrumentsService/Shares': () => bytesOf(SharesResponse, { instruments: shares }),
  'InstrumentsService/FindInstrument': () => bytesOf(FindInstrumentResponse, { instruments: [] }),
  'InstrumentsService/GetInstrumentBy': () => failure('NOT_FOUND', '50002'),
});

const resolveOne = async (script: Script, ticker: string): Promise<Resolution> => {
  const [resolution] = await withVenue(script).market.resolve([ticker]);
  if (!resolution) throw new Error('no resolution');
  return resolution;
};

const listingOf = (resolution: Resolution | undefined): Listing => {
  if (resolution?.kind !== 'found') throw new Error(JSON.stringify(resolution));
  return resolution.listing;
};

describe('a ticker', () => {
  test('is found under its normalised name, whatever the board', async () => {
    const listing = listingOf(await resolveOne(lists(etfs), 'TGLD'));
    expect(listing).toMatchObject({
      ticker: 'TGLD',
      classCode: 'SPBRU',
      uid: 'de82be66-3b9b-4612-9572-61e3c6039013',
      isin: 'RU000A101X50',
      kind: 'etf',
      currency: 'rub',
      exchange: 'spb_etf_t',
      forIis: true,
    });
    expect([raw(listing.lot), raw(listing.step)]).toEqual([1n, 10_000_000n]);
  });

  test.each(['TGLD@', 'tgld', ' TGLD '])('may be asked for as %p', async (ticker) => {
    expect(listingOf(await resolveOne(lists(etfs), ticker)).ticker).toBe('TGLD');
  });

  test('answers come in the order of the questions', async () => {
    const { market } = withVenue(lists(etfs));
    const answers = await market.resolve(['TRUR', 'XXXX', 'TGLD']);
    expect(answers.map((one) => (one.kind === 'found' ? one.listing.ticker : one.kind))).toEqual([
      'TRUR',
      'missing',
      'TGLD',
    ]);
  });

  test('is found among the shares too', async () => {
    expect(listingOf(await resolveOne(lists(etfs, [LISTED]), 'AAA'))).toMatchObject({ kind: 'share' });
  });

  test('that nobody lists is missing, with its neighbours', async () => {
    expect(await resolveOne(lists(etfs), 'TGLB')).toEqual({
      kind: 'missing',
      because: 'the broker lists no instrument named TGLB',
      nearest: ['TGLD'],
    });
  });
});

describe('among several listings of one security', () => {
  const choose = async (...entries: object[]) => {
    const forwards = listingOf(await resolveOne(lists([], entries), 'AAA'));
    const backwards = listingOf(await resolveOne(lists([], entries.toReversed()), 'AAA'));
    expect(forwards).toEqual(backwards);
    return forwards.uid;
  };
  const other = { ...LISTED, uid: 'uid-0', classCode: 'ZZZZ' };

  test('one with candles is taken', async () => {
    expect(await choose(LISTED, { ...other, classCode: 'TQBR', first1dayCandleDate: undefined })).toBe(
      'uid-1',
    );
  });

  test('one that can be both bought and sold is taken', async () => {
    expect(await choose({ ...LISTED, buyAvailableFlag: false }, other)).toBe('uid-0');
  });

  test('one on the exchange is taken', async () => {
    expect(await choose({ ...LISTED, otcFlag: true }, other)).toBe('uid-0');
  });

  test('the board only breaks a tie, then the uid does', async () => {
    expect(await choose(LISTED, other)).toBe('uid-1');
    expect(await choose(LISTED, { ...LISTED, uid: 'uid-0' })).toBe('uid-0');
  });

  test('one under the asset with another ISIN is the same security', async () => {
    expect(await choose(LISTED, { ...other, isin: 'RU0000000002' })).toBe('uid-1');
  });

  test('one that cannot be traded is passed over', async () => {
    expect(await choose({ ...LISTED, apiTradeAvailableFlag: false }, other)).toBe('uid-0');
    expect(await choose({ ...LISTED, currency: 'usd' }, other)).toBe('uid-0');
    expect(await choose({ ...LISTED, blockedTcaFlag: true }, other)).toBe('uid-0');
    expect(await choose({ ...LISTED, buyAvailableFlag: false, sellAvailableFlag: false }, other)).toBe(
      'uid-0',
    );
  });
});

describe('two securities under one name', () => {
  const stranger = { ...LISTED, isin: 'RU0000000009', assetUid: 'asset-9', uid: 'uid-9', name: 'Nine' };

  test('are an error that names both', async () => {
    const resolution = await resolveOne(lists([stranger], [LISTED]), 'AAA');
    expect(resolution).toMatchObject({ kind: 'missing' });
    expect(resolution.kind === 'missing' && resolution.because).toContain(
      'Nine (RU0000000009), One (RU0000000001)',
    );
  });

  test('are told apart by the plain ticker', async () => {
    const resolution = await resolveOne(lists([{ ...stranger, ticker: 'AAA@' }], [LISTED]), 'AAA');
    expect(listingOf(resolution).uid).toBe('uid-1');
  });
});

describe('a name that the lists do not offer', () => {
  const searching = (byUid: object | null): Script => ({
    ...lists(etfs),
    'InstrumentsService/FindInstrument': () => bytesOf(FindInstrumentResponse, found),
    'InstrumentsService/GetInstrumentBy': () =>
      byUid === null ? failure('NOT_FOUND', '50002') : bytesOf(InstrumentResponse, { instrument: byUid }),
  });
  const tmos = { ...tgld.instrument, ticker: 'TMOS@', uid: 'f509af83-6e71-462f-901f-bcb073f6773b' };

  test('is found by itself', async () => {
    const script = searching({ ...tmos, instrumentKind: 'INSTRUMENT_TYPE_ETF' });
    const { market, venue } = withVenue(script);
    expect(listingOf((await market.resolve(['TMOS']))[0]).uid).toBe('f509af83-6e71-462f-901f-bcb073f6773b');
    // Of four listings only the tradable one is looked at.
    expect(venue.count('InstrumentsService/GetInstrumentBy')).toBe(1);
  });

  test.each<[string, object | null, string]>([
    ['not in RUB', { ...tmos, currency: 'usd', instrumentType: 'etf' }, 'traded in usd, not in rub'],
    ['a bond', { ...tmos, instrumentType: 'bond' }, 'a bond instrument'],
    ['a currency', { ...tmos, instrumentType: 'currency' }, 'a currency instrument'],
    ['without a lot', { ...tmos, lot: 0, instrumentType: 'etf' }, 'lot of TMOS@ in SPBRU is 0'],
    ['gone', null, 'TMOS@ in SPBRU (etf): not tradable through the API'],
  ])('is missing where it is %s, and says so', async (_, entry, words) => {
    const resolution = await resolveOne(searching(entry), 'TMOS');
    expect(resolution.kind === 'missing' && resolution.because).toContain(words);
    expect(resolution.kind === 'missing' && resolution.because).toContain('TMOS in TQBR (etf): not tradable');
  });

  test('is asked for once a day', async () => {
    const { market, venue } = withVenue(lists(etfs));
    await market.resolve(['XXXX']);
    await market.resolve(['XXXX', 'xxxx@']);
    expect(venue.count('InstrumentsService/FindInstrument')).toBe(1);
  });
});

describe('the lists', () => {
  test('are read once a Moscow day, however many ask at once', async () => {
    const clock = createManualClock(Date.parse('2026-11-20T20:59:59Z'), { patient: false });
    const { market, venue } = withVenue(lists(etfs), { clock });
    await Promise.all([market.resolve(['TGLD']), market.resolve(['TRUR']), market.listingByUid('nobody')]);
    await market.resolve(['TMON']);
    expect([venue.count('InstrumentsService/Etfs'), venue.count('InstrumentsService/Shares')]).toEqual([
      1, 1,
    ]);
    clock.set(Date.parse('2026-11-20T21:00:00Z'));
    await market.resolve(['TGLD']);
    expect([venue.count('InstrumentsService/Etfs'), venue.count('InstrumentsService/Shares')]).toEqual([
      2, 2,
    ]);
  });

  test('that failed are read again', async () => {
    const script = lists(etfs);
    const { market, venue } = withVenue({
      ...script,
      'InstrumentsService/Shares': (call, turn) =>
        turn === 0
          ? failure('UNAUTHENTICATED', '40003')
          : (script['InstrumentsService/Shares']?.(call, 0) as Uint8Array),
    });
    await expect(market.resolve(['TGLD'])).rejects.toThrow('token');
    expect(listingOf((await market.resolve(['TGLD']))[0]).ticker).toBe('TGLD');
    expect(venue.count('InstrumentsService/Shares')).toBe(2);
  });

  test('lose only the entry that cannot be read', async () => {
    const broken = Buffer.from(Share.encode(Share.fromJSON({ ...LISTED, ticker: 'BIG' })).finish());
    // Field 29, issue_size, is 2^60: the generated codec throws.
    const huge = Buffer.concat([broken, Buffer.from('e801808080808080808010', 'hex')]);
    const good = Buffer.from(Share.encode(Share.fromJSON(LISTED)).finish());
    const framed = (element: Buffer) => {
      const length = element.length;
      return Buffer.concat([Buffer.from([0x0a, (length & 0x7f) | 0x80, length >> 7]), element]);
    };
    expect(() => Share.decode(huge)).toThrow();
    const { market } = withVenue({
      ...lists([]),
      'InstrumentsService/Shares': () => Buffer.concat([framed(huge), framed(good)]),
    });
    const answers = await market.resolve(['BIG', 'AAA']);
    expect(answers.map((one) => one.kind)).toEqual(['missing', 'found']);
  });

  test.each<[string, object]>([
    ['a lot of 0', { lot: 0 }],
    ['no step', { minPriceIncrement: undefined }],
    ['a step of 0', { minPriceIncrement: { units: 0, nano: 0 } }],
    ['a negative step', { minPriceIncrement: { units: 0, nano: -1 } }],
    ['no uid', { uid: '' }],
  ])('do not offer an entry with %s', async (_, change) => {
    expect((await resolveOne(lists(etfs, [{ ...LISTED, ...change }]), 'AAA')).kind).toBe('missing');
  });

  test('that offer nothing at all are refused', async () => {
    await expect(withVenue(lists([])).market.resolve(['TGLD'])).rejects.toThrow('lists no fund and no share');
  });
});

describe('a held instrument', () => {
  test('of the lists is described without another call', async () => {
    const { market, venue } = withVenue(lists(etfs));
    expect((await market.listingByUid('de82be66-3b9b-4612-9572-61e3c6039013'))?.ticker).toBe('TGLD');
    expect(venue.count('InstrumentsService/GetInstrumentBy')).toBe(0);
  });

  test('of no list is asked for once a day, whatever it is', async () => {
    const bond = {
      ...LISTED,
      uid: 'bond-1',
      currency: 'USD',
      instrumentType: 'bond',
      apiTradeAvailableFlag: false,
    };
    const { market, venue } = withVenue({
      ...lists(etfs),
      'InstrumentsService/GetInstrumentBy': () => bytesOf(InstrumentResponse, { instrument: bond }),
    });
    const listing = await market.listingByUid('bond-1');
    expect(listing).toMatchObject({ kind: 'bond', currency: 'usd', apiTradable: false });
    await market.listingByUid('bond-1');
    expect(venue.count('InstrumentsService/GetInstrumentBy')).toBe(1);
  });

  test('that the broker does not know, or cannot describe, is null', async () => {
    const unknown = {
      ...lists(etfs),
      'InstrumentsService/GetInstrumentBy': () => failure('NOT_FOUND', '50002'),
    };
    expect(await withVenue(unknown).market.listingByUid('gone')).toBeNull();
    const odd = {
      ...lists(etfs),
      'InstrumentsService/GetInstrumentBy': () =>
        bytesOf(InstrumentResponse, { instrument: { ...LISTED, uid: 'odd', lot: 0 } }),
    };
    expect(await withVenue(odd).market.listingByUid('odd')).toBeNull();
  });
});
