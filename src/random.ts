// Chance's only door: the system's generator, and a seeded one whose runs can be repeated.

import type { Random } from './ports.ts';

export const systemRandom: Random = () => Math.random();

/** mulberry32: 32 bits of state, plenty for jitter and price walks, nothing for secrets. */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
