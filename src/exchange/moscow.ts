// Moscow days: UTC+3 the whole year (no daylight saving since 2014). Days are counted from 1970-01-01.

export const MINUTE_MS = 60_000;
export const DAY_MS = 86_400_000;
const OFFSET_MS = 3 * 60 * MINUTE_MS;

/** Number of the Moscow day that holds the instant. */
export const moscowDay = (atMs: number): number => Math.floor((atMs + OFFSET_MS) / DAY_MS);
/** Instant at which a Moscow day begins. */
export const dayStartMs = (day: number): number => day * DAY_MS - OFFSET_MS;
/** Instant of a Moscow day's minute. */
export const minuteOfDayMs = (day: number, minute: number): number => dayStartMs(day) + minute * MINUTE_MS;
/** 0 = Sunday ... 6 = Saturday. */
export const weekday = (day: number): number => (((day + 4) % 7) + 7) % 7;
export const isWeekend = (day: number): boolean => weekday(day) === 0 || weekday(day) === 6;
/** "2026-11-20". */
export const isoDay = (day: number): string => new Date(day * DAY_MS).toISOString().slice(0, 10);
