// Orders between the database and our types, with the fingerprint that proves a stored request unchanged.
// Guarantees: what comes back is byte for byte what was planned, or an error: a retry must resend the same request.

import { ARROWS, type OrderState, type OrderType, type Side, uuidV5 } from '../core/order.ts';
import { lotSize, lots, type Money, money, price, raw } from '../core/units.ts';
import type { Intent, JournaledOrder, OrderRequest } from '../ports.ts';
import { JournalError } from './journal-error.ts';
import type { Params } from './store.ts';

/** Namespace of the fingerprints (a random UUID, never to be changed). */
const NAMESPACE = 'b7a4c3de-52f8-4c39-9a0d-8f3f0e6d1c24';

const textOf = (request: OrderRequest): string =>
  JSON.stringify([
    request.key,
    request.brokerAccount,
    request.uid,
    request.side,
    String(raw(request.lots)),
    String(raw(request.lot)),
    request.type,
    request.limit === null ? null : String(raw(request.limit)),
    request.confirmMargin,
  ]);

/** Equal for two requests exactly when their bytes on the wire are. */
export const fingerprint = (request: OrderRequest): string => uuidV5(textOf(request), NAMESPACE);

/** Texts by the fingerprint that was found to be theirs: an order is read many times while it is open. */
const PROVEN = new Map<string, string>();
const PROVEN_MAX = 1_000;

function isOf(request: OrderRequest, print: string): boolean {
  const text = textOf(request);
  if (PROVEN.get(print) === text) return true;
  if (uuidV5(text, NAMESPACE) !== print) return false;
  if (PROVEN.size >= PROVEN_MAX) PROVEN.clear();
  PROVEN.set(print, text);
  return true;
}

export interface OrderRow {
  readonly key: string;
  readonly account: string;
  readonly broker_account: string;
  readonly iteration: string;
  readonly leg: bigint;
  readonly part: bigint;
  readonly uid: string;
  readonly ticker: string;
  readonly side: Side;
  readonly lots: bigint;
  readonly lot_size: bigint;
  readonly type: OrderType;
  readonly limit_nano: bigint | null;
  readonly sized_at_nano: bigint;
  readonly confirm_margin: bigint;
  readonly fingerprint: string;
  readonly state: OrderState;
  readonly executed: bigint;
  readonly value_nano: bigint | null;
  readonly commission_nano: bigint | null;
  readonly order_id: string | null;
  readonly error: string | null;
  readonly attempts: bigint;
  readonly first_sent: bigint | null;
  readonly last_sent: bigint | null;
  readonly last_sent_steady: bigint | null;
}

/** Everything of an order but its rowid; add the WHERE. */
export const SELECT_ORDER = `
SELECT key, account, broker_account, iteration, leg, part, uid, ticker, side, lots, lot_size, type, limit_nano,
  sized_at_nano, confirm_margin, fingerprint, state, executed, value_nano, commission_nano, order_id, error,
  (SELECT count(*) FROM attempts WHERE attempts.key = orders.key) AS attempts,
  (SELECT min(at) FROM attempts WHERE attempts.key = orders.key) AS first_sent,
  (SELECT max(at) FROM attempts WHERE attempts.key = orders.key) AS last_sent,
  (SELECT steady FROM attempts WHERE attempts.key = orders.key ORDER BY n DESC LIMIT 1) AS last_sent_steady
FROM orders`;

export const INSERT_ORDER = `
INSERT INTO orders (key, account, broker_account, iteration, leg, part, uid, ticker, side, lots, lot_size, type,
  limit_nano, sized_at_nano, confirm_margin, fingerprint, state, executed, created_at, updated_at)
VALUES ($key, $account, $brokerAccount, $iteration, $leg, $part, $uid, $ticker, $side, $lots, $lotSize, $type,
  $limit, $sizedAt, $confirmMargin, $fingerprint, 'intent', 0, $at, $at)`;

export const orderParams = (intent: Intent, at: bigint): Params => ({
  key: intent.request.key,
  account: intent.account,
  brokerAccount: intent.request.brokerAccount,
  iteration: intent.iteration,
  leg: BigInt(intent.leg),
  part: BigInt(intent.part),
  uid: intent.request.uid,
  ticker: intent.ticker,
  side: intent.request.side,
  lots: raw(intent.request.lots),
  lotSize: raw(intent.request.lot),
  type: intent.request.type,
  limit: intent.request.limit === null ? null : raw(intent.request.limit),
  sizedAt: raw(intent.sizedAt),
  confirmMargin: intent.request.confirmMargin,
  fingerprint: fingerprint(intent.request),
  at,
});

/** @throws {JournalError} `corrupt` where the stored request is not the one that was planned. */
export function toOrder(row: OrderRow): JournaledOrder {
  const request: OrderRequest = {
    key: row.key,
    brokerAccount: row.broker_account,
    uid: row.uid,
    side: row.side,
    lots: lots(row.lots),
    lot: lotSize(row.lot_size),
    type: row.type,
    limit: row.limit_nano === null ? null : price(row.limit_nano),
    confirmMargin: row.confirm_margin === 1n,
  };
  if (!isOf(request, row.fingerprint) || !Object.hasOwn(ARROWS, row.state))
    throw new JournalError(
      'corrupt',
      row.key,
      `order ${row.key} (${row.ticker}, state ${row.state}) in the journal is not the one that was planned: its row ` +
        'was changed from outside. Restore the journal from a backup before trading again',
    );
  return {
    request,
    account: row.account,
    iteration: row.iteration,
    leg: Number(row.leg),
    part: Number(row.part),
    ticker: row.ticker,
    sizedAt: price(row.sized_at_nano),
    state: row.state,
    executed: lots(row.executed),
    value: toMoney(row.value_nano),
    commission: toMoney(row.commission_nano),
    orderId: row.order_id,
    attempts: Number(row.attempts),
    firstSentMs: toMs(row.first_sent),
    lastSentMs: toMs(row.last_sent),
    lastSentSteadyMs: toMs(row.last_sent_steady),
    error: row.error,
  };
}

export const toMoney = (nano: bigint | null): Money | null => (nano === null ? null : money(nano));
export const toMs = (at: bigint | null): number | null => (at === null ? null : Number(at));
export const moneyOrNull = (amount: Money | null): bigint | null => (amount === null ? null : raw(amount));
