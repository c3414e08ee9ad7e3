// The venue's numbers into our units and back. The only place where units/nano pairs are read.
// Guarantees: exact; a number that cannot be exact, or is not what the contract says, is refused (WorldError
// refused_data) with the name of the field; floats never touch money.

import {
  type LotSize,
  type Lots,
  lotSize,
  lots,
  MONEY_MAX,
  type Money,
  money,
  NANO,
  type Price,
  price,
  raw,
  type Shares,
  shares,
} from '../core/units.ts';
import { WorldError } from '../ports.ts';

/** Sum of whole units and billionths, both with the sign of the amount: -0.5 is { units: 0, nano: -500000000 }. */
export interface Quotation {
  readonly units: number;
  readonly nano: number;
}

export interface MoneyValue extends Quotation {
  readonly currency: string;
}

/** @throws {WorldError} refused_data */
export function refuse(problem: string): never {
  throw new WorldError('refused_data', `the broker's data cannot be trusted: ${problem}`, 'soon');
}

/**
 * Billionths in a quotation.
 * @throws {WorldError} refused_data where it is missing, not whole, beyond 2^53, or its signs or nano contradict
 */
export function nanoOf(value: Quotation | undefined, field: string): bigint {
  if (value === undefined) refuse(`${field} is missing`);
  const { units, nano } = value;
  if (!Number.isSafeInteger(units) || !Number.isSafeInteger(nano))
    refuse(`${field} is not a whole number of units and nano: ${units}, ${nano}`);
  if (Math.abs(nano) >= Number(NANO)) refuse(`${field} has ${nano} nano; expected less than 10^9`);
  if ((units > 0 && nano < 0) || (units < 0 && nano > 0))
    refuse(`${field} mixes signs: ${units} units, ${nano} nano`);
  return BigInt(units) * NANO + BigInt(nano);
}

/**
 * Nano-rubles of an amount or a price.
 * @throws {WorldError} refused_data as `nanoOf` does, and for more than is ever reckoned with
 */
export function amountOf(value: Quotation | undefined, field: string): bigint {
  const nano = nanoOf(value, field);
  if (nano > raw(MONEY_MAX) || -nano > raw(MONEY_MAX))
    refuse(`${field} is ${nano / NANO} units; expected at most ${raw(MONEY_MAX) / NANO}`);
  return nano;
}

/**
 * The pair that goes on the wire.
 * @throws {RangeError} where the units do not fit a double exactly
 */
export function quotationOf(nano: bigint): { units: number; nano: number } {
  const units = Number(nano / NANO);
  if (!Number.isSafeInteger(units))
    throw new RangeError(`${nano} nano is beyond what a request can say exactly`);
  return { units, nano: Number(nano % NANO) };
}

export const isRub = (currency: string): boolean => currency.toLowerCase() === 'rub';

/** @throws {WorldError} refused_data, also where it is not in RUB */
export function rubles(value: MoneyValue | undefined, field: string): Money {
  const nano = amountOf(value, field);
  if (value === undefined || !isRub(value.currency))
    refuse(`${field} is in ${JSON.stringify(value?.currency)}; expected rub`);
  return money(nano);
}

/**
 * An amount that the venue may leave out: `null` where it is missing or in another currency. An empty amount without
 * a currency is zero RUB.
 * @throws {WorldError} refused_data where it is there and makes no sense
 */
export function rublesOrNull(value: MoneyValue | undefined, field: string): Money | null {
  if (value === undefined) return null;
  const nano = amountOf(value, field);
  if (value.currency === '' && nano === 0n) return money(0n);
  return isRub(value.currency) ? money(nano) : null;
}

/** @throws {WorldError} refused_data where it is not more than zero */
export function positivePrice(value: Quotation | undefined, field: string): Price {
  const nano = amountOf(value, field);
  if (nano <= 0n) refuse(`${field} is ${nano} nano; expected more than zero`);
  return price(nano);
}

/** @throws {WorldError} refused_data where the count is not a whole number of at least `least` */
function wholeNumber(count: number, least: number, field: string): bigint {
  if (!Number.isSafeInteger(count) || count < least)
    refuse(`${field} is ${count}; expected a whole number of at least ${least}`);
  return BigInt(count);
}

export const lotsOf = (count: number, field: string): Lots => lots(wholeNumber(count, 0, field));
export const piecesOf = (count: number, field: string): Shares => shares(wholeNumber(count, 0, field));
export const lotSizeOf = (count: number, field: string): LotSize => lotSize(wholeNumber(count, 1, field));
/** Pieces that may be owed: futures and options. */
export const signedPiecesOf = (count: number, field: string): Shares =>
  shares(wholeNumber(count, Number.MIN_SAFE_INTEGER, field));

/**
 * Lots as the wire has them.
 * @throws {RangeError} beyond 2^53
 */
export function lotsOnWire(count: Lots): number {
  const value = Number(raw(count));
  if (!Number.isSafeInteger(value) || value < 1)
    throw new RangeError(`an order of ${raw(count)} lots cannot be sent`);
  return value;
}

/** Milliseconds since 1970, or `null` where the venue gave no time (absent, or the zero of 1970). */
export function timeOf(time: Date | undefined): number | null {
  const ms = time?.getTime() ?? 0;
  return Number.isFinite(ms) && ms > 0 ? ms : null;
}
