// The record of an iteration as the journal keeps it, read back.
// Guarantees: it has what the commands read of it; a row that was changed from outside is said in words, and by its name.

import type { IterationRecord } from '../core/iteration-record.ts';
import type { IterationRow } from '../ports.ts';

/** What the journal keeps is not what was recorded. */
export class DamagedRecord extends Error {
  override readonly name = 'DamagedRecord';
}

/** @throws {DamagedRecord} */
export function storedRecord({ iteration, account, record }: IterationRow): IterationRecord {
  const found = jsonOrNull(record);
  const wrong = wrongIn(found);
  // The named boundary: what is read of it was looked at.
  if (wrong === null) return found as IterationRecord;
  throw new DamagedRecord(
    `the journal is damaged: the record of iteration ${iteration} of ${account} ${wrong}; expected what this program ` +
      'wrote. Its row was changed from outside: restore the journal from a backup before trading again',
  );
}

function wrongIn(found: unknown): string | null {
  if (typeof found !== 'object' || found === null) return 'is not a JSON object';
  const value = new Map<string, unknown>(Object.entries(found));
  const isTime = (key: string): boolean => !Number.isNaN(Date.parse(String(value.get(key))));
  const isDrift = (drift: unknown): boolean =>
    drift == null ||
    (typeof drift === 'object' &&
      'before' in drift &&
      'after' in drift &&
      typeof drift.before === 'number' &&
      typeof drift.after === 'number');
  const wrong =
    ['started_at', 'finished_at'].find((key) => !isTime(key)) ??
    ['status', 'account'].find((key) => typeof value.get(key) !== 'string') ??
    LISTS.find((key) => !isListOfObjects(value.get(key)));
  if (wrong !== undefined) return `has no ${wrong}`;
  if (!/^-?\d+(\.\d+)?$/.test(String(value.get('equity_rub') ?? 0)))
    return 'has an equity_rub that is no amount';
  return isDrift(value.get('tracking_error_pp')) ? null : 'has a tracking_error_pp that is none';
}

const LISTS = ['orders', 'positions', 'held_back'];
const isListOfObjects = (list: unknown): boolean =>
  Array.isArray(list) && list.every((each) => typeof each === 'object' && each !== null);

function jsonOrNull(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
