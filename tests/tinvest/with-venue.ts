// The adapter over a scripted venue, on a clock that jumps through every wait.

import { createTInvest, type TInvest } from '../../src/tinvest/tinvest.ts';
import { createManualClock, type ManualClock } from '../support/manual-clock.ts';
import { createWireVenue, type Script, type WireVenue } from '../support/wire-venue.ts';

export const NOW = Date.parse('2026-11-20T13:15:00Z');
export const ACCOUNT = '2000000001';

export interface Setting extends TInvest {
  readonly venue: WireVenue;
  readonly clock: ManualClock;
}

export function withVenue(
  script: Script,
  options: { broker?: 'live' | 'sandbox'; clock?: ManualClock; random?: () => number } = {},
): Setting {
  const venue = createWireVenue(script);
  const clock = options.clock ?? createManualClock(NOW, { patient: false });
  const tinvest = createTInvest({
    transport: venue,
    clock,
    random: options.random ?? (() => 0.5),
    token: () => 't.test',
    broker: options.broker ?? 'live',
  });
  return { ...tinvest, venue, clock };
}
