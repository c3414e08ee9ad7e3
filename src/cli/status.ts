// `status`: what the journal knows of every account: its last iteration, the next one, and orders that are not final.

import type { AccountConfig } from '../config/config.ts';
import type { IterationRecord } from '../core/iteration-record.ts';
import { raw } from '../core/units.ts';
import type { Halt, IterationRow, Journal, JournaledOrder, KillSwitch } from '../ports.ts';
import { folded, inMoscowTime, moscowTime, plural, rub } from './amounts.ts';
import type { CommonOptions } from './common-options.ts';
import { EXIT } from './exit-code.ts';
import { chosenAccounts, loadOrExplain } from './load-or-explain.ts';
import type { Outside } from './outside.ts';
import { createPaint, type Paint } from './paint.ts';
import { pendingFacts, pendingNow, pendingWords } from './pending.ts';
import { cashFacts, cashWords } from './raise-cash.ts';
import { paintStatus } from './render-iteration.ts';
import { storedRecord } from './stored-record.ts';

/** How far back the last iteration of the daemon is looked for among plans. */
const LOOKED_THROUGH = 50;

interface AccountStatus {
  readonly account: string;
  readonly name: string;
  readonly dry_run: boolean;
  readonly broker_account: string | null;
  readonly last: Pick<
    IterationRecord,
    'started_at' | 'status' | 'reason' | 'equity_rub' | 'tracking_error_pp'
  > | null;
  readonly next_at: string | null;
  /** Why nothing is traded until it is resolved; `null` where nothing stands in the way. */
  readonly halted: string | null;
  readonly open_orders: readonly {
    readonly key: string;
    readonly ticker: string;
    readonly state: string;
    readonly text: string;
  }[];
  /** Orders that wait for a person, or for the next iteration after a yes. */
  readonly pending_orders: readonly ReturnType<typeof pendingFacts>[];
  /** Money that `raise-cash` keeps aside. */
  readonly cash_requests: readonly ReturnType<typeof cashFacts>[];
}

/** The same for people. */
interface Words {
  readonly pending: readonly string[];
  readonly cash: readonly string[];
}

export function statusCommand(
  options: CommonOptions & { readonly account: readonly string[] },
  outside: Outside,
): number {
  const loaded = loadOrExplain(options, outside, { needTokens: false });
  if (!loaded) return EXIT.usage;
  const blocks = chosenAccounts(loaded.config, options.account, outside);
  if (!blocks) return EXIT.usage;
  const { terminal } = outside;
  const journal = outside.readJournal(options.stateDir);
  if (journal === null)
    terminal.err(`${options.stateDir}: no journal yet; it is made by the first \`start\`\n`);
  try {
    const paint = createPaint(terminal.colors);
    for (const block of blocks) {
      const nowMs = outside.clock.now();
      const status = statusOf(block, journal, outside.killSwitch(options.stateDir), nowMs);
      const words = {
        pending: pendingNow(journal, block.id, nowMs).map(pendingWords),
        cash: (journal?.cashRequests(block.id) ?? []).map(cashWords),
      };
      const text = options.json ? JSON.stringify(status) : render(status, words, paint, terminal.width);
      terminal.out(`${text}\n`);
    }
    return EXIT.ok;
  } finally {
    journal?.close();
  }
}

function statusOf(
  block: AccountConfig,
  journal: Journal | null,
  killSwitch: KillSwitch,
  nowMs: number,
): AccountStatus {
  const { id, name, dryRun } = block;
  const next = journal?.nextIteration(id) ?? null;
  const rows = journal?.iterations({ account: id, limit: LOOKED_THROUGH }) ?? [];
  // A `plan` beside the daemon is an iteration too, but not the one that is asked about.
  const last = rows.find((row) => row.dryRun === dryRun) ?? rows[0];
  const open = journal?.openOrders(id) ?? [];
  const unknown = open.filter((order) => order.state === 'unknown');
  return {
    account: id,
    name,
    dry_run: dryRun,
    broker_account: journal?.brokerAccountPin(id) ?? null,
    last: last ? lastOf(last) : null,
    next_at: next === null ? null : new Date(next).toISOString(),
    halted: haltedBecause(unknown, journal?.halt(id) ?? null, killSwitch.engaged(id)),
    open_orders: open.map(openOrder),
    pending_orders: pendingNow(journal, id, nowMs).map(pendingFacts),
    cash_requests: (journal?.cashRequests(id) ?? []).map(cashFacts),
  };
}

function haltedBecause(
  unknown: readonly JournaledOrder[],
  halt: Halt | null,
  kill: string | null,
): string | null {
  if (halt !== null) return `${halt.detail}; to go on: tiebb resume`;
  if (kill !== null) return `${kill}; to go on: tiebb resume`;
  if (unknown.length === 0) return null;
  return `the outcome of ${plural(unknown.length, 'order')} is unknown: nothing is traded until the broker has said it`;
}

function lastOf(row: IterationRow): AccountStatus['last'] {
  const record = storedRecord(row);
  const { started_at, status, reason, equity_rub, tracking_error_pp } = record;
  return { started_at, status, reason, equity_rub, tracking_error_pp };
}

function openOrder(order: JournaledOrder): AccountStatus['open_orders'][number] {
  const { key, side, lots } = order.request;
  const text = `${side} ${plural(Number(raw(lots)), 'lot')}, ${raw(order.executed)} executed${order.error === null ? '' : `, ${order.error}`}`;
  return { key, ticker: order.ticker, state: order.state, text };
}

function render(status: AccountStatus, words: Words, paint: Paint, width: number): string {
  const { last } = status;
  const fold = (text: string) => folded(text, width, '    ');
  const drift = last?.tracking_error_pp ? `, drift ${last.tracking_error_pp.after.toFixed(2)} pp` : '';
  const equity = last?.equity_rub ? `, equity ${rub(last.equity_rub)}` : '';
  const facts = [
    ...(status.dry_run ? ['dry run'] : []),
    status.broker_account === null
      ? 'broker account not known yet'
      : `broker account ${status.broker_account}`,
  ];
  return [
    fold(`${paint.bold(status.account)} (${status.name}), ${facts.join(', ')}`),
    last
      ? fold(`  last ${moscowTime(last.started_at)}: ${paintStatus(last.status, paint)}${drift}${equity}`)
      : '  no iteration yet',
    ...(last?.reason ? [fold(`  because: ${inMoscowTime(last.reason)}`)] : []),
    `  next ${status.next_at === null ? 'not planned' : moscowTime(status.next_at)}`,
    ...(status.halted === null ? [] : [paint.bad(fold(`  halted: ${status.halted}`))]),
    ...status.open_orders.map((order) =>
      paint.bad(fold(`  ${order.state} ${order.ticker}: ${order.text} (${order.key})`)),
    ),
    ...words.pending.map((text) => fold(`  ${text}`)),
    ...words.cash.map((text) => fold(`  kept aside: ${text}`)),
  ].join('\n');
}
