// What happens next to a resting order: a planned fill, the tape crossing its price, or the end of its day.
// Scans the tape only over steps at which the instrument trades, at most one day.

import { isTrading } from './calendar.ts';
import type { Market } from './market.ts';
import { moscowDay } from './moscow.ts';
import type { VenueOrder } from './order.ts';
import { stepAt, stepMs } from './tape.ts';

export type RestingEvent =
  | { readonly kind: 'planned'; readonly order: VenueOrder; readonly atMs: number; readonly lots: bigint }
  | { readonly kind: 'cross'; readonly order: VenueOrder; readonly atMs: number; readonly step: number }
  | { readonly kind: 'expire'; readonly order: VenueOrder; readonly atMs: number };

/** The first event of an order up to and including `nowMs`; `null` when nothing happens to it by then. */
export function nextEvent(order: VenueOrder, market: Market, nowMs: number): RestingEvent | null {
  const horizon = Math.min(nowMs, order.expiresMs);
  const happening = order.plan === null ? crossing(order, market, horizon) : planned(order, horizon);
  if (happening !== null) return happening;
  return order.expiresMs <= nowMs ? { kind: 'expire', order, atMs: order.expiresMs } : null;
}

function planned(order: VenueOrder, horizonMs: number): RestingEvent | null {
  const next = order.plan?.[0];
  return next !== undefined && next.atMs <= horizonMs
    ? { kind: 'planned', order, atMs: next.atMs, lots: next.lots }
    : null;
}

function crossing(order: VenueOrder, market: Market, horizonMs: number): RestingEvent | null {
  const instrument = market.byUid(order.uid);
  if (instrument === null) return null;
  if (market.haltedSince(instrument) !== null) {
    // What the tape did during a halt met nobody.
    order.scannedStep = Math.max(order.scannedStep, stepAt(horizonMs));
    return null;
  }
  const spans = market.calendar.spans(instrument.exchange, moscowDay(order.createdMs));
  for (const span of spans.filter((each) => isTrading(each.phase))) {
    const from = Math.max(stepAt(span.startMs), order.scannedStep + 1);
    const to = Math.min(stepAt(span.endMs - 1), stepAt(horizonMs));
    for (let step = from; step <= to; step += 1) {
      const price = market.opposite(instrument, order.side, step);
      const crossed = order.side === 'buy' ? price <= order.bound : price >= order.bound;
      if (crossed) return { kind: 'cross', order, atMs: stepMs(step), step };
      order.scannedStep = step;
    }
  }
  return null;
}
