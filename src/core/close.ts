// One trading day's last price, as candles tell it.

import type { Price } from './units.ts';

export interface Close {
  /** Midnight UTC of the trading day, ms since 1970. */
  readonly dayMs: number;
  /** Of ONE piece. */
  readonly price: Price;
}
