// What a venue says about one order, in our own terms, and which state that makes.

import type { OrderState, Side } from './order.ts';
import type { Lots, Money } from './units.ts';

/** How an order stands at the venue. */
export interface OrderReport {
  /** Our idempotency key as the venue echoes it; `null` where it does not. */
  readonly key: string | null;
  readonly orderId: string;
  readonly status: 'new' | 'partial' | 'filled' | 'rejected' | 'cancelled';
  readonly uid: string;
  readonly side: Side;
  readonly requested: Lots;
  readonly executed: Lots;
  /** Worth of what was executed, without commission; `null` while the venue does not say. */
  readonly value: Money | null;
  readonly commission: Money | null;
  readonly message: string;
}

/** The state that a report proves. */
export function stateOf(report: OrderReport): OrderState {
  if (report.status === 'filled') return 'filled';
  if (report.status === 'cancelled') return 'cancelled';
  return report.status === 'rejected' ? 'rejected' : 'live';
}
