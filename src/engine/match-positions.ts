// Which position of the account belongs to which wallet ticker, and what is left over.
// Guarantees: matched by uid, then by asset and ISIN (a fund held on another board is still that fund), never by place in
// a list; frozen, foreign-currency and non-share holdings stay outside the balance.

import { RUB } from '../core/portfolio.ts';
import { add, NO_SHARES, type Shares } from '../core/units.ts';
import type { InstrumentPin, Listing, SecurityPosition } from '../ports.ts';
import type { AccountContext } from './account-context.ts';
import { isSameSecurity, type WalletListing } from './listings.ts';

export interface OwnedPieces {
  readonly pieces: Shares;
  readonly blocked: Shares;
  /** Under which listings they are booked. */
  readonly uids: readonly string[];
}

export interface Matched {
  /** Pieces per wallet ticker. */
  readonly wallet: ReadonlyMap<string, OwnedPieces>;
  /** Held, outside the wallet, but of a kind that can be balanced. */
  readonly unlisted: readonly {
    readonly listing: Listing;
    readonly pin: InstrumentPin;
    readonly owned: OwnedPieces;
  }[];
  /** Held, and no part of any balance. */
  readonly apart: readonly {
    readonly name: string;
    readonly position: SecurityPosition;
    readonly because: string;
  }[];
}

export async function matchPositions(
  context: AccountContext,
  wallet: readonly WalletListing[],
  positions: readonly SecurityPosition[],
): Promise<Matched> {
  const byUid = new Map(wallet.map((entry) => [entry.listing?.uid ?? entry.pin.uid, entry.ticker]));
  const strangers = positions.filter((position) => !byUid.has(position.uid));
  const listings = await Promise.all(strangers.map((position) => listingOf(context, position.uid)));
  const listingByUid = new Map(strangers.map((position, index) => [position.uid, listings[index] ?? null]));

  const owned = new Map<string, OwnedPieces>();
  const unlisted: Unlisted[] = [];
  const apart: { name: string; position: SecurityPosition; because: string }[] = [];
  const heldAsTraded = new Set(
    positions.filter(({ frozen }) => !frozen).flatMap(({ uid }) => byUid.get(uid) ?? []),
  );
  for (const position of positions) {
    const listing = listingByUid.get(position.uid) ?? null;
    const ticker = byUid.get(position.uid) ?? tickerOf(wallet, listing);
    const name = ticker ?? listing?.ticker ?? position.uid;
    // What is held under another listing than the one that is traded counts, but a sale there would be a short; where
    // nothing is held under the traded one, the venue evidently books all listings as one.
    const elsewhere = ticker !== null && !byUid.has(position.uid) && heldAsTraded.has(ticker);
    const blocked = elsewhere ? position.pieces : position.blocked;
    const pieces = { pieces: position.pieces, blocked, uids: [position.uid] };
    if (position.frozen) apart.push({ name, position, because: 'frozen' });
    else if (ticker !== null) owned.set(ticker, sum(owned.get(ticker), pieces));
    else if (!listing) apart.push({ name, position, because: 'unknown to the venue' });
    else if (listing.currency.toLowerCase() !== 'rub')
      apart.push({ name, position, because: `in ${listing.currency}` });
    else if (listing.kind !== 'etf' && listing.kind !== 'share')
      apart.push({ name, position, because: listing.kind });
    else {
      const pin = {
        ticker: listing.ticker,
        isin: listing.isin,
        assetUid: listing.assetUid,
        uid: listing.uid,
      };
      unlisted.push({ listing, pin, owned: pieces, position });
    }
  }
  for (const { listing } of unlisted) context.memory.unlisted.set(listing.uid, listing);
  const names = new Set([RUB, ...wallet.map((entry) => entry.ticker)]);
  const { one, other } = bySecurity(unlisted, names);
  const namesakes = other.map(({ listing, position }) => ({
    name: listing.ticker,
    position,
    because: listing.isin,
  }));
  return { wallet: owned, unlisted: one, apart: [...apart, ...namesakes] };
}

interface Unlisted {
  readonly listing: Listing;
  readonly pin: InstrumentPin;
  readonly owned: OwnedPieces;
  readonly position: SecurityPosition;
}

/** One entry per security, the listing that can be traded first; another security under a name that is taken goes apart. */
function bySecurity(
  unlisted: readonly Unlisted[],
  taken: Set<string>,
): { one: Unlisted[]; other: Unlisted[] } {
  const one: Unlisted[] = [];
  const other: Unlisted[] = [];
  for (const entry of unlisted.toSorted(
    (a, b) => Number(b.listing.apiTradable) - Number(a.listing.apiTradable),
  )) {
    const at = one.findIndex((known) => isSameSecurity(entry.listing, known.pin));
    const known = one[at];
    if (known) {
      one[at] = { ...known, owned: sum(known.owned, { ...entry.owned, blocked: entry.owned.pieces }) };
    } else if (taken.has(entry.listing.ticker)) other.push(entry);
    else {
      taken.add(entry.listing.ticker);
      one.push(entry);
    }
  }
  return { one, other };
}

async function listingOf(context: AccountContext, uid: string): Promise<Listing | null> {
  return context.memory.unlisted.get(uid) ?? (await context.market.listingByUid(uid));
}

const tickerOf = (wallet: readonly WalletListing[], listing: Listing | null): string | null =>
  listing === null ? null : (wallet.find((entry) => isSameSecurity(listing, entry.pin))?.ticker ?? null);

const sum = (a: OwnedPieces | undefined, b: OwnedPieces): OwnedPieces => ({
  pieces: add(a?.pieces ?? NO_SHARES, b.pieces),
  blocked: add(a?.blocked ?? NO_SHARES, b.blocked),
  uids: [...(a?.uids ?? []), ...b.uids],
});
