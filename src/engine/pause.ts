// Iterations that come to nothing: one is weather, two in a row are told, then once an hour until it is over.
// A closed exchange is neither good nor bad. Guarantees: survives a restart (the journal remembers), tells the end once.

import type { IterationRecord } from '../core/iteration-record.ts';
import type { AccountContext } from './account-context.ts';

const EVENT = 'paused';
const HOUR_MS = 3_600_000;

/** Looks at the iteration that is about to be recorded. */
export function watchPause(context: AccountContext, record: IterationRecord): void {
  const { journal, settings, clock } = context;
  if (record.dry_run || isNeutral(record)) return;
  if (!isBad(record)) {
    journal.forgetAlert(settings.id, EVENT);
    return;
  }
  const last = journal.lastAlert(settings.id, EVENT);
  if (last !== null && clock.now() - last < HOUR_MS) return;
  if (last === null && !previousWasBad(context)) return;
  journal.noteAlert(settings.id, EVENT, clock.now());
  context.notifier.alert({
    account: settings.id,
    event: EVENT,
    message: `iterations come to nothing (${record.status.replaceAll('_', ' ')}): ${record.reason ?? 'no reason given'}`,
  });
}

/** The newest iteration before this one that was neither dry nor on a closed exchange. */
function previousWasBad(context: AccountContext): boolean {
  const rows = context.journal.iterations({ account: context.settings.id, limit: 20 });
  const records = rows.map((row) => JSON.parse(row.record) as IterationRecord);
  const previous = records.find((record) => !record.dry_run && !isNeutral(record));
  return previous !== undefined && isBad(previous);
}

const isNeutral = (record: IterationRecord): boolean => record.status === 'skipped' && !record.exchange_open;

const isBad = ({ status }: IterationRecord): boolean =>
  status === 'failed' || status === 'skipped' || status === 'unknown_outcome';
