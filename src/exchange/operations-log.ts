// The ledger as a client reads it: one operation per order (its fills inside), one for its commission, one per other
// entry. Newest first. Raw bigints: nano-units of currency, pieces.

import { OperationType } from 'tinkoff-invest-api/dist/generated/operations.js';
import type { Account, Entry, EntryKind } from './account.ts';

export interface LoggedTrade {
  readonly tradeId: string;
  readonly atMs: number;
  readonly pieces: bigint;
  readonly price: bigint;
}

export interface LoggedOperation {
  readonly id: string;
  readonly parentId: string;
  readonly atMs: number;
  readonly kind: EntryKind;
  readonly type: OperationType;
  readonly text: string;
  readonly currency: string;
  readonly payment: bigint;
  /** Average price per piece of its trades. */
  readonly price: bigint;
  readonly pieces: bigint;
  readonly uid: string | null;
  readonly trades: readonly LoggedTrade[];
  /** Commission charged for it. */
  readonly commission: bigint;
}

const TYPES: Readonly<Record<EntryKind, readonly [OperationType, string]>> = {
  input: [OperationType.OPERATION_TYPE_INPUT, 'Пополнение брокерского счёта'],
  output: [OperationType.OPERATION_TYPE_OUTPUT, 'Вывод денежных средств'],
  input_securities: [OperationType.OPERATION_TYPE_INPUT_SECURITIES, 'Завод ценных бумаг'],
  output_securities: [OperationType.OPERATION_TYPE_OUTPUT_SECURITIES, 'Вывод ценных бумаг'],
  buy: [OperationType.OPERATION_TYPE_BUY, 'Покупка ценных бумаг'],
  sell: [OperationType.OPERATION_TYPE_SELL, 'Продажа ценных бумаг'],
  fee: [OperationType.OPERATION_TYPE_BROKER_FEE, 'Удержание комиссии за операцию'],
  dividend: [OperationType.OPERATION_TYPE_DIVIDEND, 'Выплата дивидендов'],
  tax: [OperationType.OPERATION_TYPE_TAX, 'Удержание налога'],
  margin_fee: [OperationType.OPERATION_TYPE_MARGIN_FEE, 'Удержание комиссии за непокрытую позицию'],
};

const size = (value: bigint): bigint => (value < 0n ? -value : value);

/** What an entry belongs to: its order, its order's commission, or itself, named by its place in the ledger. */
function idOf({ orderId, kind }: Entry, account: Account, place: number): string {
  if (orderId === null) return `${account.id}-${place}`;
  return kind === 'fee' ? `${orderId}-fee` : orderId;
}

/** By the ids of the operations. */
function grouped(account: Account): ReadonlyMap<string, readonly Entry[]> {
  const groups = new Map<string, Entry[]>();
  for (const [index, entry] of account.ledger.entries()) {
    const id = idOf(entry, account, index + 1);
    const group = groups.get(id);
    if (group === undefined) groups.set(id, [entry]);
    else group.push(entry);
  }
  return groups;
}

function operation(
  id: string,
  entries: readonly Entry[],
  feesOf: ReadonlyMap<string, bigint>,
): LoggedOperation | null {
  const [first] = entries;
  const last = entries.at(-1);
  if (first === undefined || last === undefined) return null;
  const [type, text] = TYPES[first.kind];
  const pieces = entries.reduce((sum, entry) => sum + size(entry.pieces), 0n);
  const worth = entries.reduce((sum, entry) => sum + size(entry.pieces) * entry.price, 0n);
  const isTrade = first.kind === 'buy' || first.kind === 'sell';
  return {
    id,
    parentId: first.kind === 'fee' ? (first.orderId ?? '') : '',
    atMs: last.atMs,
    kind: first.kind,
    type,
    text,
    currency: first.currency,
    payment: entries.reduce((sum, entry) => sum + entry.cash, 0n),
    price: pieces === 0n ? 0n : worth / pieces,
    pieces,
    uid: first.uid,
    trades: isTrade
      ? entries.map((entry) => ({
          tradeId: entry.tradeId ?? id,
          atMs: entry.atMs,
          pieces: size(entry.pieces),
          price: entry.price,
        }))
      : [],
    commission: isTrade && first.orderId !== null ? (feesOf.get(first.orderId) ?? 0n) : 0n,
  };
}

/** Newest first; the same instant keeps the order of the ledger reversed. */
export function operationsOf(account: Account): readonly LoggedOperation[] {
  const feesOf = new Map<string, bigint>();
  for (const entry of account.ledger)
    if (entry.kind === 'fee' && entry.orderId !== null)
      feesOf.set(entry.orderId, (feesOf.get(entry.orderId) ?? 0n) + entry.cash);
  return [...grouped(account)]
    .map(([id, entries]) => operation(id, entries, feesOf))
    .filter((each) => each !== null)
    .map((each, index) => ({ each, index }))
    .sort((a, b) => b.each.atMs - a.each.atMs || b.index - a.index)
    .map(({ each }) => each);
}
