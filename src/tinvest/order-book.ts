// The book of an instrument: GetOrderBook. Guarantees: levels best first; a level without a positive price and a
// positive whole number of lots is dropped; another instrument's book is refused.

import type { GetOrderBookResponse, Order } from 'tinkoff-invest-api/dist/generated/marketdata.js';
import { compare, lots, price } from '../core/units.ts';
import { type BookLevel, type OrderBook, WorldError } from '../ports.ts';
import type { Calls } from './call.ts';
import { amountOf, refuse } from './convert.ts';
import { SHARED_METHODS } from './methods.ts';

/** Depths that the venue takes; any other is 30032. */
const DEPTHS = [1, 10, 20, 30, 40, 50];
const DEEPEST = 50;

/**
 * @param depth levels wanted on each side; the venue is asked for the next depth that it has, at most 50
 * @throws {WorldError}
 */
export async function readOrderBook(calls: Calls, uid: string, depth: number): Promise<OrderBook> {
  const asked = DEPTHS.find((allowed) => allowed >= depth) ?? DEEPEST;
  const book = await calls.read(SHARED_METHODS.orderBook, { instrumentId: uid, depth: asked });
  if (book.instrumentUid !== '' && book.instrumentUid !== uid)
    refuse(`asked for the book of ${uid}, the answer is about ${book.instrumentUid}`);
  return sidesOf(book);
}

const sidesOf = ({ bids, asks }: GetOrderBookResponse): OrderBook => ({
  bids: bids.flatMap(levelOf).sort((a, b) => compare(b.price, a.price)),
  asks: asks.flatMap(levelOf).sort((a, b) => compare(a.price, b.price)),
});

function levelOf({ price: written, quantity }: Order): BookLevel[] {
  if (!Number.isSafeInteger(quantity) || quantity < 1) return [];
  try {
    const nano = amountOf(written, 'price of a level');
    return nano > 0n ? [{ price: price(nano), lots: lots(BigInt(quantity)) }] : [];
  } catch (error) {
    if (error instanceof WorldError) return [];
    throw error;
  }
}
