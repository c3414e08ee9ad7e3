// Amounts, times and lines as people read them: grouped rubles, Moscow time, text folded to the width of the terminal.

import { stripVTControlCharacters } from 'node:util';
import { formatInTimeZone } from 'date-fns-tz/formatInTimeZone';

const MOSCOW = 'Europe/Moscow';

/** "1234567.8" -> "1 234 567.80" (no-break spaces would not line up everywhere). */
export function grouped(decimalText: string, decimals = 2): string {
  const [whole = '0', fraction = ''] = decimalText.split('.');
  const sign = whole.startsWith('-') ? '-' : '';
  const digits = sign ? whole.slice(1) : whole;
  const kept =
    decimals === 0 ? '' : `.${fraction.padEnd(decimals, '0').slice(0, Math.max(decimals, fraction.length))}`;
  return `${sign}${digits.replace(/\B(?=(\d{3})+(?!\d))/g, ' ')}${kept}`;
}

/** Kopecks are enough for people: cuts (never rounds up) what lies beyond. */
export const kopecks = (decimalText: string): string => {
  const [whole = '0', fraction = ''] = decimalText.split('.');
  return grouped(`${whole}.${fraction.slice(0, 2)}`);
};

export const rub = (decimalText: string): string => `${kopecks(decimalText)} RUB`;

export const moscowTime = (at: string | number, pattern = 'yyyy-MM-dd HH:mm:ss'): string =>
  `${moscow(at, pattern)} MSK`;

/** The same without the name of the zone, where a headline gives it. */
export const moscow = (at: string | number, pattern: string): string =>
  formatInTimeZone(new Date(at), MOSCOW, pattern);

const ISO_INSTANT = /\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z/g;

/** Instants inside a sentence, in Moscow time. */
export const inMoscowTime = (text: string): string =>
  text.replace(ISO_INSTANT, (instant) => moscowTime(instant, 'yyyy-MM-dd HH:mm'));

export const plural = (count: number, one: string, many = `${one}s`): string =>
  `${grouped(String(count), 0)} ${count === 1 ? one : many}`;

/** Columns that a text takes, colours not counted. */
export const visibleWidth = (text: string): number => [...stripVTControlCharacters(text)].length;

/** A space at which a line may break: not inside an amount, nor between it and its unit. */
const BREAK = / (?!(?<=\d )(?:\d{3}(?!\d)|(?:RUB|pp|MSK|%)(?!\w)))/;

/** Breaks each line at spaces so that it fits `width`; what follows is indented. A longer word stays whole, to be copied. */
export const folded = (text: string, width: number, indent = '  '): string =>
  text
    .split('\n')
    .map((line) => foldedLine(line, width, indent))
    .join('\n');

function foldedLine(text: string, width: number, indent: string): string {
  const start = /^ */.exec(text)?.[0] ?? '';
  const lines: string[] = [];
  let line = start;
  let fresh = true;
  for (const word of text.slice(start.length).split(BREAK)) {
    const next = fresh ? `${line}${word}` : `${line} ${word}`;
    if (!fresh && visibleWidth(next) > width) {
      lines.push(line);
      line = indent + word;
    } else line = next;
    fresh = false;
  }
  return [...lines, line].join('\n');
}
