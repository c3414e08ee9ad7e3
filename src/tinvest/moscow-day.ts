// The calendar day in Moscow, which is the venue's day: lists and schedules are read once in it.

/** Moscow has kept this offset the whole year since 2014. */
const MOSCOW_OFFSET_MS = 3 * 3_600_000;

/** "2026-11-21" */
export const moscowDay = (ms: number): string =>
  new Date(Math.floor(ms) + MOSCOW_OFFSET_MS).toISOString().slice(0, 10);
