// SIGINT and SIGTERM: the first asks the program to stop cleanly, a second one ends it at once by that signal.

import type { Terminal } from './outside.ts';

export function listenForStop(terminal: Terminal): AbortSignal {
  const controller = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM'] as const) {
    process.on(name, () => {
      if (controller.signal.aborted) {
        process.exit(name === 'SIGINT' ? 130 : 143);
      }
      terminal.err(`\n${name}: stopping; orders in flight are settled or recorded (again: at once)\n`);
      controller.abort();
    });
  }
  return controller.signal;
}
