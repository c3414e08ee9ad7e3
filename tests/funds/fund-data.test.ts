// Fund data as the accounts get them: over real HTTP, from the recorded pages and from pages that contradict each other.

import { afterEach, describe, expect, test } from 'bun:test';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { premiumPercent } from '../../src/core/fund-facts.ts';
import type { FundSettings } from '../../src/core/fund-settings.ts';
import { parseNano, price } from '../../src/core/units.ts';
import { openJournal } from '../../src/journal/journal.ts';
import { tempDirs } from '../support/temp-dir.ts';
import {
  ALL,
  DAY,
  factsOf,
  feedOf,
  HOUR,
  html,
  issued,
  NOW,
  navOf,
  needs,
  openWorld,
  pageOf,
  question,
  short,
  type World,
} from './fund-world.ts';

const newDir = tempDirs();
let worlds: World[] = [];
const world = (overrides: Partial<FundSettings> = {}): World => {
  const opened = openWorld(overrides);
  worlds.push(opened);
  return opened;
};
afterEach(() => {
  for (const opened of worlds) opened.stop();
  worlds = [];
});

const nano = (text: string) => parseNano(text).toString();
const TRUR = question('TRUR', '10.73');
const counts = ({ requests }: World) =>
  Object.fromEntries(Object.entries(requests).map(([name, all]) => [name, all.length]));
const TWELVE = [
  'TRUR',
  'TMOS',
  'TGLD',
  'TMON',
  'TBRU',
  'TPAY',
  'TDIV',
  'TLCB',
  'TOFZ',
  'TRND',
  'TITR',
  'SBER',
].map((ticker) =>
  ticker === 'SBER'
    ? question(ticker, '313', { kind: 'share', classCode: 'TQBR', isin: 'RU0009029540' })
    : question(ticker, '10'),
);

describe('from the recorded pages', () => {
  test('a fund has units, market cap, AUM and NAV, dated and with their sources', async () => {
    const { facts } = { facts: await factsOf(world().start(), TRUR, 'market_cap', 'aum', 'nav') };
    expect(short(facts.units)).toBe('1697200000 smartfeed');
    expect(facts.units).toMatchObject({ asOfMs: Date.parse('2026-11-19'), fetchedAtMs: NOW });
    expect(short(facts.marketCap)).toBe(`${nano('18210956000')} smartfeed`);
    expect(short(facts.aum)).toBe(`${nano('18204551310.47')} t_capital`);
    expect(short(facts.nav)).toBe(`${nano('10.7312')} t_capital`);
    expect(short(facts.price)).toBe(`${nano('10.73')} t_invest`);
    expect(premiumPercent(facts)).toBeCloseTo(0.0352, 3);
  });

  test("the venue's own number of units comes first; only the AUM that checks it costs a request", async () => {
    const opened = world({ sources: ['t_invest', 't_capital'] });
    const facts = await factsOf(
      opened.start(),
      question('TRUR', '10.73', issued(1_700_000_000n)),
      'market_cap',
    );
    expect(short(facts.units)).toBe('1700000000 t_invest');
    expect([counts(opened), opened.marketCalls]).toEqual([
      { page: 1, feed: 0, nav: 0, board: 0, rates: 0 },
      [],
    ]);
  });

  test("the venue's asset is asked where its list is silent", async () => {
    const opened = world({ sources: ['t_invest'] });
    opened.assets.set('asset-TRUR', { units: issued(5n).issued!, navCode: null });
    expect(short((await factsOf(opened.start(), TRUR, 'market_cap')).units)).toBe('5 t_invest');
    expect(opened.marketCalls).toEqual(['asset asset-TRUR']);
  });

  test("a share's market cap is its issue size times the price; it has no AUM", async () => {
    const facts = await factsOf(world().start(), TWELVE[11]!, 'market_cap', 'aum');
    expect(short(facts.marketCap)).toBe(`${nano(`${21_586_948_000n * 313n}`)} moex_iss`);
    expect(facts.aum.kind).toBe('unknown');
    expect(facts.marketCapThen).toEqual(facts.marketCap);
  });

  test("the exchange's number of units of a fund is not used", async () => {
    const opened = world({ sources: ['moex_iss'] });
    const facts = await factsOf(
      opened.start(),
      question('TRUR', '10.73', { classCode: 'TQBR' }),
      'market_cap',
    );
    expect(short(facts.units)).toContain('ISSUESIZE of a fund is not to be trusted');
    expect(counts(opened).board).toBe(0);
  });

  test('a share is taken from its board by ticker and ISIN, or not at all', async () => {
    const opened = world({ sources: ['moex_iss'] });
    const data = opened.start();
    const because = async (ticker: string, options: object) =>
      short(
        (
          await factsOf(
            data,
            question(ticker, '313', { kind: 'share', classCode: 'TQBR', ...options }),
            'market_cap',
          )
        ).units,
      );
    expect(await because('SBER', { isin: 'RU0000000000' })).toContain(
      'its SBER is another security, "RU0009029540"',
    );
    expect(await because('GAZP', {})).toContain('GAZP is not on its board TQBR');
    expect(await because('YNDX', { classCode: 'SPBXM' })).toContain('SPBXM is none of its boards');
    expect(counts(opened).board).toBe(1);
  });

  test('worth per unit makes an AUM where the page has none', async () => {
    const opened = world();
    opened.answers.page = () => pageOf([['TMOS', '—']]);
    opened.answers.feed = () => feedOf('1930 млн шт.');
    const facts = await factsOf(opened.start(), question('TMOS', '5.91'), 'market_cap', 'aum');
    expect(short(facts.aum)).toBe(`${nano(`${19_300n * 59_121n * 10n}`)} moex_iss`);
    expect(facts.aum).toMatchObject({ asOfMs: Date.parse('2026-11-20T13:14:45Z') });
  });

  test("its code is the usual one, else the venue's, else the configured one", async () => {
    const opened = world({ sources: ['moex_iss'], names: new Map([['TGLD', { navCode: 'GOLD' }]]) });
    opened.answers.nav = () => navOf({ TMOSA: '6', ODD: '7', GOLD: '8' });
    opened.assets.set('asset-TPAY', { units: null, navCode: 'ODD' });
    const asked = ['TMOS', 'TPAY', 'TGLD', 'TRUR'].map((ticker) => question(ticker, '7'));
    const facts = await opened.start().facts(asked, needs('nav'));
    expect([...facts.values()].map(({ nav }) => short(nav).split('.')[0])).toEqual([
      'TMOS: price / NAV is 1',
      `${nano('7')} moex_iss`,
      `TGLD: price / NAV is 0`,
      expect.stringContaining('TRURA is not on its index board'),
    ]);
    expect(opened.marketCalls).toEqual(['asset asset-TPAY', 'asset asset-TRUR']);
  });

  test('what was not asked for is unknown, and costs nothing beyond what checks the rest', async () => {
    const opened = world();
    const facts = await factsOf(opened.start(), question('TRUR', '10.73', issued(1_697_200_000n)), 'aum');
    expect([facts.units, facts.marketCap, facts.nav].map(short)).toEqual(
      Array(3).fill('TRUR: not asked for'),
    );
    expect(counts(opened)).toEqual({ page: 1, feed: 0, nav: 1, board: 0, rates: 0 });
  });

  test.each([
    ['market_cap', '1 млн', '13 000 000', 'unknown'],
    ['market_cap', '1 млн', '10 000 000', 'known'],
    ['market_cap', '1 млн', '—', 'known'],
    ['aum', '1,5 млн', '10 000 000', 'unknown'],
    ['aum', '1 млн', '10 000 000', 'known'],
    ['aum', '—', '10 000 000', 'known'],
  ] as const)(
    'asked for its %s alone a fund is checked with the other side all the same, and asked about once',
    async (need, units, aum, kind) => {
      const opened = world({ sources: ['smartfeed', 't_capital'] });
      opened.answers.feed = () => feedOf(units);
      opened.answers.page = () => pageOf([['TRUR', aum]]);
      const data = opened.start();
      const asked = question('TRUR', '10');
      const facts = await factsOf(data, asked, need);
      expect((need === 'aum' ? facts.aum : facts.marketCap).kind).toBe(kind);
      expect(await factsOf(data, asked, need)).toEqual(facts);
      expect(counts(opened)).toEqual({ page: 1, feed: 1, nav: 0, board: 0, rates: 0 });
    },
  );
});

describe('requests', () => {
  test('of twelve tickers from cold are one pass over each source, and none when warm', async () => {
    const opened = world();
    opened.answers.feed = () => feedOf('1 млн');
    const data = opened.start();
    await data.facts(TWELVE, ALL);
    const cold = counts(opened);
    expect(cold).toEqual({ page: 1, feed: 11, nav: 1, board: 1, rates: 0 });
    const calls = opened.marketCalls.length;
    await data.facts(TWELVE, ALL);
    opened.clock.set(NOW + HOUR / 4 - 1);
    await data.facts(TWELVE, ALL);
    expect([counts(opened), opened.marketCalls.length]).toEqual([cold, calls]);
  });

  test('of twelve accounts at once, with wallets of their own, are one pass', async () => {
    const opened = world();
    opened.answers.feed = () => feedOf('1 млн');
    const accounts = opened.tokens(12);
    await Promise.all(accounts.map((data, index) => data.facts([TWELVE[index]!, TRUR], ALL)));
    expect(counts(opened)).toEqual({ page: 1, feed: 11, nav: 1, board: 1, rates: 0 });
  });

  test('are not repeated by accounts that waited for them', async () => {
    const opened = world({ sources: ['smartfeed'], leaveAloneMs: 0 });
    await Promise.all(opened.tokens(12).map((data) => factsOf(data, TRUR, 'market_cap')));
    expect(counts(opened).feed).toBe(1);
  });

  test('come again when the time to live is over, not before', async () => {
    const opened = world({ sources: ['t_capital'] });
    const data = opened.start();
    const ask = async (atMs: number) => {
      opened.clock.set(atMs);
      await factsOf(data, TRUR, 'aum');
      return counts(opened).page;
    };
    expect([
      await ask(NOW),
      await ask(NOW + DAY),
      await ask(NOW + DAY + 1),
      await ask(NOW + DAY + 2),
    ]).toEqual([1, 1, 2, 2]);
  });

  test('for what is unknown come again after a while, not at once', async () => {
    const opened = world({ sources: ['smartfeed'] });
    opened.answers.feed = () => feedOf('—');
    const data = opened.start();
    const ask = async (atMs: number) => {
      opened.clock.set(atMs);
      await factsOf(data, TRUR, 'market_cap');
      return counts(opened).feed;
    };
    expect([await ask(NOW), await ask(NOW + HOUR / 4 - 1), await ask(NOW + HOUR / 4)]).toEqual([1, 1, 2]);
  });

  test('to a source that failed cease, and the next one answers', async () => {
    const opened = world();
    opened.answers.feed = () => html('<html>сервис недоступен</html>');
    const data = opened.start();
    const facts = await data.facts(TWELVE, needs('market_cap'));
    expect(counts(opened).feed).toBe(1);
    expect(short(facts.get('TRUR')!.units)).toContain('smartfeed: 127.0.0.1');
    expect(short(facts.get('TMOS')!.units)).toContain('smartfeed: left alone until 2026-11-20T13:35:00.000Z');
    expect(short(facts.get('SBER')!.units)).toContain('moex_iss');
  });

  test('with the cache switched off serve all that wait, and are made anew by the next question', async () => {
    const opened = world({ cacheEnabled: false, sources: ['t_capital'] });
    const accounts = opened.tokens(5);
    await Promise.all(accounts.map((data) => factsOf(data, TRUR, 'aum')));
    expect(counts(opened).page).toBe(1);
    opened.clock.set(NOW + 1);
    expect(short((await factsOf(accounts[0]!, TRUR, 'aum')).aum)).toContain('t_capital');
    expect(counts(opened).page).toBe(2);
    opened.answers.page = () => html('');
    opened.clock.set(NOW + 2);
    expect((await factsOf(accounts[0]!, TRUR, 'aum')).aum.kind).toBe('unknown');
  });

  test('page through the feed until a page counts units, the cursor ends or repeats', async () => {
    const opened = world({ sources: ['smartfeed'] });
    const empty = (cursor: string | null) =>
      Response.json({ payload: { news: [{ id: 1 }], meta: { cursor } } });
    opened.answers.feed = (request) =>
      request.url.includes('cursor=b')
        ? feedOf('7 млн')
        : request.url.includes('cursor=a')
          ? empty('b')
          : empty('a');
    expect(short((await factsOf(opened.start(), TRUR, 'market_cap')).units)).toBe('7000000 smartfeed');
    for (const [answer, pages] of [
      [() => empty('same'), 2],
      [() => empty(null), 1],
    ] as const) {
      const other = world({ sources: ['smartfeed'] });
      other.answers.feed = answer;
      expect(short((await factsOf(other.start(), TRUR, 'market_cap')).units)).toContain('counts all units');
      expect(counts(other).feed).toBe(pages);
    }
    const endless = world({ sources: ['smartfeed'] });
    endless.answers.feed = () => empty(`${counts(endless).feed}`);
    await factsOf(endless.start(), TRUR, 'market_cap');
    expect(counts(endless).feed).toBe(5);
  });
});

describe('a number that cannot be right', () => {
  const ratio = async (aum: string, units = '1000000 шт.') => {
    const opened = world({ sources: ['smartfeed', 't_capital'] });
    opened.answers.feed = () => feedOf(units, '20 ноября 2026');
    opened.answers.page = () => pageOf([['TRUR', aum]]);
    return factsOf(opened.start(), question('TRUR', '9'), 'market_cap', 'aum');
  };

  test.each([
    ['10 000 000', true],
    ['10 000 000,01', false],
    ['8 181 818,19', true],
    ['8 181 818,18', false],
  ])('an AUM of %s for a market cap of 9,000,000 is used: %p', async (aum, used) => {
    const facts = await ratio(aum);
    expect([facts.aum.kind, facts.units.kind, facts.marketCap.kind]).toEqual(
      Array(3).fill(used ? 'known' : 'unknown'),
    );
  });

  test('is explained: ticker, datum, what each source said, and the remedy', async () => {
    const { aum } = await ratio('20 000 000');
    expect(short(aum)).toBe(
      'TRUR: market cap / AUM is 0.4500, outside 0.9..1.1: smartfeed says 1000000 units as of 2026-11-20 at 9.0000 RUB, t_capital says AUM 20000000 RUB as of 2026-11-20; one of the two is stale. The next iteration asks again; or put the right aum with a timestamp into tests/fixtures/no-such-directory/TRUR.json and `files` first into fund_data.sources',
    );
  });

  test('is put right by what the remedy says', async () => {
    const dir = newDir();
    const file = (aum: number) =>
      writeFileSync(
        join(dir, 'TRUR.json'),
        JSON.stringify({ symbol: 'TRUR', timestamp: new Date(NOW - HOUR).toISOString(), aum }),
      );
    const aumWith = async (sources: FundSettings['sources']) => {
      const opened = world({ sources, metricsDir: dir });
      opened.answers.feed = () => feedOf('1 млн');
      opened.answers.page = () => pageOf([['TRUR', '20 000 000']]);
      return short((await factsOf(opened.start(), question('TRUR', '9'), 'aum', 'market_cap')).aum);
    };
    file(9_100_000);
    expect(await aumWith(['smartfeed', 't_capital', 'files'])).toContain(
      `into ${dir}/TRUR.json and \`files\` first into fund_data.sources`,
    );
    expect(await aumWith(['files', 'smartfeed', 't_capital'])).toBe(`${nano('9100000')} files`);
    file(20_000_000);
    expect(await aumWith(['files', 'smartfeed', 't_capital'])).toMatch(/TRUR\.json$/);
  });

  test('may be corrected at once, however far: the wrong one proved nothing', async () => {
    const opened = world({ sources: ['smartfeed', 't_capital'] });
    const data = opened.start();
    opened.answers.feed = () => feedOf('1 млн', '20 ноября 2026');
    const at = async (atMs: number, aum: string) => {
      opened.clock.set(atMs);
      opened.answers.page = () => pageOf([['TRUR', aum]]);
      return short((await factsOf(data, question('TRUR', '9'), 'aum', 'market_cap')).aum);
    };
    expect(await at(NOW, '90 000 000')).toContain('market cap / AUM is 0.1000');
    expect(await at(NOW + DAY, '9 000 000')).toBe(`${nano('9000000')} t_capital`);
    expect(await at(NOW + DAY + DAY / 2, '9 000 000')).toBe(`${nano('9000000')} t_capital`);
    expect(await at(NOW + 2 * DAY + HOUR, '20 000 000')).toContain('which is a jump');
  });

  test.each([
    ['30 октября 2026', false],
    ['10 ноября 2026', false],
    ['11 ноября 2026', true],
    ['20 ноября 2026', true],
    ['21 ноября 2026', false],
    ['1 января 2030', false],
  ])('units as of %s are used on 20 November: %p', async (date, used) => {
    const opened = world({ sources: ['smartfeed'] });
    opened.answers.feed = () => feedOf('1 млн', date);
    const { units } = await factsOf(opened.start(), TRUR, 'market_cap');
    expect(units.kind).toBe(used ? 'known' : 'unknown');
    if (!used)
      expect(short(units)).toMatch(
        /smartfeed says 1000000 units as of 20\d\d-\d\d-\d\d, which is (older than 10 days|in the future)/,
      );
  });

  test.each([
    ['18 ноября 2026', '1,6 млн', 1, false],
    ['18 ноября 2026', '1,4 млн', 1, true],
    ['18 ноября 2026', '1,6 млн', 2, true],
    ['12 ноября 2026', '1,6 млн', 1, false],
    ['22 ноября 2026', '1,6 млн', 2, true],
  ])(
    'after 1 million as of 20 November one of %s that is %s, %p days later, is used: %p',
    async (date, units, days, used) => {
      const opened = world({ sources: ['smartfeed'], cacheEnabled: false });
      opened.answers.feed = () => feedOf('1 млн', '20 ноября 2026');
      const data = opened.start();
      await factsOf(data, TRUR, 'market_cap');
      opened.clock.set(NOW + days * DAY);
      opened.answers.feed = () => feedOf(units, date);
      const found = (await factsOf(data, TRUR, 'market_cap')).units;
      expect(found.kind).toBe(used ? 'known' : 'unknown');
      if (!used) expect(short(found)).toContain('a jump of more than 50 %');
    },
  );

  test('a leap within a day is refused, and the last good one with it; later it is believed', async () => {
    const opened = world({ sources: ['t_capital'] });
    const data = opened.start();
    const at = async (atMs: number, aum: string) => {
      opened.clock.set(atMs);
      opened.answers.page = () => pageOf([['TRUR', aum]]);
      return short((await factsOf(data, TRUR, 'aum')).aum);
    };
    expect(await at(NOW, '100')).toBe(`${nano('100')} t_capital`);
    expect(await at(NOW + DAY + 1, '150')).toBe(`${nano('150')} t_capital`);
    expect(await at(NOW + 2 * DAY + 2, '225,01')).toContain(
      'which is a jump of more than 50 % from the last good one of 2026-11-21',
    );
    expect(await at(NOW + 2 * DAY + HOUR, '225')).toBe(`${nano('225')} t_capital`);
    expect(await at(NOW + 3 * DAY + 2 * HOUR, '112')).toContain('which is a jump');
    expect(await at(NOW + 4 * DAY + 2 * HOUR, '112')).toBe(`${nano('112')} t_capital`);
  });
});

describe('sources that disagree', () => {
  const disagreeing = (feed: string, page: string | null) => {
    const opened = world({ sources: ['t_invest', 'smartfeed', 't_capital'] });
    opened.answers.feed = () => feedOf(feed);
    opened.answers.page = () => (page === null ? html('<html></html>') : pageOf([['TRUR', page]]));
    return opened;
  };
  const asked = question('TRUR', '10', issued(1_000_000n));

  test('by up to the limit do not', async () => {
    expect(short((await factsOf(disagreeing('1,05 млн', null).start(), asked, 'market_cap')).units)).toBe(
      '1000000 t_invest',
    );
    expect((await factsOf(disagreeing('1050001', null).start(), asked, 'market_cap')).units.kind).toBe(
      'unknown',
    );
    expect((await factsOf(disagreeing('949999', null).start(), asked, 'market_cap')).units.kind).toBe(
      'unknown',
    );
  });

  test('are settled for the preferred one where the ratio holds with it, and it is said', async () => {
    const opened = disagreeing('1,2 млн', '10 100 000');
    const facts = await factsOf(opened.start(), asked, 'market_cap');
    expect(short(facts.units)).toBe('1000000 t_invest');
    expect(opened.warnings).toEqual([expect.stringContaining('t_invest says 1000000 units')]);
    expect(opened.warnings[0]).toContain('smartfeed says 1200000 units');
  });

  test.each([['12 000 000'], [null]])(
    'with an AUM of %p are both named, and neither is used',
    async (page) => {
      const { units } = await factsOf(disagreeing('1,2 млн', page).start(), asked, 'market_cap');
      expect(units.kind).toBe('unknown');
      expect(short(units)).toContain('the sources disagree: t_invest says 1000000 units');
      expect(short(units)).toContain('smartfeed says 1200000 units');
    },
  );

  test('on the units are not settled by an AUM that is made from them', async () => {
    const opened = world({ sources: ['t_invest', 'smartfeed', 'moex_iss'] });
    opened.answers.feed = () => feedOf('1,2 млн');
    opened.answers.nav = () => navOf({ TRURA: '10' });
    const facts = await factsOf(opened.start(), asked, 'market_cap', 'aum');
    expect([facts.units.kind, facts.aum.kind]).toEqual(['unknown', 'unknown']);
  });

  test('on the AUM are settled by the units that the venue lists', async () => {
    const opened = world({ sources: ['t_capital', 'moex_iss', 't_invest'] });
    opened.answers.page = () => pageOf([['TRUR', '10 050 000']]);
    opened.answers.nav = () => navOf({ TRURA: '11' });
    expect(short((await factsOf(opened.start(), asked, 'aum')).aum)).toBe(`${nano('10050000')} t_capital`);
  });
});

describe('the cache', () => {
  test('outlives the process: no request after a restart, and the same dates', async () => {
    const dir = newDir();
    const opened = world();
    const journal = openJournal(dir);
    const before = await factsOf(opened.start(journal), TRUR, 'market_cap', 'aum', 'nav');
    journal.close();
    const cold = counts(opened);
    const again = openJournal(dir);
    opened.clock.set(NOW + HOUR);
    const after = await factsOf(opened.start(again), TRUR, 'market_cap', 'aum', 'nav');
    again.close();
    expect(counts(opened)).toEqual(cold);
    expect({ ...after, price: null, marketCap: null, marketCapThen: null }).toEqual({
      ...before,
      price: null,
      marketCap: null,
      marketCapThen: null,
    });
  });

  test('serves while its source is down, up to the age limit, and says how old it is', async () => {
    const opened = world({ sources: ['t_capital'] });
    const data = opened.start();
    await factsOf(data, TRUR, 'aum');
    opened.answers.page = () => new Response('', { status: 500 });
    opened.clock.set(NOW + 10 * DAY);
    expect((await factsOf(data, TRUR, 'aum')).aum).toMatchObject({
      kind: 'known',
      asOfMs: NOW,
      fetchedAtMs: NOW,
    });
    opened.clock.set(NOW + 10 * DAY + 1);
    expect(short((await factsOf(data, TRUR, 'aum')).aum)).toContain('older than 10 days');
  });

  test('that cannot be read or written costs a warning', async () => {
    const opened = world({ sources: ['t_capital'] });
    const broken = () => {
      throw new Error('disk full');
    };
    const data = opened.start({ fundValues: broken, keepFundValues: broken });
    expect((await factsOf(data, TRUR, 'aum')).aum.kind).toBe('known');
    expect(opened.warnings.length).toBe(2);
  });
});

describe('money of other countries', () => {
  test("is converted at the central bank's rate, asked for once", async () => {
    const opened = world();
    opened.answers.feed = () => feedOf('56 млн');
    const data = opened.start();
    const usd = question('TUSD', '0.0731', { currency: 'usd', ...issued(56_400_000n) });
    const eur = question('TEUR', '6.71');
    const facts = await data.facts([usd, eur], ALL);
    expect(short(facts.get('TUSD')!.aum)).toBe(
      `${(parseNano('4120334.18') * parseNano('84.1207')) / 10n ** 9n} t_capital`,
    );
    expect(short(facts.get('TUSD')!.price)).toBe(
      `${(parseNano('0.0731') * parseNano('84.1207')) / 10n ** 9n} t_invest`,
    );
    expect(short(facts.get('TEUR')!.nav)).toBe(
      `${(parseNano('0.0688') * parseNano('97.553')) / 10n ** 9n} t_capital`,
    );
    await data.facts([usd, eur], ALL);
    expect(counts(opened).rates).toBe(1);
  });

  test('without a rate is unknown, and says which rate is missing', async () => {
    const opened = world({ sources: ['t_capital'] });
    opened.answers.rates = () => html('<html></html>');
    const { aum } = await factsOf(opened.start(), question('TUSD', '6'), 'aum');
    expect(short(aum)).toContain(
      't_capital says AUM 4120334.18 USD as of 2026-11-20, and there is no rate for USD: 127.0.0.1',
    );
    const without = world({ sources: ['t_capital'] });
    const euros =
      '<ValCurs Date="20.11.2026"><Valute><CharCode>EUR</CharCode><VunitRate>97,5</VunitRate></Valute></ValCurs>';
    without.answers.rates = () => new Response(euros, { headers: { 'content-type': 'text/xml' } });
    expect(short((await factsOf(without.start(), question('TUSD', '6'), 'aum')).aum)).toContain(
      "no rate for USD: the central bank's list has none for USD",
    );
  });

  test('needs no rate where nothing is in it', async () => {
    const opened = world();
    await factsOf(opened.start(), TRUR, 'aum');
    expect(counts(opened).rates).toBe(0);
  });
});

describe('the market cap at the date of the AUM', () => {
  const dated = () => {
    const opened = world({ sources: ['t_invest', 't_capital'] });
    opened.answers.page = () => pageOf([['TRUR', '10 000 000']], 'СЧА на 19.11.2026');
    opened.closes.set('uid-TRUR', [
      { dayMs: Date.parse('2026-11-18'), price: price(parseNano('9.6')) },
      { dayMs: Date.parse('2026-11-19'), price: price(parseNano('9.8')) },
    ]);
    return opened;
  };
  const asked = question('TRUR', '12', issued(1_000_000n));

  test("is reckoned with that day's close, asked for once, and is what the ratio is checked with", async () => {
    const opened = dated();
    const data = opened.start();
    const facts = await factsOf(data, asked, 'market_cap', 'aum');
    expect(short(facts.marketCap)).toBe(`${nano('12000000')} t_invest`);
    expect(short(facts.marketCapThen)).toBe(`${nano('9800000')} t_invest`);
    expect(premiumPercent(facts)).toBe(-2);
    await factsOf(data, asked, 'market_cap', 'aum');
    expect(opened.marketCalls).toEqual(['closes uid-TRUR']);
  });

  test('is the present one where that close is not known', async () => {
    const opened = dated();
    opened.closes.clear();
    const facts = await factsOf(
      opened.start(),
      question('TRUR', '10.5', issued(1_000_000n)),
      'market_cap',
      'aum',
    );
    expect(facts.marketCapThen).toEqual(facts.marketCap);
    expect(facts.marketCap.kind).toBe('known');
  });

  test('is asked for again after a while where the venue named no close, for it may have lost it', async () => {
    const opened = dated();
    const known = [...(opened.closes.get('uid-TRUR') ?? [])];
    opened.closes.clear();
    const data = opened.start();
    const asked = question('TRUR', '10.5', issued(1_000_000n));
    const then = async () => short((await factsOf(data, asked, 'market_cap', 'aum')).marketCapThen);
    expect(await then()).toBe(`${nano('10500000')} t_invest`);
    opened.closes.set('uid-TRUR', known);
    opened.clock.set(NOW + opened.settings.leaveAloneMs - 1);
    expect(await then()).toBe(`${nano('10500000')} t_invest`);
    expect(opened.marketCalls).toEqual(['closes uid-TRUR']);
    opened.clock.set(NOW + opened.settings.leaveAloneMs);
    expect(await then()).toBe(`${nano('9800000')} t_invest`);
    opened.clock.set(NOW + 2 * opened.settings.leaveAloneMs);
    await then();
    expect(opened.marketCalls).toEqual(['closes uid-TRUR', 'closes uid-TRUR']);
  });

  test('is the present one on the day that is still running', async () => {
    const opened = dated();
    opened.closes.set('uid-TRUR', [{ dayMs: Date.parse('2026-11-20'), price: price(parseNano('9.8')) }]);
    opened.answers.page = () => pageOf([['TRUR', '10 000 000']], 'СЧА на 20.11.2026');
    const data = opened.start();
    const asked = question('TRUR', '10.5', issued(1_000_000n));
    const today = await factsOf(data, asked, 'market_cap', 'aum');
    expect([today.marketCapThen, opened.marketCalls]).toEqual([today.marketCap, []]);
    opened.clock.set(NOW + 8 * HOUR);
    expect(short((await factsOf(data, asked, 'market_cap', 'aum')).marketCapThen)).toBe(
      `${nano('9800000')} t_invest`,
    );
  });

  test('is the present one where the AUM has no date', async () => {
    const opened = dated();
    opened.answers.page = () => pageOf([['TRUR', '10 000 000']]);
    const facts = await factsOf(
      opened.start(),
      question('TRUR', '10.5', issued(1_000_000n)),
      'market_cap',
      'aum',
    );
    expect([facts.marketCapThen, opened.marketCalls]).toEqual([facts.marketCap, []]);
  });
});

describe('an earlier instant', () => {
  const MIDNIGHT = Date.parse('2026-11-20T21:00:00Z');

  test('is answered from what was known then, at the last close before it', async () => {
    const opened = world({ sources: ['t_invest', 't_capital'] });
    opened.closes.set('uid-TRUR', [
      { dayMs: Date.parse('2026-11-20'), price: price(parseNano('10')) },
      { dayMs: Date.parse('2026-11-21'), price: price(parseNano('20')) },
    ]);
    const data = opened.start();
    opened.answers.page = () => pageOf([['TRUR', '10 000 000']]);
    await factsOf(data, question('TRUR', '10', issued(1_000_000n)), 'market_cap', 'aum');
    opened.clock.set(MIDNIGHT + DAY);
    opened.answers.page = () => pageOf([['TRUR', '11 000 000']]);
    await factsOf(data, question('TRUR', '10', issued(1_100_000n)), 'market_cap', 'aum');
    const asked = question('TRUR', '30', issued(1_100_000n));
    const then = (await data.factsAt([asked], needs('market_cap', 'aum'), MIDNIGHT)).get('TRUR')!;
    expect([then.units, then.aum, then.price, then.marketCap].map(short)).toEqual([
      '1000000 t_invest',
      `${nano('10000000')} t_capital`,
      `${nano('10')} t_invest`,
      `${nano('10000000')} t_invest`,
    ]);
    expect(then.price).toMatchObject({ asOfMs: Date.parse('2026-11-20') });
  });

  test('before the first reading is answered from what is dated before it, or not at all', async () => {
    const opened = world({ sources: ['smartfeed', 't_capital'] });
    opened.closes.set('uid-TRUR', [{ dayMs: Date.parse('2026-11-19'), price: price(parseNano('10.7')) }]);
    opened.clock.set(MIDNIGHT + 10 * HOUR);
    const data = opened.start();
    await factsOf(data, TRUR, 'market_cap', 'aum');
    const asked = counts(opened);
    const then = (await data.factsAt([TRUR], needs('market_cap', 'aum'), MIDNIGHT)).get('TRUR')!;
    expect(short(then.units)).toBe('1697200000 smartfeed');
    expect(then.aum.kind).toBe('unknown');
    expect(counts(opened)).toEqual(asked);
  });
});

describe('a price that cannot be trusted', () => {
  test('leaves units and AUM, and takes the market cap', async () => {
    const facts = await factsOf(world().start(), question('TRUR', null), 'market_cap', 'aum');
    expect([facts.units.kind, facts.aum.kind]).toEqual(['known', 'known']);
    expect(short(facts.marketCap)).toBe('TRUR: no market cap: TRUR has no price that can be trusted');
  });
});
