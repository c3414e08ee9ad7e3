// A random walk that can be read anywhere at once: W(index) is a pure function of the seed, built by halving the whole
// horizon again and again (a Brownian bridge), so that no step depends on which steps were asked for before.
// Only +, *, / and square roots are used: the same numbers on every machine.

const LEVELS = 27;
/** Number of steps the walk has. */
export const WALK_STEPS = 2 ** LEVELS;

/** 32-bit mix of three integers. */
export function mix(seed: number, a: number, b: number): number {
  let h = (seed ^ Math.imul(a + 1, 0x9e3779b1)) | 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = (h ^ Math.imul(b + 1, 0xc2b2ae35)) | 0;
  h = Math.imul(h ^ (h >>> 13), 0x27d4eb2f);
  h = Math.imul(h ^ (h >>> 16), 0x165667b1);
  return (h ^ (h >>> 15)) >>> 0;
}

/** Seed of a name. */
export function seedOf(seed: number, name: string): number {
  let h = seed | 0;
  for (let i = 0; i < name.length; i += 1) h = Math.imul(h ^ name.charCodeAt(i), 0x01000193) ^ (h >>> 15);
  return h | 0;
}

/** Nearly normal, mean 0, variance 1, never beyond 3.5: the sum of four uniforms. */
function bell(seed: number, level: number, index: number): number {
  const one = mix(seed, level, index);
  const two = mix(seed ^ 0x5bd1e995, level, index);
  const sum = (one >>> 16) + (one & 0xffff) + (two >>> 16) + (two & 0xffff) + 2;
  return (sum / 65_536 - 2) * 1.7320508075688772;
}

/** Standard walk: the variance between two indices is their distance. Neighbouring reads are cheap. */
export class Walk {
  private readonly left = new Float64Array(LEVELS + 1);
  private readonly right = new Float64Array(LEVELS + 1);
  private readonly node = new Float64Array(LEVELS + 1).fill(-1);

  constructor(private readonly seed: number) {
    this.node[0] = 0;
    this.right[0] = bell(seed, 0, 0) * Math.sqrt(WALK_STEPS);
  }

  /** @param index is clamped to the horizon. */
  at(index: number): number {
    const target = Math.min(Math.max(Math.floor(index), 0), WALK_STEPS - 1);
    let level = LEVELS;
    let node = target;
    while (this.node[level] !== node) {
      level -= 1;
      node = Math.floor(node / 2);
    }
    for (; level < LEVELS; level += 1) this.descend(level, Math.floor(target / 2 ** (LEVELS - level - 1)));
    return this.left[LEVELS] ?? 0;
  }

  private descend(level: number, child: number): void {
    const low = this.left[level] ?? 0;
    const high = this.right[level] ?? 0;
    const spread = Math.sqrt(2 ** (LEVELS - level) / 4);
    const middle = (low + high) / 2 + bell(this.seed, level + 1, Math.floor(child / 2)) * spread;
    const isRight = child % 2 === 1;
    this.left[level + 1] = isRight ? middle : low;
    this.right[level + 1] = isRight ? high : middle;
    this.node[level + 1] = child;
  }
}

/** e^x by its series, for |x| up to a few units: free of the platform's own rounding. */
export function exponential(x: number): number {
  const halved = x / 64;
  let term = 1;
  let sum = 1;
  for (let n = 1; n < 14; n += 1) {
    term = (term * halved) / n;
    sum += term;
  }
  for (let i = 0; i < 6; i += 1) sum *= sum;
  return sum;
}
