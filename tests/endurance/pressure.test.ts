// A fifth of everything: forty accounts on limits a fifth of the vendor's. `npm run bench -- fairness` runs all two hundred.

import { expect, test } from 'bun:test';
import { budgetOf, REQUESTS_A_MINUTE } from '../../src/core/request-limits.ts';
import { DEFAULT_LIMITS, type LimitTable } from '../../src/exchange/limits.ts';
import type { Service } from '../../src/tinvest/methods.ts';
import { MINUTE_MS } from './long-world.ts';
import { runPressure } from './pressure.ts';

const ACCOUNTS = 40;
const TURNS_A_MINUTE = 24;
const fifth = Object.fromEntries(
  Object.entries(DEFAULT_LIMITS).map(([group, limit]) => [group, limit / 5]),
) as unknown as LimitTable;

test('forty accounts that ask for more than the limits allow take turns, and the venue refuses nothing', async () => {
  const found = await runPressure({
    accounts: ACCOUNTS,
    minutes: 20,
    intervalMs: MINUTE_MS,
    latencyMs: 50,
    limits: fifth,
    perSecond: 50,
  });
  expect(found.refused).toEqual([]);
  expect([...found.statuses.keys()].toSorted()).toEqual(['balanced', 'nothing_to_do']);
  expect(found.overlaps).toBe(0);
  // First come, first served: nobody has two turns more than another.
  expect(found.turns).toHaveLength(ACCOUNTS);
  expect(found.turns.at(-1)! - found.turns[0]!).toBeLessThanOrEqual(1);
  // All others once, at the rate that is kept free for beginnings; then the interval's own minute at most.
  expect(found.gaps.at(-1)!).toBeLessThanOrEqual(
    Math.ceil(ACCOUNTS / TURNS_A_MINUTE) * MINUTE_MS + MINUTE_MS,
  );
  // Nobody is stuck half way.
  expect(found.took.at(-1)!).toBeLessThan(15_000);
  for (const [service, count] of found.busiestMinute)
    expect([service, count <= budgetOf(REQUESTS_A_MINUTE[service as Service] / 5)]).toEqual([service, true]);
  expect(found.busiestSecond).toBeLessThanOrEqual(40);
}, 240_000);
