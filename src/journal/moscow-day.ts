// The Moscow day of an instant. Moscow keeps UTC+3 all year since 2014.

export const DAY_MS = 86_400_000;
const OFFSET_MS = 3 * 3_600_000;

/** Start of the Moscow day that holds the instant, ms since 1970 UTC. */
export const dayOf = (atMs: number): number => Math.floor((atMs + OFFSET_MS) / DAY_MS) * DAY_MS - OFFSET_MS;
