// The record of an iteration that ended before there was an account to look at.

import { blankRecord, type IterationRecord } from '../core/iteration-record.ts';
import { NO_MONEY } from '../core/units.ts';
import type { IterationRow } from '../ports.ts';
import type { AccountSettings } from './account-context.ts';

export function failedRecord(
  settings: AccountSettings,
  iteration: string,
  { startedAtMs, nowMs }: { readonly startedAtMs: number; readonly nowMs: number },
  reason: string,
): IterationRecord {
  const { id: account, policy, dryRun } = settings;
  const blank = blankRecord({
    iteration,
    account,
    mode: policy.mode,
    dryRun,
    exchangeOpen: false,
    atMs: startedAtMs,
  });
  return { ...blank, finished_at: new Date(nowMs).toISOString(), reason };
}

/** The same, as the journal keeps it. */
export const failedRow = (record: IterationRecord): IterationRow => ({
  iteration: record.iteration,
  account: record.account,
  brokerAccount: record.broker_account,
  startedAtMs: Date.parse(record.started_at),
  finishedAtMs: Date.parse(record.finished_at),
  status: record.status,
  reason: record.reason,
  dryRun: record.dry_run,
  counted: true,
  equity: null,
  turnover: NO_MONEY,
  commission: NO_MONEY,
  record: JSON.stringify(record),
});
