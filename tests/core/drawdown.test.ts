import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { drawdownTrouble, movedMarks } from '../../src/core/drawdown.ts';
import { add, money, NANO, NO_MONEY, raw } from '../../src/core/units.ts';

const SEED = Number(process.env.SEED ?? 20261121);
const rub = (amount: number) => money(BigInt(amount) * NANO);

describe('marks', () => {
  test('begin with the equity and raise the peak only', () => {
    const first = movedMarks(null, rub(100), NO_MONEY);
    expect(first).toEqual({ start: rub(100), peak: rub(100) });
    const up = movedMarks(first, rub(120), NO_MONEY);
    expect(up).toEqual({ start: rub(100), peak: rub(120) });
    expect(movedMarks(up, rub(90), NO_MONEY)).toEqual(up);
  });

  test('a deposit raises no peak, a withdrawal hides none', () => {
    const first = movedMarks(null, rub(100), NO_MONEY);
    expect(movedMarks(first, rub(150), rub(50))).toEqual(first);
    expect(movedMarks(first, rub(80), rub(-30)).peak).toEqual(rub(110));
  });
});

describe('trouble', () => {
  const rows: [
    start: number,
    peak: number,
    flows: number,
    equity: number,
    percent: number,
    halts: boolean,
  ][] = [
    [1_000, 1_000, 0, 900, 10, false],
    [1_000, 1_000, 0, 899, 10, true],
    [1_000, 1_200, 0, 1_080, 10, false],
    [1_000, 1_200, 0, 1_079, 10, true],
    // Of what is there after money came or went.
    [1_000, 1_000, 1_000, 1_800, 10, false],
    [1_000, 1_000, 1_000, 1_799, 10, true],
    [1_000, 1_000, -500, 450, 10, false],
    [1_000, 1_000, -500, 449, 10, true],
    [10_000, 10_000, 0, 9_975, 0.25, false],
    [10_000, 10_000, 0, 9_974, 0.25, true],
    [1_000, 1_000, 0, 0, 100, false],
    [1_000, 1_000, 0, -1, 100, true],
    // More was taken out than ever was measured: nothing to measure by.
    [1_000, 1_000, -1_000, -50, 10, false],
    [1_000, 1_000, -1_200, -300, 10, false],
  ];
  for (const [start, peak, flows, equity, percent, halts] of rows)
    test(`start ${start}, peak ${peak}, flows ${flows}, equity ${equity}, limit ${percent} %: ${halts}`, () => {
      const marks = { start: rub(start), peak: rub(peak) };
      expect(drawdownTrouble(marks, rub(flows), rub(equity), percent) !== null).toBe(halts);
    });

  test('names what it fell from, by how much, and the key', () => {
    const marks = { start: rub(1_000), peak: rub(1_000) };
    expect(drawdownTrouble(marks, NO_MONEY, rub(850), 10)).toBe(
      'equity has fallen 15.00 % from where it began, the limit is 10 % (max_drawdown_percent)',
    );
    expect(drawdownTrouble({ ...marks, peak: rub(1_100) }, NO_MONEY, rub(850), 10)).toContain(
      'from its peak',
    );
  });

  test(`money that comes or goes alone never troubles (SEED=${SEED})`, () => {
    const amount = fc.bigInt({ min: 1n, max: 10n ** 18n });
    const flow = fc.bigInt({ min: -(10n ** 18n), max: 10n ** 18n });
    fc.assert(
      fc.property(amount, fc.array(flow, { maxLength: 10 }), (start, flows) => {
        let marks = movedMarks(null, money(start), NO_MONEY);
        let sum = NO_MONEY;
        for (const each of flows) {
          sum = add(sum, money(each));
          const equity = money(start + raw(sum));
          marks = movedMarks(marks, equity, sum);
          if (drawdownTrouble(marks, sum, equity, 0.01) !== null) return false;
        }
        return true;
      }),
      { seed: SEED },
    );
  });
});
