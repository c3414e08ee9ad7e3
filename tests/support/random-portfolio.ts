// Random problems for the solver, every one from a printed seed: the kinds of portfolio that the product meets, and the nasty ones.
// Guarantees: the same seed and options give the same problem; targets and cash target add up to the total.

import type { Line, Problem } from '../../src/core/lots.ts';
import {
  allocate,
  isMore,
  lots,
  type Money,
  money,
  NANO,
  NO_MONEY,
  portionUp,
  type Rate,
  rate,
  raw,
  smaller,
  subtract,
} from '../../src/core/units.ts';

/** Seeded doubles in [0, 1) (mulberry32). */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/** What the instruments are like: funds, shares, anything at all, lots alike, lots about as large as the targets. */
export type Family = 'funds' | 'shares' | 'wild' | 'alike' | 'coarse';
const FAMILIES = ['funds', 'funds', 'shares', 'wild', 'wild', 'alike', 'coarse', 'coarse'] as const;

export interface PortfolioShape {
  readonly family?: Family;
  /** Fewest and most lines. */
  readonly lines?: readonly [number, number];
  /** Fewest and most RUB in total. */
  readonly total?: readonly [number, number];
  /** Part of the lines whose bounds are restricted, 0..1. */
  readonly restricted?: number;
  /** Commission in percent; drawn from 0..0.3 where absent. */
  readonly feePercent?: number;
  /** Reserve exactly the expected fee: then the cash of a plan is the cash that it leaves. */
  readonly exactReserve?: boolean;
  /** Cash target in percent; drawn from 0..50 (0 in a third of the cases) where absent. */
  readonly cashPercent?: number;
}

/** A problem drawn from `random`. */
export function randomProblem(random: () => number, shape: PortfolioShape = {}): Problem {
  const dice = diceOf(random);
  const { between, spread, pick } = dice;
  const [fewest, most] = shape.lines ?? [3, 30];
  const count = fewest + Math.floor(random() * (most - fewest + 1));
  const total = kopecks(spread(...(shape.total ?? [3_000, 300_000_000])));
  const feePercent = shape.feePercent ?? pick([0, 0, 0.04, 0.05, 0.3, between(0, 0.3)]);
  const reservePercent = shape.exactReserve ? feePercent : Math.max(feePercent, pick([feePercent, 0.3, 0.3]));
  const cashPercent =
    shape.cashPercent ?? (random() < 1 / 3 ? 0 : pick([1, 2, 5, 10, 25, 50, between(0, 50)]));
  const family = shape.family ?? pick(FAMILIES);
  const weights = Array.from({ length: count }, () => pick([1, spread(0.1, 10), spread(0.01, 3)]));
  const sum = weights.reduce((a, b) => a + b, 0);
  const percents = weights.map((weight) => (weight / sum) * (100 - cashPercent));
  const targets = allocate(total, [...percents, cashPercent]);
  const owned = ownedParts(percents, dice);
  const alike = spread(0.5, 300);

  let left = total;
  const lines = weights.map((_, index): Line => {
    const share = Number(raw(total) / NANO) / count;
    const { price, lot, step } = instrument(family, family === 'alike' ? alike : share, dice);
    const value = price * lot;
    const wanted = money((raw(total) * BigInt(Math.round((owned[index] ?? 0) * 1e9))) / NANO);
    const held = raw(smaller(wanted, left)) / value;
    left = money(raw(left) - held * value);
    const pieces = random() < 0.1 ? money(price * BigInt(Math.floor(random() * Number(lot)))) : NO_MONEY;
    const odd = isMore(pieces, left) ? NO_MONEY : pieces;
    left = subtract(left, odd);
    const steps = shape.exactReserve ? 0n : step * lot;
    const reserve = money(raw(portionUp(money(value), percentRate(reservePercent))) + steps);
    return {
      name: `L${String(index).padStart(3, '0')}`,
      lotValue: money(value),
      fee: portionUp(money(value), percentRate(feePercent)),
      buyReserve: reserve,
      sellReserve: reserve,
      held: lots(held),
      odd,
      target: targets[index] ?? NO_MONEY,
      ...limits(held, raw(total) / value + 1n, shape.restricted ?? 0.15, dice),
    };
  });
  return {
    lines,
    cash: left,
    blockedCash: NO_MONEY,
    cashTarget: targets[count] ?? NO_MONEY,
    cashFloor: NO_MONEY,
  };
}

interface Dice {
  readonly random: () => number;
  readonly between: (low: number, high: number) => number;
  /** Even on the logarithm. */
  readonly spread: (low: number, high: number) => number;
  readonly pick: <T>(items: readonly [T, ...T[]]) => T;
}

export function diceOf(random: () => number): Dice {
  const between = (low: number, high: number): number => low + random() * (high - low);
  return {
    random,
    between,
    spread: (low, high) => Math.exp(between(Math.log(low), Math.log(high))),
    pick: (items) => items[Math.floor(random() * items.length)] ?? items[0],
  };
}

const percentRate = (percent: number): Rate => rate(BigInt(Math.round(percent * 1e7)));

/** Nano-rubles of one piece, pieces of one lot, price step. */
function instrument(family: Family, size: number, { spread, pick, between }: Dice) {
  if (family === 'funds') {
    const step = pick([10_000_000n, 10_000_000n, 1_000_000n]);
    return { price: onStep(spread(4, 300), step), lot: 1n, step };
  }
  if (family === 'alike' || family === 'coarse') {
    const step = 10_000_000n;
    const part = family === 'alike' ? between(0.8, 1.2) : spread(0.1, 3);
    return { price: onStep(size * part, step), lot: 1n, step };
  }
  if (family === 'shares') {
    const step = pick([10_000_000n, 50_000_000n, 1_000_000n]);
    const price = onStep(spread(1, 8_000), step);
    const lot = price > 1_000n * NANO ? 1n : pick([1n, 10n, 10n, 100n]);
    return { price, lot, step };
  }
  const value = spread(0.01, 10_000);
  const step = value < 1 ? 100_000n : 10_000_000n;
  return { price: onStep(value, step), lot: pick([1n, 1n, 10n, 100n, 1_000n, 10_000n]), step };
}

function onStep(rub: number, step: bigint): bigint {
  const steps = BigInt(Math.round(rub * 1e9)) / step;
  return (steps < 1n ? 1n : steps) * step;
}

const kopecks = (rub: number): Money => money(BigInt(Math.round(rub * 100)) * 10_000_000n);

/** Part of the total that each line holds now: nothing, its target, about its target, nearly all in one, or anything. */
function ownedParts(percents: readonly number[], { random, between, pick }: Dice): number[] {
  const target = percents.map((percent) => percent / 100);
  const kind = pick(['none', 'balanced', 'near', 'concentrated', 'random', 'random']);
  if (kind === 'none') return target.map(() => 0);
  if (kind === 'balanced') return target.map((part) => part * 1.0001);
  if (kind === 'near') return target.map((part) => part * between(0.85, 1.15));
  if (kind === 'concentrated') {
    const chosen = Math.floor(random() * target.length);
    return target.map((_, index) => (index === chosen ? between(0.6, 1) : between(0, 0.05)));
  }
  const parts = target.map(() => random() ** 2);
  const whole = parts.reduce((a, b) => a + b, between(0, 0.5));
  return parts.map((part) => part / whole);
}

/** Anything, or (in the restricted part of the lines) nothing, only buying or only selling. */
function limits(
  held: bigint,
  most: bigint,
  restricted: number,
  { random, pick }: Dice,
): Pick<Line, 'min' | 'max'> {
  const [none, now, all] = [lots(0n), lots(held), lots(most > held ? most : held)];
  if (random() >= restricted) return { min: none, max: all };
  return pick([
    { min: now, max: now },
    { min: now, max: all },
    { min: none, max: now },
  ]);
}
