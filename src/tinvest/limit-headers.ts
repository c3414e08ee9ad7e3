// What a reply's headers say about the rate limit. What cannot be believed is not there.

import type { Headers } from './transport.ts';

export const MINUTE_MS = 60_000;

export interface StatedLimit {
  /** Calls in one window, at least 1. */
  readonly count: number;
  readonly windowMs: number;
  /** Calls left in this window, whoever made the others. */
  readonly remaining: number | null;
}

/** "200, 200;w=60": the limit that applies and, after it, its policy with the window in seconds. */
export function statedLimit(headers: Headers): StatedLimit | null {
  const text = headers.get('x-ratelimit-limit') ?? '';
  const count = wholeNumber(/^[^,;]*/.exec(text)?.[0]);
  if (count === null || count < 1) return null;
  const seconds = wholeNumber(/w=(\d+)/.exec(text)?.[1]) ?? 60;
  return {
    count,
    windowMs: Math.max(1, seconds) * 1_000,
    remaining: wholeNumber(headers.get('x-ratelimit-remaining')),
  };
}

/** Until the window starts anew; a longer wait than a minute would not be this limit's. */
export function statedResetMs(headers: Headers): number | null {
  const seconds = wholeNumber(headers.get('x-ratelimit-reset'));
  return seconds === null ? null : Math.min(seconds * 1_000, MINUTE_MS);
}

const wholeNumber = (text: string | undefined): number | null =>
  text !== undefined && /^\d{1,9}$/.test(text.trim()) ? Number(text.trim()) : null;
