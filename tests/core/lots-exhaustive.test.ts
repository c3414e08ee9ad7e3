// The solver against every portfolio there is: thousands of small problems with forced trades, debt, floors and large fees.

import { expect, test } from 'bun:test';
import { type Problem, solveLots } from '../../src/core/lots.ts';
import { raw } from '../../src/core/units.ts';
import { betterThan } from '../support/complete-search.ts';
import { exhaust, judgeExactly, nothingDone, overshoots } from '../support/exact-lots.ts';
import { seededRandom } from '../support/random-portfolio.ts';
import { smallProblem } from '../support/small-problem.ts';

const SEED = Number(process.env.SEED ?? 20261121);
const CASES = 4_000;

const problems = Array.from({ length: CASES }, (_, index): { seed: number; problem: Problem } => {
  const seed = SEED + index;
  return { seed, problem: smallProblem(seededRandom(seed)) };
});
const solved = problems.map(({ seed, problem }) => {
  const { lots, feasible, objective } = solveLots(problem);
  const ours = judgeExactly(problem, lots.map(raw));
  return { seed, problem, feasible, ours, claimed: raw(objective), all: exhaust(problem) };
});
const given = solved.filter(({ feasible }) => feasible);

test(`there is something to look at (seeds from ${SEED})`, () => {
  expect(given.length).toBeGreaterThan(CASES * 0.7);
  expect(given.length).toBeLessThan(CASES);
  expect(given.filter(({ ours }) => ours.orders > 1).length).toBeGreaterThan(CASES * 0.3);
});

test('the objective claimed is the objective', () => {
  expect(solved.filter(({ ours, claimed }) => ours.objective !== claimed).map(({ seed }) => seed)).toEqual(
    [],
  );
});

test('lots stay inside their bounds', () => {
  const outside = solved.filter(({ problem, ours }) =>
    problem.lines.some((line, index) => {
      const count = ours.lots[index]!;
      return count < raw(line.min) || count > raw(line.max);
    }),
  );
  expect(outside.map(({ seed }) => seed)).toEqual([]);
});

test('feasible means that some portfolio reaches the floor, and then so does the one given', () => {
  const wrong = solved.filter(
    ({ feasible, ours, all }) => feasible !== all.mostSlack >= 0n || feasible !== ours.slack >= 0n,
  );
  expect(wrong.map(({ seed }) => seed)).toEqual([]);
});

test('where none reaches the floor, the one given raises the most cash', () => {
  const short = solved.filter(({ feasible }) => !feasible);
  expect(short.length).toBeGreaterThan(100);
  expect(short.filter(({ ours, all }) => ours.slack !== all.mostSlack).map(({ seed }) => seed)).toEqual([]);
});

test('no position passes or leaves its target by more than the costliest lot and the fees', () => {
  const over = given.filter(({ problem, ours }) => overshoots(problem, ours).length > 0);
  expect(over.map(({ seed }) => seed)).toEqual([]);
});

test('the portfolio given is never worse than doing nothing, or than what the bounds force', () => {
  const worse = given.filter(({ problem, ours }) => {
    const still = nothingDone(problem);
    // Forced trades are orders like others: by the tie rule a thousandth may go for the lesser squares.
    const room = still.orders === 0 ? 1000n : 1001n;
    return still.slack >= 0n && ours.objective * 1000n > still.objective * room;
  });
  expect(worse.map(({ seed }) => seed)).toEqual([]);
});

test('it is within 0.1 % of the least objective of all that may be given', () => {
  const off = given.filter(
    ({ ours, all }) => all.least === null || ours.objective * 1000n > all.least * 1001n,
  );
  expect(off.map(({ seed }) => seed)).toEqual([]);
});

test('it is the one that the tie rule takes', () => {
  const other = given.filter(({ ours, all }) => {
    const best = all.best!;
    return ours.orders !== best.orders || ours.squares !== best.squares || ours.turnover !== best.turnover;
  });
  console.log(`tie rule: ${other.length} of ${given.length} differ from the exhaustive choice`);
  expect(other.length).toBeLessThanOrEqual(given.length * 0.005);
});

test('the complete search finds the same least as trying everything, where no overshoot rule interferes', () => {
  const compared = given.slice(0, 1_000).filter(({ all }) => all.best !== null);
  const differ = compared.filter(({ problem, all }) => {
    const best = betterThan(problem, all.least! + 1n);
    if (best === null) return true;
    return (
      best.objective > all.least! || (best.objective < all.least! && overshoots(problem, best).length === 0)
    );
  });
  expect(differ.map(({ seed }) => seed)).toEqual([]);
});
