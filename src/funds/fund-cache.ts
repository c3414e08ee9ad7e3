// Every value that passed its checks, in memory and, where there is one, in the journal: the last good ones with their ages.
// Guarantees: read once and then answered from memory; a journal that cannot be used costs the memory of other runs,
// never an iteration.

import { DAY_MS } from '../core/moscow-day.ts';
import type { FundValue } from '../ports.ts';

/** The journal's half. */
export interface FundValueStore {
  fundValues(sinceMs: number): readonly FundValue[];
  keepFundValues(values: readonly FundValue[]): void;
}

export interface FundLog {
  info(facts: object, message: string): void;
  warn(facts: object, message: string): void;
}

type Kind = FundValue['kind'];

export interface FundCache {
  /** Newest by source, in no order. */
  newest(ticker: string, kind: Kind): readonly FundValue[];
  newestOf(ticker: string, kind: Kind, source: string): FundValue | null;
  /** Everything that is known, oldest first. */
  history(ticker: string, kind: Kind): readonly FundValue[];
  keep(values: readonly FundValue[]): void;
}

/** `diff` looks back to midnight; the rest is for looking at. */
const HISTORY_MS = 40 * DAY_MS;

export function createFundCache(store: FundValueStore | null, nowMs: number, log: FundLog): FundCache {
  const histories = new Map<string, FundValue[]>();
  const newest = new Map<string, Map<string, FundValue>>();

  const remember = (value: FundValue) => {
    const key = `${value.ticker} ${value.kind}`;
    const history = histories.get(key) ?? [];
    histories.set(key, history);
    history.push(value);
    const oldestMs = value.fetchedAtMs - HISTORY_MS;
    while (history[0] !== undefined && history[0].fetchedAtMs < oldestMs) history.shift();
    const bySource = newest.get(key) ?? new Map<string, FundValue>();
    newest.set(key, bySource);
    const before = bySource.get(value.source);
    if (before === undefined || before.fetchedAtMs <= value.fetchedAtMs) bySource.set(value.source, value);
  };

  for (const value of read(store, nowMs - HISTORY_MS, log)) remember(value);
  return {
    newest: (ticker, kind) => [...(newest.get(`${ticker} ${kind}`)?.values() ?? [])],
    newestOf: (ticker, kind, source) => newest.get(`${ticker} ${kind}`)?.get(source) ?? null,
    history: (ticker, kind) => histories.get(`${ticker} ${kind}`) ?? [],
    keep(values) {
      for (const value of values) remember(value);
      try {
        if (values.length > 0) store?.keepFundValues(values);
      } catch (error) {
        log.warn(
          { problem: inWords(error), values: values.length },
          'fund data could not be kept for later runs',
        );
      }
    },
  };
}

function read(store: FundValueStore | null, sinceMs: number, log: FundLog): readonly FundValue[] {
  try {
    return (store?.fundValues(sinceMs) ?? []).toSorted((a, b) => a.fetchedAtMs - b.fetchedAtMs);
  } catch (error) {
    log.warn(
      { problem: inWords(error) },
      'fund data of earlier runs could not be read: they are fetched anew',
    );
    return [];
  }
}

/** Without the places in this program where it came about: nothing stopped for it. */
const inWords = (error: unknown): string => (error instanceof Error ? error.message : String(error));
