// What a person does to a bot: stop, resume, orders, resolve, accept, and the status that tells of it; with and without a
// daemon beside it.

import { describe, expect, setDefaultTimeout, test } from 'bun:test';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { lots, money } from '../../src/core/units.ts';
import { openJournal } from '../../src/journal/journal.ts';
import type { Halt, Journal } from '../../src/ports.ts';
import { NOTHING, sampleIntent, sampleIteration } from '../journal/sample.ts';
import { block, configure, TOKEN, workshop } from '../support/bot-process.ts';
import { checkedRecords } from '../support/iteration-schema.ts';

setDefaultTimeout(240_000);

const shop = workshop();
const ID = '2000000001';
const HALT: Halt = { cause: 'drawdown', detail: 'equity has fallen 12.00 %', atMs: Date.UTC(2026, 10, 20) };

/** A directory with two accounts and, where wanted, a journal. */
function place(fill?: (journal: Journal) => void): string {
  const dir = shop.dir();
  configure(dir, [block(), block({ id: 'other', account_id: '2000000002' })]);
  if (fill) inJournal(dir, fill);
  return dir;
}

function inJournal<T>(dir: string, work: (journal: Journal) => T): T {
  const journal = openJournal(join(dir, 'data'));
  try {
    return work(journal);
  } finally {
    journal.close();
  }
}

/** An order of account main, sent once; "unknown" or whatever is given. Returns its key. */
function sent(journal: Journal, state: 'unknown' | 'live' | 'filled' = 'unknown', account = 'main'): string {
  const intent = sampleIntent({ account, iteration: `${account}-1` });
  const { key } = intent.request;
  journal.plan(account, `${account}-1`, 1, [intent], NOTHING, 1);
  journal.attempt([key], 2);
  const error = 'UNAVAILABLE upstream connect error';
  if (state === 'unknown')
    journal.settle({ key, to: 'unknown', executed: lots(0n), evidence: 'x', error }, 3);
  else journal.settle({ key, to: 'live', executed: lots(0n), evidence: 'x' }, 3);
  if (state === 'filled') journal.settle({ key, to: 'filled', executed: lots(10n), evidence: 'x' }, 3);
  return key;
}

const run = (dir: string, ...args: string[]) => shop.run(args, dir);
const words = (text: string) => text.replace(/\s+/g, ' ').trim();

describe('stop and resume', () => {
  test.concurrent('stop throws the switch for all without reading any configuration; resume lifts it', async () => {
    const dir = shop.dir();
    expect(await run(dir, 'stop')).toMatchObject({
      code: 0,
      err: '',
      out: 'no new order is sent for any account; to go on: tiebb resume\n',
    });
    expect(readdirSync(join(dir, 'data'))).toEqual(['STOP']);
    configure(dir, [block()]);
    const status = JSON.parse((await run(dir, 'status', '--json')).out);
    expect(status.halted).toMatch(/^the kill switch is on since 2.*; to go on: tiebb resume$/);
    expect(await run(dir, 'resume')).toMatchObject({ code: 0, out: 'trading may go on for main\n' });
    expect(readdirSync(join(dir, 'data'))).toEqual([]);
  });

  test.concurrent('for one account, and the other is not touched; resume of one does not lift what holds for all', async () => {
    const dir = place();
    expect((await run(dir, 'stop', '--account', 'main')).out).toContain('resume --account main');
    expect(existsSync(join(dir, 'data', 'STOP-main'))).toBe(true);
    const [main, other] = (await run(dir, 'status', '--json')).out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect([main.halted === null, other.halted === null]).toEqual([false, true]);

    writeFileSync(join(dir, 'data', 'STOP'), '');
    const resumed = await run(dir, 'resume', '--account', 'main');
    expect(resumed).toMatchObject({ code: 0 });
    expect(words(resumed.out)).toMatch(
      /^still stopped: the kill switch is on .*; to lift that: tiebb resume$/,
    );
    expect(existsSync(join(dir, 'data', 'STOP-main'))).toBe(false);
    expect(existsSync(join(dir, 'data', 'STOP'))).toBe(true);
  });

  test.concurrent('an unknown account is bad usage, and nothing is thrown or lifted', async () => {
    const dir = place();
    for (const command of ['stop', 'resume', 'orders']) {
      const { code, err } = await run(dir, command, '--account', 'nobody');
      expect({ command, code }).toEqual({ command, code: 2 });
      expect(err).toContain('--account nobody: no such block');
    }
    expect(existsSync(join(dir, 'data'))).toBe(false);
  });

  test.concurrent('resume lifts halts and says which, and what an open order still blocks', async () => {
    const dir = place((journal) => {
      journal.setHalt('main', HALT);
      journal.setHalt('other', { ...HALT, cause: 'unresolved_order', detail: 'order k' });
      sent(journal, 'unknown', 'other');
    });
    const one = await run(dir, 'resume', '--account', 'main');
    expect(one.out).toBe(
      'main: the halt is lifted (equity has fallen 12.00 %)\ntrading may go on for main\n',
    );
    expect(inJournal(dir, (journal) => [journal.halt('main'), journal.halt('other')?.detail])).toEqual([
      null,
      'order k',
    ]);
    const all = await run(dir, 'resume');
    expect(words(all.out)).toContain('other: the halt is lifted (order k)');
    expect(words(all.out)).toContain(
      'other: still blocked by an order of unknown outcome, see: tiebb orders',
    );
    expect(inJournal(dir, (journal) => journal.halt('other'))).toBeNull();
  });

  test.concurrent('resume after a mere stop leaves what a drawdown is measured by', async () => {
    const marks = { start: money(1n), peak: money(2n), flowsSinceMs: 5 };
    const dir = place((journal) => journal.setEquityMarks('main', marks));
    await run(dir, 'stop');
    await run(dir, 'resume');
    expect(inJournal(dir, (journal) => journal.equityMarks('main'))).toEqual(marks);
  });

  test.concurrent('a switch that is on makes start --once skip, with exit code 0; a halt makes it fail, with 1', async () => {
    const venue = await shop.venue({ accounts: [{ token: TOKEN, id: ID, cash: '1000000' }] });
    const dir = shop.dir();
    configure(dir, [block()]);
    const env = { TINVEST_ENDPOINT: venue.endpoint };
    const once = () => shop.run(['start', '--once', '--json'], dir, { env });
    await run(dir, 'stop');
    const skipped = await once();
    expect(skipped.code).toBe(0);
    expect(checkedRecords(skipped.out)[0]?.reason).toContain('the kill switch is on');
    await run(dir, 'resume');
    inJournal(dir, (journal) => journal.setHalt('main', HALT));
    const halted = await once();
    expect(halted.code).toBe(1);
    expect(checkedRecords(halted.out)[0]).toMatchObject({ status: 'failed', orders: [] });
    expect((await venue.tell('calls PostOrder')).count).toBe(0);
    await run(dir, 'resume');
    expect(checkedRecords((await once()).out)).toMatchObject([{ status: 'balanced' }]);
  });

  test.concurrent('status tells a person of a halt in 80 columns', async () => {
    const dir = place((journal) => journal.setHalt('main', HALT));
    const { out } = await run(dir, 'status', '--account', 'main');
    expect(words(out)).toContain('halted: equity has fallen 12.00 %; to go on: tiebb resume');
    expect(Math.max(...out.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80);
  });
});

describe('orders and resolve', () => {
  test.concurrent('orders tells what is not final and how to resolve it, as text and as JSON', async () => {
    const dir = place();
    expect(await run(dir, 'orders')).toMatchObject({ code: 0, out: 'every order is final\n' });
    expect(existsSync(join(dir, 'data'))).toBe(false);
    const key = inJournal(dir, sent);
    const text = await run(dir, 'orders');
    expect(words(text.out)).toContain(`main unknown: buy TMOS, 0 of 10 lots, sent`);
    expect(words(text.out)).toContain(`tiebb resolve ${key} --filled N, or --absent`);
    expect(JSON.parse((await run(dir, 'orders', '--json')).out)).toEqual({
      account: 'main',
      key,
      ticker: 'TMOS',
      direction: 'buy',
      lots: 10,
      filled_lots: 0,
      state: 'unknown',
      order_id: null,
      first_sent_at: '1970-01-01T00:00:00.002Z',
      error: 'UNAVAILABLE upstream connect error',
    });
    expect((await run(dir, 'orders', '--account', 'other')).out).toBe('every order is final\n');
  });

  const resolutions: [string[], bigint, string][] = [
    [['--filled', '10'], 10n, 'a person: 10 lots filled'],
    [['--filled', '3'], 3n, 'a person: 3 lots filled'],
    [['--filled', '0'], 0n, 'a person: 0 lots filled'],
    [['--absent'], 0n, 'a person: the broker does not have it'],
  ];
  for (const [flags, executed, evidence] of resolutions)
    test.concurrent(`resolve ${flags.join(' ')} is final, with its evidence`, async () => {
      const dir = place();
      const key = inJournal(dir, sent);
      const { code, out } = await run(dir, 'resolve', key, ...flags);
      expect({ code, out: words(out) }).toEqual({
        code: 0,
        out: `order ${key} is resolved (${evidence}); a halted account goes on after: tiebb resume`,
      });
      const order = inJournal(dir, (journal) => journal.order(key));
      expect(order).toMatchObject({ state: 'operator', executed: lots(executed) });
      const again = await run(dir, 'resolve', key, ...flags);
      expect({ code: again.code, err: words(again.err) }).toEqual({
        code: 2,
        err: `order ${key} is operator already, which is final`,
      });
    });

  const refusals: [string, Parameters<typeof sent>[1], string[], RegExp][] = [
    ['without saying what', 'unknown', [], /expected either --filled N .* or --absent/],
    ['with both', 'unknown', ['--filled', '1', '--absent'], /expected either/],
    ['with more than was asked for', 'unknown', ['--filled', '11'], /--filled must be between 0 and 10 lots/],
    ['with a negative number', 'unknown', ['--filled', '-1'], /filled/],
    ['with half a lot', 'unknown', ['--filled', '1.5'], /filled/],
    ['of an order that the venue knows', 'live', ['--absent'], /is live: the bot itself finds out/],
    ['of a final order', 'filled', ['--absent'], /is filled already, which is final/],
  ];
  for (const [name, state, flags, said] of refusals)
    test.concurrent(`resolve ${name} is refused and changes nothing`, async () => {
      const dir = place();
      const key = inJournal(dir, (journal) => sent(journal, state));
      const { code, err } = await run(dir, 'resolve', key, ...flags);
      expect(code).toBe(2);
      expect(words(err)).toMatch(said);
      expect(inJournal(dir, (journal) => journal.order(key)?.state)).toBe(state);
    });

  test.concurrent('resolve of an unknown key, or without a journal, makes nothing', async () => {
    const dir = place();
    const none = await run(dir, 'resolve', 'some-key', '--absent');
    expect(none).toMatchObject({ code: 2, err: 'data: no journal, so no such order\n' });
    expect(existsSync(join(dir, 'data'))).toBe(false);
    inJournal(dir, sent);
    const other = await run(dir, 'resolve', 'some-key', '--absent');
    expect(other).toMatchObject({ code: 2, err: 'no order has the key some-key; see: tiebb orders\n' });
  });
});

describe('accept', () => {
  test.concurrent('takes a ticker of the wallet as people write it, for all accounts or for one', async () => {
    const dir = place(() => {});
    for (const name of ['TMOS', 'tmos', 'TMOS@']) {
      const { code, out } = await run(dir, 'accept', name);
      expect({ code, out }).toEqual({
        code: 0,
        out: 'the next price of TMOS is taken as it is (main, other)\n',
      });
    }
    expect((await run(dir, 'accept', 'TBRU', '--account', 'other')).out).toContain('(other)');
    expect(
      inJournal(dir, (journal) => [journal.allowedJumps('main'), journal.allowedJumps('other')]),
    ).toEqual([['TMOS'], ['TBRU', 'TMOS']]);
  });

  test.concurrent('takes the old name of a ticker', async () => {
    const dir = shop.dir();
    configure(dir, [block({ desired_wallet: { TRAY: 50, RUB: 50 } })]);
    inJournal(dir, () => {});
    expect((await run(dir, 'accept', 'TRAY')).out).toContain('the next price of TPAY is taken');
  });

  test.concurrent('refuses what no wallet names, and cash; without a journal it makes none', async () => {
    const dir = place();
    expect(await run(dir, 'accept', 'TMOS')).toMatchObject({
      code: 2,
      err: 'data: no journal, so no price has been held\n',
    });
    expect(existsSync(join(dir, 'data'))).toBe(false);
    inJournal(dir, () => {});
    for (const name of ['TGLD', 'RUB']) {
      const { code, err } = await run(dir, 'accept', name);
      expect(code).toBe(2);
      expect(err).toBe(`no wallet names ${name}; they name TMOS, TBRU, TRUR\n`);
    }
  });

  test.concurrent('takes what no wallet names where it is held for its price', async () => {
    const at = '2026-11-20T10:00:00.000Z';
    const record = {
      ...{ account: 'other', status: 'balanced', started_at: at, finished_at: at, orders: [], positions: [] },
      held_back: [{ ticker: 'TGLD', rule: 'max_price_jump_percent', detail: 'it jumped' }],
    };
    const dir = place((journal) =>
      journal.record(sampleIteration({ account: 'other', record: JSON.stringify(record) })),
    );
    expect((await run(dir, 'accept', 'TGLD')).out).toBe('the next price of TGLD is taken as it is (other)\n');
  });

  test.concurrent('a held price is traded on after it', async () => {
    const venue = await shop.venue({ accounts: [{ token: TOKEN, id: ID, cash: '1000000' }] });
    const dir = shop.dir();
    const file = join(dir, 'alerts');
    configure(dir, [block()], { alert_command: `cat >> ${file}; env | grep -c CANARY >> ${file}` });
    const env = { TINVEST_ENDPOINT: venue.endpoint, CANARY_TOKEN: TOKEN };
    const once = async () =>
      checkedRecords((await shop.run(['start', '--once', '--json'], dir, { env })).out)[0];
    await once();
    await venue.tell('gap TMOS 2');
    const held = await once();
    expect(held?.held_back).toMatchObject([{ ticker: 'TMOS', rule: 'max_price_jump_percent' }]);
    expect(held?.orders).toEqual([]);
    // The alert command was handed the alert, and no token with it.
    const [alert, tokens] = readFileSync(file, 'utf8').trim().split('\n');
    expect(JSON.parse(alert ?? '')).toMatchObject({ account: 'main', event: 'price_jump' });
    expect(tokens).toBe('0');
    await run(dir, 'accept', 'TMOS');
    const traded = await once();
    expect(traded?.status).toBe('balanced');
    expect(traded?.orders.map((order) => order.ticker)).toContain('TMOS');
  });
});

describe('beside a running daemon', () => {
  const daemonOn = async (keys: Record<string, unknown>, prepare: readonly string[] = []) => {
    const venue = await shop.venue({ accounts: [{ token: TOKEN, id: ID, cash: '1000000' }] });
    const dir = shop.dir();
    configure(dir, [block(keys)]);
    for (const command of prepare) await venue.tell(command);
    const start = () => shop.start(['start', '--json'], dir, { env: { TINVEST_ENDPOINT: venue.endpoint } });
    return { venue, dir, start };
  };

  for (const how of ['tiebb stop', 'tiebb stop --account main', 'touch STOP'] as const)
    test.concurrent(`${how} is obeyed before the next order`, async () => {
      const { venue, dir, start } = await daemonOn({ sleep_between_orders: 300 });
      const held = venue.tell('hold PostOrder applied');
      const bot = start();
      await held;
      if (how === 'touch STOP') writeFileSync(join(dir, 'data', 'STOP'), '');
      else expect((await run(dir, ...how.split(' ').slice(1))).code).toBe(0);
      await venue.tell('release');
      const [record] = checkedRecords(await bot.untilOut(/\n/));
      expect(record).toMatchObject({ status: 'partial' });
      expect(record?.reason).toContain('interrupted: the kill switch is on');
      expect(record?.orders.map((order) => order.status)).toEqual(['filled']);
      expect((await venue.tell('calls PostOrder')).count).toBe(1);
      expect((await run(dir, 'resume')).code).toBe(0);
      bot.kill('SIGTERM');
      expect((await bot.ended).code).toBe(0);
    });

  test.concurrent('a switch thrown while an order rests takes it back', async () => {
    const { venue, dir, start } = await daemonOn({ order_wait_seconds: 600 }, ['rest 3']);
    const bot = start();
    // Every one of them rests, and is asked about.
    while ((((await venue.tell('calls GetOrderState')).count as number) ?? 0) < 3);
    await run(dir, 'stop');
    const [record] = checkedRecords(await bot.untilOut(/\n/));
    expect(record?.orders.map((order) => order.status)).toEqual(['cancelled', 'cancelled', 'cancelled']);
    expect((await venue.tell('calls CancelOrder')).count).toBe(3);
    bot.kill('SIGTERM');
    expect((await bot.ended).code).toBe(0);
  });

  test.concurrent('resolve of an order that it asks about is adopted, and the iteration goes on', async () => {
    const { dir, start } = await daemonOn({ sleep_between_orders: 1 }, [
      'visible 100000000',
      'lose PostOrder after unavailable 1',
    ]);
    const bot = start();
    const open = async () => (await run(dir, 'orders', '--json')).out;
    let seen = '';
    while (!seen.includes('"unknown"')) seen = existsSync(join(dir, 'data')) ? await open() : '';
    const { key, lots: count } = JSON.parse(seen.split('\n')[0] ?? '');
    expect(await run(dir, 'resolve', key, '--filled', String(count))).toMatchObject({ code: 0, err: '' });
    const [record] = checkedRecords(await bot.untilOut(/\n/));
    expect(record?.orders.find((order) => order.idempotency_key === key)).toMatchObject({
      status: 'filled',
      filled_lots: count,
    });
    expect(record?.warnings.join()).not.toContain('not by this bot');
    expect(await open()).toBe('');
    bot.kill('SIGTERM');
    expect(await bot.ended).toMatchObject({ code: 0 });
  });
});
