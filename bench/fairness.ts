// Two hundred accounts of one token, each every minute, against a venue with the vendor's own limits, in virtual time.

import { monotonicMs } from '../src/clock.ts';
import { budgetOf, iterationsAMinute, REQUESTS_A_MINUTE } from '../src/core/request-limits.ts';
import { DEFAULT_LIMITS } from '../src/exchange/limits.ts';
import { MINUTE_MS } from '../tests/endurance/long-world.ts';
import { runPressure } from '../tests/endurance/pressure.ts';
import type { Row } from './spread.ts';

const ACCOUNTS = 200;
const MINUTES = 30;

export async function benchFairness(): Promise<Row[]> {
  const startedAt = monotonicMs();
  const found = await runPressure({
    accounts: ACCOUNTS,
    minutes: MINUTES,
    intervalMs: MINUTE_MS,
    latencyMs: 50,
    limits: DEFAULT_LIMITS,
    perSecond: 50,
  });
  const what = `${ACCOUNTS} accounts of one token, every minute, ${MINUTES} virtual minutes`;
  const seconds = (ms: number | undefined) => `${((ms ?? 0) / 1_000).toFixed(1)} s`;
  const middle = (all: readonly number[]) => all[Math.floor(all.length / 2)];
  const used = [...found.busiestMinute].map(
    ([service, count]) => `${service} ${count}/${budgetOf(REQUESTS_A_MINUTE[service])}`,
  );
  return [
    {
      what,
      figures: `${found.refused.length} calls refused, ${found.overlaps} overlaps, ${statuses(found.statuses)}`,
    },
    {
      what: 'iterations per account after everybody had the first',
      figures: `${found.turns[0]}..${found.turns.at(-1)}, first round (six orders each) done in ${seconds(found.firstRoundMs)}`,
    },
    {
      what: 'time between the ends of two iterations of one account',
      figures: `least ${seconds(found.gaps[0])}, median ${seconds(middle(found.gaps))}, longest ${seconds(found.gaps.at(-1))} (${iterationsAMinute('live')} a minute are kept free for)`,
    },
    {
      what: 'an iteration itself took',
      figures: `median ${seconds(middle(found.took))}, longest ${seconds(found.took.at(-1))}`,
    },
    {
      what: 'busiest minute of each service, of its budget',
      figures: `${used.join(', ')}; busiest second ${found.busiestSecond}/40`,
    },
    { what: 'real time', figures: seconds(monotonicMs() - startedAt) },
  ];
}

const statuses = (counts: ReadonlyMap<string, number>): string =>
  [...counts].map(([status, count]) => `${count} ${status}`).join(', ');
