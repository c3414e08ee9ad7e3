// The record of an iteration that ended before there was an account to look at.

import type { IterationRecord } from '../core/iteration-record.ts';
import { NO_MONEY } from '../core/units.ts';
import type { IterationRow } from '../ports.ts';
import type { AccountSettings } from './account-context.ts';

export function failedRecord(
  settings: AccountSettings,
  iteration: string,
  nowMs: number,
  reason: string,
): IterationRecord {
  const at = new Date(nowMs).toISOString();
  return {
    schema: 1,
    iteration,
    account: settings.id,
    broker_account: null,
    started_at: at,
    finished_at: at,
    mode: settings.policy.mode,
    exchange_open: false,
    dry_run: settings.dryRun,
    status: 'failed',
    reason,
    equity_rub: null,
    positions: [],
    apart: [],
    orders: [],
    held_back: [],
    warnings: [],
    tracking_error_pp: null,
  };
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
