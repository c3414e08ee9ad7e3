// What the readers of facts are given: one account at one instant, as far as it has been observed.

import type { MarginState } from '../core/margin-state.ts';
import type { Holding } from '../core/portfolio.ts';
import type { Money } from '../core/units.ts';
import type { Session } from '../ports.ts';
import type { WalletListing } from './listings.ts';

export interface FactsInput {
  readonly nowMs: number;
  /** Nothing is traded on this, so it must not be remembered either. */
  readonly dryRun: boolean;
  readonly wallet: readonly WalletListing[];
  readonly holdings: readonly Holding[];
  /** All RUB, blocked RUB included. */
  readonly cash: Money;
  /** Sessions of the account's own exchange. */
  readonly sessions: readonly Session[];
  /** Read together with the positions. */
  readonly margin: MarginState | null;
}
