// The journal against the venue's own books: every order once, every fill and fee the same, nothing left over.

import { raw } from '../../src/core/units.ts';
import type { Exchange } from '../../src/exchange/exchange.ts';
import { chargedFee, executedValue, isActive, type VenueOrder } from '../../src/exchange/order.ts';
import type { Journal, JournaledOrder } from '../../src/ports.ts';

const KOPECK = 10_000_000n;
const FINAL: Readonly<Record<string, readonly string[]>> = {
  filled: ['filled'],
  cancelled: ['cancelled'],
  rejected: ['rejected'],
};

/** @param settled everything is expected to be final */
export function bookFaults(exchange: Exchange, journal: Journal, settled: boolean): string[] {
  const audit = exchange.audit();
  const faults = [...audit.faults];
  for (const posted of audit.keys) {
    if (posted.orders.length > 1) faults.push(`${posted.key}: ${posted.orders.length} orders at the venue`);
    if (posted.fingerprints.length > 1 || !posted.identical)
      faults.push(`${posted.key}: the key served two different requests`);
    const known = journal.order(posted.key);
    if (known === null) faults.push(`${posted.key}: posted, not in the journal`);
    else faults.push(...orderFaults(known, posted.orders[0] ?? null, settled));
  }
  for (const order of audit.orders)
    if (!order.foreign && journal.order(order.key) === null)
      faults.push(`${order.key}: unaccounted at the venue`);
  return faults;
}

function orderFaults(known: JournaledOrder, order: VenueOrder | null, settled: boolean): string[] {
  const name = `${known.request.side} ${known.ticker} ${known.request.key}`;
  if (order === null) {
    const none = ['rejected', 'absent'].includes(known.state) && raw(known.executed) === 0n;
    return none || !settled ? [] : [`${name}: ${known.state} in the journal, no order at the venue`];
  }
  const faults: string[] = [];
  if (raw(known.executed) > order.executed) faults.push(`${name}: the journal has more lots than the venue`);
  if (known.state === 'absent') faults.push(`${name}: called absent, it exists at the venue`);
  if (!settled) return faults;
  if (isActive(order)) faults.push(`${name}: still active at the venue`);
  if (!FINAL[order.status]?.includes(known.state))
    faults.push(`${name}: ${known.state} in the journal, ${order.status} at the venue`);
  if (raw(known.executed) !== order.executed)
    faults.push(`${name}: ${raw(known.executed)} lots in the journal, ${order.executed} at the venue`);
  const value = known.value === null ? null : raw(known.value);
  if (value === null || distance(value, executedValue(order)) >= KOPECK)
    faults.push(`${name}: worth ${value} in the journal, ${executedValue(order)} at the venue`);
  if (order.executed > 0n && (known.commission === null || raw(known.commission) !== chargedFee(order)))
    faults.push(`${name}: fee ${known.commission} in the journal, ${chargedFee(order)} at the venue`);
  return faults;
}

const distance = (a: bigint, b: bigint): bigint => (a > b ? a - b : b - a);
