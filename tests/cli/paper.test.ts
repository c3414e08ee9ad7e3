// `paper` as somebody meets it first: no token, no network, no configuration.

import { expect, setDefaultTimeout, test } from 'bun:test';
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { BUN, MAIN, workshop } from '../support/bot-process.ts';
import { checkedRecords } from '../support/iteration-schema.ts';

setDefaultTimeout(240_000);

const shop = workshop();
const FAST = ['--speed', '100000', '--seed', '7'];

test('two days from nothing: a headline a day, a summary, nothing left behind, no line over 80 columns', async () => {
  const dir = shop.dir();
  const { code, out, err } = await shop.run(['paper', '--days', '2', ...FAST], dir);
  expect({ code, err }).toEqual({ code: 0, err: '' });
  expect(out).toContain('seed 7');
  const days = out.match(/^\w{3} \d{4}-\d\d-\d\d -+ Moscow time$/gm) ?? [];
  expect(days.map((line) => line.slice(0, 14)).slice(0, 2)).toEqual(['Mon 2026-11-16', 'Tue 2026-11-17']);
  expect(out).toMatch(/^10:00 quarters: balanced$/m);
  expect(out).toMatch(
    /^\d\d:\d\d quarters: nothing to do, drift \d+\.\d\d pp, equity [\d ]+\.\d\d RUB,\s+largest\s+drift\s+[A-Z]+\s+[+-]\d\.\d\d pp/m,
  );
  expect(out).toMatch(/Summary\nquarters: equity .* RUB -> .* RUB \([+-]\d+\.\d\d%\)$/m);
  expect(Math.max(...out.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80);
  expect(readdirSync(dir)).toEqual([]);
});

test('--json: records alone on stdout, the rest on stderr, times by the simulated clock', async () => {
  const { code, out, err } = await shop.run(['paper', '--days', '1', ...FAST, '--json'], shop.dir());
  expect(code).toBe(0);
  const found = checkedRecords(out);
  expect(new Set(found.map((record) => record.account))).toEqual(new Set(['quarters', 'funds', 'shares']));
  expect(
    found.every(
      (record) => record.started_at.startsWith('2026-11-16') || record.started_at.startsWith('2026-11-17'),
    ),
  ).toBe(true);
  expect(err).toContain('Summary');
});

test('--accounts opens as many, of the same kinds in turn', async () => {
  const { code, out } = await shop.run(
    ['paper', '--days', '1', ...FAST, '--json', '--accounts', '5'],
    shop.dir(),
  );
  expect(code).toBe(0);
  const found = checkedRecords(out);
  expect(new Set(found.map((record) => record.account))).toEqual(
    new Set(['quarters', 'funds', 'shares', 'quarters_2', 'funds_2']),
  );
  expect(new Set(found.map((record) => record.broker_account)).size).toBe(5);
});

test('--mode weighs every account by it, here by a month of the embedded exchange', async () => {
  const { code, out } = await shop.run(
    ['paper', '--days', '1', ...FAST, '--json', '--mode', 'inverse_volatility'],
    shop.dir(),
  );
  expect(code).toBe(0);
  const found = checkedRecords(out);
  expect(new Set(found.map((record) => record.mode))).toEqual(new Set(['inverse_volatility']));
  const traded = found.filter((record) => record.status === 'balanced').map((record) => record.account);
  expect(new Set(traded)).toEqual(new Set(['quarters', 'funds', 'shares']));
});

test('--accounts is from 1 to 50, --mode a mode of the configuration', async () => {
  for (const [flag, value, words] of [
    ['--accounts', '0', 'a whole number from 1 to 50'],
    ['--accounts', '51', 'a whole number from 1 to 50'],
    ['--mode', 'momentum', 'Allowed choices are manual, default, marketcap'],
  ] as const) {
    const { code, err } = await shop.run(['paper', '--days', '1', ...FAST, flag, value], shop.dir());
    expect([flag, value, code]).toEqual([flag, value, 2]);
    expect(err.replaceAll(/\s+/g, ' ')).toContain(words);
  }
});

test('a flag outranks the environment, the environment .env, .env the default; a blank twin is none', async () => {
  const dir = shop.dir();
  writeFileSync(join(dir, '.env'), 'TIEBB_SEED=1\nTIEBB_DAYS=1\nTIEBB_SPEED=100000\n');
  const seedOf = async (args: readonly string[], env: Record<string, string>) =>
    /seed (\d+)/.exec((await shop.run(['paper', ...args], dir, { env })).out)?.[1];
  expect(await seedOf([], {})).toBe('1');
  expect(await seedOf([], { TIEBB_SEED: '' })).toBe('1');
  expect(await seedOf([], { TIEBB_SEED: '2' })).toBe('2');
  expect(await seedOf(['--seed', '3'], { TIEBB_SEED: '2' })).toBe('3');
});

test('TIEBB_JSON=0 is no --json', async () => {
  const { out } = await shop.run(['paper', '--days', '1', ...FAST], shop.dir(), { env: { TIEBB_JSON: '0' } });
  expect(out).toContain('TIEBB on the embedded exchange');
});

test('it ends when its reader goes away', async () => {
  const dir = shop.dir();
  writeFileSync(join(dir, 'run.sh'), '"$@" | head -5\n');
  const { code, out, err } = await shop.run(['paper', '--speed', '1000', '--seed', '7'], dir, {
    command: ['sh', 'run.sh', BUN, MAIN],
  });
  expect({ code, err, lines: out.trimEnd().split('\n').length }).toEqual({ code: 0, err: '', lines: 5 });
});

test.each(['SIGINT', 'SIGTERM'] as const)('%s ends it with the summary', async (signal) => {
  const dir = shop.dir();
  const bot = shop.start(['paper', '--speed', '20', '--seed', '7'], dir);
  await bot.untilOut(/balanced/);
  bot.kill(signal);
  const { code, out } = await bot.ended;
  expect(code).toBe(0);
  expect(out).toContain('Summary');
});
