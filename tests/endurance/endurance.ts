// Days of the daemon in virtual time: many accounts, all sessions and weekends, moving prices, deposits. What it looks at:
// memory and journal over time, whether every iteration begins when it should, and whether each day ends balanced.

import { heapStats } from 'bun:jsc';
import { realTimeout } from '../../src/clock.ts';
import type { IterationRecord } from '../../src/core/iteration-record.ts';
import type { Random } from '../../src/ports.ts';
import { seededRandom } from '../../src/random.ts';
import { DAY_MS, HOUR_MS, type LongAccount, LongWorld, MINUTE_MS } from './long-world.ts';

/** Wednesday 2026-11-18, 10:00 Moscow: the first half day is all trading, and seven days from here hold one weekend. */
const START = Date.UTC(2026, 10, 18, 7);
const MOSCOW_MS = 3 * HOUR_MS;
const FUNDS = ['TRUR', 'TMOS', 'TGLD', 'TBRU', 'TPAY', 'TDIV', 'TLCB', 'TOFZ'];
const SHARES = ['SBER', 'GAZP', 'AFKS', 'LKOH'];
/** Beginnings of sessions and of the hours between them, minutes of the Moscow day. */
const OPENINGS = new Set([7 * 60, 9 * 60 + 50, 10 * 60, 19 * 60 + 5]);
/** Accounts that wake together take turns. */
const LATE_MS = 10_000;

export interface EnduranceOptions {
  readonly accounts: number;
  readonly days: number;
  readonly intervalMs: number;
  readonly seed: number;
  /** Real time that the allocator gets to give pages back before memory is read. */
  readonly settleMs?: number;
  /** Every half day; after forced collection. */
  readonly onSample?: (sample: Sample) => void;
}

export interface Sample {
  readonly day: number;
  readonly rssMb: number;
  readonly heapMb: number;
  /** Pages of the journal in use, and the file. */
  readonly journalMb: number;
  readonly journalFileMb: number;
  readonly iterations: number;
}

export interface Endurance {
  readonly samples: readonly Sample[];
  readonly iterations: number;
  readonly orders: number;
  readonly statuses: ReadonlyMap<string, number>;
  /** Beginnings that were neither one interval after the one before nor at an opening. */
  readonly offSchedule: readonly string[];
  /** Account-days that did not end balanced. */
  readonly unbalanced: readonly string[];
  readonly complaints: readonly string[];
  readonly exitCode: number;
}

export async function runEndurance(options: EnduranceOptions): Promise<Endurance> {
  const random = seededRandom(options.seed);
  const watch = new Watch(options.intervalMs);
  const world = new LongWorld({
    startMs: START,
    seed: options.seed,
    latencyMs: 0,
    accounts: Array.from({ length: options.accounts }, (_, at) =>
      randomAccount(random, at, options.intervalMs),
    ),
    exchange: { limits: 'off', callsKept: 50 },
    onRecord: (record) => watch.see(record),
  });
  const samples: Sample[] = [];
  try {
    const ended = world.runUntil(START + options.days * DAY_MS);
    void depositNowAndThen(world, random, options);
    void sampleEveryHalfDay(world, options, watch, (sample) => {
      samples.push(sample);
      options.onSample?.(sample);
    });
    const exitCode = await ended;
    return { ...watch.found(), samples, complaints: world.complaints, exitCode };
  } finally {
    world.close();
  }
}

function randomAccount(random: Random, at: number, intervalMs: number): LongAccount {
  const pick = <T>(from: readonly T[], count: number): T[] =>
    from
      .map((value) => ({ value, order: random() }))
      .sort((a, b) => a.order - b.order)
      .slice(0, count)
      .map(({ value }) => value);
  const tickers = [...pick(FUNDS, 2 + Math.floor(random() * 4)), ...pick(SHARES, Math.floor(random() * 3))];
  const weights = [...tickers, 'RUB'].map(
    (ticker) => [ticker, ticker === 'RUB' ? 5 : 5 + Math.floor(random() * 30)] as const,
  );
  const sum = weights.reduce((all, [, weight]) => all + weight, 0);
  return {
    id: `account_${at}`,
    token: `t.endurance-${at % 3}`,
    wallet: Object.fromEntries(
      weights.map(([ticker, weight]) => [ticker, Math.round((weight / sum) * 10_000) / 100]),
    ),
    cash: String(500_000 + Math.floor(random() * 5_000_000)),
    intervalMs,
    block: { exchange: 'auto', ...(at % 4 === 0 ? { unlisted_positions: 'sell' } : {}) },
  };
}

/** About one deposit per account in two days, at any hour. */
async function depositNowAndThen(
  world: LongWorld,
  random: Random,
  { accounts, days }: EnduranceOptions,
): Promise<void> {
  const everyMs = (2 * DAY_MS) / accounts;
  const untilMs = START + days * DAY_MS;
  for (;;) {
    const waitMs = Math.ceil(random() * 2 * everyMs);
    if (world.clock.now() + waitMs >= untilMs) return;
    await world.clock.sleep(waitMs);
    const account = `account_${Math.floor(random() * accounts)}`;
    world.exchange.deposit(world.brokerId(account), `${1_000 + Math.floor(random() * 50_000)}.00`);
  }
}

async function sampleEveryHalfDay(
  world: LongWorld,
  { days, settleMs = 0 }: EnduranceOptions,
  watch: Watch,
  take: (sample: Sample) => void,
): Promise<void> {
  for (let half = 1; half < 2 * days; half += 1) {
    await world.clock.sleep(START + half * (DAY_MS / 2) - world.clock.now());
    await world.clock.busy(async () => {
      Bun.gc(true);
      if (settleMs > 0) await realTimeout(settleMs);
    });
    const { bytes, used } = world.journalSize();
    take({
      day: half / 2,
      rssMb: process.memoryUsage.rss() / 2 ** 20,
      heapMb: heapStats().heapSize / 2 ** 20,
      journalMb: used / 2 ** 20,
      journalFileMb: bytes / 2 ** 20,
      iterations: watch.iterations,
    });
  }
}

interface Seen {
  startMs: number;
  status: string;
  driftPp: number;
  /** Something that its plan names could not be traded then: shares at a weekend. */
  held: boolean;
}

/** Looks at each record and keeps next to nothing of it. */
class Watch {
  iterations = 0;
  private orders = 0;
  private readonly statuses = new Map<string, number>();
  private readonly last = new Map<string, Seen>();
  private readonly offSchedule: string[] = [];
  private readonly unbalanced: string[] = [];

  constructor(private readonly intervalMs: number) {}

  see(record: IterationRecord): void {
    this.iterations += 1;
    this.orders += record.orders.length;
    this.statuses.set(record.status, (this.statuses.get(record.status) ?? 0) + 1);
    const startMs = Date.parse(record.started_at);
    const before = this.last.get(record.account);
    if (before && moscowDay(before.startMs) !== moscowDay(startMs)) this.endOfDay(record.account, before);
    if (before && !this.isDue(before.startMs, startMs))
      this.offSchedule.push(
        `${record.account} ${record.started_at} after ${new Date(before.startMs).toISOString()}`,
      );
    this.last.set(record.account, {
      startMs,
      status: record.status,
      driftPp: record.tracking_error_pp?.after ?? Number.POSITIVE_INFINITY,
      held: record.held_back.some(({ rule }) => rule === 'not_tradable'),
    });
  }

  found(): Pick<Endurance, 'iterations' | 'orders' | 'statuses' | 'offSchedule' | 'unbalanced'> {
    for (const [account, seen] of this.last) this.endOfDay(account, seen);
    const { iterations, orders, statuses, offSchedule, unbalanced } = this;
    return { iterations, orders, statuses, offSchedule, unbalanced };
  }

  /** One interval later counted on the grid of intervals, or at an opening. */
  private isDue(beforeMs: number, startMs: number): boolean {
    const onGrid = (ms: number) => ms - (ms % MINUTE_MS);
    const lateMs = startMs % MINUTE_MS;
    if (lateMs > LATE_MS) return false;
    if (onGrid(startMs) - onGrid(beforeMs) === this.intervalMs) return true;
    return OPENINGS.has(((onGrid(startMs) + MOSCOW_MS) % DAY_MS) / MINUTE_MS);
  }

  private endOfDay(account: string, { startMs, status, driftPp, held }: Seen): void {
    // Nothing was open yet.
    if (status === 'skipped' && (startMs + MOSCOW_MS) % DAY_MS < 7 * HOUR_MS) return;
    const isBalanced = (status === 'balanced' || status === 'nothing_to_do') && (held || driftPp < 2);
    if (!isBalanced)
      this.unbalanced.push(`${account} ${new Date(startMs).toISOString()} ${status} ${driftPp}`);
  }
}

const moscowDay = (ms: number): number => Math.floor((ms + MOSCOW_MS) / DAY_MS);
