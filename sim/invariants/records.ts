// What an iteration's record says of its orders, of how it ended and of when, against the venue's own orders, the bytes that
// left and the clock; and that what is printed, what is stored and what is told are one record.

import { PostOrderRequest } from 'tinkoff-invest-api/dist/generated/orders.js';
import type { IterationRecord, OrderRecord } from '../../src/core/iteration-record.ts';
import { parseNano, raw } from '../../src/core/units.ts';
import { chargedFee, executedValue, isActive, type VenueOrder } from '../../src/exchange/order.ts';
import type { Intent } from '../../src/ports.ts';
import type { Check } from '../check.ts';
import type { SimAccount } from '../generate/generate-accounts.ts';
import type { Life } from '../world/life.ts';
import type { World } from '../world/world.ts';
import { statusTrouble } from './record-status.ts';

const KOPECK = 10_000_000n;
/** How long an iteration that is due may wait for the rate limit: its window. */
const TURN_MS = 60_000;

interface Stored {
  readonly record: string;
  readonly status: string;
  readonly account: string;
  readonly dry_run: bigint;
  readonly started_at: bigint;
  readonly equity_nano: bigint | null;
  readonly turnover_nano: bigint;
  readonly commission_nano: bigint;
}

interface Told {
  readonly life: Life;
  readonly atMs: number;
  readonly record: IterationRecord;
}

export function recordChecks(world: World): Check {
  const stored = world.store.db.query<Stored, { iteration: string }>(
    'SELECT record, status, account, dry_run, started_at, equity_nano, turnover_nano, commission_nano FROM iterations WHERE iteration = $iteration',
  );
  const planned = new Map<string, Intent[]>();
  const left = new Map<string, PostOrderRequest>();
  const printed = new Map<Life, string>();
  const last = new Map<string, Told>();
  const announced = new Map<string, number>();
  const wrong = (text: string): void => world.violate('record', text);

  function orders(record: IterationRecord): void {
    const intents = planned.get(record.iteration) ?? [];
    const { iteration } = record;
    const told = new Set(record.orders.map(({ idempotency_key: key }) => key));
    if (told.size !== record.orders.length) wrong(`${iteration} tells of one order twice`);
    for (const { request } of intents)
      if (left.has(request.key) && !told.has(request.key))
        wrong(`${iteration} does not tell of order ${request.key}, which left`);
    for (const each of record.orders) {
      const key = each.idempotency_key ?? '';
      const intent = intents.find(({ request }) => request.key === key);
      if (record.dry_run) {
        if (intent !== undefined || each.status !== 'planned' || each.filled_lots !== 0)
          wrong(`${iteration} is dry and tells of ${each.status} order ${key}`);
      } else if (intent === undefined) wrong(`${iteration} tells of ${key}, which is of no plan of it`);
      else order(record, each, intent);
    }
  }

  function order({ iteration, account }: IterationRecord, told: OrderRecord, intent: Intent): void {
    const { key, brokerAccount } = intent.request;
    const venue = world.exchange.desk.ordersOfKey(brokerAccount, key).at(-1) ?? null;
    const off = (what: string, says: unknown, is: unknown): void => {
      if (says !== is) wrong(`${iteration} of ${account}: ${what} of ${key} is told as ${says}, it is ${is}`);
    };
    const { uid, side, lots } = venue ?? { ...intent.request, lots: raw(intent.request.lots) };
    const ticker = world.exchange.market.byUid(uid)?.ticker.replace(/@$/, '');
    off('ticker', told.ticker, ticker);
    off('direction', told.direction, side);
    off('lots', told.lots, Number(lots));
    off('price', parseNano(told.price_rub), raw(intent.sizedAt));
    const known = world.store.journal.order(key);
    const open = known !== null && OPEN.has(known.state);
    const truth = open ? 'unknown' : statusOf(venue);
    if (!open && venue !== null && isActive(venue)) wrong(`${key} is active and told as ${told.status}`);
    else if (told.status !== truth && !isSame(told, venue, known?.state)) off('status', told.status, truth);
    const executed = venue?.executed ?? 0n;
    if (open ? BigInt(told.filled_lots) > executed : BigInt(told.filled_lots) !== executed)
      off('filled lots', told.filled_lots, executed);
    if (told.order_id !== null || executed > 0n) {
      // An order of unknown fate may have been taken without a word.
      if (!(open && told.order_id === null)) off('order id', told.order_id, venue?.id);
    }
    if (!open && venue !== null && executed > 0n) worth(told, venue, intent, known?.state === 'operator');
  }

  /** What it was worth and what it cost. Of an order that only its lots are known of, the price that it was sized at stands in. */
  function worth(
    told: OrderRecord,
    venue: VenueOrder,
    { sizedAt, request }: Intent,
    byPerson: boolean,
  ): void {
    const known = world.store.journal.order(venue.key);
    if (byPerson) return;
    const rounding = venue.executed * venue.lot;
    const amount = parseNano(told.amount_rub);
    const planned = raw(sizedAt) * raw(request.lot) * raw(request.lots);
    const is = known?.value === null ? planned : executedValue(venue);
    if (away(amount, is) >= (rounding > KOPECK ? rounding : KOPECK))
      wrong(`${venue.key} is told as worth ${told.amount_rub}, it is ${is} nano`);
    const fee = parseNano(told.commission_rub);
    if (known?.commission !== null && fee !== chargedFee(venue))
      wrong(`the fee of ${venue.key} is told as ${told.commission_rub}, it is ${chargedFee(venue)} nano`);
  }

  /** One record: the durable one, the printed one and the one that is told. */
  function sameEverywhere(record: IterationRecord, life: Life): void {
    const { iteration, status } = record;
    const row = stored.get({ iteration });
    const line = printed.get(life);
    printed.delete(life);
    if (line === undefined) {
      wrong(`${iteration} was not printed`);
      return;
    }
    if (row === null) {
      // Of an account that could not be opened nothing is kept, and a full disk keeps nothing.
      if (record.broker_account !== null) wrong(`${iteration} (${status}) is not in the journal`);
      return;
    }
    if (`${row.record}\n` !== line) wrong(`${iteration} is printed otherwise than it is stored`);
    const again = JSON.parse(row.record) as IterationRecord;
    if (again.iteration !== iteration || row.status !== status || again.status !== status)
      wrong(`${iteration} is told as ${status}, stored as ${row.status}`);
    const columns: readonly (readonly [string, unknown, unknown])[] = [
      ['account', row.account, record.account],
      ['dry run', row.dry_run === 1n, record.dry_run],
      ['beginning', Number(row.started_at), Date.parse(record.started_at)],
      ['equity', row.equity_nano, record.equity_rub === null ? null : parseNano(record.equity_rub)],
    ];
    for (const [what, is, says] of columns)
      if (is !== says) wrong(`${iteration}: its ${what} is ${is} in the journal, its record says ${says}`);
    const ours = (planned.get(iteration) ?? []).flatMap(({ request }) =>
      world.exchange.desk.ordersOfKey(request.brokerAccount, request.key),
    );
    const isKnown = record.orders.every(({ status: of }) => of !== 'unknown');
    const unsure = ours.some(({ key, executed }) => {
      const known = world.store.journal.order(key);
      // A fee that is booked a moment later is asked for once, and that call may fail.
      const isFeeLate = world.faults.habits.has('PostOrder') && known?.commission === null;
      return known?.value === null || (executed > 0n && isFeeLate);
    });
    if (!isKnown || unsure) return;
    const turnover = ours.reduce((sum, each) => sum + executedValue(each), 0n);
    const fees = ours.reduce((sum, each) => sum + chargedFee(each), 0n);
    const rounding = ours.reduce((sum, each) => sum + each.executed * each.lot, KOPECK);
    if (away(row.turnover_nano, turnover) > rounding)
      wrong(`${iteration}: turnover ${row.turnover_nano} in the journal, ${turnover} at the venue`);
    if (row.commission_nano !== fees)
      wrong(`${iteration}: fees ${row.commission_nano} in the journal, ${fees} at the venue`);
  }

  /** When it began and ended, and that it came when it was announced. */
  function times(record: IterationRecord, life: Life): void {
    const { timeline, skewMs, skewedAtMs } = world;
    const began = Date.parse(record.started_at);
    const ended = Date.parse(record.finished_at);
    const before = last.get(record.account);
    last.set(record.account, { life, atMs: timeline.now(), record });
    // What was announced is for this one, whatever is judged of it; the next one has an announcement of its own.
    const due = announced.get(record.account);
    announced.delete(record.account);
    if (ended !== timeline.now() + skewMs)
      wrong(`${record.iteration} says that it ended ${record.finished_at}, it ends now`);
    // What follows compares two instants of the bot's clock.
    const sinceMs = before?.life === life ? before.atMs : life.startedMs;
    if (skewedAtMs >= sinceMs) return;
    if (began > ended) wrong(`${record.iteration} began after it ended`);
    if (began - skewMs < sinceMs) wrong(`${record.iteration} began before the one before it ended`);
    if (before?.life !== life) return;
    if (due === undefined) {
      // A full disk keeps no announcement, either.
      if (!world.coverage.tables.faults.disk_full)
        wrong(`no iteration was announced after ${before.record.iteration}`);
      return;
    }
    const waits = 'confirmationThresholdRub' in accountOf(record).block;
    // What it takes to ask which account it is counts as waiting, too.
    const late = before.record.broker_account !== null && began > due + TURN_MS;
    if (late || (began < due && !waits))
      wrong(`${record.iteration} began ${record.started_at}, announced was ${new Date(due).toISOString()}`);
  }

  const accountOf = ({ account }: IterationRecord) => {
    const found = world.accounts.find(({ id }) => id === account);
    if (found === undefined) throw new Error(`a record of a strange account ${account}`);
    return found;
  };

  return {
    onPlan({ iteration, intents }) {
      planned.set(iteration, [...(planned.get(iteration) ?? []), ...intents]);
    },
    onLeave(method, bytes) {
      if (method !== 'PostOrder') return;
      const request = PostOrderRequest.decode(bytes);
      left.set(request.orderId, request);
    },
    onAnnounce: (account, dueMs) => void announced.set(account, dueMs),
    onSaid(channel, text, life) {
      if (channel === 'stdout') printed.set(life, text);
    },
    onRecord(record, life) {
      const account = accountOf(record);
      const { broker_account: broker, mode, iteration } = record;
      if (broker !== null && broker !== account.brokerAccount)
        wrong(`${iteration} of ${account.id} names broker account ${broker}`);
      if (mode !== modeOf(account)) wrong(`${iteration} names mode ${mode}`);
      orders(record);
      const trouble = statusTrouble(world, account, record, planned.get(iteration) ?? []);
      if (trouble !== null) wrong(`${iteration} of ${account.id}: ${trouble}`);
      sameEverywhere(record, life);
      times(record, life);
    },
  };
}

function modeOf({ block }: SimAccount): unknown {
  const mode = block.desired_mode ?? block.rebalance_mode ?? 'manual';
  return mode === 'default' ? 'manual' : mode;
}

const OPEN: ReadonlySet<string> = new Set(['intent', 'sending', 'unknown', 'live', 'cancelling']);

function statusOf(venue: VenueOrder | null): OrderRecord['status'] {
  if (venue === null) return 'rejected';
  if (venue.executed === venue.lots) return 'filled';
  if (venue.executed > 0n) return 'partially_filled';
  return venue.status === 'rejected' ? 'rejected' : 'cancelled';
}

/** What came to nothing: an order that is provably absent, or was turned down before it was ever shown, is `cancelled`. */
const isSame = ({ status }: OrderRecord, venue: VenueOrder | null, state: string | undefined): boolean =>
  status === 'cancelled' &&
  (venue === null ? state === 'absent' : venue.executed === 0n && venue.status === 'rejected');

const away = (a: bigint, b: bigint): bigint => (a > b ? a - b : b - a);
