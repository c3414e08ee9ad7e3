// What an order's fills were worth: the venue's word, else the price that the order was sized at.

import { lotValue, type Money, times } from '../core/units.ts';
import type { JournaledOrder } from '../ports.ts';

/** RUB before commission; an estimate where the venue never said (a fill that a person reported). */
export const fillWorth = (order: JournaledOrder): Money =>
  order.value ?? times(lotValue(order.sizedAt, order.request.lot), order.executed);
