import { describe, expect, test } from 'bun:test';
import {
  countReversals,
  outsideChanges,
  type PastTrade,
  reversed,
  tradedBackAndForth,
} from '../../src/core/outside-changes.ts';
import { money, shares } from '../../src/core/units.ts';

const state = (cash: bigint, pieces: Record<string, bigint>) => ({
  cash: money(cash),
  pieces: new Map(Object.entries(pieces).map(([uid, count]) => [uid, shares(count)])),
});

describe('outside changes', () => {
  test('are what differs, by uid, and the cash', () => {
    const then = state(100n, { a: 5n, b: 3n, gone: 2n, zero: 0n });
    const now = state(70n, { a: 5n, b: 4n, fresh: 9n });
    expect(outsideChanges(then, now)).toEqual({
      pieces: [
        { uid: 'b', pieces: shares(1n) },
        { uid: 'fresh', pieces: shares(9n) },
        { uid: 'gone', pieces: shares(-2n) },
      ],
      cash: money(-30n),
    });
  });

  test('are none where nothing differs', () => {
    const same = state(100n, { a: 5n });
    expect(outsideChanges(same, same)).toEqual({ pieces: [], cash: money(0n) });
  });
});

describe('a reversal', () => {
  const rows: [change: bigint, ours: 'buy' | 'sell' | null, undone: boolean][] = [
    [1n, 'sell', true],
    [-1n, 'sell', false],
    [-1n, 'buy', true],
    [1n, 'buy', false],
    [1n, null, false],
    [-1n, null, false],
  ];
  for (const [change, ours, undone] of rows)
    test(`${change} pieces after our ${ours ?? 'nothing'}: ${undone}`, () => {
      const sides = new Map(ours === null ? [] : [['a', ours] as const]);
      expect(reversed([{ uid: 'a', pieces: shares(change) }], sides)).toEqual(undone ? ['a'] : []);
    });
});

describe('reversals in a row', () => {
  const rows: [before: number, undone: string[], traded: string[], after: number][] = [
    [0, [], ['a'], 0],
    [1, [], ['a'], 0],
    [0, ['a'], [], 1],
    [0, ['a'], ['a'], 1],
    [1, ['a'], ['a'], 2],
    [1, ['a'], [], 1],
    [1, ['a'], ['b'], 1],
    [1, ['a', 'b'], ['b'], 2],
    [2, ['a'], ['a'], 3],
  ];
  for (const [before, undone, traded, after] of rows)
    test(`${before} and undone [${undone}], traded by us since [${traded}]: ${after}`, () => {
      expect(countReversals(before, undone, new Set(traded))).toBe(after);
    });
});

describe('trading back and forth', () => {
  const trades = (uid: string, sides: string, fromMs = 0): PastTrade[] =>
    [...sides].map((side, at) => ({ uid, side: side === 'b' ? 'buy' : 'sell', atMs: fromMs + at }));
  const rows: [sides: string, found: boolean][] = [
    ['', false],
    ['b', false],
    ['bbbb', false],
    ['bs', false],
    ['bbss', false],
    ['bsb', true],
    ['sbs', true],
    ['bbsssb', true],
  ];
  for (const [sides, found] of rows)
    test(`${sides || 'no trade'}: ${found}`, () => {
      expect(tradedBackAndForth(trades('a', sides))).toEqual(found ? ['a'] : []);
    });

  test('is judged by time, whatever the order of the list', () => {
    expect(tradedBackAndForth(trades('a', 'bsb').toReversed())).toEqual(['a']);
    const [first, second, third, fourth] = trades('a', 'bbss');
    expect(tradedBackAndForth([first!, third!, second!, fourth!])).toEqual([]);
  });

  test('is judged by instrument', () => {
    expect(tradedBackAndForth([...trades('a', 'bs'), ...trades('b', 'bs', 10)])).toEqual([]);
    expect(tradedBackAndForth([...trades('b', 'bsb'), ...trades('a', 'sbs', 1)])).toEqual(['a', 'b']);
  });
});
