// What the owner's rules remember: orders that wait for a person, money kept aside, when it was last rebalanced.
// Guarantees: one waiting order per account, instrument and side; a yes can be taken back, a no cannot.

import { lotSize, lots, money, price, raw } from '../core/units.ts';
import type { Journal, PendingOrder } from '../ports.ts';
import type { Store } from './store.ts';

type Pending = Pick<Journal, 'pendingOrders' | 'addPending' | 'answerPending' | 'removePending'>;
type CashRequests = Pick<Journal, 'cashRequests' | 'addCashRequest' | 'setCashRequest'>;
type Marks = Pick<Journal, 'rebalanceMarks' | 'setRebalanceMarks' | 'ordersSince'>;

export const ruleMemory = (store: Store): Pending & CashRequests & Marks => ({
  ...pendingOrders(store),
  ...cashRequests(store),
  ...rebalanceMarks(store),
});

interface PendingRow {
  readonly key: string;
  readonly account: string;
  readonly iteration: string;
  readonly ticker: string;
  readonly uid: string;
  readonly side: string;
  readonly lots: bigint;
  readonly lot_size: bigint;
  readonly price_nano: bigint;
  readonly amount_nano: bigint;
  readonly created_at: bigint;
  readonly expires_at: bigint;
  readonly answer: string;
  readonly answered_at: bigint | null;
}

function pendingOrders(store: Store): Pending {
  const find = store.prepare<PendingRow>(
    'SELECT * FROM pending_orders WHERE account = $account ORDER BY created_at DESC, key',
  );
  const replace = store.prepare(
    'DELETE FROM pending_orders WHERE account = $account AND uid = $uid AND side = $side',
  );
  const insert = store.prepare(
    `INSERT INTO pending_orders (key, account, iteration, ticker, uid, side, lots, lot_size, price_nano, amount_nano,
       created_at, expires_at, answer, answered_at)
     VALUES ($key, $account, $iteration, $ticker, $uid, $side, $lots, $lotSize, $price, $amount,
       $createdAt, $expiresAt, $answer, $answeredAt)`,
  );
  const answer = store.prepare<{ key: string }>(
    `UPDATE pending_orders SET answer = $answer, answered_at = $at
     WHERE key = $key AND (answer = 'none' OR (answer = 'confirmed' AND $answer = 'rejected')) RETURNING key`,
  );
  const remove = store.prepare('DELETE FROM pending_orders WHERE key = $key');
  return {
    pendingOrders: (account) => find.all({ account }).map(pendingOf),
    addPending: (order) =>
      store.write(() => {
        const { account, uid, side } = order;
        replace.run({ account, uid, side });
        insert.run({
          key: order.key,
          account,
          iteration: order.iteration,
          ticker: order.ticker,
          uid,
          side,
          lots: raw(order.lots),
          lotSize: raw(order.lot),
          price: raw(order.price),
          amount: raw(order.amount),
          createdAt: BigInt(order.createdAtMs),
          expiresAt: BigInt(order.expiresAtMs),
          answer: order.answer,
          answeredAt: order.answeredAtMs === null ? null : BigInt(order.answeredAtMs),
        });
      }),
    answerPending: (key, said, atMs) =>
      store.write(() => answer.get({ key, answer: said, at: BigInt(atMs) }) !== null),
    removePending: (key) => store.write(() => remove.run({ key })),
  };
}

const pendingOf = (row: PendingRow): PendingOrder => ({
  key: row.key,
  account: row.account,
  iteration: row.iteration,
  ticker: row.ticker,
  uid: row.uid,
  side: row.side === 'buy' ? 'buy' : 'sell',
  lots: lots(row.lots),
  lot: lotSize(row.lot_size),
  price: price(row.price_nano),
  amount: money(row.amount_nano),
  createdAtMs: Number(row.created_at),
  expiresAtMs: Number(row.expires_at),
  answer: row.answer === 'confirmed' ? 'confirmed' : row.answer === 'rejected' ? 'rejected' : 'none',
  answeredAtMs: row.answered_at === null ? null : Number(row.answered_at),
});

function cashRequests(store: Store): CashRequests {
  const find = store.prepare<{
    id: string;
    account: string;
    amount_nano: bigint;
    by_at: bigint | null;
    created_at: bigint;
  }>('SELECT * FROM cash_requests WHERE account = $account ORDER BY created_at, id');
  const insert = store.prepare(
    `INSERT INTO cash_requests (id, account, amount_nano, by_at, created_at)
     VALUES ($id, $account, $amount, $by, $createdAt)`,
  );
  const update = store.prepare('UPDATE cash_requests SET amount_nano = $amount WHERE id = $id');
  const remove = store.prepare('DELETE FROM cash_requests WHERE id = $id');
  return {
    cashRequests: (account) =>
      find.all({ account }).map((row) => ({
        id: row.id,
        account: row.account,
        amount: money(row.amount_nano),
        byMs: row.by_at === null ? null : Number(row.by_at),
        createdAtMs: Number(row.created_at),
      })),
    addCashRequest: ({ id, account, amount, byMs, createdAtMs }) =>
      store.write(() =>
        insert.run({
          id,
          account,
          amount: raw(amount),
          by: byMs === null ? null : BigInt(byMs),
          createdAt: BigInt(createdAtMs),
        }),
      ),
    setCashRequest: (id, amount) =>
      store.write(() => {
        if (raw(amount) > 0n) update.run({ id, amount: raw(amount) });
        else remove.run({ id });
      }),
  };
}

function rebalanceMarks(store: Store): Marks {
  const find = store.prepare<{ traded_at: bigint | null; calendar_at: bigint | null }>(
    'SELECT traded_at, calendar_at FROM rebalance_marks WHERE account = $account',
  );
  const upsert = store.prepare(
    `INSERT INTO rebalance_marks (account, traded_at, calendar_at) VALUES ($account, $traded, $calendar)
     ON CONFLICT (account) DO UPDATE SET traded_at = excluded.traded_at, calendar_at = excluded.calendar_at`,
  );
  const sent = store.prepare<{ ticker: string; count: bigint }>(
    `SELECT o.ticker AS ticker, count(*) AS count FROM attempts a JOIN orders o ON o.key = a.key
     WHERE a.n = 1 AND a.at >= $since AND o.account = $account GROUP BY o.ticker`,
  );
  const atOf = (at: bigint | null | undefined): number | null => (at == null ? null : Number(at));
  return {
    rebalanceMarks(account) {
      const row = find.get({ account });
      return { tradedAtMs: atOf(row?.traded_at), calendarAtMs: atOf(row?.calendar_at) };
    },
    setRebalanceMarks: (account, { tradedAtMs, calendarAtMs }) =>
      store.write(() =>
        upsert.run({
          account,
          traded: tradedAtMs === null ? null : BigInt(tradedAtMs),
          calendar: calendarAtMs === null ? null : BigInt(calendarAtMs),
        }),
      ),
    ordersSince: (account, sinceMs) =>
      new Map(
        sent.all({ account, since: BigInt(sinceMs) }).map(({ ticker, count }) => [ticker, Number(count)]),
      ),
  };
}
