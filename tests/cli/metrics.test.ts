// `metrics` as a user and a script see it: on a venue in a process of its own that serves its fund pages beside it.

import { beforeAll, expect, setDefaultTimeout, test } from 'bun:test';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseNano } from '../../src/core/units.ts';
import { block, configure, TOKEN, type VenueProcess, workshop } from '../support/bot-process.ts';

setDefaultTimeout(240_000);

const shop = workshop();
let venue: VenueProcess;

const place = (keys: Record<string, unknown> = {}, fundData: Record<string, unknown> = {}): string => {
  const dir = shop.dir();
  const { tCapital, smartfeed, moexIss, cbr } = venue.fundUrls;
  const urls = { t_capital: tCapital, smartfeed, moex_iss: moexIss, cbr };
  configure(dir, [block(keys)], { fund_data: { urls, ...fundData } });
  return dir;
};
const run = (args: readonly string[], dir: string) =>
  shop.run(args, dir, { env: { TINVEST_ENDPOINT: venue.endpoint } });

interface Finding {
  readonly value: string | null;
  readonly source?: string;
  readonly as_of?: string;
  readonly because?: string;
}
interface Printed {
  readonly tickers: readonly {
    readonly ticker: string;
    readonly units: Finding;
    readonly price_rub: Finding;
    readonly market_cap_rub: Finding;
    readonly aum_rub: Finding;
    readonly market_cap_at_aum_date_rub: Finding;
    readonly premium_percent: number | null;
  }[];
  readonly weights: readonly {
    readonly account: string | null;
    readonly modes: Record<string, { weights?: Record<string, number>; unknown?: string }>;
  }[];
}

beforeAll(async () => {
  venue = await shop.venue({ accounts: [{ token: TOKEN, id: '2000000001', cash: '1000000' }] });
});

test('every number has a source and dates, and the weights follow from the numbers', async () => {
  const ended = await run(['metrics', '--json'], place());
  expect(ended).toMatchObject({ code: 0, err: '' });
  const printed = JSON.parse(ended.out) as Printed;
  expect(printed.tickers.map(({ ticker }) => ticker)).toEqual(['TMOS', 'TBRU', 'TRUR']);
  const caps = printed.tickers.map((each) => {
    const [units, price, cap] = [each.units, each.price_rub, each.market_cap_rub].map(({ value }) => value!);
    expect(BigInt(units!) * parseNano(price!)).toBe(parseNano(cap!));
    expect(each.units.source).toBe('t_invest');
    expect(each.aum_rub.source).toBe('t_capital');
    const [then, aum] = [each.market_cap_at_aum_date_rub.value!, each.aum_rub.value!].map(Number);
    expect(each.premium_percent).toBeCloseTo(((then! - aum!) / aum!) * 100, 6);
    return Number(cap);
  });
  const whole = caps.reduce((sum, cap) => sum + cap, 0);
  const [wallet] = printed.weights;
  expect(wallet?.account).toBe('main');
  expect(wallet?.modes.marketcap?.weights?.TMOS).toBeCloseTo((caps[0]! / whole) * 75, 6);
  expect(wallet?.modes.marketcap?.weights?.RUB).toBe(25);
  const highest = Math.max(...printed.tickers.map((each) => each.premium_percent!));
  const metrics = printed.tickers.map((each) => highest - each.premium_percent!);
  const sum = metrics.reduce((all, metric) => all + metric, 0);
  for (const [at, { ticker }] of printed.tickers.entries())
    expect(wallet?.modes.decorrelation?.weights?.[ticker]).toBeCloseTo((metrics[at]! / sum) * 75, 6);
});

test('for people it fits 80 columns and names every mode', async () => {
  const ended = await run(['metrics', 'TMOS', 'TGLD', 'SBER'], place());
  expect(ended.code).toBe(0);
  expect(ended.out).toMatch(/^TMOS +1\.82 bn +6\.50 +11\.8\d bn +\d+\.\d\d bn +[+-]?\d\.\d\d%$/m);
  expect(ended.out).toMatch(/^SBER +[\d.]+ bn +[\d.]+ +[\d.]+ tn +- +-$/m);
  for (const mode of ['manual', 'mcap', 'AUM', 'mcap/AUM', 'decorr', 'equal', 'inv.vol', 'sharpe'])
    expect(ended.out).toContain(mode);
  expect(Math.max(...ended.out.split('\n').map((line) => [...line].length))).toBeLessThanOrEqual(80);
  expect(ended.out).not.toMatch(/undefined|NaN|\[object/);
});

test('what is missing is named, with what each source said, and the exit code is 1', async () => {
  const ended = await run(['metrics', 'TMOS', 'NOSUCH'], place({}, { sources: ['t_invest'] }));
  expect(ended.code).toBe(1);
  expect(ended.out).toMatch(/AUM of TMOS: /);
  expect(ended.out).toMatch(/NOSUCH: /);
});

test('--write keeps files that the files source reads back', async () => {
  const dir = place();
  const written = await run(['metrics', '--write'], dir);
  expect(written).toMatchObject({ code: 0 });
  expect(written.err).toContain('3 files written to etf_metrics');
  expect(readdirSync(join(dir, 'etf_metrics')).sort()).toEqual(['TBRU.json', 'TMOS.json', 'TRUR.json']);
  const file = JSON.parse(readFileSync(join(dir, 'etf_metrics', 'TMOS.json'), 'utf8')) as Record<
    string,
    unknown
  >;
  expect(file).toMatchObject({ symbol: 'TMOS', price: 6.5 });
  const again = place({}, { sources: ['files'], metrics_dir: join(dir, 'etf_metrics') });
  const read = JSON.parse((await run(['metrics', 'TMOS', '--json'], again)).out) as Printed;
  expect(read.tickers[0]?.aum_rub.source).toBe('files');
  expect(read.tickers[0]?.units.value).toBe(String(file.sharesCount));
});

test('--all asks for every fund that the sources know', async () => {
  const ended = await run(['metrics', '--all', '--json'], place());
  const printed = JSON.parse(ended.out) as Printed;
  expect(printed.tickers.map(({ ticker }) => ticker)).toContain('TITR');
  expect(printed.tickers.length).toBeGreaterThanOrEqual(11);
});

test('--watch goes on until it is stopped', async () => {
  const running = shop.start(['metrics', 'TMOS', '--json', '--watch', '1m'], place(), {
    env: { TINVEST_ENDPOINT: venue.endpoint },
  });
  await running.untilOut(/"schema":1/);
  running.kill('SIGINT');
  expect((await running.ended).code).toBe(0);
});

test('a nonsensical interval is refused before anything is asked', async () => {
  const ended = await run(['metrics', '--watch', 'soon'], place());
  expect(ended).toMatchObject({ code: 2, out: '' });
  expect(ended.err).toContain('--watch soon: expected a duration of at least a minute');
});

test('a start in a computed mode trades on these numbers, and without them not at all', async () => {
  const mode = { desired_mode: 'decorrelation' };
  const without = await run(['start', '--once', '--json'], place(mode, { sources: ['t_invest'] }));
  expect(without.code).toBe(0);
  const skipped = JSON.parse(without.out) as { status: string; reason: string; orders: unknown[] };
  expect(skipped.status).toBe('skipped');
  expect(skipped.orders).toEqual([]);
  expect(skipped.reason).toMatch(/TMOS.*AUM|AUM.*TMOS/s);
  const dir = place(mode);
  const traded = JSON.parse((await run(['start', '--once', '--json'], dir)).out) as {
    status: string;
    mode: string;
    positions: readonly { ticker: string; market_cap_rub?: string; premium_percent?: number }[];
  };
  expect(traded).toMatchObject({ status: 'balanced', mode: 'decorrelation' });
  expect(traded.positions.find(({ ticker }) => ticker === 'TMOS')?.market_cap_rub).toMatch(/^\d+\.\d\d/);
  expect(existsSync(join(dir, 'data', 'tiebb.sqlite'))).toBe(true);
});

test.each([
  ['a file in the place of the directory', 'CONFIG.json'],
  ['a place that nobody can write', '/proc/nowhere'],
])('what cannot be written is said in words: %s', async (_, metrics_dir) => {
  const ended = await run(['metrics', 'TMOS', '--write'], place({}, { metrics_dir }));
  expect(ended.code).toBe(1);
  expect(ended.err.replace(/\s+/g, ' ')).toMatch(
    /^--write: found E.*; expected a directory that this user can write: /,
  );
  expect(ended.err).toContain(metrics_dir);
  expect(ended.err).not.toMatch(/^\s+at /m);
});
