import { expect, test } from 'bun:test';
import { runDaemon } from '../../src/engine/daemon.ts';
import { FRIDAY_NOON, HOUR_MS, openWorld, SEED_ACCOUNT } from '../support/engine-world.ts';

const SECOND_MS = 1_000;

/** When iterations began that had to wait that long for each turn, seconds after the start. */
async function beginnings(waitsMs: readonly number[], intervalMs: number): Promise<number[]> {
  const world = await openWorld({ accounts: [{ ...SEED_ACCOUNT, settings: { intervalMs } }] });
  const context = world.context();
  const stop = new AbortController();
  const starts: number[] = [];
  let turns = 0;
  await runDaemon({
    accounts: [
      {
        settings: context.settings,
        open: async () => context,
        async turn() {
          const waitMs = waitsMs[turns] ?? 0;
          turns += 1;
          await world.clock.sleep(waitMs);
        },
      },
    ],
    once: false,
    clock: world.clock,
    journal: world.journal,
    notifier: { alert() {} },
    log: { debug() {}, info() {}, warn() {}, error() {} },
    stop: stop.signal,
    newIterationId: context.newIterationId,
    stopAll() {},
    onRecord: (record) => {
      starts.push((Date.parse(record.started_at) - FRIDAY_NOON) / SECOND_MS);
      if (starts.length === waitsMs.length) stop.abort();
    },
  });
  return starts;
}

test('a late beginning does not put off the ones after it', async () => {
  expect(await beginnings([7 * SECOND_MS, 5 * SECOND_MS, 0, 20 * SECOND_MS], HOUR_MS)).toEqual([
    7,
    3600 + 5,
    2 * 3600,
    3 * 3600 + 20,
  ]);
});

test('an iteration that missed its hour altogether comes at once, and none is made up for', async () => {
  const minute = 60 * SECOND_MS;
  expect(await beginnings([0, 200 * SECOND_MS, 0, 0], minute)).toEqual([
    0,
    60 + 200,
    60 + 200,
    60 + 200 + 60,
  ]);
});
