// The solver's rules one by one, on portfolios small enough to check by hand (whole rubles, so 1 is 1 RUB).

import { describe, expect, test } from 'bun:test';
import { type Line, type Problem, solveLots } from '../../src/core/lots.ts';
import { lots, money, NANO, raw } from '../../src/core/units.ts';

const rub = (amount: number) => money(BigInt(Math.round(amount * 100)) * (NANO / 100n));

interface Row {
  readonly name?: string;
  readonly lot: number;
  readonly held?: number;
  readonly target: number;
  readonly fee?: number;
  readonly reserve?: number;
  readonly odd?: number;
  readonly min?: number;
  readonly max?: number;
}

function lineOf(row: Row, index: number): Line {
  const held = row.held ?? 0;
  const fee = row.fee ?? 0;
  return {
    name: row.name ?? `L${index}`,
    lotValue: rub(row.lot),
    fee: rub(fee),
    buyReserve: rub(row.reserve ?? fee),
    sellReserve: rub(row.reserve ?? fee),
    held: lots(BigInt(held)),
    odd: rub(row.odd ?? 0),
    target: rub(row.target),
    min: lots(BigInt(row.min ?? 0)),
    max: lots(BigInt(row.max ?? 1000)),
  };
}

interface Cash {
  readonly cash: number;
  readonly target?: number;
  readonly blocked?: number;
  readonly floor?: number;
}

const problemOf = (cash: Cash, rows: readonly Row[]): Problem => ({
  lines: rows.map(lineOf),
  cash: rub(cash.cash),
  blockedCash: rub(cash.blocked ?? 0),
  cashTarget: rub(cash.target ?? 0),
  cashFloor: rub(cash.floor ?? 0),
});

const solve = (cash: Cash, rows: readonly Row[]) => {
  const { lots: counts, feasible, objective } = solveLots(problemOf(cash, rows));
  return {
    lots: counts.map((count) => Number(raw(count))),
    feasible,
    objective: Number(raw(objective)) / 1e9,
  };
};

describe('closeness', () => {
  test('holds whole lots nearest to the targets', () => {
    expect(
      solve({ cash: 1000, target: 100 }, [
        { lot: 30, target: 450 },
        { lot: 70, target: 450 },
      ]).lots,
    ).toEqual([15, 6]);
  });

  test('the objective counts lines, cash and fees', () => {
    const { lots: counts, objective } = solve({ cash: 105, target: 0 }, [{ lot: 50, target: 105, fee: 1 }]);
    expect(counts).toEqual([2]);
    expect(objective).toBe(5 + 3 + 2);
  });

  test.each([
    { target: 101, counts: [0] },
    { target: 102, counts: [1] },
  ])('a lot of 200 with a fee of 3 is bought for a target from 101.50 on: $target', ({ target, counts }) => {
    expect(solve({ cash: 400, target: 400 - target }, [{ lot: 200, target, fee: 3 }]).lots).toEqual([
      ...counts,
    ]);
  });

  test('many small lots make up for what a large one misses', () => {
    const rows: Row[] = [
      { lot: 400, target: 790 },
      { lot: 1, target: 210 },
    ];
    expect(solve({ cash: 1000 }, rows).lots).toEqual([2, 200]);
  });

  test('odd pieces count and stay', () => {
    expect(solve({ cash: 100 }, [{ lot: 10, target: 105, odd: 5, held: 0 }]).lots).toEqual([10]);
  });

  test('a lot of 10^8 RUB does not disturb a portfolio of 3,000', () => {
    const rows: Row[] = [
      { lot: 1e8, target: 0, held: 0 },
      { lot: 7, target: 3000 },
    ];
    expect(solve({ cash: 3000 }, rows).lots).toEqual([0, 428]);
  });

  test('where nothing fits, nothing is done', () => {
    const { lots: counts, feasible } = solve({ cash: 50, target: 10 }, [
      { lot: 60, target: 20 },
      { lot: 80, target: 20 },
    ]);
    expect({ counts, feasible }).toEqual({ counts: [0, 0], feasible: true });
  });

  test('a portfolio of cash alone has nothing to decide', () => {
    expect(solve({ cash: 100, target: 90 }, [])).toEqual({ lots: [], feasible: true, objective: 10 });
    expect(solve({ cash: -1 }, []).feasible).toBe(false);
  });
});

describe('the cash floor', () => {
  test.each([
    { reserve: 10, count: 9 },
    { reserve: 11.11, count: 9 },
    { reserve: 11.12, count: 8 },
  ])('reserves are kept back on what is bought: $reserve each', ({ reserve, count }) => {
    expect(solve({ cash: 1000 }, [{ lot: 100, target: 1000, reserve }]).lots).toEqual([count]);
  });

  test('is met to the nano-ruble', () => {
    const problem = problemOf({ cash: 1000 }, [{ lot: 100, target: 1000 }]);
    expect(solveLots(problem).lots.map(raw)).toEqual([10n]);
    expect(solveLots({ ...problem, cash: money(1000n * NANO - 1n) }).lots.map(raw)).toEqual([9n]);
  });

  test('a sale pays for a purchase with what it brings at worst', () => {
    const rows = (reserve: number): Row[] => [
      { lot: 100, held: 10, target: 500, reserve },
      { lot: 100, target: 500 },
    ];
    expect(solve({ cash: 0 }, rows(0)).lots).toEqual([5, 5]);
    expect(solve({ cash: 0 }, rows(1)).lots).toEqual([5, 4]);
  });

  test('blocked cash counts and is not spent', () => {
    expect(solve({ cash: 1000, blocked: 300 }, [{ lot: 100, target: 1000 }]).lots).toEqual([7]);
  });

  test('a negative floor is debt that is allowed', () => {
    expect(solve({ cash: 0, target: -500, floor: -500 }, [{ lot: 100, target: 500 }]).lots).toEqual([5]);
    expect(solve({ cash: 0, target: -500, floor: -300 }, [{ lot: 100, target: 500 }]).lots).toEqual([3]);
  });

  test('cash below the floor is lifted by the fewest sales that do it', () => {
    expect(solve({ cash: -250, target: 0 }, [{ lot: 100, held: 5, target: 250 }]).lots).toEqual([2]);
    expect(solve({ cash: -200, target: 0 }, [{ lot: 100, held: 5, target: 300 }]).lots).toEqual([3]);
  });

  test('it may take a line below its target', () => {
    expect(solve({ cash: -500, target: -500 }, [{ lot: 10, held: 100, target: 1000 }]).lots).toEqual([50]);
  });

  test('where the bounds do not let it be reached, what raises the most is sold and nothing is bought', () => {
    const { lots: counts, feasible } = solve({ cash: -1000 }, [
      { lot: 100, held: 5, target: 0, min: 2 },
      { lot: 100, held: 2, target: 900 },
    ]);
    expect({ counts, feasible }).toEqual({ counts: [2, 0], feasible: false });
  });

  test('a sale that brings nothing at worst is not made to raise cash', () => {
    const rows: Row[] = [{ lot: 1, held: 100, target: 0, reserve: 1 }];
    expect(solve({ cash: -10, target: 90 }, rows)).toMatchObject({ lots: [100], feasible: false });
  });
});

describe('bounds', () => {
  test('a forbidden sale shrinks the purchases that it would have paid for', () => {
    const rows = (min: number): Row[] => [
      { lot: 10, held: 100, target: 500, min },
      { lot: 10, target: 500 },
    ];
    expect(solve({ cash: 0 }, rows(0)).lots).toEqual([50, 50]);
    expect(solve({ cash: 0 }, rows(80)).lots).toEqual([80, 20]);
    expect(solve({ cash: 0 }, rows(100)).lots).toEqual([100, 0]);
  });

  test('nothing is sold for a purchase that cannot happen', () => {
    const rows: Row[] = [
      { lot: 10, held: 100, target: 500 },
      { lot: 10, target: 500, max: 0 },
    ];
    expect(solve({ cash: 0 }, rows).lots).toEqual([100, 0]);
  });

  test('nothing is bought past its target with money that belongs elsewhere', () => {
    const rows: Row[] = [
      { lot: 10, held: 50, target: 500 },
      { lot: 10, target: 500, max: 0 },
    ];
    expect(solve({ cash: 500 }, rows).lots).toEqual([50, 0]);
  });

  test('what is held outside its bounds is brought inside', () => {
    expect(solve({ cash: 1000, target: 970 }, [{ lot: 10, target: 0, min: 3 }]).lots).toEqual([3]);
    expect(solve({ cash: 0, target: 0 }, [{ lot: 10, held: 9, target: 90, max: 4 }]).lots).toEqual([4]);
  });

  test('a forced purchase is paid for by a sale', () => {
    const rows: Row[] = [
      { lot: 50, target: 20, min: 1 },
      { lot: 10, held: 10, target: 80 },
    ];
    expect(solve({ cash: 0 }, rows).lots).toEqual([1, 5]);
  });

  test('a line without a positive lot value and bounds that exclude each other are refused', () => {
    expect(() => solve({ cash: 0 }, [{ lot: 0, target: 1 }])).toThrow('the lot value of L0 must be positive');
    expect(() => solve({ cash: 0 }, [{ lot: 1, target: 1, min: 3, max: 2 }])).toThrow(
      'L0 allows at least 3 and at most 2 lots',
    );
  });
});

describe('overshoot', () => {
  test('cash does not run past its target for sales that pay for nothing', () => {
    const rows: Row[] = [
      { lot: 10, held: 100, target: 400 },
      { lot: 10, target: 500, max: 0 },
    ];
    const { lots: counts } = solve({ cash: 0, target: 100 }, rows);
    expect(counts[0]).toBeGreaterThanOrEqual(89);
    expect(counts[0]).toBeLessThanOrEqual(91);
  });

  test('a line may pass its target by a lot', () => {
    expect(
      solve({ cash: 100 }, [
        { lot: 100, target: 51 },
        { lot: 100, target: 49 },
      ]).lots,
    ).toEqual([1, 0]);
  });
});

describe('ties', () => {
  test('of portfolios as good the one with the fewest orders is taken', () => {
    const rows: Row[] = [
      { lot: 10, held: 10, target: 100 },
      { lot: 10, held: 11, target: 110 },
      { lot: 10, target: 90, max: 0 },
    ];
    expect(solve({ cash: 100, target: 10 }, rows).lots).toEqual([10, 11, 0]);
  });

  test.each([
    { short: 0.09, trades: false },
    { short: 0.11, trades: true },
  ])(
    'a gain of less than 0.1 % of the objective is not worth an order: $short of 100',
    ({ short, trades }) => {
      const rows: Row[] = [
        { lot: 1, held: 10, target: 10 + short },
        { lot: 1e6, target: 100 - short },
      ];
      expect(solve({ cash: 100 }, rows).lots[0] !== 10).toBe(trades);
    },
  );

  test('with as many orders, the smaller sum of squares is taken', () => {
    const rows: Row[] = [
      { lot: 10, target: 400, min: 1 },
      { lot: 10, target: 400, min: 1 },
      { lot: 10, held: 40, target: 0, min: 40 },
    ];
    expect(solve({ cash: 400 }, rows).lots).toEqual([20, 20, 40]);
  });

  test('what cannot be spent where it belongs is spread over what is bought anyway', () => {
    const rows: Row[] = [
      { lot: 2000, target: 1500 },
      { lot: 10, target: 500 },
    ];
    expect(solve({ cash: 1000, target: -1000 }, rows).lots).toEqual([0, 100]);
  });

  test('a portfolio at its targets is left alone', () => {
    const rows: Row[] = [
      { lot: 10, held: 10, target: 100, fee: 0.01 },
      { lot: 7, held: 20, target: 140, fee: 0.01 },
    ];
    expect(solve({ cash: 5, target: 5 }, rows)).toEqual({ lots: [10, 20], feasible: true, objective: 0 });
  });
});

describe('budget', () => {
  test('without nodes to look at, nothing worse than nothing is done and the floor is still reached', () => {
    const rows: Row[] = [
      { lot: 10, held: 100, target: 500 },
      { lot: 30, held: 0, target: 500 },
    ];
    const none = (cash: Cash) => solveLots(problemOf(cash, rows), { nodes: 0 });
    expect(none({ cash: 0 }).lots.map(raw)).toEqual([100n, 0n]);
    expect(none({ cash: -55, target: 0 }).lots.map(raw)).toEqual([94n, 0n]);
  });
});
