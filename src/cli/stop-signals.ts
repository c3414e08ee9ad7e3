// SIGINT, SIGTERM and SIGHUP (its terminal was closed): the first asks the program to stop cleanly, a later one ends it at
// once by that signal. Guarantees: what was started to outlive its terminal (nohup) does; copies of one request count
// once, for npm passes on what its process group (Ctrl-C, systemd) has got already.

import { readFileSync } from 'node:fs';
import { constants } from 'node:os';
import type { Terminal } from './outside.ts';

/** Copies of one request come this close; a person who means it presses again. */
const COPIES_WITHIN_MS = 1_000;

/** @param monotonicMs milliseconds of a clock that never jumps */
export function listenForStop(terminal: Terminal, monotonicMs: () => number): AbortSignal {
  const controller = new AbortController();
  let askedMs = 0;
  for (const name of stopSignals()) {
    process.on(name, () => {
      if (controller.signal.aborted) {
        if (monotonicMs() - askedMs < COPIES_WITHIN_MS) return;
        process.exit(128 + constants.signals[name]);
      }
      askedMs = monotonicMs();
      terminal.err(`\n${name}: stopping; orders in flight are settled or recorded (again: at once)\n`);
      controller.abort();
    });
  }
  return controller.signal;
}

const stopSignals = () =>
  ignoresHangup() ? (['SIGINT', 'SIGTERM'] as const) : (['SIGINT', 'SIGTERM', 'SIGHUP'] as const);

/** Whether whoever started it has switched SIGHUP off: a handler would switch it on again. Where nobody can tell it stays as it is. */
function ignoresHangup(): boolean {
  try {
    const ignored = /^SigIgn:\s*([0-9a-f]+)$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1];
    return ignored === undefined || (BigInt(`0x${ignored}`) & 1n) === 1n;
  } catch {
    return true;
  }
}
