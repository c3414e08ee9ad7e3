// A record is judged by the books only where the bot was shown them as they were, from its first look to its last.

import { expect, test } from 'bun:test';
import { allChecks } from '../../sim/all-checks.ts';
import { openSimJournal } from '../../sim/world/sim-journal.ts';
import { World } from '../../sim/world/world.ts';
import type { PositionRecord } from '../../src/core/iteration-record.ts';

const store = openSimJournal();
const HOUR_MS = 3_600_000;
const SEED = 20_000;

const oneMore = ([first, ...rest]: readonly PositionRecord[]): PositionRecord[] =>
  first === undefined ? [] : [{ ...first, lots_before: first.lots_before + 1 }, ...rest];

/** What is said of a first record that counts a lot too many, where positions lag when it begins, or when it ends. */
function saidOf(lags: { readonly first: number; readonly last: number }): string {
  let over = false;
  const world = new World({
    seed: SEED,
    kept: new Set(),
    traced: false,
    calm: true,
    store,
    checks(made) {
      const { conditions } = made.exchange.faults;
      conditions.positionsLagMs = lags.first;
      const checks = allChecks(made);
      conditions.positionsLagMs = 0;
      return {
        ...checks,
        onRecord(record, life) {
          if (over || record.positions.length === 0) return;
          over = true;
          conditions.positionsLagMs = lags.last;
          checks.onRecord({ ...record, positions: oneMore(record.positions) }, life);
        },
      };
    },
  });
  world.start();
  world.timeline.run(world.timeline.now() + 20 * HOUR_MS, () => over);
  world.close();
  expect(over).toBe(true);
  return world.violations.map(({ text }) => text).join('\n');
}

test.each([
  [{ first: 0, last: 0 }, true],
  [{ first: 1, last: 0 }, false],
  [{ first: 0, last: 1 }, false],
])('where positions lag by %p ms (first, last), a lot too many is wrong: %p', (lags, isWrong) => {
  expect(/lots of .* before/.test(saidOf(lags))).toBe(isWrong);
});
