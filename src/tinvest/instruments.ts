// Looks tickers and uids up, from the day's lists first. Guarantees: lists and single instruments are read once a
// Moscow day, however many accounts ask at once; a failed reading is not kept.

import type { Clock, Listing, Market, Resolution } from '../ports.ts';
import type { Calls } from './call.ts';
import { chooseListing } from './choose-listing.ts';
import { createDayCache } from './day-cache.ts';
import { type DayLists, nearestTo, readDayLists } from './day-lists.ts';
import { findByTicker, findByUid } from './find-instrument.ts';
import { type Candidate, normalTicker } from './listing.ts';
import type { WireLog } from './wire-log.ts';

export type Instruments = Pick<Market, 'resolve' | 'listingByUid'>;

export function createInstruments(calls: Calls, clock: Clock, log: WireLog): Instruments {
  const lists = createDayCache<DayLists>(clock);
  const strangers = createDayCache<Resolution>(clock);
  const held = createDayCache<Listing | null>(clock);
  const today = () => lists.get('lists', () => readDayLists(calls, log));

  async function resolveOne(ticker: string, day: DayLists): Promise<Resolution> {
    const wanted = normalTicker(ticker);
    const listed = day.byTicker.get(wanted);
    if (listed !== undefined) return resolution(listed, wanted, day);
    return strangers.get(wanted, async () => {
      const { candidates, because } = await findByTicker(calls, wanted);
      if (candidates.length > 0) return resolution(candidates, wanted, day);
      return { kind: 'missing', because, nearest: nearestTo(wanted, day) };
    });
  }

  return {
    async resolve(tickers) {
      const day = await today();
      return Promise.all(tickers.map((ticker) => resolveOne(ticker, day)));
    },
    async listingByUid(uid) {
      const day = await today();
      return day.byUid.get(uid) ?? held.get(uid, () => findByUid(calls, uid, log));
    },
  };
}

function resolution(candidates: readonly Candidate[], ticker: string, day: DayLists): Resolution {
  const choice = chooseListing(candidates);
  if (choice.kind === 'chosen') return { kind: 'found', listing: choice.listing };
  return { kind: 'missing', because: choice.because, nearest: nearestTo(ticker, day) };
}
