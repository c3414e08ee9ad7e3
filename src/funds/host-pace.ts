// Keeps requests to one host apart. Guarantees: first come first served, however many ask at once.

import type { Clock } from '../ports.ts';

export interface HostPace {
  /** Resolves when a request may be sent to that host. */
  turn(host: string): Promise<void>;
}

/** @param requestsPerSecond to one host; Infinity for no limit */
export function createHostPace(clock: Clock, requestsPerSecond: number): HostPace {
  const apartMs = 1000 / requestsPerSecond;
  const free = new Map<string, number>();
  return {
    async turn(host) {
      const nowMs = clock.now();
      const turnMs = Math.max(nowMs, free.get(host) ?? nowMs);
      free.set(host, turnMs + apartMs);
      if (turnMs > nowMs) await clock.sleep(turnMs - nowMs);
    },
  };
}
