// What an account's owner asked for, as far as deciding goes: the rules without tokens, intervals or file names.

import type { OrderType } from './order.ts';
import { larger, type Rate } from './units.ts';
import type { WeightingMode } from './weights/registry.ts';

export interface Policy {
  readonly mode: WeightingMode;
  /** Percent per ticker, RUB included, normalised to 100. A ticker with 0 % is to be sold. */
  readonly wallet: ReadonlyMap<string, number>;
  readonly unlistedPositions: 'keep' | 'sell';
  readonly minOneLot: boolean;
  /** A plan that lowers the tracking error by less (percentage points) is not traded; 0 = off. */
  readonly minImprovementPp: number;
  readonly orderType: OrderType;
  /** Commission assumed while the account has no fills of its own. */
  readonly commission: Rate;
  readonly maxPriceAgeMs: number;
}

/** `all`: sells and buys. `buys`: this iteration's sells are done; only the instruments that its plan bought may follow. */
export type Stage =
  | { readonly kind: 'all' }
  | { readonly kind: 'buys'; readonly tickers: ReadonlySet<string> };

/** The rate to reckon with: the highest seen in this account's recent fills, else the configured one. */
export const commissionOf = (snapshot: { readonly commissionSeen: Rate | null }, policy: Policy): Rate =>
  snapshot.commissionSeen ?? policy.commission;

/** After the venue found too little money for what that rate allowed: whichever of the two is higher. */
export const cautiousCommission = (
  snapshot: { readonly commissionSeen: Rate | null },
  policy: Policy,
): Rate => larger(commissionOf(snapshot, policy), policy.commission);
