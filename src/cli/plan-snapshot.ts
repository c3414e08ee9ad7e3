// `plan --snapshot FILE|-`: decides offline from saved snapshots, so that any past decision can be replayed and explained.
// A file is decided with its account's block of CONFIG.json; `-` reads one {"snapshot", "account"} per line from stdin.
// Guarantees: one iteration record per snapshot, in order; a bad line spoils neither the others nor the exit code's truth.

import { readFileSync } from 'node:fs';
import type { AccountConfig } from '../config/config.ts';
import { parseAccountBlock } from '../config/parse-account-block.ts';
import { formatProblems } from '../config/problem.ts';
import { decide } from '../core/decide.ts';
import {
  blankRecord,
  type IterationRecord,
  orderRecord,
  positionsOf,
  RISK_ONLY,
  trackingErrorRecord,
} from '../core/iteration-record.ts';
import type { PlannedOrder } from '../core/plan.ts';
import type { Snapshot } from '../core/portfolio.ts';
import { decimal, NO_LOTS, NO_MONEY } from '../core/units.ts';
import { keyOf } from '../engine/gate.ts';
import { parseSnapshot } from '../report/snapshot-json.ts';
import { policyOf } from './account-settings.ts';
import type { CommonOptions } from './common-options.ts';
import { EXIT } from './exit-code.ts';
import { loadOrExplain } from './load-or-explain.ts';
import type { Outside } from './outside.ts';
import { iterationPrinter } from './print-iteration.ts';

export interface PlanSnapshotOptions extends CommonOptions {
  /** A file, or `-` for NDJSON on stdin. */
  readonly snapshot: string;
}

export async function planSnapshotCommand(options: PlanSnapshotOptions, outside: Outside): Promise<number> {
  const print = iterationPrinter(outside.terminal, { json: options.json, compact: false });
  return options.snapshot === '-' ? planLines(outside, print) : planFile(options, outside, print);
}

type Print = (record: IterationRecord) => void;

function planFile(options: PlanSnapshotOptions, outside: Outside, print: Print): number {
  const fail = (text: string): number => {
    outside.terminal.err(`${options.snapshot}: ${text}\n`);
    return EXIT.usage;
  };
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(options.snapshot, 'utf8'));
  } catch (error) {
    return fail(`cannot be read as a snapshot: ${error instanceof Error ? error.message : String(error)}`);
  }
  const name = accountName(value);
  if (name === null)
    return fail('no "account" in it: expected a snapshot as `start --save-snapshots DIR` writes it');
  const loaded = loadOrExplain(options, outside, { needTokens: false });
  if (!loaded) return EXIT.usage;
  const account = loaded.config.accounts.find((block) => block.id === name);
  const known = loaded.config.accounts.map((block) => block.id).join(', ');
  if (!account)
    return fail(`it is of account ${name}, which ${options.config} does not have (it has ${known})`);
  const parsed = parseSnapshot(value, new Set(account.wallet.keys()));
  if (!parsed.ok) return fail(`not a snapshot:\n  ${parsed.problems.join('\n  ')}`);
  print(recordOf(account, parsed.snapshot, outside));
  return EXIT.ok;
}

const accountName = (value: unknown): string | null => {
  const isObject = typeof value === 'object' && value !== null && 'account' in value;
  return isObject && typeof value.account === 'string' ? value.account : null;
};

async function planLines(outside: Outside, print: Print): Promise<number> {
  let code: number = EXIT.ok;
  let number = 0;
  for await (const line of outside.terminal.lines()) {
    number += 1;
    if (line.trim() === '') continue;
    const planned = planLine(line, outside);
    if (planned.problem !== null) {
      outside.terminal.err(`line ${number}: ${planned.problem}\n`);
      code = EXIT.usage;
    }
    print(planned.record);
  }
  if (number === 0) {
    outside.terminal.err('stdin is empty: expected one {"snapshot": {...}, "account": {...}} per line\n');
    return EXIT.usage;
  }
  return code;
}

function planLine(line: string, outside: Outside): { record: IterationRecord; problem: string | null } {
  const refused = (problem: string, name: string) => ({
    problem,
    record: refusedRecord(name, problem, outside),
  });
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (error) {
    return refused(`not JSON: ${error instanceof Error ? error.message : String(error)}`, 'unknown');
  }
  if (typeof value !== 'object' || value === null || !('snapshot' in value)) {
    return refused('expected {"snapshot": {...}, "account": {...}}', 'unknown');
  }
  const name = accountName(value.snapshot) ?? 'unknown';
  const block = parseAccountBlock('account' in value ? value.account : {}, { id: name });
  if (!block.ok) return refused(formatProblems(block.problems).trimEnd(), name);
  const parsed = parseSnapshot(value.snapshot, new Set(block.account.wallet.keys()));
  if (!parsed.ok) return refused(`not a snapshot: ${parsed.problems.join('; ')}`, name);
  return { problem: null, record: recordOf(block.account, parsed.snapshot, outside) };
}

/** The record of an offline plan: its times are the snapshot's, its id is new. */
export function recordOf(
  account: AccountConfig,
  snapshot: Snapshot,
  outside: Pick<Outside, 'newId'>,
): IterationRecord {
  const policy = policyOf(account);
  const iteration = outside.newId();
  const base = emptyRecord(iteration, account.id, policy.mode, snapshot, snapshot.takenAtMs);
  const decision = decide(snapshot, policy);
  const planned = (orders: readonly PlannedOrder[]) => orders.map((order) => plannedRecord(iteration, order));
  switch (decision.kind) {
    case 'skip':
      return { ...base, status: 'skipped', reason: decision.because };
    case 'risk_only': {
      const reason = `${RISK_ONLY}: ${decision.because}`;
      return { ...base, status: 'planned', reason, orders: planned(decision.orders) };
    }
    case 'plan': {
      const { plan } = decision;
      return {
        ...base,
        status: 'planned',
        equity_rub: decimal(plan.equity),
        positions: positionsOf(plan),
        orders: planned(plan.orders),
        held_back: plan.heldBack,
        tracking_error_pp: trackingErrorRecord(plan.trackingError),
      };
    }
  }
}

const plannedRecord = (iteration: string, order: PlannedOrder) =>
  orderRecord({
    ...order,
    status: 'planned',
    filled: NO_LOTS,
    value: order.amount,
    commission: NO_MONEY,
    key: keyOf({ brokerAccount: '', iteration, leg: order.side === 'sell' ? 0 : 1 }, order, 0),
    orderId: null,
    error: null,
  });

function emptyRecord(
  iteration: string,
  account: string,
  mode: string,
  snapshot: Snapshot | null,
  atMs: number,
): IterationRecord {
  const exchangeOpen = snapshot?.exchangeOpen ?? false;
  return blankRecord({ iteration, account, mode, dryRun: true, exchangeOpen, atMs });
}

const refusedRecord = (account: string, reason: string, outside: Outside): IterationRecord => ({
  ...emptyRecord(outside.newId(), account, 'manual', null, outside.clock.now()),
  reason,
});
