// etf_metrics/<TICKER>.json: the original's files are read, and what is written is what the original's readers expect.

import { describe, expect, test } from 'bun:test';
import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { FundFacts, Known } from '../../src/core/fund-facts.ts';
import { money, NANO, parseNano, price, shares } from '../../src/core/units.ts';
import { createMetricsFiles } from '../../src/funds/metrics-files.ts';
import { writeMetrics } from '../../src/funds/write-metrics.ts';
import { createManualClock } from '../support/manual-clock.ts';
import { tempDirs } from '../support/temp-dir.ts';
import { factsOf, NOW, openWorld, question, short } from './fund-world.ts';

const newDir = tempDirs();

const ORIGINAL = {
  symbol: 'TRUR',
  timestamp: '2026-11-20T10:00:00.000Z',
  sharesCount: 1_697_200_000,
  price: 10.73,
  marketCap: 18210956000,
  aum: 18204551310.47,
  decorrelationPct: 0.0352,
  figi: 'BBG000000001',
  uid: 'uid',
};

async function read(text: string | null, ticker = 'TRUR') {
  const dir = newDir();
  if (text !== null) writeFileSync(join(dir, 'TRUR.json'), text);
  const source = createMetricsFiles(dir, createManualClock(NOW));
  return source.values([question(ticker, '10')], new Set(['units', 'aum', 'nav']));
}
const reasons = async (text: string | null, ticker?: string) =>
  (await read(text, ticker)).missing.map(({ because }) => because).join(' ');

describe('reading', () => {
  test("gives units and AUM as of the file's own time", async () => {
    const common = {
      ticker: 'TRUR',
      asOfMs: Date.parse(ORIGINAL.timestamp),
      fetchedAtMs: NOW,
      source: 'files',
    };
    expect(await read(JSON.stringify(ORIGINAL))).toEqual({
      values: [
        { ...common, kind: 'units', value: 1_697_200_000n * NANO, currency: '' },
        { ...common, kind: 'aum', value: parseNano('18204551310.47'), currency: 'RUB' },
      ],
      missing: [],
    });
  });

  test('passes over the mark that editors begin a file with', async () => {
    expect((await read(`\ufeff${JSON.stringify(ORIGINAL)}`)).values.length).toBe(2);
  });

  test.each([
    ['a pipe that nobody writes to', (path: string) => void execFileSync('mkfifo', [path])],
    ['a device without an end', (path: string) => symlinkSync('/dev/zero', path)],
    ['a directory', (path: string) => void mkdirSync(path)],
  ])('neither waits for nor fills the memory from %s', async (_, make) => {
    const dir = newDir();
    make(join(dir, 'TRUR.json'));
    const source = createMetricsFiles(dir, createManualClock(NOW));
    const { values, missing } = await source.values([question('TRUR', '10')], new Set(['units', 'aum']));
    expect(values).toEqual([]);
    expect(missing.map(({ because }) => because)).toEqual(Array(2).fill(`${dir}/TRUR.json is not a file`));
  });

  test('takes the date of each number where the file has one', async () => {
    const { values } = await read(JSON.stringify({ ...ORIGINAL, aumAsOf: '2026-11-18T00:00:00.000Z' }));
    expect(values.map(({ asOfMs }) => new Date(asOfMs).getUTCDate())).toEqual([20, 18]);
  });

  test.each([
    ['no file', null, 'there is no '],
    ['half a file', JSON.stringify(ORIGINAL).slice(0, 80), 'is not JSON'],
    ["another fund's", JSON.stringify({ ...ORIGINAL, symbol: 'TMOS' }), 'is about "TMOS", not about TRUR'],
    ['no time', JSON.stringify({ ...ORIGINAL, timestamp: 'today' }), 'no usable timestamp ("today")'],
    [
      'nothing known',
      JSON.stringify({ ...ORIGINAL, sharesCount: null, aum: null }),
      'has no sharesCount TRUR.json has no aum',
    ],
    ['a list', '[]', 'is about "nothing"'],
  ])('%s is no data', async (_, text, because) => {
    expect(await reasons(text)).toContain(because);
  });

  test('never leaves its directory', async () => {
    for (const ticker of ['../TRUR', '/etc/hosts', '..', 'a/b', ''])
      expect(await reasons('{}', ticker)).toContain('no file can be named after');
  });
});

describe('as a source of fund data', () => {
  test('it helps out, is taken up at once, and its wrong numbers are refused', async () => {
    const dir = newDir();
    const world = openWorld({ sources: ['t_capital', 'files'], metricsDir: dir });
    world.answers.page = () => new Response('', { status: 503 });
    const data = world.start();
    const asked = question('TRUR', '10.73');
    expect((await factsOf(data, asked, 'aum')).aum.kind).toBe('unknown');
    writeFileSync(join(dir, 'TRUR.json'), JSON.stringify({ ...ORIGINAL, aum: -5 }));
    expect(short((await factsOf(data, asked, 'aum')).aum)).toContain(
      'files says AUM -5 RUB as of 2026-11-20, which is not above zero',
    );
    writeFileSync(join(dir, 'TRUR.json'), JSON.stringify(ORIGINAL));
    expect(short((await factsOf(data, asked, 'aum')).aum)).toBe(`${parseNano('18204551310.47')} files`);
    world.stop();
  });

  test('an old file does not object to a new page', async () => {
    const dir = newDir();
    const asked = question('TRUR', '10.73');
    for (const [day, used] of [
      ['2026-11-18', true],
      ['2026-11-20', false],
    ] as const) {
      writeFileSync(
        join(dir, 'TRUR.json'),
        JSON.stringify({ ...ORIGINAL, sharesCount: null, aum: 1e10, timestamp: `${day}T10:00:00.000Z` }),
      );
      const world = openWorld({ sources: ['t_capital', 'files'], metricsDir: dir });
      expect((await factsOf(world.start(), asked, 'aum')).aum.kind).toBe(used ? 'known' : 'unknown');
      world.stop();
    }
  });
});

describe('writing', () => {
  const known = <Value>(value: Value, source: string): Known<Value> => ({
    kind: 'known',
    value,
    asOfMs: Date.parse('2026-11-19'),
    fetchedAtMs: NOW,
    source,
  });
  const cap = known(money(parseNano('18210956000')), 'smartfeed');
  const FACTS: FundFacts = {
    ticker: 'TRUR',
    isFund: true,
    units: known(shares(1_697_200_000n), 'smartfeed'),
    price: known(price(parseNano('10.73')), 't_invest'),
    marketCap: cap,
    marketCapThen: cap,
    aum: known(money(parseNano('123456789012345678.123456789')), 't_capital'),
    nav: { kind: 'unknown', because: 'x' },
  };

  test('keeps every digit, and reads back as what it was', async () => {
    const dir = join(newDir(), 'made', 'anew');
    expect(await writeMetrics(dir, [FACTS], NOW)).toEqual([join(dir, 'TRUR.json')]);
    const text = readFileSync(join(dir, 'TRUR.json'), 'utf8');
    expect(text).toContain('"aum": 123456789012345678.123456789,');
    const fields = JSON.parse(text);
    expect(fields).toMatchObject({
      symbol: 'TRUR',
      timestamp: new Date(NOW).toISOString(),
      sharesCount: 1_697_200_000,
      price: 10.73,
      marketCap: 18210956000,
    });
    expect(typeof fields.decorrelationPct).toBe('number');
    const { values } = await createMetricsFiles(dir, createManualClock(NOW)).values(
      [question('TRUR', '1')],
      new Set(['units', 'aum']),
    );
    expect(values.map(({ value, asOfMs }) => [value, asOfMs])).toEqual([
      [1_697_200_000n * NANO, Date.parse('2026-11-19')],
      [parseNano('123456789012345678.123456789'), Date.parse('2026-11-19')],
    ]);
    expect(readdirSync(dir)).toEqual(['TRUR.json']);
  });

  test('leaves a good file alone where something is unknown', async () => {
    const dir = newDir();
    await writeMetrics(dir, [FACTS], NOW);
    const before = readFileSync(join(dir, 'TRUR.json'), 'utf8');
    expect(await writeMetrics(dir, [{ ...FACTS, aum: FACTS.nav as FundFacts['aum'] }], NOW + 1)).toEqual([]);
    expect(readFileSync(join(dir, 'TRUR.json'), 'utf8')).toBe(before);
  });

  test('that fails leaves no half file behind, and says so', async () => {
    const dir = newDir();
    mkdirSync(join(dir, 'TRUR.json', 'x'), { recursive: true });
    await expect(writeMetrics(dir, [FACTS], NOW)).rejects.toThrow();
    expect(readdirSync(dir)).toEqual(['TRUR.json']);
  });
});
