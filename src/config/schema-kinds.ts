// The kinds of value that the configuration is made of, as zod schemas. Each carries, as its error message, the words
// that a problem says were expected; `documented` adds the meaning and the default that the README's table shows.

import { z } from 'zod';
import { DURATION, durationMs, durationText } from './duration.ts';

/** What the README's table shows as the default of a key. */
export const shownDefaults = z.registry<{ shown: string }>();

/** A schema with its one-line meaning and, where the schema itself holds no default, the words in its place. */
export function documented<S extends z.ZodType>(schema: S, meaning: string, shown?: string): S {
  const described = schema.describe(meaning);
  if (shown !== undefined) shownDefaults.add(described, { shown });
  return described;
}

export function number(min: number, max: number, unit = '') {
  const error = `a number from ${min} to ${max}${unit === '' ? '' : ` (${unit})`}`;
  return z.number({ error }).min(min, { error }).max(max, { error });
}

/** Longest span that one timer can wait (2^31 ms is 24.8 days). */
export const TIMER_MAX = 24 * 24 * 3_600_000;
const RUBLES_MAX = 1_000_000_000_000;

export const rubles = () => number(0, RUBLES_MAX, 'RUB');

/** Above 0. */
export function positive(max: number, unit: string) {
  const error = `a number above 0, up to ${max} (${unit})`;
  return z.number({ error }).gt(0, { error }).max(max, { error });
}

export const flag = () => z.boolean({ error: 'true or false' });

/** Controls, half letters (which a journal could not tell apart), and what shows as nothing or turns what follows around. */
const UNSEEN = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u00ad\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff]/u;

/** At least one visible character, and none that cannot be seen or moves a terminal's cursor. */
export function text(error: string) {
  return z
    .string({ error })
    .regex(/\S/, { error })
    .refine((written) => !UNSEEN.test(written), {
      error: `${error}, without characters that cannot be seen`,
    });
}

export function choice<const Values extends readonly [string, ...string[]]>(values: Values) {
  const error =
    values.length === 1 ? `"${values[0]}"` : `one of ${values.map((value) => `"${value}"`).join(', ')}`;
  return z.enum(values, { error });
}

/** Milliseconds or "15m"; both ends included. */
export function duration(minMs: number, maxMs: number) {
  const error = `milliseconds, or a text such as "30s", "15m", "1h", from ${durationText(minMs)} to ${durationText(maxMs)}`;
  const inside = (written: number | string): boolean => {
    const ms = durationMs(written);
    return ms !== null && ms >= minMs && ms <= maxMs;
  };
  const ms = z.number({ error }).min(minMs, { error }).max(maxMs, { error });
  const words = z.string({ error }).regex(DURATION, { error, abort: true }).refine(inside, { error });
  return z.union([ms, words], { error });
}

/** An object in which every key is known. */
export function section<Shape extends z.ZodRawShape>(shape: Shape) {
  const error = `an object with the keys ${Object.keys(shape).join(', ')}`;
  return z.strictObject(shape, { error });
}

export function list<Item extends z.ZodType>(item: Item, error: string) {
  return z.array(item, { error });
}
