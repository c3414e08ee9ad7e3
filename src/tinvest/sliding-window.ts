// At most so many events in any span of so many milliseconds.
// Requires: times come from one clock. Guarantees: a clock that jumps back cannot block longer than one span.

export interface SlidingWindow {
  /**
   * Milliseconds until the next event may happen; 0 = now. With a `part` (0..1) as if only that much were allowed, with
   * `ahead` as if that many more had happened.
   */
  waitMs(now: number, part?: number, ahead?: number): number;
  take(now: number): void;
  /** Another limit from now on; events already taken still count. */
  resize(count: number, spanMs: number): void;
}

export function createSlidingWindow(count: number, spanMs: number): SlidingWindow {
  let times: number[] = [];
  let most = count;
  let span = spanMs;

  const forget = (now: number) => {
    if ((times.at(-1) ?? now) > now) times = times.map((time) => Math.min(time, now));
    if ((times[0] ?? now) > now - span) return;
    const kept = times.findIndex((time) => time > now - span);
    if (kept < 0) times = [];
    else if (kept > 0) times.splice(0, kept);
  };

  return {
    waitMs(now, part = 1, ahead = 0) {
      forget(now);
      const allowed = Math.max(1, Math.floor(most * part) - ahead);
      // With a limit lowered under what was taken, the wait ends when enough of it has aged.
      const blocking = times[times.length - allowed];
      return blocking === undefined ? 0 : blocking + span - now;
    },
    take(now) {
      times.push(now);
    },
    resize(nextCount, nextSpanMs) {
      most = nextCount;
      span = nextSpanMs;
    },
  };
}
