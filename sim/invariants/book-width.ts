// How wide the venue's own book of an instrument is, and how wide an account takes it as it is.

import type { Instrument } from '../../src/exchange/instrument.ts';
import { stepAt } from '../../src/exchange/tape.ts';
import type { SimAccount } from '../generate/generate-accounts.ts';
import type { World } from '../world/world.ts';
import { keyOf } from './rules-books.ts';

/** Percent of the middle. */
export function bookWidth({ exchange }: World, instrument: Instrument, atMs: number): number {
  const step = stepAt(atMs);
  const ask = exchange.market.opposite(instrument, 'buy', step);
  const bid = exchange.market.opposite(instrument, 'sell', step);
  return (Number(ask - bid) / Number(ask + bid)) * 200;
}

/** `limits.max_spread_percent`, or what stands for it where it is not written. */
export const widestBook = (account: SimAccount): number =>
  Number(keyOf(account, 'max_spread_percent', 'limits') ?? 1);
