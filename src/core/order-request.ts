// An order exactly as it goes on the wire: durable in the journal before the first byte is sent.

import type { OrderType, Side } from './order.ts';
import type { LotSize, Lots, Price } from './units.ts';

/** Exactly what goes on the wire: a retry sends these same values again. */
export interface OrderRequest {
  readonly key: string;
  readonly brokerAccount: string;
  readonly uid: string;
  readonly side: Side;
  readonly lots: Lots;
  readonly lot: LotSize;
  readonly type: OrderType;
  /** Only for `limit`. */
  readonly limit: Price | null;
  readonly confirmMargin: boolean;
}
