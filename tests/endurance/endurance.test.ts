// Two days of six accounts; `npm run bench -- endurance` runs seven of twenty and shows resident memory.

import { expect, test } from 'bun:test';
import { runEndurance } from './endurance.ts';
import { MINUTE_MS } from './long-world.ts';

const SEED = Number(process.env.SEED ?? 20261121);

test(`two days: no growth, no drift, every account balanced at each day's end (SEED=${SEED})`, async () => {
  const found = await runEndurance({ accounts: 6, days: 2, intervalMs: 60 * MINUTE_MS, seed: SEED });
  expect(found.exitCode).toBe(0);
  expect(found.offSchedule).toEqual([]);
  expect(found.unbalanced).toEqual([]);
  expect(found.complaints).toEqual([]);
  // At least the funds' 14 hours a day.
  expect(found.iterations).toBeGreaterThanOrEqual(6 * 2 * 14);
  const [warm] = found.samples;
  for (const { heapMb } of found.samples) expect(heapMb - warm!.heapMb).toBeLessThan(10);
}, 240_000);
