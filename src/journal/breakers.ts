// What the breakers remember of an account: halts, alerts given, accepted jumps, equity marks, the account as last seen.
// Guarantees: a halt's first cause stands until it is cleared; everything survives a restart.

import { money, raw, shares } from '../core/units.ts';
import type { Halt, HaltCause, Journal } from '../ports.ts';
import type { Store } from './store.ts';

export type Breakers = Pick<
  Journal,
  | 'halt'
  | 'setHalt'
  | 'clearHalt'
  | 'lastAlert'
  | 'noteAlert'
  | 'forgetAlert'
  | 'allowedJumps'
  | 'allowJump'
  | 'endJump'
  | 'equityMarks'
  | 'setEquityMarks'
  | 'lastSeen'
  | 'setLastSeen'
>;

export const breakers = (store: Store): Breakers => ({
  ...halts(store),
  ...alerts(store),
  ...jumps(store),
  ...equity(store),
  ...lastSeen(store),
});

const CAUSES: readonly HaltCause[] = ['unresolved_order', 'drawdown', 'another_bot'];

function halts(store: Store): Pick<Breakers, 'halt' | 'setHalt' | 'clearHalt'> {
  const find = store.prepare<{ cause: string; detail: string; at: bigint }>(
    'SELECT cause, detail, at FROM halts WHERE account = $account',
  );
  const insert = store.prepare(
    `INSERT INTO halts (account, cause, detail, at) VALUES ($account, $cause, $detail, $at)
     ON CONFLICT (account) DO NOTHING`,
  );
  const remove = store.prepare('DELETE FROM halts WHERE account = $account');
  const forgetMarks = store.prepare('DELETE FROM equity_marks WHERE account = $account');
  const forgetReversals = store.prepare('UPDATE last_seen SET reversals = 0 WHERE account = $account');
  const haltOf = (account: string): Halt | null => {
    const row = find.get({ account });
    // A cause that this version does not know still halts.
    const cause = CAUSES.find((known) => known === row?.cause) ?? 'unresolved_order';
    return row === null ? null : { cause, detail: row.detail, atMs: Number(row.at) };
  };
  return {
    halt: haltOf,
    setHalt: (account, { cause, detail, atMs }) =>
      store.write(() => insert.run({ account, cause, detail, at: BigInt(atMs) })),
    clearHalt: (account) =>
      store.write(() => {
        const cause = haltOf(account)?.cause;
        remove.run({ account });
        if (cause === 'drawdown') forgetMarks.run({ account });
        if (cause === 'another_bot') forgetReversals.run({ account });
      }),
  };
}

function alerts(store: Store): Pick<Breakers, 'lastAlert' | 'noteAlert' | 'forgetAlert'> {
  const find = store.prepare<{ at: bigint }>(
    'SELECT at FROM alerts WHERE account = $account AND event = $event',
  );
  const upsert = store.prepare(
    `INSERT INTO alerts (account, event, at) VALUES ($account, $event, $at)
     ON CONFLICT (account, event) DO UPDATE SET at = excluded.at`,
  );
  const remove = store.prepare('DELETE FROM alerts WHERE account = $account AND event = $event');
  return {
    lastAlert(account, event) {
      const row = find.get({ account, event });
      return row === null ? null : Number(row.at);
    },
    noteAlert: (account, event, atMs) => store.write(() => upsert.run({ account, event, at: BigInt(atMs) })),
    forgetAlert(account, event) {
      if (find.get({ account, event }) !== null) store.write(() => remove.run({ account, event }));
    },
  };
}

function jumps(store: Store): Pick<Breakers, 'allowedJumps' | 'allowJump' | 'endJump'> {
  const all = store.prepare<{ ticker: string }>(
    'SELECT ticker FROM allowed_jumps WHERE account = $account ORDER BY ticker',
  );
  const upsert = store.prepare(
    `INSERT INTO allowed_jumps (account, ticker, at) VALUES ($account, $ticker, $at)
     ON CONFLICT (account, ticker) DO UPDATE SET at = excluded.at`,
  );
  const remove = store.prepare('DELETE FROM allowed_jumps WHERE account = $account AND ticker = $ticker');
  return {
    allowedJumps: (account) => all.all({ account }).map(({ ticker }) => ticker),
    allowJump: (account, ticker, atMs) =>
      store.write(() => upsert.run({ account, ticker, at: BigInt(atMs) })),
    endJump: (account, ticker) => store.write(() => remove.run({ account, ticker })),
  };
}

function equity(store: Store): Pick<Breakers, 'equityMarks' | 'setEquityMarks'> {
  const find = store.prepare<{ start_nano: bigint; peak_nano: bigint; flows_since: bigint }>(
    'SELECT start_nano, peak_nano, flows_since FROM equity_marks WHERE account = $account',
  );
  const upsert = store.prepare(
    `INSERT INTO equity_marks (account, start_nano, peak_nano, flows_since)
     VALUES ($account, $start, $peak, $since)
     ON CONFLICT (account) DO UPDATE
     SET start_nano = excluded.start_nano, peak_nano = excluded.peak_nano, flows_since = excluded.flows_since`,
  );
  return {
    equityMarks(account) {
      const row = find.get({ account });
      if (row === null) return null;
      return {
        start: money(row.start_nano),
        peak: money(row.peak_nano),
        flowsSinceMs: Number(row.flows_since),
      };
    },
    setEquityMarks: (account, { start, peak, flowsSinceMs }) =>
      store.write(() =>
        upsert.run({ account, start: raw(start), peak: raw(peak), since: BigInt(flowsSinceMs) }),
      ),
  };
}

interface SeenRow {
  readonly cash_nano: bigint;
  readonly reversals: bigint;
  readonly at: bigint;
  readonly fill_no: bigint;
  readonly fill_no_before: bigint;
}

function lastSeen(store: Store): Pick<Breakers, 'lastSeen' | 'setLastSeen'> {
  const find = store.prepare<SeenRow>(
    'SELECT cash_nano, reversals, at, fill_no, fill_no_before FROM last_seen WHERE account = $account',
  );
  const pieces = store.prepare<{ uid: string; pieces: bigint }>(
    'SELECT uid, pieces FROM last_seen_pieces WHERE account = $account',
  );
  const upsert = store.prepare(
    `INSERT INTO last_seen (account, cash_nano, reversals, at, fill_no, fill_no_before)
     VALUES ($account, $cash, $reversals, $at, $fill, $fillBefore)
     ON CONFLICT (account) DO UPDATE
     SET cash_nano = excluded.cash_nano, reversals = excluded.reversals, at = excluded.at,
       fill_no = excluded.fill_no, fill_no_before = excluded.fill_no_before`,
  );
  const removePieces = store.prepare('DELETE FROM last_seen_pieces WHERE account = $account');
  const insertPieces = store.prepare(
    'INSERT INTO last_seen_pieces (account, uid, pieces) VALUES ($account, $uid, $pieces)',
  );
  return {
    lastSeen(account) {
      const row = find.get({ account });
      if (row === null) return null;
      const held = pieces.all({ account }).map(({ uid, pieces: count }) => [uid, shares(count)] as const);
      return {
        holdings: { cash: money(row.cash_nano), pieces: new Map(held) },
        reversals: Number(row.reversals),
        atMs: Number(row.at),
        fill: Number(row.fill_no),
        fillBefore: Number(row.fill_no_before),
      };
    },
    setLastSeen: (account, { holdings, reversals, atMs, fill, fillBefore }) =>
      store.write(() => {
        upsert.run({
          account,
          cash: raw(holdings.cash),
          reversals: BigInt(reversals),
          at: BigInt(atMs),
          fill: BigInt(fill),
          fillBefore: BigInt(fillBefore),
        });
        removePieces.run({ account });
        for (const [uid, count] of holdings.pieces) insertPieces.run({ account, uid, pieces: raw(count) });
      }),
  };
}
