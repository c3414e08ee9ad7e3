// Whole lots that lie nearer to the targets: what the simulator holds "nothing to do" to.

import { describe, expect, test } from 'bun:test';
import { betterLots, type Terms } from '../../sim/invariants/better-lots.ts';
import type { Row, Standing } from '../../sim/invariants/targets.ts';

const TERMS: Terms = {
  rate: 0.003,
  least: 0,
  kept: 0,
  ofOne: Number.POSITIVE_INFINITY,
  ofAll: Number.POSITIVE_INFINITY,
  held: new Set(),
};
const row = (ticker: string, lots: bigint, target: number): Row => ({
  ticker,
  uid: ticker,
  pieces: lots,
  lotSize: 1n,
  lot: 100,
  worth: Number(lots) * 100,
  low: target,
  high: target,
});
/** RUB is wanted to be nothing. */
const holding = (rows: readonly Row[], cash: number): Standing => ({
  rows,
  cash,
  cashLow: 0,
  cashHigh: 0,
  total: rows.reduce((sum, { worth }) => sum + worth, cash),
});
const found = (rows: readonly Row[], cash: number, terms: Partial<Terms> = {}) =>
  betterLots(holding(rows, cash), { ...TERMS, ...terms });

describe('lots that lie nearer', () => {
  test('there are none where each row is at its nearest lot', () => {
    expect(found([row('A', 5n, 540), row('B', 5n, 460)], 0)).toBeNull();
  });
  test('one row is sold for another, where RUB pays the fees', () => {
    const rows = [row('A', 8n, 500), row('B', 2n, 500)];
    expect([...(found(rows, 10)?.lots ?? [])].join(' ')).toBe('A,-3 B,3');
    expect(found(rows, 0)).toBeNull();
  });
  test('what is held stays', () => {
    expect(found([row('A', 8n, 500), row('B', 2n, 500)], 0, { held: new Set(['A']) })).toBeNull();
  });
  test('a limit of one row lets a part of it be bought', () => {
    const rows = [row('A', 0n, 1000)];
    expect(found(rows, 1000, { ofOne: 250 })?.lots).toEqual(new Map([['A', 2]]));
    expect(found(rows, 1000, { ofOne: 99 })).toBeNull();
  });
  test('a limit of all rows is shared', () => {
    const better = found([row('A', 0n, 500), row('B', 0n, 500)], 1000, { ofAll: 400 });
    expect([...(better?.lots.values() ?? [])].reduce((sum, lots) => sum + lots, 0)).toBe(4);
  });
  test('what is smaller than the least is not traded', () => {
    expect(found([row('A', 4n, 500)], 100.9, { least: 100 })).toBeNull();
    expect(found([row('A', 4n, 500)], 100.9, { least: 99 })?.lots).toEqual(new Map([['A', 1]]));
  });
});
