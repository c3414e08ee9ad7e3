// Orders in the journal: W1 the plan, W2 the attempts, W3 the outcomes, and what is read back of them.
// Requires: `attempt` returns before the request leaves. Guarantees: a key is planned once; states move only as
// core/order.ts allows; no attempt row means never sent; a write that throws has changed nothing.

import { assert, Bug } from '../core/assert.ts';
import { transition } from '../core/order.ts';
import { compare, larger, money, type Rate, rateOf, raw, shares } from '../core/units.ts';
import type { Intent, Journal, JournaledOrder, Transition } from '../ports.ts';
import {
  INSERT_ORDER,
  moneyOrNull,
  type OrderRow,
  orderParams,
  SELECT_ORDER,
  toOrder,
} from './order-rows.ts';
import type { Store } from './store.ts';

export type OrderBook = Pick<
  Journal,
  | 'plan'
  | 'attempt'
  | 'settle'
  | 'order'
  | 'openOrders'
  | 'ordersOf'
  | 'fillsSince'
  | 'fillsAfter'
  | 'newestFill'
  | 'holdingsBefore'
  | 'commissionSeen'
>;

/** The same words as the partial index, so that SQLite uses it. */
export const OPEN_STATES = `('intent', 'sending', 'live', 'unknown', 'cancelling')`;

/** Of `$account`. What was seen counts as well: an order may be gone by then (retention), its number is not given twice. */
const NEWEST_FILL = `max(
  coalesce((SELECT max(fill_no) FROM orders AS filled WHERE filled.account = $account AND filled.executed > 0), 0),
  coalesce((SELECT fill_no FROM last_seen AS seen WHERE seen.account = $account), 0))`;

export function orderBook(store: Store): OrderBook {
  const find = store.prepare<OrderRow>(`${SELECT_ORDER} WHERE key = $key`);
  const findOrder = (key: string): JournaledOrder | null => {
    const row = find.get({ key });
    return row === null ? null : toOrder(row);
  };
  return {
    ...reads(store),
    order: findOrder,
    plan: planner(store),
    ...changes(store, (key) => {
      const order = findOrder(key);
      if (order === null) throw new Bug(`order ${key} is not in the journal: it must be planned first`);
      return order;
    }),
  };
}

function planner(store: Store): OrderBook['plan'] {
  const insertLeg = store.prepare(
    'INSERT INTO legs (iteration, leg, account, at, cash_before) VALUES ($iteration, $leg, $account, $at, $cash)',
  );
  const insertHolding = store.prepare(
    'INSERT INTO holdings_before (iteration, leg, uid, pieces) VALUES ($iteration, $leg, $uid, $pieces)',
  );
  const insertOrder = store.prepare(INSERT_ORDER);
  return (account, iteration, leg, intents, before, atMs) =>
    store.write(() => {
      const at = BigInt(atMs);
      const where = { iteration, leg: BigInt(leg) };
      insertLeg.run({ ...where, account, at, cash: raw(before.cash) });
      for (const [uid, pieces] of before.pieces) insertHolding.run({ ...where, uid, pieces: raw(pieces) });
      for (const intent of intents) {
        assertOfLeg(intent, account, iteration, leg);
        insertOrder.run(orderParams(intent, at));
      }
    });
}

function assertOfLeg(intent: Intent, account: string, iteration: string, leg: number): void {
  assert(
    intent.account === account && intent.iteration === iteration && intent.leg === leg,
    `intent ${intent.request.key} is of ${intent.account}/${intent.iteration}/${intent.leg}, ` +
      `planned for ${account}/${iteration}/${leg}`,
  );
}

type FindKnown = (key: string) => JournaledOrder;

type Apply = (order: JournaledOrder, change: Transition, atMs: number) => JournaledOrder;

/** Writes a transition with the order that it makes. */
function applier(store: Store): Apply {
  const insertTransition = store.prepare(
    `INSERT INTO transitions (key, seq, at, from_state, to_state, executed, evidence, code, tracking_id)
     VALUES ($key, (SELECT coalesce(max(seq), 0) + 1 FROM transitions WHERE key = $key), $at, $from, $to, $executed,
       $evidence, $code, $trackingId)`,
  );
  const update = store.prepare(
    `UPDATE orders SET state = $state, executed = $executed, value_nano = $value, commission_nano = $commission,
       order_id = $orderId, error = $error, updated_at = $at,
       fill_no = CASE WHEN executed = $executed THEN fill_no ELSE 1 + ${NEWEST_FILL} END
     WHERE key = $key`,
  );
  return (order, change, atMs) => {
    const at = BigInt(atMs);
    const after = changed(order, change);
    update.run({
      key: change.key,
      account: order.account,
      state: after.state,
      executed: raw(after.executed),
      value: moneyOrNull(after.value),
      commission: moneyOrNull(after.commission),
      orderId: after.orderId,
      error: after.error,
      at,
    });
    insertTransition.run({
      key: change.key,
      at,
      from: order.state,
      to: after.state,
      executed: raw(after.executed),
      evidence: change.evidence,
      code: change.code ?? null,
      trackingId: change.trackingId ?? null,
    });
    return after;
  };
}

function changes(store: Store, known: FindKnown): Pick<OrderBook, 'attempt' | 'settle'> {
  const apply = applier(store);
  const insertAttempt = store.prepare(
    'INSERT INTO attempts (key, n, at, steady) VALUES ($key, $n, $at, $steady)',
  );
  const attemptOne = (key: string, atMs: number, steadyMs: number): void => {
    const order = known(key);
    if (isAPersons(order)) return;
    if (order.state === 'intent')
      apply(order, { key, to: 'sending', executed: order.executed, evidence: 'first attempt' }, atMs);
    else
      assert(
        order.state === 'sending' || order.state === 'unknown',
        `order ${key} in state ${order.state} must not be sent again`,
      );
    insertAttempt.run({
      key,
      n: BigInt(order.attempts) + 1n,
      at: BigInt(atMs),
      steady: BigInt(Math.floor(steadyMs)),
    });
  };
  return {
    attempt: (keys, atMs, steadyMs = atMs) =>
      store.write(() => {
        assert(new Set(keys).size === keys.length, `one attempt names a key twice: ${keys.join(', ')}`);
        for (const key of keys) attemptOne(key, atMs, steadyMs);
      }),
    settle: (change, atMs) =>
      store.write(() => {
        assert(change.to !== 'sending', `order ${change.key} becomes "sending" by an attempt row only`);
        const order = known(change.key);
        return isAPersons(order) ? order : apply(order, change, atMs);
      }),
  };
}

/**
 * Another process writes what a person says, maybe while this one waits for its turn to write: what they said stands.
 * Whoever sends asks again before the bytes leave.
 */
const isAPersons = ({ state }: JournaledOrder): boolean => state === 'operator';

/**
 * The order after a change. `null` and absent details keep what is known, except worth and commission once more lots
 * are executed: those of fewer lots would be wrong, so they are unknown until the venue says.
 */
function changed(order: JournaledOrder, change: Transition): JournaledOrder {
  const before = { state: order.state, requested: order.request.lots, executed: order.executed };
  const { state, executed } = transition(before, change.to, change.executed);
  const same = compare(executed, order.executed) === 0;
  return {
    ...order,
    state,
    executed,
    value: change.value ?? (same ? order.value : null),
    commission: change.commission ?? (same ? order.commission : null),
    orderId: change.orderId ?? order.orderId,
    error: change.error ?? order.error,
  };
}

type Reads = Omit<OrderBook, 'plan' | 'attempt' | 'settle' | 'order'>;

function reads(store: Store): Reads {
  const open = store.prepare<OrderRow>(
    `${SELECT_ORDER} WHERE account = $account AND state IN ${OPEN_STATES} ORDER BY seq`,
  );
  const ofIteration = store.prepare<OrderRow>(`${SELECT_ORDER} WHERE iteration = $iteration ORDER BY seq`);
  const fills = store.prepare<OrderRow>(
    `${SELECT_ORDER} WHERE account = $account AND executed > 0 AND updated_at >= $since ORDER BY seq`,
  );
  const fillsByNumber = store.prepare<OrderRow>(
    `${SELECT_ORDER} WHERE account = $account AND executed > 0 AND fill_no > $after ORDER BY seq`,
  );
  const newest = store.prepare<{ n: bigint }>(`SELECT ${NEWEST_FILL} AS n`);
  // Of a pruned leg only the cash is left, and that alone is no holdings.
  const findLeg = store.prepare<{ cash_before: bigint }>(
    'SELECT cash_before FROM legs WHERE iteration = $iteration AND leg = $leg AND pruned = 0',
  );
  const holdings = store.prepare<{ uid: string; pieces: bigint }>(
    'SELECT uid, pieces FROM holdings_before WHERE iteration = $iteration AND leg = $leg ORDER BY uid',
  );
  // The plus: SQLite plans a statement anew at each run whose LIMIT is a bare parameter.
  const fees = store.prepare<{ value_nano: bigint; commission_nano: bigint }>(
    `SELECT value_nano, commission_nano FROM orders
     WHERE account = $account AND executed > 0 AND value_nano > 0 AND commission_nano IS NOT NULL
     ORDER BY seq DESC LIMIT +$count`,
  );
  return {
    openOrders: (account) => open.all({ account }).map(toOrder),
    ordersOf: (iteration) => ofIteration.all({ iteration }).map(toOrder),
    fillsSince: (account, sinceMs) => fills.all({ account, since: BigInt(sinceMs) }).map(toOrder),
    fillsAfter: (account, fill) => fillsByNumber.all({ account, after: BigInt(fill) }).map(toOrder),
    newestFill: (account) => Number(newest.get({ account })?.n ?? 0),
    holdingsBefore: (iteration, leg) => {
      const where = { iteration, leg: BigInt(leg) };
      const found = findLeg.get(where);
      if (found === null) return null;
      const rows = holdings.all(where);
      return {
        cash: money(found.cash_before),
        pieces: new Map(rows.map(({ uid, pieces }) => [uid, shares(pieces)])),
      };
    },
    commissionSeen: (account, count) => {
      assert(count >= 1, `commissionSeen needs a count of at least 1, found ${count}`);
      return fees
        .all({ account, count: BigInt(count) })
        .map((fill) => rateOf(money(fill.commission_nano), money(fill.value_nano)))
        .reduce<Rate | null>((most, seen) => (most === null ? seen : larger(most, seen)), null);
    },
  };
}
