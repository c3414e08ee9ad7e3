// Start-up until the venue sees the first call, and resident memory: a daemon with 20 accounts, and a long paper run.

import { monotonicMs } from '../src/clock.ts';
import { Bench, block, residentMb } from './processes.ts';
import { type Row, spread } from './spread.ts';

const STARTS = 7;
const FUNDS = ['TRUR', 'TMOS', 'TGLD', 'TBRU'];

export async function benchStartUp(): Promise<Row> {
  const bench = new Bench();
  try {
    const venue = await bench.venue(1, '500000');
    const times: number[] = [];
    for (let start = 0; start < STARTS; start += 1) {
      const seen = venue.tell('hold GetAccounts received');
      const startedAt = monotonicMs();
      const bot = bench.bot({
        args: ['plan', '--json'],
        endpoint: venue.endpoint,
        accounts: [block(0, FUNDS, 1_000)],
      });
      await seen;
      times.push(monotonicMs() - startedAt);
      await venue.tell('release');
      await bot.records.next();
      await bot.stop();
    }
    return spread('start-up to the first call', times, 'ms');
  } finally {
    await bench.close();
  }
}

export async function benchDaemonMemory(accounts: number, iterations: number): Promise<Row> {
  const bench = new Bench();
  try {
    const venue = await bench.venue(accounts, '500000');
    const bot = bench.bot({
      args: ['start', '--json'],
      endpoint: venue.endpoint,
      accounts: Array.from({ length: accounts }, (_, index) => block(index, FUNDS, 10_000)),
    });
    for (let seen = 0; seen < iterations; seen += 1) await bot.records.next();
    const figures = `${residentMb(bot.pid).toFixed(0)} MB after ${iterations} iterations`;
    await bot.stop();
    return { what: `memory of a daemon with ${accounts} accounts`, figures };
  } finally {
    await bench.close();
  }
}

/** Bot and embedded exchange in one process: what it holds after a quarter of the iterations, and after all. */
export async function benchPaperMemory(iterations: number): Promise<Row> {
  const bench = new Bench();
  try {
    const bot = bench.bot({ args: ['paper', '--json', '--speed', '50', '--seed', '1'] });
    const marks: number[] = [];
    for (let seen = 1; seen <= iterations; seen += 1) {
      await bot.records.next();
      if (seen % (iterations / 4) === 0) marks.push(residentMb(bot.pid));
    }
    await bot.stop();
    const figures = marks.map((mark) => mark.toFixed(0)).join(' -> ');
    return { what: `memory of paper over ${iterations} iterations, by quarter`, figures: `${figures} MB` };
  } finally {
    await bench.close();
  }
}
