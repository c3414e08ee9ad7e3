// The broker's margin call: below the minimal margin it sells collateral at the market, the largest holding first, until
// the starting margin is covered again. What does not trade now stays for the next time.
// Raw bigints: nano-rubles, lots.

import type { Account } from './account.ts';
import type { OrderDesk } from './desk.ts';
import { VenueError } from './errors.ts';
import { least } from './extremes.ts';
import { longRate, type MarginView, marginOf } from './margin.ts';
import type { Market } from './market.ts';
import type { VenueOrder } from './order.ts';

const NANO = 1_000_000_000n;

export interface MarginCallScene {
  readonly account: Account;
  readonly market: Market;
  readonly desk: OrderDesk;
  readonly nowMs: number;
  /** A fresh id for an order of the broker's. */
  key(): string;
}

/** The orders that it took; none where the minimal margin is covered. */
export function callMargin(scene: MarginCallScene): readonly VenueOrder[] {
  const { account, market, nowMs } = scene;
  const view = () => marginOf(account, market, nowMs);
  const first = view();
  if (first.liquid >= first.minimal) return [];
  const orders: VenueOrder[] = [];
  for (const uid of collateral(scene)) {
    const now = view();
    if (now.liquid >= now.starting) break;
    const order = sell(scene, uid, now);
    if (order !== null) orders.push(order);
  }
  return orders;
}

/** What may be sold for it, the worth of the most first. */
function collateral({ account, market, nowMs }: MarginCallScene): readonly string[] {
  const worth = (uid: string): bigint => {
    const instrument = market.byUid(uid);
    const counts = instrument !== null && longRate(instrument) !== null && !account.frozen.has(uid);
    return counts ? account.pieces(uid) * (market.last(instrument, nowMs)?.price ?? 0n) : 0n;
  };
  return account
    .held()
    .map((uid) => ({ uid, worth: worth(uid) }))
    .filter((each) => each.worth > 0n)
    .sort((a, b) => (a.worth > b.worth ? -1 : a.worth < b.worth ? 1 : 0))
    .map(({ uid }) => uid);
}

/** A sale turns a holding into cash and takes away what it asked for: so many lots that this is enough. */
function sell(scene: MarginCallScene, uid: string, view: MarginView): VenueOrder | null {
  const { account, market, desk, nowMs } = scene;
  const instrument = market.byUid(uid);
  const part = instrument === null ? null : longRate(instrument);
  const price = instrument === null ? null : (market.last(instrument, nowMs)?.price ?? null);
  if (instrument === null || part === null || price === null) return null;
  const perLot = (price * instrument.lot * part) / NANO;
  const wanted = perLot === 0n ? 1n : (view.starting - view.liquid) / perLot + 1n;
  const free = (account.pieces(uid) - desk.blockedPieces(account.id, uid)) / instrument.lot;
  const lots = least(wanted, free);
  if (lots < 1n) return null;
  try {
    return desk.post(
      {
        accountId: account.id,
        key: scene.key(),
        uid,
        side: 'sell',
        type: market.flags(instrument, nowMs).market ? 'market' : 'bestprice',
        lots,
        price: null,
        confirmMargin: false,
        timeInForce: 'day',
        foreign: true,
      },
      nowMs,
    );
  } catch (error) {
    if (error instanceof VenueError) return null;
    throw error;
  }
}
