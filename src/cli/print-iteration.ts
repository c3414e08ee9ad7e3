// Prints each finished iteration: as JSON lines for scripts, as a table for people; quiet ones in a line of their own.

import type { IterationRecord } from '../core/iteration-record.ts';
import { moscow } from './amounts.ts';
import type { Terminal } from './outside.ts';
import { createPaint, type Paint } from './paint.ts';
import { renderIteration, renderQuiet } from './render-iteration.ts';

export interface PrintOptions {
  readonly json: boolean;
  /** An iteration in which nothing happened takes one line. */
  readonly compact: boolean;
  /** A headline for every day of Moscow's calendar, and only times below it. */
  readonly byDay?: boolean;
}

export function iterationPrinter(
  terminal: Terminal,
  options: PrintOptions,
): (record: IterationRecord) => void {
  const paint = createPaint(terminal.colors);
  const { width } = terminal;
  const page = { paint, width, dayNamed: options.byDay === true };
  let day = '';
  return (record) => {
    if (options.json) return terminal.out(`${JSON.stringify(record)}\n`);
    const today = moscow(record.started_at, 'EEE yyyy-MM-dd');
    if (options.byDay && today !== day) terminal.out(headline(today, paint, width));
    day = today;
    const quiet = options.compact && record.orders.length === 0 && record.status !== 'planned';
    terminal.out(quiet ? renderQuiet(record, page) : `${renderIteration(record, page)}\n`);
  };
}

function headline(day: string, paint: Paint, width: number): string {
  const end = ' Moscow time';
  const rule = '-'.repeat(Math.max(2, Math.min(width, 80) - day.length - end.length - 1));
  return `${paint.bold(`${day} ${rule}${end}`)}\n`;
}
