// Kills a process from inside the venue, at the very phase of the very call at which a test wants it dead.
// Guarantees: one order to kill is carried out at most once; with no delay the process is gone before the call goes on.

import { systemClock } from '../../src/clock.ts';
import type { CallPhase } from '../../src/exchange/exchange.ts';
import type { CallRecord } from '../../src/exchange/record.ts';

export interface Strike {
  readonly pid: number;
  /** "*" = any. */
  readonly method: string;
  readonly phase: CallPhase;
  /** From 1. */
  readonly nth: number;
  /** From the phase of that call to the kill. */
  readonly afterMs: number;
  /** From the first call of any method: killed then at the latest. */
  readonly withinMs: number;
}

export class Striker {
  private armed: Strike | null = null;
  private seen = 0;
  private struckAt: string | null = null;
  private ended = new AbortController();

  arm(strike: Strike): void {
    this.disarm();
    this.armed = strike;
    this.seen = 0;
    this.struckAt = null;
    this.ended = new AbortController();
  }

  /** Where it struck, `null` where it did not; it will not any more. */
  disarm(): string | null {
    this.armed = null;
    this.ended.abort();
    return this.struckAt;
  }

  observe(call: CallRecord, phase: CallPhase): void {
    const strike = this.armed;
    if (strike === null) return;
    if (this.seen === 0) void this.later(strike, strike.withinMs, 'time');
    this.seen += 1;
    if ((strike.method !== '*' && strike.method !== call.method) || strike.phase !== phase) return;
    if (strike.nth > 1) {
      this.armed = { ...strike, nth: strike.nth - 1 };
      return;
    }
    const where = `${call.method} ${phase}`;
    if (strike.afterMs === 0) this.kill(where, strike.pid);
    else void this.later(strike, strike.afterMs, where);
  }

  private async later(strike: Strike, ms: number, where: string): Promise<void> {
    const { signal } = this.ended;
    await systemClock.sleep(ms, signal);
    if (!signal.aborted) this.kill(where, strike.pid);
  }

  private kill(where: string, pid: number): void {
    this.disarm();
    this.struckAt = where;
    try {
      process.kill(pid, 'SIGKILL');
    } catch (error) {
      // It was quicker and ended by itself: the test sees that by its exit code.
      if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
    }
  }
}
