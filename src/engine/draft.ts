// An iteration record in the making: what is known so far, so that an interrupted or failed iteration is recorded too.

import {
  costsRecord,
  type IterationRecord,
  type IterationStatus,
  type OrderRecord,
  type OrderRecordStatus,
  orderRecord,
  positionsOf,
  trackingErrorRecord,
} from '../core/iteration-record.ts';
import { isFinal } from '../core/order.ts';
import type { HeldBack, Plan, PlannedOrder } from '../core/plan.ts';
import { add, compare, decimal, isPositive, type Money, NO_LOTS, NO_MONEY } from '../core/units.ts';
import type { JournaledOrder } from '../ports.ts';
import type { AccountContext } from './account-context.ts';
import { keyOf } from './gate.ts';
import { withLeftOver } from './left-over.ts';
import type { Observation } from './observe.ts';

export interface Draft {
  readonly iteration: string;
  readonly startedAtMs: number;
  exchangeOpen: boolean;
  /** Whether it counts in history and statistics. */
  counted: boolean;
  dryRun: boolean;
  /** It was right to do nothing: the exchange is closed, or a person threw the switch. */
  expected: boolean;
  plan: Plan | null;
  /** Sells that only cover a debt, while the total or the weights are unknown. */
  riskOnly: readonly PlannedOrder[] | null;
  /** The account after trading, planned anew from what is really there. */
  settled: Plan | null;
  /** Purchases that money did not pay for whole at what their books ask, by ticker. */
  short: ReadonlyMap<string, string>;
  /** Orders of earlier iterations that were open when this one began. */
  inherited: readonly JournaledOrder[];
  observation: Observation | null;
  readonly warnings: string[];
}

export interface Ending {
  readonly status: IterationStatus;
  readonly reason: string | null;
}

export interface Finished {
  readonly record: IterationRecord;
  readonly equity: Money | null;
  readonly turnover: Money;
  readonly commission: Money;
}

export function finish(context: AccountContext, draft: Draft, ending: Ending): Finished {
  const orders = context.journal.ordersOf(draft.iteration);
  const { settings } = context;
  const record: IterationRecord = {
    schema: 1,
    iteration: draft.iteration,
    account: settings.id,
    broker_account: context.brokerAccount,
    started_at: new Date(draft.startedAtMs).toISOString(),
    finished_at: new Date(context.clock.now()).toISOString(),
    mode: settings.policy.mode,
    exchange_open: draft.exchangeOpen,
    dry_run: draft.dryRun,
    status: ending.status,
    reason: ending.reason,
    equity_rub: draft.plan && decimal(draft.plan.equity),
    positions: positions(draft),
    apart: draft.observation?.apart ?? [],
    orders: draft.dryRun ? planned(context, draft) : orders.filter(wasSent).map(journaledRecord),
    held_back: heldBack(draft, orders),
    warnings: [...new Set(draft.warnings)],
    tracking_error_pp: error(draft),
    ...(draft.plan ? { costs: costsRecord(draft.plan) } : {}),
  };
  return {
    record,
    equity: draft.plan?.equity ?? null,
    turnover: orders.reduce((sum, order) => add(sum, order.value ?? NO_MONEY), NO_MONEY),
    commission: orders.reduce((sum, order) => add(sum, order.commission ?? NO_MONEY), NO_MONEY),
  };
}

/** Before as planned, after as it is: the rows of the settled account keep the first plan's before and target. */
function positions(draft: Draft): IterationRecord['positions'] {
  if (!draft.plan) return [];
  const before = positionsOf(draft.plan);
  if (!draft.settled) return before;
  const after = new Map(positionsOf(draft.settled).map((row) => [row.ticker, row]));
  return before.map((row) => {
    const now = after.get(row.ticker);
    if (!now) return row;
    const { lots_before, value_before_rub, before_percent } = now;
    return {
      ...row,
      lots_after: lots_before,
      value_after_rub: value_before_rub,
      after_percent: before_percent,
    };
  });
}

/** After trading, what is held back is what the settled account still lacks; what keeps no lot away is no news then. */
function heldBack({ plan, settled, short }: Draft, orders: readonly JournaledOrder[]): readonly HeldBack[] {
  if (!plan || !settled) return plan?.heldBack ?? [];
  const told = settled.heldBack.filter((held) => held.rule !== 'min_improvement_pp' || held.lots);
  const missed = ({ ticker, side }: PlannedOrder): string | null => {
    const open = orders.find((one) => one.ticker === ticker && one.request.side === side && !isFilled(one));
    return open ? recordStatus(open).replaceAll('_', ' ') : null;
  };
  return withLeftOver(told, { plan, settled, missed, short });
}

const isFilled = (order: JournaledOrder): boolean => recordStatus(order) === 'filled';

function error(draft: Draft): IterationRecord['tracking_error_pp'] {
  if (!draft.plan) return null;
  const after = draft.settled?.trackingError.before ?? draft.plan.trackingError.after;
  return trackingErrorRecord({ before: draft.plan.trackingError.before, after });
}

const planned = (context: AccountContext, draft: Draft): OrderRecord[] =>
  (draft.plan?.orders ?? draft.riskOnly ?? []).map((order) =>
    orderRecord({
      ...order,
      status: 'planned',
      filled: NO_LOTS,
      value: order.amount,
      commission: null,
      key: keyOf(
        {
          brokerAccount: context.brokerAccount,
          iteration: draft.iteration,
          leg: order.side === 'sell' ? 0 : 1,
        },
        order,
        0,
      ),
      orderId: null,
      error: null,
    }),
  );

/** An order that was dropped before its first attempt never was one. */
const wasSent = (order: JournaledOrder): boolean => order.attempts > 0;

const journaledRecord = (order: JournaledOrder): OrderRecord =>
  orderRecord({
    ticker: order.ticker,
    side: order.request.side,
    lots: order.request.lots,
    lot: order.request.lot,
    price: order.sizedAt,
    status: recordStatus(order),
    filled: order.executed,
    value: order.value,
    commission: order.commission,
    key: order.request.key,
    orderId: order.orderId,
    // What went wrong on the way is no error of an order that filled in the end.
    error: order.state === 'filled' ? null : order.error,
  });

export function recordStatus(order: JournaledOrder): OrderRecordStatus {
  if (!isFinal(order.state)) return 'unknown';
  if (compare(order.executed, order.request.lots) === 0) return 'filled';
  if (isPositive(order.executed)) return 'partially_filled';
  return order.state === 'rejected' ? 'rejected' : 'cancelled';
}
