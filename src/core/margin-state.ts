// What the broker says an account is good for: its own reckoning, read before every plan of a margin account.

import type { Money } from './units.ts';

/** What the broker answers. */
export type MarginReport =
  /** The broker does not let this account borrow. */
  | { readonly kind: 'disabled'; readonly because: string }
  | {
      readonly kind: 'enabled';
      /** Worth of what counts as collateral, cash included. */
      readonly liquid: Money;
      /** Below this much collateral nothing that adds risk may be done. */
      readonly starting: Money;
      /** Below this much the broker closes positions by force. */
      readonly minimal: Money;
    };

export type MarginState =
  | MarginReport
  /** It could not be read now: nothing new is borrowed, and what is owed is not sold off for that. */
  | { readonly kind: 'unknown'; readonly because: string }
  /** Nobody was asked (a snapshot from elsewhere): only the configured limits hold. For plans, never for orders. */
  | { readonly kind: 'assumed' };
