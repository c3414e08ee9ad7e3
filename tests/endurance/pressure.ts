// Many accounts of one token at an interval that its limits do not allow, against a venue that enforces them: who got how
// many turns, how long anybody waited, how much of each limit was used, and whether the venue had to refuse anything.

import type { IterationRecord } from '../../src/core/iteration-record.ts';
import type { LimitTable } from '../../src/exchange/limits.ts';
import type { CallRecord } from '../../src/exchange/record.ts';
import { SERVICE_OF_PATH, type Service } from '../../src/tinvest/methods.ts';
import { LongWorld, MINUTE_MS } from './long-world.ts';

/** Friday 2026-11-20, 11:00 Moscow. */
const START = Date.UTC(2026, 10, 20, 8);

export interface PressureOptions {
  readonly accounts: number;
  readonly minutes: number;
  readonly intervalMs: number;
  readonly latencyMs: number;
  readonly limits: LimitTable;
  readonly perSecond: number;
}

export interface Pressure {
  /** Calls that the venue refused, by method and code. */
  readonly refused: readonly string[];
  readonly statuses: ReadonlyMap<string, number>;
  /** Iterations of each account that began after every account had had its first. */
  readonly turns: readonly number[];
  /** Milliseconds between the ends of two such iterations of one account, ascending. */
  readonly gaps: readonly number[];
  /** How long iterations took, ascending. */
  readonly took: readonly number[];
  /** When the last account had finished its first iteration. */
  readonly firstRoundMs: number;
  /** Iterations of one account that overlapped. */
  readonly overlaps: number;
  /** Most calls of a service in any minute. */
  readonly busiestMinute: ReadonlyMap<Service, number>;
  readonly busiestSecond: number;
}

export async function runPressure(options: PressureOptions): Promise<Pressure> {
  const records: IterationRecord[] = [];
  const calls: { readonly service: Service; readonly atMs: number }[] = [];
  const refused: string[] = [];
  const onCall = (call: CallRecord, phase: string): void => {
    if (phase === 'received') calls.push({ service: serviceOf(call.method), atMs: call.atMs });
    if (phase === 'replied' && call.outcome !== 'ok') refused.push(`${call.method} ${call.outcome}`);
  };
  const world = new LongWorld({
    startMs: START,
    seed: 1,
    latencyMs: options.latencyMs,
    accounts: Array.from({ length: options.accounts }, (_, at) => ({
      id: `account_${at}`,
      token: 't.pressure',
      wallet: { TMOS: 25, TBRU: 25, TRUR: 25, RUB: 25 },
      cash: `${50_000 + at * 731}`,
      intervalMs: options.intervalMs,
    })),
    exchange: { limits: options.limits, perSecond: options.perSecond, onCall },
    onRecord: (record) => void records.push(record),
  });
  try {
    await world.runUntil(START + options.minutes * MINUTE_MS);
  } finally {
    world.close();
  }
  return { refused, ...figuresOf(records), ...busiest(calls) };
}

const serviceOf = (method: string): Service =>
  [...SERVICE_OF_PATH].find(([path]) => path.endsWith(`/${method}`))?.[1] ?? 'users';

function figuresOf(
  records: readonly IterationRecord[],
): Omit<Pressure, 'refused' | 'busiestMinute' | 'busiestSecond'> {
  const accounts = [...Map.groupBy(records, ({ account }) => account).values()].map((own) =>
    own.map(({ started_at, finished_at }) => ({
      fromMs: Date.parse(started_at),
      toMs: Date.parse(finished_at),
    })),
  );
  const firstRoundEnd = Math.max(...accounts.map((own) => own[0]?.toMs ?? 0));
  const later = accounts.map((own) => own.filter(({ fromMs }) => fromMs >= firstRoundEnd));
  const gapsOf = (own: readonly { toMs: number }[]) =>
    own.slice(1).map(({ toMs }, at) => toMs - (own[at]?.toMs ?? 0));
  return {
    statuses: new Map(
      [...Map.groupBy(records, ({ status }) => status)].map(([status, all]) => [status, all.length]),
    ),
    turns: later.map((own) => own.length).sort(ascending),
    gaps: later.flatMap(gapsOf).sort(ascending),
    took: accounts.flatMap((own) => own.map(({ fromMs, toMs }) => toMs - fromMs)).sort(ascending),
    firstRoundMs: firstRoundEnd - START,
    overlaps: accounts.reduce(
      (count, own) => count + own.slice(1).filter(({ fromMs }, at) => fromMs < (own[at]?.toMs ?? 0)).length,
      0,
    ),
  };
}

const ascending = (a: number, b: number): number => a - b;

function busiest(
  calls: readonly { readonly service: Service; readonly atMs: number }[],
): Pick<Pressure, 'busiestMinute' | 'busiestSecond'> {
  const services = Map.groupBy(calls, ({ service }) => service);
  return {
    busiestMinute: new Map([...services].map(([service, own]) => [service, most(own, MINUTE_MS)])),
    busiestSecond: most(calls, 1_000),
  };
}

/** Most calls in any span of that length; `calls` are in order of time. */
function most(calls: readonly { readonly atMs: number }[], spanMs: number): number {
  let from = 0;
  return calls.reduce((all, { atMs }, at) => {
    while ((calls[from]?.atMs ?? atMs) <= atMs - spanMs) from += 1;
    return Math.max(all, at - from + 1);
  }, 0);
}
