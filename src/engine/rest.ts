// The pause between two iterations of an account. Guarantees: a yes to an order that waits ends it within seconds; the venue
// is not asked for that, only the journal.

import type { Clock, Journal } from '../ports.ts';

/** How often the journal is looked at while an order waits. */
const LOOK_MS = 5_000;

export interface Rest {
  readonly clock: Clock;
  readonly journal: Journal;
  readonly stop: AbortSignal;
  readonly account: string;
  /** When the iteration began that this rest follows: an answer given since then is news. */
  readonly sinceMs: number;
  readonly untilMs: number;
}

export async function rest({ clock, journal, stop, account, sinceMs, untilMs }: Rest): Promise<void> {
  for (;;) {
    const nowMs = clock.now();
    const rows = journal.pendingOrders(account).filter((row) => nowMs < row.expiresAtMs);
    if (rows.some((row) => row.answer === 'confirmed' && (row.answeredAtMs ?? 0) > sinceMs)) return;
    const leftMs = untilMs - nowMs;
    const waits = rows.some((row) => row.answer === 'none');
    await clock.sleep(waits ? Math.min(leftMs, LOOK_MS) : leftMs, stop);
    if (stop.aborted || !waits || clock.now() >= untilMs) return;
  }
}
