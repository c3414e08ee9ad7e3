// Whether the status of an iteration says what became of its orders, by the venue's books and the journal's open orders.

import type { IterationRecord } from '../../src/core/iteration-record.ts';
import type { Intent } from '../../src/ports.ts';
import type { SimAccount } from '../generate/generate-accounts.ts';
import type { World } from '../world/world.ts';

/** What is wrong with it, in words; `null` where it is right. */
export function statusTrouble(
  world: World,
  account: SimAccount,
  record: IterationRecord,
  intents: readonly Intent[],
): string | null {
  const { status, reason, orders } = record;
  const dry = account.dryRun || isDryWhileClosed(account, record);
  if (record.dry_run !== dry && record.broker_account !== null) return `dry_run is told as ${record.dry_run}`;
  if ((status === 'planned') !== record.dry_run && !QUIET.has(status))
    return `a dry run is told as ${status}`;
  const open = world.store.journal.openOrders(account.id);
  const own = orders.some((order) => order.status === 'unknown');
  if (own && status !== 'unknown_outcome') return `an order is unknown, the iteration is ${status}`;
  switch (status) {
    case 'unknown_outcome':
      return open.length === 0 ? 'unknown_outcome, and every order is final' : null;
    case 'balanced':
      return balanced(world, record, intents);
    case 'planned':
    case 'nothing_to_do':
      return status === 'nothing_to_do' && intents.length > 0
        ? 'nothing_to_do, and orders were planned'
        : null;
    case 'skipped':
      if (intents.length > 0) return 'skipped, and orders were planned';
      return reason === null ? 'skipped without a reason' : closedTrouble(world, account, record);
    case 'partial':
    case 'failed':
      return reason === null ? `${status} without a reason` : null;
  }
}

const QUIET: ReadonlySet<string> = new Set(['skipped', 'failed', 'partial']);

function balanced(
  { exchange }: World,
  { orders, reason }: IterationRecord,
  intents: readonly Intent[],
): string | null {
  if (orders.length === 0 || reason !== null)
    return `balanced with ${orders.length} orders, because ${reason}`;
  const short = intents.find(({ request }) => {
    const order = exchange.desk.ordersOfKey(request.brokerAccount, request.key).at(-1);
    return order === undefined || order.executed !== order.lots;
  });
  return short === undefined ? null : `balanced, and ${short.request.key} is not filled at the venue`;
}

const isDryWhileClosed = (
  { block }: SimAccount,
  { exchange_open: open, dry_run: dry }: IterationRecord,
): boolean => dry && !open && Reflect.get(Object(block.exchange_closure_behavior), 'mode') === 'dry_run';

/** What is called closed is closed by the venue's own calendar; a clock that is off tells no hours. */
function closedTrouble(
  world: World,
  account: SimAccount,
  { reason, started_at }: IterationRecord,
): string | null {
  if (reason === null || !reason.includes(' is closed') || world.skewMs !== 0) return null;
  if (account.block.exchange === 'auto' || world.faults.spoiltTheDay) return null;
  if (world.skewedAtMs >= Date.parse(started_at)) return null;
  // What an earlier run left may have been asked about until the session was over.
  const instants = [Date.parse(started_at), world.timeline.now()];
  const isOpen = instants.every((atMs) => world.exchange.market.calendar.phase('MOEX', atMs) === 'normal');
  return isOpen ? `skipped as closed while MOEX trades (${reason})` : null;
}
