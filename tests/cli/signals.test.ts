// Ctrl-C and SIGTERM at chosen moments of an iteration, against a venue that holds a call for as long as the test wants.

import { expect, setDefaultTimeout, test } from 'bun:test';
import { join } from 'node:path';
import { systemClock } from '../../src/clock.ts';
import { openJournal } from '../../src/journal/journal.ts';
import {
  BUN,
  block,
  configure,
  MAIN,
  REPOSITORY,
  type RunOptions,
  TOKEN,
  workshop,
} from '../support/bot-process.ts';
import { checkedRecords } from '../support/iteration-schema.ts';

setDefaultTimeout(240_000);

const shop = workshop();

/** A bot whose iteration stands still in a call of the venue. */
async function heldAt(
  method: string,
  phase: 'received' | 'applied',
  args: readonly string[],
  options: RunOptions = {},
) {
  const venue = await shop.venue({ accounts: [{ token: TOKEN, id: '2000000001', cash: '1000000' }] });
  const dir = shop.dir();
  configure(dir, [block()]);
  const held = venue.tell(`hold ${method} ${phase}`);
  const bot = shop.start([...args, '--json'], dir, { ...options, env: { TINVEST_ENDPOINT: venue.endpoint } });
  await held;
  return { venue, dir, bot };
}

/** Orders that the journal has sent and does not know the end of. */
function openOrders(dir: string): string[] {
  const journal = openJournal(join(dir, 'data'), { readOnly: true });
  try {
    return journal.openOrders('main').map((order) => order.state);
  } finally {
    journal.close();
  }
}

const STOPPED = /stopping; orders in flight/;

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  test.concurrent(`${signal} while it observes: the iteration is recorded and printed as interrupted, nothing was sent`, async () => {
    const { venue, dir, bot } = await heldAt('GetPositions', 'received', ['start', '--once']);
    bot.kill(signal);
    await bot.untilErr(STOPPED);
    await venue.tell('release');
    const { code, out, err } = await bot.ended;
    expect(checkedRecords(out)).toMatchObject([{ status: 'partial', orders: [] }]);
    expect(code).toBe(1);
    expect(err).toContain(`${signal}: stopping`);
    expect((await venue.tell('calls PostOrder')).count).toBe(0);
    expect(openOrders(dir)).toEqual([]);
  });

  test.concurrent(`${signal} while an order is under way: its fill is recorded, no order is left unrecorded`, async () => {
    const { venue, dir, bot } = await heldAt('PostOrder', 'applied', ['start']);
    bot.kill(signal);
    await bot.untilErr(STOPPED);
    await venue.tell('release');
    const { code, out } = await bot.ended;
    expect(code).toBe(0);
    const [record] = checkedRecords(out);
    expect(record).toMatchObject({ status: 'partial', reason: 'interrupted: the program was told to stop' });
    const audit = (await venue.tell('audit')) as {
      orders: { key: string; status: string; executed: number }[];
    };
    expect(audit.orders.length).toBeGreaterThan(0);
    expect(record?.orders.map((order) => [order.idempotency_key, order.filled_lots])).toEqual(
      audit.orders.map((order) => [order.key, order.executed]),
    );
    expect(openOrders(dir)).toEqual([]);
  });
}

test.concurrent('what was started to outlive its terminal is not stopped when that is closed', async () => {
  const command = ['sh', '-c', 'trap "" HUP; exec "$@"', 'sh', BUN, '--no-env-file', MAIN];
  const { venue, bot } = await heldAt('GetPositions', 'received', ['start', '--once'], { command });
  bot.kill('SIGHUP');
  await venue.tell('release');
  const { code, out, err } = await bot.ended;
  expect(err).not.toMatch(STOPPED);
  expect(checkedRecords(out)).toMatchObject([{ status: 'balanced' }]);
  expect(code).toBe(0);
});

test.concurrent('a venue that never answers again: gone within ten seconds, the order recorded as unknown, 7', async () => {
  const { dir, bot } = await heldAt('PostOrder', 'applied', ['start']);
  const asked = performance.now();
  bot.kill('SIGTERM');
  const { code, out } = await bot.ended;
  // A bound of the product, not a measure of the machine: SIGTERM exits within ten seconds.
  expect(performance.now() - asked).toBeLessThan(10_000);
  expect(code).toBe(7);
  expect(checkedRecords(out)).toMatchObject([{ status: 'unknown_outcome' }]);
  expect(openOrders(dir).length).toBeGreaterThan(0);
});

test.concurrent('a signal again ends it at once, by that signal, but not within a second: npm sends each twice', async () => {
  const { bot } = await heldAt('GetPositions', 'received', ['start']);
  bot.kill('SIGINT');
  await bot.untilErr(STOPPED);
  const asked = performance.now();
  const over = new AbortController();
  const ended = bot.ended.finally(() => over.abort());
  while (!over.signal.aborted) {
    bot.kill('SIGINT');
    await systemClock.sleep(100, over.signal);
  }
  expect((await ended).code).toBe(130);
  // A bound of the product: copies of one request come within a second.
  expect(performance.now() - asked).toBeGreaterThan(900);
});

test.concurrent('bun run start passes SIGTERM on to the bot', async () => {
  const venue = await shop.venue({ accounts: [{ token: TOKEN, id: '2000000001', cash: '1000000' }] });
  const dir = shop.dir();
  configure(dir, [block()]);
  const flags = [
    '--config',
    join(dir, 'CONFIG.json'),
    '--env-file',
    join(dir, '.env'),
    '--state-dir',
    join(dir, 'data'),
  ];
  const bot = shop.start(['run', 'start', '--', ...flags], dir, {
    env: { TINVEST_ENDPOINT: venue.endpoint },
    command: [BUN],
    cwd: REPOSITORY,
  });
  await bot.untilOut(/equity/);
  bot.kill('SIGTERM');
  const { err } = await bot.ended;
  expect(err).toContain('SIGTERM: stopping');
  expect(openOrders(dir)).toEqual([]);
});
