// Everything that happens in a run, in order, as one hash: two runs are the same when their hashes are.
// With `keep` the lines themselves are there to be read.

export class Trace {
  private readonly hasher = new Bun.CryptoHasher('sha1');
  private readonly lines: string[] | null;
  private count = 0;

  constructor(keep: boolean) {
    this.lines = keep ? [] : null;
  }

  note(atMs: number, what: string): void {
    this.count += 1;
    const line = `${atMs} ${what}\n`;
    this.hasher.update(line);
    this.lines?.push(`${new Date(atMs).toISOString()} ${what}`);
  }

  get events(): number {
    return this.count;
  }

  hash(): string {
    return this.hasher.digest('hex').slice(0, 16);
  }

  kept(): readonly string[] {
    return this.lines ?? [];
  }
}
