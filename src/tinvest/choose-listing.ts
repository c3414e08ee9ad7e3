// Which of a ticker's listings to trade: candles, then both directions, then on exchange, and only then by board.
// Requires: candidates are tradable in RUB and share a normalised ticker. Guarantees: the answer does not depend on the
// order of the list; two different securities under one name are an error, never a guess.

import type { Listing } from '../ports.ts';
import type { Candidate } from './listing.ts';

/** Only a tie-break: boards come and go. */
const BOARDS = ['TQBR', 'TQTF', 'SPBRU'];

export type Choice =
  | { readonly kind: 'chosen'; readonly listing: Listing }
  | { readonly kind: 'none'; readonly because: string };

export function chooseListing(candidates: readonly Candidate[]): Choice {
  const securities = groupBySecurity(candidates);
  const plain = securities.filter((group) => group.some((candidate) => candidate.plainTicker));
  // `X@` is the broker's own listing of X; a stranger called `X@` gives way to the X that is listed plainly.
  const group = securities.length === 1 ? securities[0] : plain.length === 1 ? plain[0] : undefined;
  const best = group?.toSorted(preference)[0];
  if (best) return { kind: 'chosen', listing: best.listing };
  const names = securities
    .flatMap((one) => one.slice(0, 1))
    .map(({ listing }) => `${listing.name} (${listing.isin || listing.uid})`);
  return {
    kind: 'none',
    because: `${securities.length} different securities are listed under that name: ${names.sort().join(', ')}`,
  };
}

/** Listings of one security share the ISIN or the asset. */
function groupBySecurity(candidates: readonly Candidate[]): Candidate[][] {
  const groups: Candidate[][] = [];
  for (const candidate of candidates) {
    const same = groups.filter((group) => group.some((member) => isSame(member.listing, candidate.listing)));
    const merged = [...same.flat(), candidate];
    for (const group of same) groups.splice(groups.indexOf(group), 1);
    groups.push(merged);
  }
  return groups;
}

const isSame = (a: Listing, b: Listing): boolean =>
  (a.isin !== '' && a.isin === b.isin) || (a.assetUid !== '' && a.assetUid === b.assetUid) || a.uid === b.uid;

function preference(a: Candidate, b: Candidate): number {
  return (
    Number(b.hasCandles) - Number(a.hasCandles) ||
    Number(b.listing.buyable && b.listing.sellable) - Number(a.listing.buyable && a.listing.sellable) ||
    Number(a.overTheCounter) - Number(b.overTheCounter) ||
    boardRank(a.listing) - boardRank(b.listing) ||
    byText(a.listing.classCode, b.listing.classCode) ||
    byText(a.listing.uid, b.listing.uid)
  );
}

const boardRank = (listing: Listing): number => {
  const rank = BOARDS.indexOf(listing.classCode);
  return rank < 0 ? BOARDS.length : rank;
};

const byText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
