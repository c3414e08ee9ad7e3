// The venue's lists of funds and shares, megabytes on the wire: of them only what can be traded in RUB is kept.
// Guarantees: an entry that makes no sense costs that entry; an empty list is refused, never taken for "nothing listed".

import { distance } from 'fastest-levenshtein';
import { InstrumentStatus } from 'tinkoff-invest-api/dist/generated/common.js';
import { Etf, Share } from 'tinkoff-invest-api/dist/generated/instruments.js';
import { type Listing, WorldError } from '../ports.ts';
import type { Calls } from './call.ts';
import { type Candidate, candidateOf, type ListedFields, obstacleTo } from './listing.ts';
import { SHARED_METHODS } from './methods.ts';
import type { WireLog } from './wire-log.ts';

const NEAREST_MAX = 3;

export interface DayLists {
  /** By normalised ticker. */
  readonly byTicker: ReadonlyMap<string, readonly Candidate[]>;
  readonly byUid: ReadonlyMap<string, Listing>;
}

/** @throws {WorldError} where either list cannot be read or nothing in them can be traded */
export async function readDayLists(calls: Calls, log: WireLog): Promise<DayLists> {
  const base = { instrumentStatus: InstrumentStatus.INSTRUMENT_STATUS_BASE };
  const [etfs, shares] = await Promise.all([
    calls.read(SHARED_METHODS.etfs, base),
    calls.read(SHARED_METHODS.shares, base),
  ]);
  const candidates = [
    ...tradable(etfs, (bytes) => Etf.decode(bytes), 'etf', log),
    ...tradable(shares, (bytes) => Share.decode(bytes), 'share', log),
  ];
  if (candidates.length === 0)
    throw new WorldError(
      'refused_data',
      'the broker lists no fund and no share that can be traded in rub',
      'soon',
    );
  const byTicker = new Map<string, Candidate[]>();
  for (const candidate of candidates) {
    const same = byTicker.get(candidate.listing.ticker);
    if (same) same.push(candidate);
    else byTicker.set(candidate.listing.ticker, [candidate]);
  }
  return { byTicker, byUid: new Map(candidates.map(({ listing }) => [listing.uid, listing])) };
}

/** Decodes one element at a time, so that what is not kept is forgotten at once. */
function tradable(
  elements: readonly Uint8Array[],
  decode: (bytes: Uint8Array) => ListedFields,
  kind: 'etf' | 'share',
  log: WireLog,
): Candidate[] {
  const kept: Candidate[] = [];
  for (const element of elements) {
    try {
      const fields = decode(element);
      if (obstacleTo(fields, kind) === null) kept.push(candidateOf(fields, kind));
    } catch (error) {
      const problem = error instanceof Error ? error.message : String(error);
      log.warn({ list: kind, problem }, 'an entry of the list of instruments is left out');
    }
  }
  return kept;
}

/** Tradable names that differ by few letters, nearest first. */
export function nearestTo(ticker: string, lists: DayLists): readonly string[] {
  const most = Math.max(2, Math.floor(ticker.length / 2));
  return [...lists.byTicker.keys()]
    .map((name) => ({ name, far: distance(ticker, name) }))
    .filter(({ far }) => far > 0 && far <= most)
    .sort((a, b) => a.far - b.far || (a.name < b.name ? -1 : 1))
    .slice(0, NEAREST_MAX)
    .map(({ name }) => name);
}
