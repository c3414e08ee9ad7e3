// What an iteration costs against a venue of its own process: unary calls and time, with nothing to do and with 12 orders.

import type { IterationRecord } from '../src/core/iteration-record.ts';
import { Bench, block } from './processes.ts';
import { type Row, spread } from './spread.ts';

const TICKERS = [
  'TRUR',
  'TMOS',
  'TGLD',
  'TMON',
  'TBRU',
  'TPAY',
  'TDIV',
  'TLCB',
  'TOFZ',
  'TRND',
  'TITR',
  'SBER',
];
const QUIET_ITERATIONS = 8;

export async function benchIterations(latencyMs: number): Promise<Row[]> {
  const bench = new Bench();
  try {
    const venue = await bench.venue(1, '500000');
    if (latencyMs > 0) await venue.tell(`delay * ${latencyMs} 1000000`);
    const bot = bench.bot({
      args: ['start', '--json'],
      endpoint: venue.endpoint,
      accounts: [block(0, TICKERS, 1_000)],
    });
    const calls = async () => Number((await venue.tell('calls')).count);
    const first = (await bot.records.next()).value as IterationRecord;
    const afterFirst = await calls();
    const quiet: IterationRecord[] = [];
    while (quiet.length < QUIET_ITERATIONS) quiet.push((await bot.records.next()).value as IterationRecord);
    const afterQuiet = await calls();
    await bot.stop();
    const what = (text: string) => `${text}, venue at ${latencyMs} ms`;
    return [
      {
        what: what(`${first.orders.length} orders from cold`),
        figures: `${afterFirst} calls, ${took(first)} ms (${first.status})`,
      },
      {
        what: what('nothing to do'),
        figures: `${((afterQuiet - afterFirst) / quiet.length).toFixed(1)} calls, ${spread('', quiet.map(took), 'ms').figures}`,
      },
    ];
  } finally {
    await bench.close();
  }
}

const took = (record: IterationRecord): number =>
  Date.parse(record.finished_at) - Date.parse(record.started_at);
