// The commands as a user and a script see them, on a venue in a process of its own.

import { beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { block, configure, TOKEN, type VenueProcess, workshop } from '../support/bot-process.ts';
import { checkedRecords } from '../support/iteration-schema.ts';

setDefaultTimeout(240_000);

const shop = workshop();
let venue: VenueProcess;
let env: Record<string, string>;

/** Each test trades on an account of its own. */
const IDS = ['2000000001', '2000000002', '2000000003', '2000000004'];
const place = (id: string, keys: Record<string, unknown> = {}): string => {
  const dir = shop.dir();
  configure(dir, [block({ account_id: id, ...keys })]);
  return dir;
};
const run = (args: readonly string[], dir: string, stdin = '') => shop.run(args, dir, { env, stdin });
const lineWidths = (text: string) => text.split('\n').map((line) => [...line].length);

beforeAll(async () => {
  venue = await shop.venue({
    accounts: IDS.map((id) => ({ token: TOKEN, id, name: `Account ${id.slice(-1)}`, cash: '1000000' })),
  });
  env = { TINVEST_ENDPOINT: venue.endpoint };
});

describe('one iteration', () => {
  test('plan posts nothing, then start --once does what was planned, then nothing is left to do', async () => {
    const dir = place('2000000001');
    const plan = await run(['plan', '--json'], dir);
    expect(plan).toMatchObject({ code: 0, err: '' });
    const [planned] = checkedRecords(plan.out);
    expect(planned).toMatchObject({ status: 'planned', dry_run: true, broker_account: '2000000001' });
    expect((await venue.tell('calls PostOrder')).count).toBe(0);

    const once = await run(['start', '--once', '--json'], dir);
    expect(once).toMatchObject({ code: 0, err: '' });
    const [traded] = checkedRecords(once.out);
    expect(traded).toMatchObject({ status: 'balanced', dry_run: false, reason: null });
    const inPlan = (planned?.orders ?? []).map(({ ticker, direction, lots }) => ({
      ticker,
      direction,
      lots,
    }));
    expect(traded?.orders.slice(0, inPlan.length)).toMatchObject(inPlan);

    const again = checkedRecords((await run(['start', '--once', '--json'], dir)).out);
    expect(again).toMatchObject([{ status: 'nothing_to_do', orders: [] }]);
    const audit = (await venue.tell('audit')) as { faults: unknown[]; keys: { orders: number }[] };
    expect(audit.faults).toEqual([]);
    expect(audit.keys.every((key) => key.orders === 1)).toBe(true);
  });

  test('start --once --dry-run posts nothing', async () => {
    const before = (await venue.tell('calls PostOrder')).count;
    const dry = await run(['start', '--once', '--dry-run', '--json'], place('2000000002'));
    expect(checkedRecords(dry.out)).toMatchObject([{ status: 'planned', dry_run: true }]);
    expect((await venue.tell('calls PostOrder')).count).toBe(before ?? -1);
  });

  test('for people it prints a row per ticker as the original does, in 80 columns, in Moscow time, without colours', async () => {
    const { out, code } = await run(['plan'], place('2000000002'));
    expect(code).toBe(0);
    expect(out).toMatch(/^\d{4}-\d\d-\d\d \d\d:\d\d MSK main: planned \(dry run\)$/m);
    expect(out).toMatch(
      /^TMOS: +[+-]\d+\.\d\d%: +0\.00% -> +\d+\.\d\d% \(25\.00%\) +[\d ]+ +\+[\d ]+ +[\d ]+\.\d\d RUB$/m,
    );
    expect(out).toMatch(/^buy +TMOS +[\d ]+ +lots at +6\.50 +[\d ]+\.\d\d RUB +planned$/m);
    expect(out).toMatch(/^drift \d+\.\d\d -> \d+\.\d\d pp, equity 1 000 000\.00 RUB$/m);
    expect(Math.max(...lineWidths(out))).toBeLessThanOrEqual(80);
    expect(out).not.toContain('\u001b');
  });

  test('--account chooses blocks; each account gives one line of JSON', async () => {
    const dir = shop.dir();
    configure(dir, [
      block({ id: 'one', account_id: '2000000002' }),
      block({ id: 'two', account_id: '2000000003' }),
    ]);
    const both = checkedRecords((await run(['plan', '--json'], dir)).out);
    expect(both.map((record) => record.account).toSorted()).toEqual(['one', 'two']);
    const one = checkedRecords((await run(['plan', '--json', '--account', 'two'], dir)).out);
    expect(one.map((record) => record.account)).toEqual(['two']);
  });

  test('two blocks that turn out to mean one broker account are both refused', async () => {
    const dir = shop.dir();
    configure(dir, [
      block({ id: 'one', account_id: '2000000002' }),
      block({ id: 'two', account_id: 'INDEX:1' }),
    ]);
    const { code, err, out } = await run(['start', '--once'], dir);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toContain('blocks one and two mean one broker account, 2000000002');
  });
});

test('a snapshot that was saved gives the same decision offline, from a file and from stdin', async () => {
  const dir = place('2000000004');
  const saved = await run(['start', '--once', '--dry-run', '--save-snapshots', 'snaps', '--json'], dir);
  const [live] = checkedRecords(saved.out);
  const [name] = readdirSync(join(dir, 'snaps'));
  const file = join(dir, 'snaps', name ?? '');
  const decision = (record: typeof live) => ({
    positions: record?.positions,
    equity: record?.equity_rub,
    held: record?.held_back,
    drift: record?.tracking_error_pp,
    orders: record?.orders.map(({ idempotency_key: _, ...order }) => order),
  });
  const fromFile = await shop.run(['plan', '--snapshot', file, '--json'], dir);
  expect(fromFile).toMatchObject({ code: 0, err: '' });
  expect(decision(checkedRecords(fromFile.out)[0])).toEqual(decision(live));

  const { desired_wallet } = block();
  const line = JSON.stringify({
    snapshot: JSON.parse(readFileSync(file, 'utf8')),
    account: { desired_wallet },
  });
  const odd = JSON.stringify({ snapshot: { schema: 1 }, account: { desired_wallet } });
  const stdin = [line, '{not json', odd, '', line].join('\n');
  const piped = await shop.run(['plan', '--snapshot', '-', '--json'], shop.dir(), { stdin });
  expect(piped.code).toBe(2);
  const answers = checkedRecords(piped.out);
  expect(answers.map((record) => record.status)).toEqual(['planned', 'failed', 'failed', 'planned']);
  for (const at of [0, 3]) expect(decision(answers[at])).toEqual(decision(live));
  expect(piped.err).toMatch(/^line 2: not JSON/m);
  expect(piped.err).toMatch(/^line 3: not a snapshot: /m);
});

describe('beside a running daemon', () => {
  test('a second trading process is refused with the pid of the first; reading and planning work; SIGTERM ends it well', async () => {
    const dir = place('2000000003', { balance_interval: '1h' });
    const daemon = shop.start(['start'], dir, { env });
    await daemon.untilOut(/equity/);

    const second = await run(['start', '--once'], dir);
    expect(second).toMatchObject({ code: 1, out: '' });
    expect(second.err.replace(/\s+/g, ' ')).toContain(
      `another process (pid ${daemon.pid}) already trades on this state directory`,
    );

    const plan = await run(['plan', '--json'], dir);
    expect({ code: plan.code, records: checkedRecords(plan.out).length }).toEqual({ code: 0, records: 1 });

    const status = JSON.parse((await run(['status', '--json'], dir)).out);
    expect(status).toMatchObject({
      account: 'main',
      halted: null,
      open_orders: [],
      last: { status: 'balanced' },
    });
    // The interval runs from a moment before the iteration opened its record.
    const minutes = (Date.parse(status.next_at) - Date.parse(status.last.started_at)) / 60_000;
    expect(Math.round(minutes)).toBe(60);
    expect(Object.keys(status).toSorted()).toEqual([
      'account',
      'broker_account',
      'cash_requests',
      'dry_run',
      'halted',
      'last',
      'name',
      'next_at',
      'open_orders',
      'pending_orders',
    ]);

    daemon.kill('SIGTERM');
    expect((await daemon.ended).code).toBe(0);
  });
});

describe('what the journal tells', () => {
  test('status and history are empty and say so before the first start', async () => {
    const dir = place('2000000002');
    expect(await run(['status'], dir)).toMatchObject({
      code: 0,
      out: expect.stringContaining('no iteration yet'),
    });
    const history = await run(['history'], dir);
    expect(history).toMatchObject({ code: 0, out: '' });
    expect(history.err).toBe('data: no journal yet; it is made by the first `start`\n');
    expect(readdirSync(dir)).not.toContain('data');
  });

  test('history adds up orders, turnover, fees and profit, and tells deposits from profit', async () => {
    const own = await shop.venue({ accounts: [{ token: TOKEN, id: '2000000001', cash: '1000000' }] });
    const dir = place('2000000001');
    const here = { env: { TINVEST_ENDPOINT: own.endpoint } };
    const [first] = checkedRecords((await shop.run(['start', '--once', '--json'], dir, here)).out);
    await own.tell('deposit 2000000001 100000');
    await own.tell('gap TMOS 1.1');
    const [second] = checkedRecords((await shop.run(['start', '--once', '--json'], dir, here)).out);

    const lines = (await shop.run(['history', '--json'], dir, here)).out;
    expect(checkedRecords(lines).map((record) => record.iteration)).toEqual([
      first?.iteration ?? '',
      second?.iteration ?? '',
    ]);
    const sums = JSON.parse((await shop.run(['history', '--json', '--summary'], dir, here)).out);
    const orders = [...(first?.orders ?? []), ...(second?.orders ?? [])];
    const total = (key: 'amount_rub' | 'commission_rub') =>
      orders.reduce((sum, order) => sum + Number(order[key]), 0);
    expect(sums).toMatchObject({ account: 'main', days: 7, iterations: 2, traded: 2, orders: orders.length });
    expect(Number(sums.turnover_rub)).toBeCloseTo(total('amount_rub'), 2);
    expect(Number(sums.fees_rub)).toBeCloseTo(total('commission_rub'), 2);
    expect(sums.paid_in_rub).toBe('100000.00');
    const change = Number(sums.equity_last_rub) - Number(sums.equity_first_rub);
    expect(Number(sums.profit_rub)).toBeCloseTo(change - 100_000, 2);
    expect(Number(sums.profit_rub)).toBeGreaterThan(20_000);

    const text = await shop.run(['history'], dir, here);
    expect(text.out).toMatch(/2 iterations, 2 traded, \d+ orders, turnover/);
    expect(text.out).toMatch(/profit \+\d\d \d{3}\.\d\d RUB after fees, paid in or out \+100 000\.00 RUB/);
    expect(Math.max(...lineWidths(text.out))).toBeLessThanOrEqual(80);
  });
});

describe('accounts', () => {
  test('lists index, id, type, name, status, access and block, as a table and as JSON', async () => {
    const dir = place('2000000003');
    const rows = (await run(['accounts', '--json'], dir)).out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(rows.map((row) => row.id)).toEqual(IDS);
    expect(rows[2]).toEqual({
      token: 'main',
      index: 2,
      id: '2000000003',
      type: 'broker',
      name: 'Account 3',
      status: 'open',
      access: 'full',
      blocks: ['main'],
    });
    const table = await run(['start', '--list-accounts'], dir);
    expect(table.code).toBe(0);
    expect(table.out).toMatch(/│ 2 │ 2000000003 │ broker │ Account 3 │ open +│ full +│ main +│/);
  });

  test('an id that comes to mean another account stops the block until --repin', async () => {
    const dir = place('INDEX:0');
    mkdirSync(join(dir, 'data'), { recursive: true });
    expect((await run(['accounts', '--repin'], dir)).code).toBe(0);
    configure(dir, [block({ account_id: 'INDEX:1' })]);
    const stopped = await run(['start', '--once', '--json'], dir);
    expect(stopped.code).toBe(1);
    expect(checkedRecords(stopped.out)[0]?.reason).toContain('now means 2000000002, it was 2000000001');
    expect((await run(['accounts', '--repin'], dir)).code).toBe(0);
    expect((await run(['plan', '--json'], dir)).code).toBe(0);
  });
});

test('a record whose reader went away does not stop an iteration that trades', async () => {
  const own = await shop.venue({ accounts: [{ token: TOKEN, id: '2000000001', cash: '1000000' }] });
  const dir = place('2000000001');
  writeFileSync(join(dir, 'run.sh'), `"$@" | true\n`);
  const piped = await shop.run(['start', '--once'], dir, {
    env: { TINVEST_ENDPOINT: own.endpoint },
    command: ['sh', 'run.sh', process.execPath, join(import.meta.dir, '..', '..', 'src', 'main.ts')],
  });
  expect(piped).toMatchObject({ code: 0, err: '' });
  const audit = (await own.tell('audit')) as { orders: { status: string }[] };
  expect(audit.orders.length).toBeGreaterThan(2);
  expect(audit.orders.every((order) => order.status === 'filled')).toBe(true);
});
