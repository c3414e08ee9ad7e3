// The clock that limits are kept by: pauses and windows are spans, and nobody who sets the hour makes them longer, ends
// them, or begins one anew that was over.

import type { Clock } from '../ports.ts';

/** Milliseconds of a clock that nobody sets, from any start: only differences mean anything. */
export const steadyClock = (clock: Clock): Clock => ({
  now: () => clock.monotonic?.() ?? clock.now(),
  sleep: (ms, signal) => clock.sleep(ms, signal),
});
