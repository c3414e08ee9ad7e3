// What a record explains can be wrong: each of its promises, broken, is seen; and the same record as it was is not.

import { expect, test } from 'bun:test';
import { allChecks } from '../../sim/all-checks.ts';
import { openSimJournal } from '../../sim/world/sim-journal.ts';
import { World } from '../../sim/world/world.ts';
import type { IterationRecord, OrderRecord, PositionRecord } from '../../src/core/iteration-record.ts';

const store = openSimJournal();
const HOUR_MS = 3_600_000;

type Change = (record: IterationRecord) => IterationRecord;

/** What is said of the first record of a seed without faults that trades, or that does not, when it is changed. */
function saidOf(seed: number, trades: boolean, change: Change): string {
  let over = false;
  const world = new World({
    seed,
    kept: new Set(),
    traced: false,
    calm: true,
    store,
    checks(made) {
      const checks = allChecks(made);
      return {
        ...checks,
        onRecord(record, life) {
          const hasTraded = record.orders.some(({ filled_lots: lots }) => lots > 0);
          if (over || record.positions.length === 0 || hasTraded !== trades)
            return checks.onRecord(record, life);
          over = true;
          checks.onRecord(change(record), life);
        },
      };
    },
  });
  world.start();
  world.timeline.run(world.timeline.now() + 30 * HOUR_MS, () => over);
  world.close();
  expect(over).toBe(true);
  return world.violations
    .filter(({ invariant }) => invariant === 'reasons' || invariant === 'diff')
    .map(({ text }) => text)
    .join('\n');
}

const firstRow = (
  record: IterationRecord,
  change: (row: PositionRecord) => PositionRecord,
): IterationRecord => ({
  ...record,
  positions: record.positions.map((row, at) => (at === 0 ? change(row) : row)),
});
const mute = (order: OrderRecord): OrderRecord => ({
  ...order,
  status: 'rejected',
  error: null,
  idempotency_key: 'nowhere',
});

const SEED = 20_000;
const CASES: readonly (readonly [what: string, trades: boolean, change: Change, said: RegExp])[] = [
  ['nothing is done without a reason', false, (record) => ({ ...record, reason: null }), /does not say why/],
  [
    'more fees are expected than the rows lose',
    false,
    (record) => (record.costs ? { ...record, costs: { ...record.costs, fees_rub: '1.00' } } : record),
    /fees are told as 1\.00/,
  ],
  [
    'a debt is expected where there is none',
    false,
    (record) => (record.costs ? { ...record, costs: { ...record.costs, debt_rub: '5.00' } } : record),
    /debts are told as 5\.00/,
  ],
  [
    'the tracking error afterwards is another one',
    true,
    (record) =>
      record.tracking_error_pp
        ? { ...record, tracking_error_pp: { ...record.tracking_error_pp, after: 50 } }
        : record,
    /tracking error 50 after/,
  ],
  [
    'what is far off its target has no cause',
    true,
    (record) => firstRow({ ...record, held_back: [] }, (row) => ({ ...row, target_percent: 99 })),
    /does not say why/,
  ],
  [
    'a refusal has no words',
    true,
    (record) => ({ ...record, orders: record.orders.map(mute) }),
    /does not say why nowhere was rejected/,
  ],
];

test.each(CASES)('%s', (_, trades, change, said) => {
  expect(saidOf(SEED, trades, change)).toMatch(said);
});

test.each([true, false])('a record as it is says nothing wrong (it trades: %p)', (trades) => {
  expect(saidOf(SEED, trades, (record) => record)).toBe('');
});
