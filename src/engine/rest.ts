// The pause between two iterations of an account. Guarantees: a yes to an order that waits ends it within seconds; the venue
// is not asked for that, only the journal. A clock that is set forward ends it when it is due by that, one that is set back
// ends it at once: what was due by the wrong hour may be due at another, or the exchange open after all.

import type { Clock, Journal } from '../ports.ts';
import { steady } from './steady.ts';

/** How often the journal is looked at while an order waits. */
const LOOK_MS = 5_000;
/** How often else the clock is: it may have been put right, or the machine may have slept. */
const NAP_MS = 5 * 60_000;
/** Clocks that are only steered differ by less. */
const SET_BACK_MS = 60_000;

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
  const lead = clock.now() - steady(clock);
  const endMs = untilMs - lead;
  for (;;) {
    const nowMs = clock.now();
    const rows = journal.pendingOrders(account).filter((row) => nowMs < row.expiresAtMs);
    if (rows.some((row) => row.answer === 'confirmed' && (row.answeredAtMs ?? 0) > sinceMs)) return;
    const leftMs = Math.min(untilMs - nowMs, endMs - steady(clock));
    const waits = rows.some((row) => row.answer === 'none');
    await clock.sleep(Math.min(leftMs, waits ? LOOK_MS : NAP_MS), stop);
    if (stop.aborted || clock.now() >= untilMs || steady(clock) >= endMs) return;
    if (clock.now() - steady(clock) < lead - SET_BACK_MS) return;
  }
}
