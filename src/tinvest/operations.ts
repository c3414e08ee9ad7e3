// What was done in an account in a span of time: all pages of GetOperationsByCursor, as one list.
// Guarantees: ends after at most 50 pages; every operation once; an amount that cannot be read, an operation without
// time or id, another account's operation or a cursor that goes round in circles is a WorldError, never a shorter list.

import {
  type GetOperationsByCursorRequest,
  type GetOperationsByCursorResponse,
  type OperationItem,
  OperationState,
} from 'tinkoff-invest-api/dist/generated/operations.js';
import { compare, type Money } from '../core/units.ts';
import { type Operation, WorldError } from '../ports.ts';
import type { Calls } from './call.ts';
import { type MoneyValue, refuse, rublesOrNull, timeOf } from './convert.ts';
import type { Method } from './methods.ts';
import { operationKind } from './operation-kind.ts';

/** The most that the venue gives at once. */
const PAGE = 1_000;
const PAGES_MAX = 50;

export interface Span {
  readonly brokerAccount: string;
  /** Exclusive: what was reckoned with up to here is not given again. */
  readonly fromMs: number;
  /** Inclusive; `null`: up to the venue's own now. An empty span has no operations, and nobody is asked. */
  readonly toMs: number | null;
}

type CursorMethod = Method<GetOperationsByCursorRequest, GetOperationsByCursorResponse>;

/** @throws {WorldError} */
export async function readOperations(
  calls: Calls,
  method: CursorMethod,
  span: Span,
): Promise<readonly Operation[]> {
  if (span.toMs !== null && span.toMs <= span.fromMs) return [];
  const items: OperationItem[] = [];
  const cursors = new Set(['']);
  let cursor = '';
  for (let page = 1; page <= PAGES_MAX; page += 1) {
    const reply = await calls.read(method, pageRequest(span, cursor));
    items.push(...reply.items);
    if (!reply.hasNext) return operationsOf(items, span);
    cursor = reply.nextCursor;
    if (cursors.has(cursor))
      refuse(
        `page ${page} of the operations of account ${span.brokerAccount} leads to the cursor ` +
          `${JSON.stringify(cursor)}, which was read already`,
      );
    cursors.add(cursor);
  }
  throw new WorldError(
    'refused_data',
    `account ${span.brokerAccount} has more than ${PAGES_MAX} pages of operations from ${utc(span.fromMs)} to ` +
      `${span.toMs === null ? 'now' : utc(span.toMs)}; expected at most ${PAGES_MAX} of up to ${PAGE}: ask for a shorter span`,
    'later',
  );
}

/** By a clock that is ahead of the venue's an open span would begin after its end: it is asked for from that much earlier. */
const AHEAD_MS = 60 * 60_000;

/** The venue does not say whether its bounds belong to the span: it is asked for a millisecond more at the end. */
const pageRequest = (span: Span, cursor: string): GetOperationsByCursorRequest => ({
  accountId: span.brokerAccount,
  from: new Date(span.toMs === null ? span.fromMs - AHEAD_MS : span.fromMs),
  limit: PAGE,
  operationTypes: [],
  state: OperationState.OPERATION_STATE_EXECUTED,
  withoutCommissions: true,
  withoutTrades: true,
  withoutOvernights: true,
  ...(span.toMs === null ? {} : { to: new Date(span.toMs + 1) }),
  ...(cursor === '' ? {} : { cursor }),
});

/** Oldest first. The venue lists the newest first, so what happened in the same millisecond is turned round too. */
function operationsOf(items: readonly OperationItem[], span: Span): readonly Operation[] {
  const byId = new Map<string, Operation>();
  for (const item of items) {
    const operation = operationOf(item, span.brokerAccount);
    if (operation === null || operation.atMs <= span.fromMs) continue;
    if (span.toMs !== null && operation.atMs > span.toMs) continue;
    const known = byId.get(operation.id);
    if (known && !isSame(known, operation))
      refuse(`operation ${operation.id} occurs twice, with two meanings`);
    byId.set(operation.id, operation);
  }
  return [...byId.values()].reverse().sort((a, b) => a.atMs - b.atMs);
}

/** `null`: not executed, or not in RUB. */
function operationOf(item: OperationItem, brokerAccount: string): Operation | null {
  const name = `operation ${item.id || item.cursor || '(no id)'}`;
  if (item.brokerAccountId !== '' && item.brokerAccountId !== brokerAccount)
    refuse(`asked for account ${brokerAccount}, ${name} is of account ${item.brokerAccountId}`);
  if (!isExecuted(item.state, name)) return null;
  if (item.id === '') refuse(`${name} has no id`);
  const atMs = timeOf(item.date);
  if (atMs === null) refuse(`${name} has no time`);
  const amount = rublesMoved(item.payment, `payment of ${name}`);
  if (amount === null) return null;
  return { id: item.id, atMs, kind: operationKind(item.type), uid: item.instrumentUid, amount };
}

/** The venue was asked for executed ones; others that it gives all the same moved no money. */
function isExecuted(state: OperationState, name: string): boolean {
  switch (state) {
    case OperationState.OPERATION_STATE_EXECUTED:
      return true;
    case OperationState.OPERATION_STATE_CANCELED:
    case OperationState.OPERATION_STATE_PROGRESS:
      return false;
    default:
      return refuse(`${name} has the state ${state}, which this program does not know`);
  }
}

function rublesMoved(payment: MoneyValue | undefined, field: string): Money | null {
  if (payment === undefined) refuse(`${field} is missing`);
  const amount = rublesOrNull(payment, field);
  if (amount === null && payment.currency === '') refuse(`${field} has no currency`);
  return amount;
}

const isSame = (a: Operation, b: Operation): boolean =>
  a.atMs === b.atMs && a.kind === b.kind && a.uid === b.uid && compare(a.amount, b.amount) === 0;

const utc = (ms: number): string => new Date(ms).toISOString();
