// `plan --snapshot FILE|-`: decides offline from saved snapshots, so that any past decision can be replayed and explained.
// A file is decided with its account's block of CONFIG.json; `-` reads one {"snapshot", "account"} per line from stdin.
// Guarantees: one iteration record per snapshot, in order; a bad line spoils neither the others nor the exit code's truth.

import type { AccountConfig } from '../config/config.ts';
import { parseJson } from '../config/json-text.ts';
import { DEFAULT_OVERNIGHT_FEES } from '../config/overnight-fees.ts';
import { parseAccountBlock } from '../config/parse-account-block.ts';
import { formatProblems, type Problem } from '../config/problem.ts';
import { type FileFinding, readUpTo } from '../config/read-file.ts';
import { heldWarnings } from '../core/attribution.ts';
import { absentFrom, decide } from '../core/decide.ts';
import {
  blankRecord,
  costsRecord,
  type IterationRecord,
  orderRecord,
  positionsOf,
  RISK_ONLY,
  trackingErrorRecord,
} from '../core/iteration-record.ts';
import type { PlannedOrder } from '../core/plan.ts';
import type { OvernightFees } from '../core/policy.ts';
import type { Snapshot } from '../core/portfolio.ts';
import { nothingToDo } from '../core/rebalance/nothing-to-do.ts';
import { decimal, NO_LOTS, NO_MONEY } from '../core/units.ts';
import { unreachable } from '../core/unreachable.ts';
import { keyOf } from '../engine/gate.ts';
import { parseSnapshot } from '../report/snapshot-json.ts';
import { policyOf } from './account-settings.ts';
import { folded } from './amounts.ts';
import type { CommonOptions } from './common-options.ts';
import { EXIT } from './exit-code.ts';
import { UnreadableInput } from './lines.ts';
import { loadOrExplain } from './load-or-explain.ts';
import type { Outside } from './outside.ts';
import { iterationPrinter } from './print-iteration.ts';

export interface PlanSnapshotOptions extends CommonOptions {
  /** A file, or `-` for NDJSON on stdin. */
  readonly snapshot: string;
}

export async function planSnapshotCommand(options: PlanSnapshotOptions, outside: Outside): Promise<number> {
  const print = iterationPrinter(outside.terminal, { json: options.json, compact: false });
  if (options.snapshot !== '-') return planFile(options, outside, print);
  try {
    return await planLines(outside, print);
  } catch (error) {
    if (!(error instanceof UnreadableInput)) throw error;
    outside.terminal.err(folded(`${error.message}\n`, outside.terminal.width));
    return EXIT.usage;
  }
}

type Print = (record: IterationRecord) => void;

function planFile(options: PlanSnapshotOptions, outside: Outside, print: Print): number {
  const fail = (text: string): number => {
    const said = `${options.snapshot}: ${text}\n`;
    // Lists of problems are lines already.
    outside.terminal.err(text.includes('\n') ? said : folded(said, outside.terminal.width));
    return EXIT.usage;
  };
  const text = textOf(readUpTo(options.snapshot, SNAPSHOT_BYTES_MAX));
  if (text.kind === 'refused') return fail(`cannot be read as a snapshot: ${text.because}`);
  const json = parseJson(text.text);
  if (!json.ok) return fail(`cannot be read as a snapshot: ${inWords(json.problem)}`);
  if (json.problems.length > 0) return fail(`not a snapshot: ${json.problems.map(inWords).join('; ')}`);
  const { value } = json;
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
  const record = recordOf(account, loaded.config.overnightFees, parsed.snapshot, outside);
  print(record);
  return codeOf(record);
}

/** Twenty thousand instruments. */
const SNAPSHOT_BYTES_MAX = 16 * 1024 * 1024;

function textOf(
  finding: FileFinding,
): { readonly kind: 'text'; readonly text: string } | { readonly kind: 'refused'; readonly because: string } {
  const refused = (because: string) => ({ kind: 'refused' as const, because });
  switch (finding.kind) {
    case 'missing':
      return refused('no such file');
    case 'directory':
      return refused('it is a directory; name a file in it');
    case 'too_big':
      return refused(`more than ${SNAPSHOT_BYTES_MAX} bytes; expected one snapshot`);
    case 'unreadable':
      return refused(finding.because);
    case 'file':
      return decoded(finding.bytes) ?? refused('text in another encoding; save it again as UTF-8');
    default:
      return unreachable(finding);
  }
}

function decoded(bytes: Uint8Array): { readonly kind: 'text'; readonly text: string } | null {
  try {
    return { kind: 'text', text: new TextDecoder('utf-8', { fatal: true }).decode(bytes) };
  } catch {
    return null;
  }
}

/** A snapshot that cannot be planned fails the command as an account fails a run. */
const codeOf = (record: IterationRecord): number => (record.status === 'failed' ? EXIT.failed : EXIT.ok);

const accountName = (value: unknown): string | null => {
  const isObject = typeof value === 'object' && value !== null && 'account' in value;
  return isObject && typeof value.account === 'string' ? value.account : null;
};

async function planLines(outside: Outside, print: Print): Promise<number> {
  let code: number = EXIT.ok;
  let number = 0;
  let isEmpty = true;
  for await (const line of outside.terminal.lines()) {
    number += 1;
    if (line.trim() === '') continue;
    isEmpty = false;
    // Pipes of some systems begin with a byte order mark, as files do.
    const planned = planLine(number === 1 ? line.replace(/^\uFEFF/, '') : line, outside);
    if (planned.problem !== null) {
      outside.terminal.err(`line ${number}: ${planned.problem}\n`);
      code = EXIT.usage;
    } else if (code === EXIT.ok) code = codeOf(planned.record);
    print(planned.record);
  }
  if (isEmpty) {
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
  const json = parseJson(line);
  if (!json.ok) return refused(`not JSON: ${inWords(json.problem)}`, 'unknown');
  const { value, problems } = json;
  if (typeof value !== 'object' || value === null || !('snapshot' in value)) {
    return refused('expected {"snapshot": {...}, "account": {...}}', 'unknown');
  }
  const name = accountName(value.snapshot) ?? 'unknown';
  if (problems.length > 0) return refused(problems.map(inWords).join('; '), name);
  const block = parseAccountBlock('account' in value ? value.account : {}, { id: name });
  if (!block.ok) return refused(formatProblems(block.problems).trimEnd(), name);
  const parsed = parseSnapshot(value.snapshot, new Set(block.account.wallet.keys()));
  if (!parsed.ok) return refused(`not a snapshot: ${parsed.problems.join('; ')}`, name);
  return { problem: null, record: recordOf(block.account, DEFAULT_OVERNIGHT_FEES, parsed.snapshot, outside) };
}

/** A problem of a line as a part of one sentence. */
const inWords = ({ path, found, expected, fix }: Problem): string =>
  `${path === '' ? '' : `${path}: `}${found}, expected ${expected}${fix === undefined ? '' : ` (${fix})`}`;

/** The record of an offline plan: its times are the snapshot's, its id is new. */
export function recordOf(
  account: AccountConfig,
  overnightFees: OvernightFees,
  snapshot: Snapshot,
  outside: Pick<Outside, 'newId'>,
): IterationRecord {
  const policy = policyOf(account, overnightFees);
  const iteration = outside.newId();
  const base = {
    ...emptyRecord(iteration, account.id, policy.mode, snapshot, snapshot.takenAtMs),
    warnings: closedWarnings(account, snapshot),
  };
  const absent = absentFrom(snapshot, policy);
  if (absent !== null) return { ...base, status: 'failed', reason: absent };
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
        reason: nothingToDo(plan),
        equity_rub: decimal(plan.equity),
        positions: positionsOf(plan),
        orders: planned(plan.orders),
        held_back: plan.heldBack,
        warnings: [...base.warnings, ...plan.warnings, ...heldWarnings(plan.heldBack)],
        tracking_error_pp: trackingErrorRecord(plan.trackingError),
        costs: costsRecord(plan),
      };
    }
  }
}

/** A replay plans all the same: that is what it is for. */
function closedWarnings({ closure }: AccountConfig, snapshot: Snapshot): string[] {
  if (snapshot.exchangeOpen || closure.mode !== 'skip_iteration') return [];
  return [
    'the exchange was closed when the snapshot was taken: a live iteration would have been skipped (exchange_closure_behavior.mode skip_iteration)',
  ];
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
