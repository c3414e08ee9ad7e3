// Alerts through a command of the owner's choice: run once per alert, which it gets as one JSON object on stdin.
// Guarantees: trading never waits for it and never fails with it; a command that hangs is ended; it sees no token.

import type { Alert, Notifier } from '../ports.ts';

export interface AlertCommandOptions {
  /** For /bin/sh -c. */
  readonly command: string;
  /** Removes secrets from what is handed over. */
  readonly scrub: (text: string) => string;
  /** Without the variables that hold tokens. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly now: () => number;
  /** Resolves after so many ms of real time. */
  readonly wait: (ms: number) => Promise<void>;
  /** What went wrong with the command itself. */
  readonly onTrouble: (what: string) => void;
}

export interface CommandNotifier extends Notifier {
  /** Waits for commands that still run, a moment at most. */
  close(): Promise<void>;
}

const RUN_MS = 30_000;
const CLOSE_MS = 2_000;
/** More at once would be a storm that nobody reads. */
const RUNNING_MAX = 20;

export function createAlertCommand(options: AlertCommandOptions): CommandNotifier {
  const running = new Set<Promise<void>>();
  return {
    alert(alert) {
      if (running.size >= RUNNING_MAX)
        return options.onTrouble('too many alerts at once: one was not handed over');
      const run = hand(options, alert).catch((error) => options.onTrouble(String(error)));
      running.add(run);
      void run.finally(() => running.delete(run));
    },
    close: () => Promise.race([Promise.all(running).then(() => {}), options.wait(CLOSE_MS)]),
  };
}

/** The line that the command gets. */
export const alertText = ({ scrub, now }: Pick<AlertCommandOptions, 'scrub' | 'now'>, alert: Alert): string =>
  scrub(JSON.stringify({ at: new Date(now()).toISOString(), ...alert }));

async function hand(options: AlertCommandOptions, alert: Alert): Promise<void> {
  const text = alertText(options, alert);
  const child = Bun.spawn(['/bin/sh', '-c', options.command], {
    stdin: new Blob([`${text}\n`]),
    stdout: 'ignore',
    stderr: 'ignore',
    env: { ...options.environment },
    // A group of its own: what the shell starts can be ended with it, and Ctrl-C in a terminal does not cut it short.
    detached: true,
  });
  const done = await Promise.race([child.exited, options.wait(RUN_MS).then(() => null)]);
  if (done === 0) return;
  if (done === null) endGroup(child.pid);
  options.onTrouble(
    done === null
      ? `alert_command was ended after ${RUN_MS / 1000} s`
      : `alert_command ended with code ${done}`,
  );
}

function endGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // It ended at the last moment.
  }
}
