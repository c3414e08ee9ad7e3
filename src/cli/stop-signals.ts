// SIGINT and SIGTERM: the first asks the program to stop cleanly, a later one ends it at once by that signal.
// Guarantees: copies of one request count once. npm passes on what its process group (Ctrl-C, systemd) has got already.

import type { Terminal } from './outside.ts';

/** Copies of one request come this close; a person who means it presses again. */
const COPIES_WITHIN_MS = 1_000;

/** @param monotonicMs milliseconds of a clock that never jumps */
export function listenForStop(terminal: Terminal, monotonicMs: () => number): AbortSignal {
  const controller = new AbortController();
  let askedMs = 0;
  for (const name of ['SIGINT', 'SIGTERM'] as const) {
    process.on(name, () => {
      if (controller.signal.aborted) {
        if (monotonicMs() - askedMs < COPIES_WITHIN_MS) return;
        process.exit(name === 'SIGINT' ? 130 : 143);
      }
      askedMs = monotonicMs();
      terminal.err(`\n${name}: stopping; orders in flight are settled or recorded (again: at once)\n`);
      controller.abort();
    });
  }
  return controller.signal;
}
