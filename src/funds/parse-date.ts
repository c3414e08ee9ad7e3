// Reads dates: "19 ноября 2026", "21.11.2026", "21.11.26", "21/11/2026", "2026-11-20", and instants with a time zone.
// Guarantees: a calendar date that exists, as midnight UTC; anything else is `null`.

import { MOSCOW_OFFSET_MS } from '../core/moscow-day.ts';
import { sameWords } from './plain-text.ts';

const MONTHS = ['янв', 'фев', 'мар', 'апр', 'ма', 'июн', 'июл', 'авг', 'сен', 'окт', 'ноя', 'дек'];
const WORDED =
  /(?<!\d)(\d{1,2}) (янв|фев|мар|апр|ма[яй]|июн|июл|авг|сен|окт|ноя|дек)[а-я]*\.? (\d{4})(?!\d)/g;
const DOTTED = /(?<![\d./-])(\d{1,2})([./-])(\d{1,2})\2(\d{4})(?![\d./-]*\d)/g;
/** Of this century. */
const SHORT = /(?<![\d./-])(\d{2})([./])(\d{2})\2(\d{2})(?![\d./-]*\d)/g;
const DASHED = /(?<![\d-])(\d{4})-(\d{2})-(\d{2})(?![\d-]*\d)/g;
const INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,9})?(Z|[+-]\d{2}:\d{2})$/;
const TEXT_MAX = 400;

/** Every date that a text names. */
export function datesIn(text: string): number[] {
  if (text.length > TEXT_MAX) return [];
  const plain = sameWords(text);
  const found = [
    ...[...plain.matchAll(WORDED)].map(([, day, month = '', year]) => midnight(year, monthOf(month), day)),
    ...[...plain.matchAll(DOTTED)].map(([, day, , month, year]) => midnight(year, month, day)),
    ...[...plain.matchAll(SHORT)].map(([, day, , month, year]) => midnight(`20${year}`, month, day)),
    ...[...plain.matchAll(DASHED)].map(([, year, month, day]) => midnight(year, month, day)),
  ];
  return found.filter((date) => date !== null);
}

/** The one date that a text names, as midnight UTC. */
export function parseDate(text: string): number | null {
  const dates = new Set(datesIn(text));
  return dates.size === 1 ? ([...dates][0] ?? null) : null;
}

/** ISO 8601 with a time zone. */
export function parseInstant(text: string): number | null {
  if (!INSTANT.test(text) || parseDate(text.slice(0, 10)) === null) return null;
  const atMs = Date.parse(text);
  return Number.isFinite(atMs) ? atMs : null;
}

/** "2026-11-20" and "16:14:45", Moscow time. */
export function parseMoscow(date: string, time: string): number | null {
  const atMs = parseInstant(`${date}T${time}Z`);
  return atMs === null ? null : atMs - MOSCOW_OFFSET_MS;
}

const monthOf = (word: string): string => `${MONTHS.findIndex((start) => word.startsWith(start)) + 1}`;

function midnight(year = '', month = '', day = ''): number | null {
  const atMs = Date.parse(`${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}T00:00:00Z`);
  // Some engines turn 31 February into 3 March.
  return Number.isFinite(atMs) && new Date(atMs).getUTCDate() === Number(day) ? atMs : null;
}
