// Everything that happens in a run, in order, as one hash: two runs are the same when their hashes are.
// With `keep` the lines themselves are there to be read.

/** Lines that are hashed together: one at a time costs more than what they say. */
const AT_ONCE = 256;

export class Trace {
  private rolling = 0n;
  private unhashed: string[] = [];
  private readonly lines: string[] | null;
  private count = 0;

  constructor(keep: boolean) {
    this.lines = keep ? [] : null;
  }

  note(atMs: number, what: string): void {
    this.count += 1;
    this.unhashed.push(`${atMs} ${what}`);
    if (this.unhashed.length === AT_ONCE) this.digest();
    this.lines?.push(`${new Date(atMs).toISOString()} ${what}`);
  }

  get events(): number {
    return this.count;
  }

  hash(): string {
    if (this.unhashed.length > 0) this.digest();
    return this.rolling.toString(16).padStart(16, '0');
  }

  kept(): readonly string[] {
    return this.lines ?? [];
  }

  private digest(): void {
    this.rolling = Bun.hash.wyhash(this.unhashed.join('\n'), this.rolling);
    this.unhashed = [];
  }
}
