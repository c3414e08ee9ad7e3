// An account as the venue shows it: cash and pieces, free and held by orders, with late reads where a test asks for them.
// Guarantees: free + held is everything owned; a late read leaves out whole trades, never parts of one.
// Raw bigints: nano-units of currency, pieces.

import type { Account } from './account.ts';
import type { Venue } from './venue.ts';

export interface CashView {
  readonly currency: string;
  /** Can be spent; negative when borrowed. */
  readonly free: bigint;
  readonly blocked: bigint;
}

export interface PieceView {
  readonly uid: string;
  readonly free: bigint;
  readonly blocked: bigint;
  readonly frozen: boolean;
}

/** Trades of the last `lagMs` count as not yet seen: their changes per currency and per instrument. */
function unseen(account: Account, nowMs: number, lagMs: number) {
  const cash = new Map<string, bigint>();
  const pieces = new Map<string, bigint>();
  for (let i = account.ledger.length - 1; i >= 0; i -= 1) {
    const entry = account.ledger[i];
    if (entry === undefined || entry.atMs <= nowMs - lagMs) break;
    if (entry.orderId === null) continue;
    cash.set(entry.currency, (cash.get(entry.currency) ?? 0n) + entry.cash);
    if (entry.uid !== null) pieces.set(entry.uid, (pieces.get(entry.uid) ?? 0n) + entry.pieces);
  }
  return { cash, pieces };
}

export function cashViews(venue: Venue, account: Account, nowMs: number, lagMs: number): readonly CashView[] {
  const late = unseen(account, nowMs, lagMs);
  return account.currencies().map((currency) => {
    const blocked = venue.desk.blockedCash(account.id, currency);
    const all = account.cash(currency) - (late.cash.get(currency) ?? 0n);
    return { currency, free: all - blocked, blocked };
  });
}

export function pieceViews(
  venue: Venue,
  account: Account,
  nowMs: number,
  lagMs: number,
): readonly PieceView[] {
  const late = unseen(account, nowMs, lagMs);
  const uids = new Set([...account.held(), ...late.pieces.keys()]);
  return [...uids]
    .map((uid) => {
      const frozen = account.frozen.has(uid);
      const all = account.pieces(uid) - (late.pieces.get(uid) ?? 0n);
      const blocked = frozen ? all : venue.desk.blockedPieces(account.id, uid);
      return { uid, free: all - blocked, blocked, frozen };
    })
    .filter((view) => view.free !== 0n || view.blocked !== 0n);
}
