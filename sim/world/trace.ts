// Everything that happens in a run, in order, as one hash: two runs are the same when their hashes are.
// With `keep` the lines themselves are there to be read.

export class Trace {
  private rolling = 0n;
  private readonly lines: string[] | null;
  private count = 0;

  constructor(keep: boolean) {
    this.lines = keep ? [] : null;
  }

  note(atMs: number, what: string): void {
    this.count += 1;
    this.rolling = Bun.hash.wyhash(`${atMs} ${what}`, this.rolling);
    this.lines?.push(`${new Date(atMs).toISOString()} ${what}`);
  }

  get events(): number {
    return this.count;
  }

  hash(): string {
    return this.rolling.toString(16).padStart(16, '0');
  }

  kept(): readonly string[] {
    return this.lines ?? [];
  }
}
