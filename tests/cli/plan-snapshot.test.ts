// Offline planning: what a snapshot that nothing can be decided on, or nothing should be traded on, comes out as.

import { describe, expect, test } from 'bun:test';
import type { Outside } from '../../src/cli/outside.ts';
import { planSnapshotCommand } from '../../src/cli/plan-snapshot.ts';
import type { IterationRecord } from '../../src/core/iteration-record.ts';

const TAKEN = Date.UTC(2026, 10, 20, 10);
const iso = (ms: number) => new Date(ms).toISOString();

const fund = (ticker: string, change: object = {}) => ({
  ticker,
  uid: `uid-${ticker}`,
  lot: 1,
  step_rub: '0.01',
  price_rub: '10.00',
  price_time: iso(TAKEN),
  pieces: 100,
  tradable: true,
  ...change,
});

const snapshot = (change: object = {}) => ({
  schema: 1,
  account: 'a',
  taken_at: iso(TAKEN),
  exchange_open: true,
  cash_rub: '10000.00',
  instruments: [fund('TMOS'), fund('TBRU')],
  ...change,
});

const line = (change: object = {}, account: object = { desired_wallet: { TMOS: 50, TBRU: 50 } }) =>
  JSON.stringify({ snapshot: snapshot(change), account });

async function plan(...lines: readonly string[]) {
  const texts = { out: '', err: '' };
  const outside = {
    newId: () => '00000000-0000-4000-8000-000000000000',
    clock: { now: () => TAKEN },
    terminal: {
      out(text: string) {
        texts.out += text;
      },
      err(text: string) {
        texts.err += text;
      },
      colors: false,
      width: 80,
      lines: async function* () {
        yield* lines;
      },
    },
  } as unknown as Outside;
  const options = { snapshot: '-', json: true } as Parameters<typeof planSnapshotCommand>[0];
  const code = await planSnapshotCommand(options, outside);
  const records = texts.out
    .split('\n')
    .filter((text) => text !== '')
    .map((text) => JSON.parse(text) as IterationRecord);
  return { code, records, err: texts.err };
}

describe('an offline plan', () => {
  test('of a closed exchange is made, and says that a live iteration would have been skipped', async () => {
    const { code, records } = await plan(line({ exchange_open: false }), line());
    expect(code).toBe(0);
    expect(records.map((record) => [record.status, record.orders.length, record.warnings.length])).toEqual([
      ['planned', 2, 1],
      ['planned', 2, 0],
    ]);
    expect(records[0]?.warnings[0]).toMatch(/exchange was closed.*skip_iteration/);
  });

  test('of a closed exchange that a live iteration would plan as well is not warned about', async () => {
    const dry = { desired_wallet: { TMOS: 50, TBRU: 50 }, exchange_closure_behavior: { mode: 'dry_run' } };
    const { records } = await plan(line({ exchange_open: false }, dry));
    expect(records[0]?.warnings).toEqual([]);
  });

  test.each([
    [5 * 60_000, false],
    [5 * 60_000 + 1, true],
  ])('a price from %d ms after the snapshot holds its instrument: %p', async (laterMs, held) => {
    const instruments = [fund('TMOS', { price_time: iso(TAKEN + laterMs) }), fund('TBRU')];
    const { code, records } = await plan(line({ instruments }));
    expect(code).toBe(0);
    expect(records[0]?.held_back.some(({ ticker, rule }) => ticker === 'TMOS' && rule === 'no_price')).toBe(
      held,
    );
    expect(records[0]?.orders.some(({ ticker }) => ticker === 'TMOS')).toBe(!held);
    expect(records[0]?.warnings.some((text) => text.startsWith('TMOS is held: its price_time'))).toBe(held);
  });

  test('without a ticker that the wallet wants fails, and the others are planned', async () => {
    const wanting = { desired_wallet: { TMOS: 50, TGLD: 50 } };
    const { code, records } = await plan(line({}, wanting), line());
    expect(code).toBe(1);
    expect(records.map((record) => record.status)).toEqual(['failed', 'planned']);
    expect(records[0]?.reason).toContain('TGLD');
  });

  test('of a computed mode is made from the data that the snapshot carries', async () => {
    const account = { desired_wallet: { TMOS: 50, TBRU: 50 }, desired_mode: 'marketcap' };
    const instruments = [
      fund('TMOS', { fund: { market_cap_rub: '3000000.00' } }),
      fund('TBRU', { fund: { market_cap_rub: '1000000.00' } }),
    ];
    const { code, records } = await plan(line({ instruments }, account));
    expect({ code, status: records[0]?.status, mode: records[0]?.mode }).toEqual({
      code: 0,
      status: 'planned',
      mode: 'marketcap',
    });
    expect(records[0]?.positions.map((row) => [row.ticker, row.target_percent, row.market_cap_rub])).toEqual([
      ['TMOS', 75, '3000000.00'],
      ['TBRU', 25, '1000000.00'],
      ['RUB', 0, undefined],
    ]);
  });

  test.each([
    [
      'decorrelation',
      /premium.*TMOS: no fund data are there \(a snapshot carries them as instruments\[\]\.fund\)/,
    ],
    ['sharpe', /TBRU: its daily closes are not there \(a snapshot carries them as instruments\[\]\.closes\)/],
  ])('of %s without its data is skipped, and says what is lacking', async (mode, lacking) => {
    const account = { desired_wallet: { TMOS: 50, TBRU: 50 }, desired_mode: mode };
    const { code, records } = await plan(line({}, account));
    expect({ code, status: records[0]?.status, orders: records[0]?.orders }).toEqual({
      code: 0,
      status: 'skipped',
      orders: [],
    });
    expect(records[0]?.reason).toMatch(lacking);
  });

  test('without a ticker that the wallet sets to 0 is made', async () => {
    const { code, records } = await plan(line({}, { desired_wallet: { TMOS: 50, TBRU: 50, TGLD: 0 } }));
    expect({ code, status: records[0]?.status }).toEqual({ code: 0, status: 'planned' });
  });

  test.each([
    ['__proto__', '{"TMOS":50,"__proto__":50}', /desired_wallet\.__proto__: .*key __proto__/],
    ['a key twice', '{"TMOS":50,"TMOS":60}', /desired_wallet\.TMOS: .*a second time/],
  ])('with %s in the wallet is refused', async (_, wallet, problem) => {
    const text = `{"snapshot":${JSON.stringify(snapshot())},"account":{"desired_wallet":${wallet}}}`;
    const { code, records, err } = await plan(text);
    expect({ code, status: records[0]?.status }).toEqual({ code: 2, status: 'failed' });
    expect(err).toMatch(problem);
  });

  test.each([[[]], [['']], [['  ', '']]])('of nothing, %p, is bad usage', async (lines) => {
    const { code, records, err } = await plan(...lines);
    expect({ code, records }).toEqual({ code: 2, records: [] });
    expect(err).toContain('stdin is empty: expected one');
  });
});
