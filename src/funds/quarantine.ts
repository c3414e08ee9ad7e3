// Remembers which source failed, so that it is left alone for a while and the next one is asked at once.

import type { Clock } from '../ports.ts';

export interface Quarantine {
  /** Why it is not asked now; `null` where it may be. */
  closed(key: string): string | null;
  close(key: string, because: string): void;
}

export function createQuarantine(clock: Clock, leaveAloneMs: number): Quarantine {
  const failed = new Map<string, { readonly untilMs: number; readonly because: string }>();
  return {
    closed(key) {
      const failure = failed.get(key);
      if (failure === undefined) return null;
      if (clock.now() >= failure.untilMs) {
        failed.delete(key);
        return null;
      }
      return `left alone until ${new Date(failure.untilMs).toISOString()}, because ${failure.because}`;
    },
    close(key, because) {
      failed.set(key, { untilMs: clock.now() + leaveAloneMs, because });
    },
  };
}
