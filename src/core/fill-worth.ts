// What an order's fills were worth: the venue's word, else the price that the order was sized at.

import type { OrderRequest } from './order-request.ts';
import { type Lots, lotValue, type Money, type Price, times } from './units.ts';

/** What an order did, whoever keeps it. */
export interface Filled {
  readonly request: OrderRequest;
  readonly executed: Lots;
  readonly value: Money | null;
  /** Price of ONE piece that it was sized at. */
  readonly sizedAt: Price;
}

/** RUB before commission; an estimate where the venue never said (a fill that a person reported). */
export const fillWorth = ({ value, sizedAt, request, executed }: Filled): Money =>
  value ?? times(lotValue(sizedAt, request.lot), executed);
