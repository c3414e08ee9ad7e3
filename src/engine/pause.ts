// Iterations that come to nothing: one is weather, two in a row are told, then once an hour until it is over.
// A closed exchange or a person's own stop is neither good nor bad. Guarantees: survives a restart (the journal remembers).

import type { IterationRecord } from '../core/iteration-record.ts';
import { HOUR_MS, type Teller, tellOnce } from './tell-once.ts';

const EVENT = 'paused';
/** Remembered, not told: the iteration before came to nothing. */
const FIRST = 'paused:first';

/** Looks at the iteration that is about to be recorded. `expected`: it was right to do nothing. */
export function watchPause(teller: Teller, record: IterationRecord, expected: boolean): void {
  const { journal, settings, clock } = teller;
  if (record.dry_run || expected) return;
  if (!isBad(record)) {
    for (const topic of [EVENT, FIRST]) journal.forgetAlert(settings.id, topic);
    return;
  }
  if (journal.lastAlert(settings.id, FIRST) === null) {
    journal.noteAlert(settings.id, FIRST, clock.now());
    return;
  }
  const status = record.status.replaceAll('_', ' ');
  tellOnce(
    teller,
    EVENT,
    `iterations come to nothing (${status}): ${record.reason ?? 'no reason given'}`,
    HOUR_MS,
  );
}

const isBad = ({ status }: IterationRecord): boolean =>
  status === 'failed' || status === 'skipped' || status === 'unknown_outcome';
