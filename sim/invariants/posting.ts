// I1-I5, I7-I9, I11, I13, I17: what must hold at every PostOrder, looked at when its bytes leave the bot and when they
// have taken effect at the venue. The journal is read as any other process would read it: what is committed.

import { OrderDirection, PostOrderRequest } from 'tinkoff-invest-api/dist/generated/orders.js';
import { raw } from '../../src/core/units.ts';
import { confirmMarginOf } from '../../src/exchange/wire.ts';
import type { Check, PlannedLeg } from '../check.ts';
import type { SimAccount } from '../generate/generate-accounts.ts';
import type { Life } from '../world/life.ts';
import type { World } from '../world/world.ts';

const NANO = 1_000_000_000n;
/** The broker's cap less one percent, at the price that the order is sized at (I10 looks at that). */
const NOTIONAL_MAX = 29_700_000n * NANO;
/** R3: the same bytes may leave again for two minutes, and for as long as they then wait for the rate limit. */
const RESEND_WITHIN_MS = 123_000;
const KILL_SWITCH_WITHIN_MS = 1_000;

interface Row {
  readonly state: string;
  readonly side: string;
  readonly lots: bigint;
  readonly lot_size: bigint;
  readonly sized_at_nano: bigint;
  readonly uid: string;
  readonly account: string;
  readonly iteration: string;
  readonly leg: bigint;
  readonly attempts: bigint;
  readonly planned: bigint;
}

const ROW = `
SELECT state, side, lots, lot_size, sized_at_nano, uid, account, iteration, leg,
  (SELECT count(*) FROM attempts a WHERE a.key = o.key) AS attempts,
  (SELECT count(*) FROM legs l WHERE l.iteration = o.iteration AND l.leg = o.leg) AS planned
FROM orders o WHERE key = $key`;

/** The other orders of its account that are not final. */
const OTHERS = `
SELECT s.key, s.state, s.side, s.iteration = o.iteration AND s.leg = o.leg AS together FROM orders s, orders o
WHERE o.key = $key AND s.account = o.account AND s.key <> o.key AND s.state IN ('sending', 'unknown', 'live', 'cancelling')`;

interface Other {
  readonly key: string;
  readonly state: string;
  readonly side: string;
  readonly together: bigint;
}

interface Posted {
  readonly bytes: Uint8Array;
  times: number;
  firstMs: number | null;
}

export function postingChecks(world: World): Check {
  const find = world.store.db.query<Row, { key: string }>(ROW);
  const findOthers = world.store.db.query<Other, { key: string }>(OTHERS);
  const posted = new Map<string, Posted>();
  /** What each iteration has planned: leg, side and instrument. */
  const ordersOf = new Map<string, Set<string>>();

  function leave(bytes: Uint8Array, life: Life): void {
    const request = PostOrderRequest.decode(bytes);
    const key = request.orderId;
    const account = world.accountOf(request.accountId);
    if (account === null) {
      world.violate('I11', `an order for a strange account ${request.accountId}`);
      return;
    }
    const known = posted.get(key) ?? { bytes, times: 0, firstMs: null };
    known.times += 1;
    known.firstMs ??= world.timeline.now();
    const ageMs = world.timeline.now() - known.firstMs;
    const jumped = world.timeline.now() - world.skewedAtMs <= ageMs;
    if (ageMs > RESEND_WITHIN_MS && !jumped && find.get({ key })?.state === 'unknown')
      world.violate('R3', `${key} was sent again after ${ageMs} ms`);
    posted.set(key, known);
    if (!same(known.bytes, bytes)) world.violate('I3', `key ${key} served two different requests`);
    if (account.dryRun) world.violate('I17', `a dry run posted ${key}`);
    if (world.store.db.inTransaction)
      world.violate('I2', `${key} left while its journal write was not committed`);
    const row = find.get({ key });
    if (row === null) {
      world.violate('I11', `${key} left and is not in the journal`);
      return;
    }
    compare(request, key, row);
    if (row.attempts < BigInt(known.times))
      world.violate('I2', `${key} left ${known.times} times, ${row.attempts} attempt rows`);
    if (row.state !== 'sending' && row.state !== 'unknown')
      world.violate('I2', `${key} left in state ${row.state}`);
    stops(key, account, life);
    order(key, row);
    sizes(key, row, account, known.times > 1);
    if (confirmMarginOf(bytes) && !mayBorrow(account)) world.violate('I5', `${key} agrees to borrow`);
  }

  function compare(request: PostOrderRequest, key: string, row: Row): void {
    const side = request.direction === OrderDirection.ORDER_DIRECTION_BUY ? 'buy' : 'sell';
    if (row.planned !== 1n) world.violate('I11', `${key} belongs to no planned leg`);
    if (side !== row.side || request.instrumentId !== row.uid)
      world.violate(
        'I11',
        `${key} is a ${side} of ${request.instrumentId}, the plan says ${row.side} ${row.uid}`,
      );
    if (BigInt(request.quantity) !== row.lots)
      world.violate('I4', `${key} asks for ${request.quantity} lots, planned were ${row.lots}`);
  }

  /** I8: a halt, the switch, a stop. */
  function stops(key: string, account: SimAccount, life: Life): void {
    const nowMs = world.timeline.now();
    const onForMs = world.killSwitch.onForMs(account.id, nowMs);
    if (onForMs !== null && onForMs > KILL_SWITCH_WITHIN_MS)
      world.violate('I8', `${key} left ${onForMs} ms after the kill switch was thrown`);
    if (world.store.journal.halt(account.id) !== null)
      world.violate('I8', `${key} left from a halted account`);
    if (life.stoppedMs !== null && nowMs > life.stoppedMs)
      world.violate('I8', `${key} left ${nowMs - life.stoppedMs} ms after SIGTERM`);
  }

  /** I7 and I13: one leg after another, nothing beside an unknown. */
  function order(key: string, row: Row): void {
    const { desk } = world.exchange;
    const broker = world.accounts.find(({ id }) => id === row.account)?.brokerAccount ?? '';
    const others = findOthers.all({ key });
    // What a restored backup forgot is to the bot somebody else's.
    const open = desk.activeOf(broker).filter((each) => !each.foreign && !world.forgotten.has(each.key));
    if (row.side === 'buy') {
      const selling = open.find((each) => each.side === 'sell');
      if (selling !== undefined) world.violate('I7', `buy ${key} left while sell ${selling.key} is active`);
      const unfinished = others.find((each) => each.side === 'sell' && each.together === 0n);
      if (unfinished !== undefined)
        world.violate('I7', `buy ${key} left while sell ${unfinished.key} is ${unfinished.state}`);
    }
    // What was sent before is asked about with the same bytes: that is no new key.
    if (row.state === 'unknown') return;
    const blocking = others.find(({ state, together }) => state === 'unknown' || together === 0n);
    if (blocking !== undefined)
      world.violate('I13', `${key} left while ${blocking.key} of the same account is ${blocking.state}`);
  }

  /** I5 and I9: never more than is there, never too much. */
  function sizes(key: string, row: Row, account: SimAccount, again: boolean): void {
    const { exchange } = world;
    const books = exchange.registry.account(account.brokerAccount);
    const pieces = row.lots * row.lot_size;
    const undisturbed = world.isUndisturbed(account.brokerAccount);
    if (row.side === 'sell' && !again && undisturbed && pieces > books.pieces(row.uid))
      world.violate('I5', `sell ${key} of ${pieces} pieces, held are ${books.pieces(row.uid)}`);
    const instrument = exchange.market.byUid(row.uid);
    if (instrument && row.lot_size !== instrument.lot)
      world.violate('I4', `${key} counts ${row.lot_size} pieces a lot, the venue ${instrument.lot}`);
    if (pieces * row.sized_at_nano > NOTIONAL_MAX && row.lots > 1n)
      world.violate('I9', `${key} is worth ${pieces * row.sized_at_nano} nano`);
  }

  /** I9: two orders per instrument and iteration, and more parts only of what is above the broker's cap. */
  function count({ account: id, iteration, leg, intents }: PlannedLeg): void {
    const account = world.accounts.find((each) => each.id === id);
    if (account === undefined) return;
    const orders = ordersOf.get(iteration) ?? new Set();
    ordersOf.set(iteration, orders);
    const groups = Map.groupBy(intents, ({ request }) => `${leg} ${request.side} ${request.uid}`);
    for (const [name, parts] of groups) {
      orders.add(name);
      const worths = parts.map(({ request, sizedAt }) => raw(request.lots) * raw(request.lot) * raw(sizedAt));
      const small = parts.filter(({ request, sizedAt }, at) => {
        const oneMore = (worths[at] ?? 0n) + raw(request.lot) * raw(sizedAt);
        return oneMore <= NOTIONAL_MAX;
      });
      if (small.length > 1) world.violate('I9', `${name} of ${iteration} is split where it need not be`);
    }
    const held = world.exchange.registry.account(account.brokerAccount).held();
    const own = Object.keys(account.wallet).flatMap((ticker) =>
      ticker === 'RUB' ? [] : world.exchange.instrument(ticker).uid,
    );
    const strangers = account.block.unlisted_positions === 'sell' ? held : [];
    const traded = [...orders].map((name) => name.slice(name.lastIndexOf(' ') + 1));
    const instruments = new Set([...own, ...strangers, ...traded]).size;
    if (orders.size > 2 * instruments)
      world.violate('I9', `${orders.size} orders in iteration ${iteration}, ${instruments} instruments`);
  }

  return {
    onPlan: count,
    onLeave(method, bytes, life) {
      if (method === 'PostOrder') leave(bytes, life);
    },
    onCall({ call }, phase) {
      if (phase !== 'applied' || call.method !== 'PostOrder') return;
      const orders = world.exchange.desk.ordersOfKey(call.accountId ?? '', call.orderId ?? '');
      if (orders.length > 1) world.violate('I1', `${orders.length} orders exist under key ${call.orderId}`);
    },
    onOrder({ foreign, key, executed, lots }) {
      if (!foreign && executed > lots) world.violate('I4', `${key} executed ${executed} of ${lots} lots`);
    },
  };
}

const mayBorrow = ({ block }: SimAccount): boolean =>
  Reflect.get(Object(block.margin_trading ?? {}), 'enabled') === true;

const same = (a: Uint8Array, b: Uint8Array): boolean => a.length === b.length && Buffer.compare(a, b) === 0;
