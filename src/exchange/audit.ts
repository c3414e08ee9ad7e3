// The oracle's books, for tests: what was asked, what was created, what was filled, and whether it all adds up.
// Raw bigints: nano-units of currency, pieces, lots.

import type { Entry } from './account.ts';
import { fingerprintOf, type VenueOrder } from './order.ts';
import type { CallLog, CallRecord, PostedKey } from './record.ts';
import type { Venue } from './venue.ts';

export interface AccountBooks {
  readonly id: string;
  readonly cash: ReadonlyMap<string, bigint>;
  readonly pieces: ReadonlyMap<string, bigint>;
  /** Cash held by active buys, RUB. */
  readonly blockedCash: bigint;
  readonly ledger: readonly Entry[];
  /** Sum of all commissions, positive. */
  readonly fees: bigint;
  /** Sum of what debts over night cost, positive. */
  readonly marginFees: bigint;
}

export interface KeyAudit extends PostedKey {
  /** Orders that exist at the venue under this key: more than one is a double order. */
  readonly orders: readonly VenueOrder[];
  /** What those orders asked for; more than one means that the key served two purposes. */
  readonly fingerprints: readonly string[];
}

export interface Audit {
  readonly keys: readonly KeyAudit[];
  readonly orders: readonly VenueOrder[];
  readonly accounts: ReadonlyMap<string, AccountBooks>;
  readonly calls: readonly CallRecord[];
  /** What does not add up, in words; empty when the books are exact. */
  readonly faults: readonly string[];
}

function booksOf(venue: Venue, id: string): AccountBooks {
  const account = venue.registry.account(id);
  return {
    id,
    cash: new Map(account.currencies().map((currency) => [currency, account.cash(currency)])),
    pieces: new Map(account.held().map((uid) => [uid, account.pieces(uid)])),
    blockedCash: venue.desk.blockedCash(id, 'rub'),
    ledger: account.ledger,
    fees: paid(account.ledger, 'fee'),
    marginFees: paid(account.ledger, 'margin_fee'),
  };
}

const paid = (ledger: readonly Entry[], kind: Entry['kind']): bigint =>
  ledger.reduce((sum, entry) => (entry.kind === kind ? sum - entry.cash : sum), 0n);

/** Re-adds the ledger and compares it with the books, the orders and what may be owed. */
function bookFaults(venue: Venue, books: AccountBooks): string[] {
  const found: string[] = [];
  const cash = new Map<string, bigint>();
  const pieces = new Map<string, bigint>();
  for (const entry of books.ledger) {
    cash.set(entry.currency, (cash.get(entry.currency) ?? 0n) + entry.cash);
    if (entry.uid !== null) pieces.set(entry.uid, (pieces.get(entry.uid) ?? 0n) + entry.pieces);
  }
  for (const [currency, amount] of books.cash)
    if ((cash.get(currency) ?? 0n) !== amount)
      found.push(
        `${books.id}: ledger adds up to ${cash.get(currency)} ${currency}, the books hold ${amount}`,
      );
  for (const [uid, count] of pieces) {
    const held = books.pieces.get(uid) ?? 0n;
    if (held !== count)
      found.push(`${books.id}: ledger adds up to ${count} of ${uid}, the books hold ${held}`);
    if (count < 0n) found.push(`${books.id}: short of ${uid} by ${-count}`);
    const blocked = venue.desk.blockedPieces(books.id, uid);
    if (blocked > held) found.push(`${books.id}: orders hold ${blocked} of ${uid}, there are ${held}`);
  }
  return found;
}

function orderFaults(order: VenueOrder): string[] {
  const lots = order.fills.reduce((sum, fill) => sum + fill.lots, 0n);
  const found: string[] = [];
  if (lots !== order.executed)
    found.push(`order ${order.id}: fills make ${lots} lots, executed ${order.executed}`);
  if (order.executed > order.lots) found.push(`order ${order.id}: executed more lots than were asked for`);
  for (const fill of order.fills)
    if (fill.value !== fill.lots * order.lot * fill.price)
      found.push(
        `order ${order.id}: fill ${fill.tradeId} is worth ${fill.value}, expected lots x lot x price`,
      );
  return found;
}

/** A picture of the venue's books at this moment. */
export function auditOf(venue: Venue, log: CallLog): Audit {
  venue.now();
  const accounts = new Map(venue.registry.all().map((account) => [account.id, booksOf(venue, account.id)]));
  const keys = log.posted().map((posted) => {
    const orders = venue.desk.ordersOfKey(posted.accountId, posted.key);
    return { ...posted, orders, fingerprints: [...new Set(orders.map(fingerprintOf))] };
  });
  const faults = [
    ...[...accounts.values()].flatMap((books) => bookFaults(venue, books)),
    ...venue.desk.orders.flatMap(orderFaults),
  ];
  return { keys, orders: venue.desk.orders, accounts, calls: log.calls, faults };
}
