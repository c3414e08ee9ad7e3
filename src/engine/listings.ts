// Which instrument each wallet ticker means today, pinned to what it meant first.
// Guarantees: a ticker that never resolved fails the account; one that did is held (not traded) while it does not,
// or while it resolves to another security than the pinned one; its lots are counted as before for as long as the venue
// knows them.

import type { InstrumentPin, Listing } from '../ports.ts';
import { WorldError } from '../ports.ts';
import type { AccountContext } from './account-context.ts';

export interface WalletListing {
  readonly ticker: string;
  readonly listing: Listing | null;
  readonly pin: InstrumentPin;
  /** Lot and step where nothing may be traded, as the venue still describes what is pinned; `null`: it no longer does. */
  readonly size: ListingSize | null;
  /** Why it is held; `null` where it may be traded. */
  readonly hold: string | null;
  readonly warning: string | null;
}

export type ListingSize = Pick<Listing, 'lot' | 'step'>;

/** @throws {WorldError} of kind `request` (never retried) when a ticker has never been resolved and is not now. */
export async function walletListings(context: AccountContext): Promise<WalletListing[]> {
  const { tickers, id } = context.settings;
  const resolutions = await context.market.resolve(tickers);
  const pins = context.journal.instrumentPins(id);
  const missing: string[] = [];
  const listings = tickers.flatMap((ticker, index): Omit<WalletListing, 'size'>[] => {
    const resolution = resolutions[index];
    const pin = pins.get(ticker) ?? null;
    if (resolution?.kind === 'found') return [checkPin(context, ticker, resolution.listing, pin)];
    const because = resolution?.because ?? 'the venue did not answer for it';
    if (pin)
      return [
        { ticker, listing: null, pin, hold: because, warning: `${ticker} no longer resolves: ${because}` },
      ];
    const nearest = resolution?.nearest ?? [];
    missing.push(`${ticker}: ${because}${nearest.length > 0 ? `; did you mean ${nearest.join(', ')}?` : ''}`);
    return [];
  });
  if (missing.length > 0) {
    throw new WorldError(
      'request',
      `${missing.length === 1 ? 'a ticker' : 'tickers'} of desired_wallet cannot be traded: ${missing.join('; ')}`,
      'never',
    );
  }
  return Promise.all(
    listings.map(async (entry) => ({
      ...entry,
      size: entry.listing ?? (await describedSize(context, entry.pin.uid)),
    })),
  );
}

/** What cannot be traded is counted in its own lots all the same. Only the count depends on it: nonsense is no answer. */
async function describedSize({ market }: AccountContext, uid: string): Promise<ListingSize | null> {
  try {
    return await market.listingByUid(uid);
  } catch (error) {
    if (error instanceof WorldError && (error.kind === 'refused_data' || error.kind === 'request'))
      return null;
    throw error;
  }
}

function checkPin(
  context: AccountContext,
  ticker: string,
  listing: Listing,
  pinned: InstrumentPin | null,
): Omit<WalletListing, 'size'> {
  const now: InstrumentPin = { ticker, isin: listing.isin, assetUid: listing.assetUid, uid: listing.uid };
  if (!pinned) {
    if (!context.settings.dryRun)
      context.journal.pinInstrument(context.settings.id, now, context.clock.now());
    return { ticker, listing, pin: now, hold: null, warning: null };
  }
  if (isSameSecurity(listing, pinned)) {
    const moved = pinned.uid !== listing.uid;
    if (moved && !context.settings.dryRun) {
      context.journal.pinInstrument(context.settings.id, now, context.clock.now());
    }
    const warning = moved
      ? `${ticker} moved to another listing (${listing.classCode}, uid ${listing.uid})`
      : null;
    return { ticker, listing, pin: now, hold: null, warning };
  }
  const other = `${ticker} now means another security (ISIN ${listing.isin}, it was ${pinned.isin})`;
  return { ticker, listing: null, pin: pinned, hold: other, warning: other };
}

/** By asset first, then ISIN: figi, uid and board change over time, these two do not. */
export function isSameSecurity(listing: Listing, pin: Pick<InstrumentPin, 'assetUid' | 'isin'>): boolean {
  if (pin.assetUid !== '' && listing.assetUid === pin.assetUid) return true;
  return pin.isin !== '' && listing.isin === pin.isin;
}
