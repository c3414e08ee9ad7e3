// A person's answers about large orders, and money that a person asks for: beside a running daemon, and without one.

import { describe, expect, setDefaultTimeout, test } from 'bun:test';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { systemClock } from '../../src/clock.ts';
import { lotSize, lots, price } from '../../src/core/units.ts';
import { openJournal } from '../../src/journal/journal.ts';
import type { Journal, PendingOrder } from '../../src/ports.ts';
import { sampleIteration } from '../journal/sample.ts';
import { block, configure, TOKEN, workshop } from '../support/bot-process.ts';
import { checkedRecords } from '../support/iteration-schema.ts';
import { rub } from '../support/snapshot-builder.ts';

setDefaultTimeout(120_000);

const shop = workshop();
const ID = '2000000001';
const KEY = '1a2b3c4d-0000-5000-8000-000000000001';
const OTHER = '1a2b9999-0000-5000-8000-000000000002';
const HOUR_MS = 3_600_000;
const run = (dir: string, ...args: string[]) => shop.run(args, dir);
const RECORD = JSON.stringify({
  ...{ account: 'main', orders: [], positions: [], held_back: [] },
  started_at: '2026-11-20T10:00:00Z',
  finished_at: '2026-11-20T10:00:01Z',
  status: 'balanced',
  equity_rub: '1000000.00',
  reason: null,
  tracking_error_pp: null,
});
const words = (text: string) => text.replace(/\s+/g, ' ').trim();
const now = () => systemClock.now();

const waiting = (change: Partial<PendingOrder> = {}): PendingOrder => ({
  key: KEY,
  account: 'main',
  iteration: 'i-1',
  ticker: 'TMOS',
  uid: 'uid-a',
  side: 'buy',
  lots: lots(76_452n),
  lot: lotSize(1n),
  price: price(6_540_000_000n),
  amount: rub('499996.08'),
  createdAtMs: now() - HOUR_MS,
  expiresAtMs: now() + HOUR_MS,
  answer: 'none',
  answeredAtMs: null,
  ...change,
});

function inJournal<T>(dir: string, work: (journal: Journal) => T): T {
  const journal = openJournal(join(dir, 'data'));
  try {
    return work(journal);
  } finally {
    journal.close();
  }
}

/** A directory with two accounts and, where wanted, a journal with these orders. */
function place(...orders: PendingOrder[]): string {
  const dir = shop.dir();
  configure(dir, [block(), block({ id: 'other', account_id: '2000000002' })]);
  if (orders.length > 0)
    inJournal(dir, (journal) => {
      for (const order of orders) journal.addPending(order);
    });
  return dir;
}

const answersIn = (dir: string) =>
  inJournal(dir, (journal) =>
    ['main', 'other'].flatMap((id) =>
      journal.pendingOrders(id).map(({ key, answer }) => `${key.slice(0, 8)} ${answer}`),
    ),
  );

describe('pending', () => {
  test.concurrent('lists what waits, with the command that lets it go, as text, as JSON and in status', async () => {
    const dir = place(
      waiting(),
      waiting({ key: OTHER, account: 'other', answer: 'confirmed', answeredAtMs: now() }),
    );
    const { out, code } = await run(dir, 'pending');
    expect(code).toBe(0);
    expect(words(out)).toMatch(
      /^main: buy 76 452 lots of TMOS for 499 996.08 RUB waits for a yes until [-0-9]+ [0-9:]+ MSK: tiebb confirm 1a2b3c4d \(or: tiebb reject 1a2b3c4d\) other: buy 76 452 lots of TMOS for 499 996.08 RUB \(1a2b9999\) is confirmed and not sent yet$/,
    );
    expect(Math.max(...out.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80);
    const [one, two] = (await run(dir, 'pending', '--json')).out.trim().split('\n');
    expect(JSON.parse(one!)).toMatchObject({
      account: 'main',
      key: '1a2b3c4d',
      ticker: 'TMOS',
      direction: 'buy',
      lots: 76_452,
      price_rub: '6.54',
      amount_rub: '499996.08',
      answer: null,
    });
    expect(JSON.parse(two!)).toMatchObject({ account: 'other', answer: 'confirmed' });
    const status = await run(dir, 'status', '--account', 'main');
    expect(words(status.out)).toContain('waits for a yes until');
    const json = JSON.parse((await run(dir, 'status', '--account', 'main', '--json')).out);
    expect(json.pending_orders).toMatchObject([{ key: '1a2b3c4d', answer: null }]);
    expect(json.cash_requests).toEqual([]);
  });

  test.concurrent('says that nothing waits, makes no journal, and passes over what has expired', async () => {
    const empty = place();
    expect(await run(empty, 'pending')).toMatchObject({
      code: 0,
      err: '',
      out: 'no order waits for a person\n',
    });
    expect(existsSync(join(empty, 'data'))).toBe(false);
    const dir = place(waiting({ expiresAtMs: now() - 1000 }));
    expect((await run(dir, 'pending')).out).toBe('no order waits for a person\n');
    expect((await run(dir, 'pending', '--json')).out).toBe('');
    expect((await run(dir, 'pending', '--account', 'nobody')).code).toBe(2);
  });
});

describe('confirm and reject', () => {
  test.concurrent('answer the order that the key names, by as much of it as is unambiguous', async () => {
    const dir = place(waiting(), waiting({ key: OTHER, side: 'sell' }));
    const twice = await run(dir, 'confirm', '1a2b');
    expect(twice.code).toBe(2);
    expect(words(twice.err)).toContain(`1a2b names more than one order; type more of it: `);
    const done = await run(dir, 'confirm', '1A2B3C4D');
    expect(done).toMatchObject({ code: 0, err: '' });
    expect(words(done.out)).toBe(
      'main: buy 76 452 lots of TMOS for 499 996.08 RUB is confirmed; a running daemon sends it within seconds, sized anew (if it has grown by more than 5 %, it asks again)',
    );
    expect((await run(dir, 'reject', OTHER)).code).toBe(0);
    expect(answersIn(dir).sort()).toEqual(['1a2b3c4d confirmed', '1a2b9999 rejected']);
  });

  test.concurrent('twice is once; a yes can be taken back, a no cannot', async () => {
    const dir = place(waiting());
    await run(dir, 'confirm', '1a2b3c4d');
    const again = await run(dir, 'confirm', '1a2b3c4d');
    expect([again.code, words(again.out)]).toEqual([
      0,
      'buy 76 452 lots of TMOS for 499 996.08 RUB (1a2b3c4d) is confirmed and not sent yet'.replace(
        'main: ',
        '',
      ),
    ]);
    const back = await run(dir, 'reject', '1a2b3c4d');
    expect([back.code, words(back.out)]).toEqual([
      0,
      'main: buy 76 452 lots of TMOS for 499 996.08 RUB is rejected; it is not asked about again before the next session',
    ]);
    const late = await run(dir, 'confirm', '1a2b3c4d');
    expect([late.code, words(late.err)]).toEqual([
      1,
      'main: buy 76 452 lots of TMOS for 499 996.08 RUB was rejected; it is asked about again in the next session',
    ]);
    expect(answersIn(dir)).toEqual(['1a2b3c4d rejected']);
  });

  test.concurrent('too late is said, with exit code 1', async () => {
    const dir = place(waiting({ expiresAtMs: now() - 1000 }));
    for (const command of ['confirm', 'reject']) {
      const { code, err } = await run(dir, command, '1a2b3c4d');
      expect(code).toBe(1);
      expect(words(err)).toMatch(
        /^main: buy 76 452 lots .* expired [-0-9]+ [0-9:]+ MSK; what is still wanted is asked about again/,
      );
    }
    expect(answersIn(dir)).toEqual(['1a2b3c4d none']);
    expect(await run(dir, 'confirm', '--all')).toMatchObject({
      code: 0,
      out: 'nothing waits for an answer\n',
    });
  });

  test.concurrent('--all answers every one that waits, of the accounts named', async () => {
    const dir = place(
      waiting(),
      waiting({ key: OTHER, side: 'sell', answer: 'rejected', answeredAtMs: 1 }),
      waiting({ key: 'ffff0000-0000-5000-8000-000000000003', account: 'other' }),
    );
    expect((await run(dir, 'confirm', '--all', '--account', 'main')).code).toBe(0);
    expect(answersIn(dir).sort()).toEqual(['1a2b3c4d confirmed', '1a2b9999 rejected', 'ffff0000 none']);
    const all = await run(dir, 'reject', '--all');
    expect([all.code, words(all.out)]).toEqual([
      0,
      'other: buy 76 452 lots of TMOS for 499 996.08 RUB is rejected; it is not asked about again before the next session',
    ]);
  });

  test.concurrent('what is not there, or not said, is bad usage, and no journal is made', async () => {
    const dir = place();
    const cases: [string[], string][] = [
      [[], 'expected either the KEY of an order or --all; see: tiebb pending'],
      [['1a2b3c4d', '--all'], 'expected either the KEY of an order or --all; see: tiebb pending'],
      [['TMOS'], 'TMOS is no key; expected at least four of its characters, see: tiebb pending'],
      [['1a2b3c4d'], 'data: no journal, so no order waits'],
      [
        ['--all', '--account', 'nobody'],
        '--account nobody: no such block; the configuration has main, other',
      ],
    ];
    for (const [args, said] of cases) {
      const { code, err } = await run(dir, 'confirm', ...args);
      expect([args, code, words(err)]).toEqual([args, 2, said]);
    }
    expect(await run(dir, 'reject', '--all')).toMatchObject({
      code: 0,
      out: 'nothing waits for an answer\n',
    });
    expect(existsSync(join(dir, 'data'))).toBe(false);
    inJournal(dir, () => {});
    const unknown = await run(dir, 'confirm', '1a2b3c4d');
    expect([unknown.code, words(unknown.err)]).toEqual([
      2,
      'no order 1a2b3c4d waits: it was sent, replaced or never asked about; see: tiebb pending',
    ]);
  });
});

describe('a bot with a threshold', () => {
  const opened = async (keys: Record<string, unknown> = {}) => {
    const venue = await shop.venue({ accounts: [{ token: TOKEN, id: ID, cash: '1000000' }] });
    const dir = shop.dir();
    // Half a million in TMOS waits, the rest does not.
    configure(dir, [
      block({ desired_wallet: { TMOS: 50, TBRU: 30, RUB: 20 }, confirmationThresholdRub: 400_000, ...keys }),
    ]);
    const env = { TINVEST_ENDPOINT: venue.endpoint };
    const once = async () => {
      const ended = await shop.run(['start', '--once', '--json'], dir, { env });
      return { ...ended, record: checkedRecords(ended.out)[0]! };
    };
    return { venue, dir, env, once };
  };
  const keyOf = (reason: string | null) => /tiebb confirm ([0-9a-f]{8})/.exec(reason ?? '')![1]!;

  test.concurrent('sends the order within seconds of the yes, without asking the venue meanwhile', async () => {
    const { venue, dir, env } = await opened();
    const bot = shop.start(['start', '--json'], dir, { env });
    const [first] = checkedRecords(await bot.untilOut(/\n/));
    expect(first).toMatchObject({ status: 'partial' });
    expect(first!.reason).toMatch(
      /^awaits a person: buy TMOS for \d+\.\d\d RUB \(tiebb confirm [0-9a-f]{8}\)$/,
    );
    expect(new Set(first!.orders.map(({ ticker }) => ticker))).toEqual(new Set(['TBRU']));
    const asked = (await venue.tell('calls GetPositions')).count;
    expect((await run(dir, 'confirm', keyOf(first!.reason))).code).toBe(0);
    const records = checkedRecords(await bot.untilOut(/\n.*\n/));
    expect(records[1]).toMatchObject({ status: 'balanced', reason: null });
    expect(records[1]!.orders[0]).toMatchObject({ ticker: 'TMOS', status: 'filled' });
    expect(((await venue.tell('calls GetPositions')).count as number) - (asked as number)).toBeLessThan(5);
    expect((await run(dir, 'pending')).out).toBe('no order waits for a person\n');
    const late = await run(dir, 'confirm', keyOf(first!.reason));
    expect(late.code).toBe(2);
    bot.kill('SIGTERM');
    expect((await bot.ended).code).toBe(0);
  });

  test.concurrent('over restarts: asked, confirmed while nothing runs, sent by the next start, once', async () => {
    const { venue, dir, once } = await opened();
    const first = await once();
    expect([first.code, first.record.status]).toEqual([1, 'partial']);
    const again = await once();
    expect(keyOf(again.record.reason)).toBe(keyOf(first.record.reason));
    expect(again.record.orders).toEqual([]);
    await run(dir, 'confirm', keyOf(first.record.reason));
    await run(dir, 'confirm', keyOf(first.record.reason));
    const sent = await once();
    expect([sent.code, sent.record.status]).toEqual([0, 'balanced']);
    const posted = (await venue.tell('calls PostOrder')).count;
    expect((await once()).record.status).toBe('nothing_to_do');
    expect((await venue.tell('calls PostOrder')).count).toBe(posted!);
    expect((await venue.tell('audit')).faults).toEqual([]);
  });

  test.concurrent('asks anew where a deposit made the order grow, and forgets none of it on a no', async () => {
    const { venue, dir, once } = await opened();
    const first = await once();
    await run(dir, 'confirm', '--all');
    await venue.tell(`deposit ${ID} 300000`);
    const grown = await once();
    expect(grown.record.orders.map(({ ticker }) => ticker)).not.toContain('TMOS');
    expect(keyOf(grown.record.reason)).not.toBe(keyOf(first.record.reason));
    await run(dir, 'reject', '--all');
    const refused = await once();
    expect([refused.code, refused.record.status]).toEqual([0, 'nothing_to_do']);
    expect(refused.record.held_back.find(({ ticker }) => ticker === 'TMOS')!.detail).toContain(
      'a person said no',
    );
  });
});

describe('raise-cash', () => {
  test.concurrent('keeps an amount, lists it, shows it in status, and gives it back', async () => {
    const dir = place();
    inJournal(dir, (journal) => journal.record(sampleIteration({ account: 'main', record: RECORD })));
    const asked = await run(dir, 'raise-cash', '100', '000.50', '--account', 'main');
    expect([asked.code, words(asked.out)]).toEqual([
      0,
      'main: 100 000.50 RUB is kept aside from the next iteration on, until it is withdrawn or: tiebb raise-cash --cancel --account main',
    ]);
    const dated = await run(dir, 'raise-cash', '1_000_000', '--by', '2099-12-31', '--account', 'main');
    expect(words(dated.out)).toMatch(
      /for 2099-12-31, raised in the two trading days before, until .* note: that makes 1 100 000.50 RUB in all, more than the account's 1 000 000.00 RUB: what can be raised is raised$/,
    );
    expect(words((await run(dir, 'raise-cash')).out)).toMatch(
      /^main: 100 000.50 RUB to be withdrawn \(asked [-0-9]+ [0-9:]+ MSK\) main: 1 000 000.00 RUB to be withdrawn on 2099-12-31 \(asked/,
    );
    const listed = (await run(dir, 'raise-cash', '--json')).out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(listed).toMatchObject([
      { account: 'main', amount_rub: '100000.50', by: null },
      { account: 'main', amount_rub: '1000000.00', by: '2099-12-31' },
    ]);
    const status = await run(dir, 'status', '--account', 'main', '--json');
    expect(JSON.parse(status.out).cash_requests).toEqual(listed);
    expect((await run(dir, 'status', '--account', 'main')).out).toContain('kept aside: 100 000.50 RUB');
    const cancelled = await run(dir, 'raise-cash', '--cancel');
    expect([cancelled.code, cancelled.out]).toEqual([
      0,
      'main: 1 100 000.50 RUB is no longer kept aside\nother: nothing is kept aside\n',
    ]);
    expect((await run(dir, 'raise-cash')).out).toBe('nothing is kept aside\n');
  });

  test.concurrent('refuses what it cannot understand, with exit code 2, and makes no journal', async () => {
    const dir = place();
    const cases: [string[], string][] = [
      [['100k', '--account', 'main'], '"100k" is no amount'],
      [['1000'], 'which account is to raise it? add --account with one of main, other'],
      [['1000', '--account', 'main', '--by', 'tomorrow'], '--by tomorrow is no date; expected one such as 2'],
      [['1000', '--account', 'main', '--by', '2099-02-30'], '--by 2099-02-30 is no date'],
      [
        ['1000', '--account', 'main', '--by', '2020-01-01'],
        '--by 2020-01-01 is past; expected today or later',
      ],
      [['--by', '2099-01-01'], '--by needs an amount'],
      [['1000', '--cancel', '--account', 'main'], '--cancel takes no amount and no date'],
      [['1000', '--account', 'main'], 'data: no journal yet; it is made by the first `start`'],
      [['--', '-5'], '"-5" is no amount'],
    ];
    for (const [args, said] of cases) {
      const { code, err } = await run(dir, 'raise-cash', ...args);
      expect([args, code]).toEqual([args, 2]);
      expect(words(err)).toContain(said);
    }
    expect(existsSync(join(dir, 'data'))).toBe(false);
  });

  test.concurrent('of the only account needs no name, and the next iteration sells for it and keeps it', async () => {
    const venue = await shop.venue({ accounts: [{ token: TOKEN, id: ID, cash: '1000000' }] });
    const dir = shop.dir();
    configure(dir, [block({ desired_wallet: { TMOS: 50, TBRU: 50 } })]);
    const once = async () =>
      checkedRecords(
        (await shop.run(['start', '--once', '--json'], dir, { env: { TINVEST_ENDPOINT: venue.endpoint } }))
          .out,
      )[0]!;
    await once();
    expect((await run(dir, 'raise-cash', '200 000')).code).toBe(0);
    const raised = await once();
    expect(raised.status).toBe('balanced');
    expect(raised.orders.every(({ direction }) => direction === 'sell')).toBe(true);
    const cash = raised.positions.find(({ ticker }) => ticker === 'RUB')!;
    expect(Number(cash.value_after_rub)).toBeGreaterThanOrEqual(200_000);
    expect((await once()).orders).toEqual([]);
    await run(dir, 'raise-cash', '--cancel');
    expect((await once()).orders.every(({ direction }) => direction === 'buy')).toBe(true);
  });
});
