// Chance, split by label: every part of the simulation draws from a stream of its own, so that switching one fault off
// leaves the draws of all others as they were. Guarantees: a stream follows from the seed and its label alone.

import { seedOf } from '../../src/exchange/walk.ts';
import type { Random } from '../../src/ports.ts';
import { seededRandom } from '../../src/random.ts';

export interface Dice {
  readonly random: Random;
  /** True with this probability. */
  chance(probability: number): boolean;
  /** Whole number from `low` to `high`, both included. */
  whole(low: number, high: number): number;
  /** Number between the two, small ones as likely as large ones on a logarithmic scale. */
  spread(low: number, high: number): number;
  pick<Item>(items: readonly [Item, ...Item[]]): Item;
  /** `count` different items, in the order of the list. */
  some<Item>(items: readonly Item[], count: number): Item[];
}

export function diceOf(seed: number, label: string): Dice {
  const random = seededRandom(seedOf(Math.imul(seed, 0x9e3779b1) ^ (seed >>> 7), label));
  const whole = (low: number, high: number): number => low + Math.floor(random() * (high - low + 1));
  return {
    random,
    chance: (probability) => random() < probability,
    whole,
    spread: (low, high) => Math.exp(Math.log(low) + random() * (Math.log(high) - Math.log(low))),
    pick: (items) => items[whole(0, items.length - 1)] ?? items[0],
    some(items, count) {
      const order = items.map((item, at) => ({ item, at, by: random() }));
      const chosen = order.sort((a, b) => a.by - b.by).slice(0, count);
      return chosen.sort((a, b) => a.at - b.at).map(({ item }) => item);
    },
  };
}
