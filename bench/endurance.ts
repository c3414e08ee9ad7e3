// Seven virtual days of twenty accounts: memory and journal by half day, the schedule, the balance at each day's end.

import { monotonicMs } from '../src/clock.ts';
import { runEndurance, type Sample } from '../tests/endurance/endurance.ts';
import { MINUTE_MS } from '../tests/endurance/long-world.ts';
import type { Row } from './spread.ts';

const ACCOUNTS = 20;
const DAYS = 7;
const INTERVAL_MS = 15 * MINUTE_MS;

export async function benchEndurance(seed: number): Promise<Row[]> {
  const startedAt = monotonicMs();
  const found = await runEndurance({
    accounts: ACCOUNTS,
    days: DAYS,
    intervalMs: INTERVAL_MS,
    seed,
    settleMs: 500,
    onSample: (sample) => console.log(`  day ${sample.day}: ${words(sample)}`),
  });
  const [warm] = found.samples;
  const most = (of: (sample: Sample) => number) => Math.max(...found.samples.map(of));
  const statuses = [...found.statuses].map(([status, count]) => `${count} ${status}`).join(', ');
  return [
    {
      what: `${ACCOUNTS} accounts over ${DAYS} virtual days, every ${INTERVAL_MS / MINUTE_MS} minutes, all sessions`,
      figures: `${found.iterations} iterations (${statuses}), ${found.orders} orders, ${((monotonicMs() - startedAt) / 1_000).toFixed(0)} s`,
    },
    {
      what: 'resident memory after the first half day, bot and venue in one process',
      figures: `${warm?.rssMb.toFixed(0)} MB, at most ${(most(({ rssMb }) => rssMb) - (warm?.rssMb ?? 0)).toFixed(1)} MB more; heap ${warm?.heapMb.toFixed(1)} MB, at most ${(most(({ heapMb }) => heapMb) - (warm?.heapMb ?? 0)).toFixed(1)} MB more`,
    },
    {
      what: 'journal',
      figures: `${found.samples.map(({ journalMb }) => journalMb.toFixed(1)).join(' -> ')} MB by half day`,
    },
    {
      what: 'beginnings off the schedule',
      figures: `${found.offSchedule.length} ${found.offSchedule.slice(0, 3).join('; ')}`,
    },
    {
      what: 'account-days that did not end balanced',
      figures: `${found.unbalanced.length} ${found.unbalanced.slice(0, 3).join('; ')}`,
    },
    {
      what: 'complaints in the log',
      figures: `${found.complaints.length} ${found.complaints.slice(0, 3).join('; ')}`,
    },
  ];
}

const words = (sample: Sample): string =>
  `${sample.rssMb.toFixed(1)} MB resident, heap ${sample.heapMb.toFixed(1)} MB, journal ${sample.journalMb.toFixed(1)} MB in a file of ${sample.journalFileMb.toFixed(1)} MB, ${sample.iterations} iterations`;
