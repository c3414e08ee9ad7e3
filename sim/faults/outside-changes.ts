// When somebody other than the bot last changed an account: its owner, a payout, another bot. A plan made around that
// time cannot be held to the books of now.

export class OutsideChanges {
  private readonly lastMs = new Map<string, number>();

  constructor(private readonly now: () => number) {}

  mark(brokerAccount: string): void {
    this.lastMs.set(brokerAccount, this.now());
  }

  /** Whether one happened in the last `spanMs`. */
  within(brokerAccount: string, spanMs: number): boolean {
    return this.now() - (this.lastMs.get(brokerAccount) ?? Number.NEGATIVE_INFINITY) <= spanMs;
  }
}
