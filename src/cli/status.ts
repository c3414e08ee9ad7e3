// `status`: what the journal knows of every account: its last iteration, the next one, and orders that are not final.

import type { IterationRecord } from '../core/iteration-record.ts';
import { raw } from '../core/units.ts';
import type { IterationRow, JournaledOrder } from '../ports.ts';
import { folded, moscowTime, rub } from './amounts.ts';
import type { CommonOptions } from './common-options.ts';
import { EXIT } from './exit-code.ts';
import { loadOrExplain } from './load-or-explain.ts';
import type { Outside } from './outside.ts';
import { createPaint, type Paint } from './paint.ts';
import { paintStatus } from './render-iteration.ts';

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
  readonly open_orders: readonly {
    readonly key: string;
    readonly ticker: string;
    readonly state: string;
    readonly text: string;
  }[];
}

export function statusCommand(
  options: CommonOptions & { readonly account: readonly string[] },
  outside: Outside,
): number {
  const loaded = loadOrExplain(options, outside, { needTokens: false });
  if (!loaded) return EXIT.usage;
  const journal = outside.openJournal(options.stateDir, { readOnly: true });
  try {
    const blocks = loaded.config.accounts.filter(
      (block) => options.account.length === 0 || options.account.includes(block.id),
    );
    const all = blocks.map((block): AccountStatus => {
      const next = journal.nextIteration(block.id);
      const [last] = journal.iterations({ account: block.id, limit: 1 });
      return {
        account: block.id,
        name: block.name,
        dry_run: block.dryRun,
        broker_account: journal.brokerAccountPin(block.id),
        last: last ? lastOf(last) : null,
        next_at: next === null ? null : new Date(next).toISOString(),
        open_orders: journal.openOrders(block.id).map(openOrder),
      };
    });
    const paint = createPaint(outside.terminal.colors);
    for (const status of all) {
      const text = options.json ? JSON.stringify(status) : render(status, paint, outside.terminal.width);
      outside.terminal.out(`${text}\n`);
    }
    return EXIT.ok;
  } finally {
    journal.close();
  }
}

function lastOf(row: IterationRow): AccountStatus['last'] {
  const record = JSON.parse(row.record) as IterationRecord;
  const { started_at, status, reason, equity_rub, tracking_error_pp } = record;
  return { started_at, status, reason, equity_rub, tracking_error_pp };
}

function openOrder(order: JournaledOrder): AccountStatus['open_orders'][number] {
  const { key, side, lots } = order.request;
  const text = `${side} ${raw(lots)} lots, ${raw(order.executed)} executed${order.error === null ? '' : `, ${order.error}`}`;
  return { key, ticker: order.ticker, state: order.state, text };
}

function render(status: AccountStatus, paint: Paint, width: number): string {
  const { last } = status;
  const fold = (text: string) => folded(text, width, '    ');
  const drift = last?.tracking_error_pp ? `, drift ${last.tracking_error_pp.after.toFixed(2)} pp` : '';
  const equity = last?.equity_rub ? `, equity ${rub(last.equity_rub)}` : '';
  return [
    `${paint.bold(status.account)} (${status.name})${status.dry_run ? ', dry run' : ''}, broker account ${status.broker_account ?? 'not known yet'}`,
    last
      ? fold(`  last ${moscowTime(last.started_at)}: ${paintStatus(last.status, paint)}${drift}${equity}`)
      : '  no iteration yet',
    ...(last?.reason ? [fold(`  because: ${last.reason}`)] : []),
    `  next ${status.next_at === null ? 'not planned' : moscowTime(status.next_at)}`,
    ...status.open_orders.map((order) =>
      paint.bad(fold(`  ${order.state} ${order.ticker}: ${order.text} (${order.key})`)),
    ),
  ].join('\n');
}
