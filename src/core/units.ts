// Exact money. Every amount is a bigint of nano-rubles (10^-9, T-Invest's own scale) behind an opaque type, so
// that `price + lots` and `price < lots` do not compile: arithmetic and comparison exist only here.
// Guarantees: nothing is rounded silently; each division names its rounding; parts add up to the whole.

declare const unit: unique symbol;
interface Unit<Name extends string> {
  readonly [unit]: Name;
}

/** Nano-rubles, signed. */
export type Money = Unit<'Money'>;
/** Nano-rubles for ONE share (never for a lot). */
export type Price = Unit<'Price'>;
/** Pieces of an instrument. */
export type Shares = Unit<'Shares'>;
/** Whole lots. */
export type Lots = Unit<'Lots'>;
/** Pieces in one lot, at least 1. */
export type LotSize = Unit<'LotSize'>;
/** Part of an amount in billionths (0.3 % is 3,000,000). */
export type Rate = Unit<'Rate'>;

type Quantity = Money | Price | Shares | Lots | LotSize | Rate;

export const NANO = 1_000_000_000n;
const KOPECK = NANO / 100n;

/** The bare integer: for wire, database and tests; arithmetic stays in this file. */
export const raw = (quantity: Quantity): bigint => quantity as unknown as bigint;
const brand = <Q extends Quantity>(value: bigint): Q => value as unknown as Q;

export const money = (nano: bigint): Money => brand(nano);
export const price = (nano: bigint): Price => brand(nano);
export const shares = (count: bigint): Shares => brand(count);
export const lots = (count: bigint): Lots => brand(count);
export const rate = (billionths: bigint): Rate => brand(billionths);
/** @throws {RangeError} for a lot below one piece: such an instrument cannot be sized. */
export function lotSize(pieces: bigint): LotSize {
  if (pieces < 1n) throw new RangeError(`lot size must be at least 1 piece, found ${pieces}`);
  return brand(pieces);
}

/** What 64 bits of nano-rubles hold, some 9.2 billion RUB: more is neither journaled nor traded on. */
export const MONEY_MAX = money(2n ** 63n - 1n);
export const NO_MONEY = money(0n);
export const NO_SHARES = shares(0n);
export const NO_LOTS = lots(0n);

export const add = <Q extends Quantity>(a: Q, b: NoInfer<Q>): Q => brand(raw(a) + raw(b));
export const subtract = <Q extends Quantity>(a: Q, b: NoInfer<Q>): Q => brand(raw(a) - raw(b));
export const negate = <Q extends Quantity>(a: Q): Q => brand(-raw(a));
export const absolute = <Q extends Quantity>(a: Q): Q => brand(raw(a) < 0n ? -raw(a) : raw(a));
export const smaller = <Q extends Quantity>(a: Q, b: NoInfer<Q>): Q => (raw(a) <= raw(b) ? a : b);
export const larger = <Q extends Quantity>(a: Q, b: NoInfer<Q>): Q => (raw(a) >= raw(b) ? a : b);
export const total = (amounts: readonly Money[]): Money =>
  money(amounts.reduce((sum, a) => sum + raw(a), 0n));

/** -1, 0 or 1, as a sort wants it. */
export const compare = <Q extends Quantity>(a: Q, b: NoInfer<Q>): number =>
  raw(a) < raw(b) ? -1 : raw(a) > raw(b) ? 1 : 0;
export const isLess = <Q extends Quantity>(a: Q, b: NoInfer<Q>): boolean => raw(a) < raw(b);
export const isMore = <Q extends Quantity>(a: Q, b: NoInfer<Q>): boolean => raw(a) > raw(b);
export const isZero = (a: Quantity): boolean => raw(a) === 0n;
export const isPositive = (a: Quantity): boolean => raw(a) > 0n;
export const isNegative = (a: Quantity): boolean => raw(a) < 0n;

/** What `count` pieces are worth. */
export const worth = (each: Price, count: Shares): Money => money(raw(each) * raw(count));
/** What one lot is worth. */
export const lotValue = (each: Price, size: LotSize): Money => money(raw(each) * raw(size));
export const times = (amount: Money, count: Lots): Money => money(raw(amount) * raw(count));
export const piecesIn = (count: Lots, size: LotSize): Shares => shares(raw(count) * raw(size));
/** Whole lots in a holding; the odd pieces that are left over cannot be traded. Toward zero. */
export const wholeLots = (count: Shares, size: LotSize): Lots => lots(raw(count) / raw(size));
/** How many times `each` (positive) fits into `amount`, rounded down; 0 for a negative amount. */
export const lotsAffordable = (amount: Money, each: Money): Lots =>
  raw(amount) <= 0n ? NO_LOTS : lots(raw(amount) / raw(each));

/** Fewest lots worth `each` (positive) that, on top of `odd`, reach `target`. */
export const lotsUpTo = (target: Money, odd: Money, each: Money): Lots =>
  raw(target) <= raw(odd) ? NO_LOTS : lots(ceilDivide(raw(target) - raw(odd), raw(each)));

const ceilDivide = (a: bigint, b: bigint): bigint => (a > 0n ? (a + b - 1n) / b : a / b);

/** `amount × rate`, rounded up (against us): for fees and reserves. */
export const portionUp = (amount: Money, part: Rate): Money =>
  money(ceilDivide(raw(amount) * raw(part), NANO));
/** The rate that turns `amount` into `part`, rounded up; 0 for an empty amount. */
export const rateOf = (part: Money, amount: Money): Rate =>
  raw(amount) === 0n ? rate(0n) : rate(ceilDivide(raw(part) * NANO, raw(amount)));

/**
 * Splits an amount in proportion to non-negative weights (any scale) so that the parts add up to the whole:
 * each part is rounded down, the nano-rubles that remain go to the largest remainders, first come first.
 * @throws {RangeError} where no weight is positive: there is nobody to give the money to.
 */
export function allocate(amount: Money, weights: readonly number[]): Money[] {
  const parts = weights.map(integerWeight);
  const whole = parts.reduce((sum, part) => sum + part, 0n);
  if (whole <= 0n) throw new RangeError('allocate needs at least one positive weight');
  const sign = raw(amount) < 0n ? -1n : 1n;
  const size = raw(amount) * sign;
  const floors = parts.map((part) => (size * part) / whole);
  let left = size - floors.reduce((sum, part) => sum + part, 0n);
  const byRemainder = parts
    .map((part, index) => ({ index, remainder: (size * part) % whole }))
    .sort((a, b) => (a.remainder === b.remainder ? a.index - b.index : a.remainder > b.remainder ? -1 : 1));
  for (const { index } of byRemainder) {
    if (left === 0n) break;
    floors[index] = (floors[index] ?? 0n) + 1n;
    left -= 1n;
  }
  return floors.map((part) => money(part * sign));
}

/** A weight as `allocate` reckons with it. @throws {RangeError} for a negative or endless one. */
export function integerWeight(weight: number): bigint {
  if (!Number.isFinite(weight) || weight < 0)
    throw new RangeError(`a weight must be 0 or more, found ${weight}`);
  return BigInt(Math.round(weight * 1e12));
}

/** Part of the whole in percent, as a double: for reports and thresholds, never for sizing. 0 for an empty whole. */
export function percentOf(part: Money, whole: Money): number {
  if (raw(whole) === 0n) return 0;
  return Number((raw(part) * 1_000_000_000_000n) / raw(whole)) / 1e10;
}

const DECIMAL = /^(-?)(\d+)(?:\.(\d{1,9}))?$/;

/**
 * Reads a plain decimal ("250000.41", "-0.5") exactly, as nano-rubles.
 * @throws {RangeError} for anything else, more than nine decimals included.
 */
export function parseNano(text: string): bigint {
  const match = DECIMAL.exec(text);
  if (!match)
    throw new RangeError(`expected a decimal number such as "250000.41", found ${JSON.stringify(text)}`);
  const nano = BigInt(match[2] ?? '0') * NANO + BigInt((match[3] ?? '').padEnd(9, '0'));
  return match[1] === '-' ? -nano : nano;
}

/** Exact decimal, with at least `decimals` places and no needless zeros beyond them: "6.54", "1000000.37", "0.000105". */
export function decimal(quantity: Money | Price, decimals = 2): string {
  const nano = raw(quantity);
  const size = nano < 0n ? -nano : nano;
  const fraction = (size % NANO).toString().padStart(9, '0');
  const kept = fraction.slice(0, decimals) + fraction.slice(decimals).replace(/0+$/, '');
  return `${nano < 0n ? '-' : ''}${size / NANO}${kept === '' ? '' : `.${kept}`}`;
}

/** The same cut to kopecks: for sentences. A need is said with `kopecksUp`. */
export const kopecks = (amount: Money): string => {
  const text = decimal(amount);
  return text.slice(0, text.indexOf('.') + 3);
};

/** What is needed: with so many kopecks it is enough. */
export const kopecksUp = (need: Money): string => {
  const over = raw(need) % KOPECK;
  return kopecks(over > 0n ? money(raw(need) - over + KOPECK) : need);
};
