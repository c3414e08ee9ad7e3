// The kill switch of a simulated state directory. Knows when it was thrown, so that a check can ask whether it worked.

export class SimKillSwitch {
  private readonly since = new Map<string, number>();

  /** `null` = every account. */
  engage(account: string | null, nowMs: number): void {
    const name = account ?? '*';
    if (!this.since.has(name)) this.since.set(name, nowMs);
  }

  release(account: string | null): void {
    this.since.delete(account ?? '*');
  }

  clear(): void {
    this.since.clear();
  }

  engaged(account: string): string | null {
    return this.since.has('*') || this.since.has(account) ? 'the kill switch is on' : null;
  }

  /** For how long it has been on for an account at an instant; `null` where it is off. */
  onForMs(account: string, nowMs: number): number | null {
    const times = [this.since.get('*'), this.since.get(account)].filter((time) => time !== undefined);
    return times.length === 0 ? null : nowMs - Math.min(...times);
  }
}
