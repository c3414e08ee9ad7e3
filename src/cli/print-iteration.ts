// Prints each finished iteration: as JSON lines for scripts, as a table for people; quiet ones in a line of their own.

import type { IterationRecord } from '../core/iteration-record.ts';
import type { Terminal } from './outside.ts';
import { createPaint } from './paint.ts';
import { renderIteration, renderQuiet } from './render-iteration.ts';

export interface PrintOptions {
  readonly json: boolean;
  /** An iteration in which nothing happened takes one line. */
  readonly compact: boolean;
}

export function iterationPrinter(
  terminal: Terminal,
  options: PrintOptions,
): (record: IterationRecord) => void {
  const paint = createPaint(terminal.colors);
  return (record) => {
    if (options.json) return terminal.out(`${JSON.stringify(record)}\n`);
    const quiet = options.compact && record.orders.length === 0 && record.status !== 'planned';
    const text = quiet
      ? renderQuiet(record, paint, terminal.width)
      : `${renderIteration(record, paint, terminal.width)}\n`;
    terminal.out(text);
  };
}
