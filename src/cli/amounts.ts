// Amounts, times and lines as people read them: grouped rubles, Moscow time, text folded to the width of the terminal.

import { formatInTimeZone } from 'date-fns-tz';

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
export const rub = (decimalText: string): string => {
  const [whole = '0', fraction = ''] = decimalText.split('.');
  return `${grouped(`${whole}.${fraction.slice(0, 2)}`)} RUB`;
};

export const moscowTime = (at: string | number, pattern = 'yyyy-MM-dd HH:mm:ss'): string =>
  `${formatInTimeZone(new Date(at), MOSCOW, pattern)} MSK`;

/** Breaks a line at spaces so that it fits `width`; what follows is indented. */
export function folded(text: string, width: number, indent = '  '): string {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    const next = line === '' ? word : `${line} ${word}`;
    if (next.length > width && line !== '') {
      lines.push(line);
      line = indent + word;
    } else line = next;
  }
  return [...lines, line].join('\n');
}
