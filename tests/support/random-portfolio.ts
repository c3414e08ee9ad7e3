// Random problems for the solver, every one from a printed seed: the kinds of portfolio that the product meets, and the nasty ones.
// Guarantees: the same seed and options give the same problem; targets and cash target add up to the total.

import type { Line, Problem } from '../../src/core/lots.ts';
import {
  allocate,
  larger,
  lots,
  type Money,
  money,
  NANO,
  portionUp,
  rate,
  raw,
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

type Holdings = 'none' | 'balanced' | 'near' | 'concentrated' | 'random';

/** A problem drawn from `random`. */
export function randomProblem(random: () => number, shape: PortfolioShape = {}): Problem {
  const between = (low: number, high: number): number => low + random() * (high - low);
  const spread = (low: number, high: number): number => Math.exp(between(Math.log(low), Math.log(high)));
  const pick = <T>(items: readonly [T, ...T[]]): T => items[Math.floor(random() * items.length)] ?? items[0];

  const [fewest, most] = shape.lines ?? [3, 30];
  const count = fewest + Math.floor(random() * (most - fewest + 1));
  const [least, greatest] = shape.total ?? [3_000, 300_000_000];
  const total = kopecks(spread(least, greatest));
  const feePercent = shape.feePercent ?? pick([0, 0, 0.04, 0.05, 0.3, between(0, 0.3)]);
  const fee = rate(BigInt(Math.round(feePercent * 1e7)));
  const reserveRate = shape.exactReserve ? fee : rate(BigInt(Math.round(pick([feePercent, 0.3, 0.3]) * 1e7)));
  const cashPercent =
    shape.cashPercent ?? (random() < 1 / 3 ? 0 : pick([1, 2, 5, 10, 25, 50, between(0, 50)]));
  const family = shape.family ?? pick(FAMILIES);
  const weights = Array.from({ length: count }, () => pick([1, spread(0.1, 10), spread(0.01, 3)]));
  const sum = weights.reduce((a, b) => a + b, 0);
  const targets = allocate(total, [
    ...weights.map((weight) => (weight / sum) * (100 - cashPercent)),
    cashPercent,
  ]);
  const kind: Holdings = pick(['none', 'balanced', 'near', 'concentrated', 'random', 'random']);
  const owned = ownedParts(kind, count, cashPercent, weights, random);

  const sameLot = spread(0.5, 300);
  let left = raw(total);
  const lines = weights.map((_, index): Line => {
    const { price, lot, step } = instrument(family, sameLot, Number(raw(total) / NANO) / count, {
      spread,
      pick,
      random,
    });
    const lotValue = price * lot;
    const reach = (raw(total) * BigInt(Math.round((owned[index] ?? 0) * 1e9))) / NANO;
    const affordable = reach < left ? reach : left;
    const held = affordable / lotValue;
    left -= held * lotValue;
    const pieces = random() < 0.1 ? price * BigInt(Math.floor(random() * Number(lot))) : 0n;
    const odd = pieces <= left ? pieces : 0n;
    left -= odd;
    const expected = portionUp(money(lotValue), fee);
    const steps = shape.exactReserve ? 0n : step * lot;
    const reserve = portionUp(money(lotValue), reserveRate);
    const worst = money(raw(larger(reserve, expected)) + steps);
    const bounds = limits(held, raw(total) / lotValue + 1n, random, shape.restricted ?? 0.15);
    return {
      name: `L${String(index).padStart(3, '0')}`,
      lotValue: money(lotValue),
      fee: expected,
      buyReserve: worst,
      sellReserve: worst,
      held: lots(held),
      odd: money(odd),
      target: targets[index] ?? money(0n),
      min: lots(bounds.min),
      max: lots(bounds.max),
    };
  });
  const worth = lines.reduce((a, line) => a + raw(line.lotValue) * raw(line.held) + raw(line.odd), 0n);
  return {
    lines,
    cash: money(raw(total) - worth),
    blockedCash: money(0n),
    cashTarget: targets[count] ?? money(0n),
    cashFloor: money(0n),
  };
}

interface Dice {
  readonly spread: (low: number, high: number) => number;
  readonly pick: <T>(items: readonly [T, ...T[]]) => T;
  readonly random: () => number;
}

/** Nano-rubles of one piece, pieces of one lot, price step. */
function instrument(family: Family, sameLot: number, share: number, { spread, pick, random }: Dice) {
  if (family === 'funds') {
    const step = pick([10_000_000n, 10_000_000n, 1_000_000n]);
    return { price: onStep(spread(4, 300), step), lot: 1n, step };
  }
  if (family === 'alike') {
    const step = 10_000_000n;
    return { price: onStep(sameLot * (0.8 + 0.4 * random()), step), lot: 1n, step };
  }
  if (family === 'coarse') {
    const step = 10_000_000n;
    return { price: onStep(share * spread(0.1, 3), step), lot: 1n, step };
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

/** Part of the total that each line holds now. */
function ownedParts(
  kind: Holdings,
  count: number,
  cashPercent: number,
  weights: readonly number[],
  random: () => number,
): number[] {
  const sum = weights.reduce((a, b) => a + b, 0);
  const target = weights.map((weight) => ((weight / sum) * (100 - cashPercent)) / 100);
  switch (kind) {
    case 'none':
      return target.map(() => 0);
    case 'balanced':
      return target.map((part) => part * 1.0001);
    case 'near':
      return target.map((part) => part * (0.85 + 0.3 * random()));
    case 'concentrated': {
      const chosen = Math.floor(random() * count);
      return target.map((_, index) => (index === chosen ? 0.6 + 0.4 * random() : 0.05 * random()));
    }
    case 'random': {
      const parts = target.map(() => random() ** 2);
      const whole = parts.reduce((a, b) => a + b, random() * 0.5);
      return parts.map((part) => part / whole);
    }
  }
}

function limits(held: bigint, most: bigint, random: () => number, restricted: number) {
  const widest = { min: 0n, max: most > held ? most : held };
  if (random() >= restricted) return widest;
  const kind = random();
  if (kind < 0.4) return { min: held, max: held };
  return kind < 0.7 ? { ...widest, min: held } : { ...widest, max: held };
}
