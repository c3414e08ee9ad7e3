// The calendar day in Moscow: the exchange's, the limits' and the journal's. Moscow has kept UTC+3 the whole year since 2014.
// The embedded exchange reckons it by itself, for it is what all of this is checked against.

export const DAY_MS = 86_400_000;
export const MOSCOW_OFFSET_MS = 3 * 3_600_000;

/** Days since 1970-01-01, a Thursday. Asked for at every price. */
export const moscowDay = (atMs: number): number => Math.floor((atMs + MOSCOW_OFFSET_MS) / DAY_MS);

/** When the day that holds the instant has begun, ms since 1970 UTC. */
export const moscowMidnight = (atMs: number): number => moscowDay(atMs) * DAY_MS - MOSCOW_OFFSET_MS;

/** "2026-11-21". @throws {RangeError} for what is no instant */
export const moscowDate = (atMs: number): string =>
  new Date(moscowDay(atMs) * DAY_MS).toISOString().slice(0, 10);
