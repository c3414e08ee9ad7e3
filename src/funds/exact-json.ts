// JSON whose numbers stay the text they were, so that no digit is lost or made up on the way to a bigint.
// Guarantees: never throws; what is not there, or not of that kind, is `null`.

import { NANO } from '../core/units.ts';

/** Numbers are strings here. */
export type Json = string | boolean | null | readonly Json[] | { readonly [key: string]: Json };

/** `undefined`: not JSON (cut off, or nested beyond reason). */
export function parseJson(text: string): Json | undefined {
  try {
    return JSON.parse(text, keepNumberText) as Json;
  } catch {
    return undefined;
  }
}

const keepNumberText = (_key: string, value: unknown, context?: { source?: string }): unknown =>
  typeof value === 'number' ? (context?.source ?? null) : value;

export function member(json: Json | undefined, key: string): Json {
  if (typeof json !== 'object' || json === null || Array.isArray(json) || !Object.hasOwn(json, key))
    return null;
  return (json as { readonly [key: string]: Json })[key] ?? null;
}

export const textOf = (json: Json | undefined): string | null => (typeof json === 'string' ? json : null);

export const listOf = (json: Json | undefined): readonly Json[] | null => (Array.isArray(json) ? json : null);

const NUMBER = /^(-?)(\d{1,30})(?:\.(\d{1,40}))?(?:[eE]([+-]?\d{1,2}))?$/;

/** A JSON number as nano-units, cut toward zero beyond nine decimals (what other programs' floats leave there). */
export function nanoOf(json: Json | undefined): bigint | null {
  const match = NUMBER.exec(textOf(json) ?? '');
  if (match === null) return null;
  const [, sign, whole = '', fraction = '', exponent = '0'] = match;
  const power = BigInt(exponent) - BigInt(fraction.length);
  const digits = BigInt(whole + fraction) * NANO;
  const size = power < 0n ? digits / 10n ** -power : digits * 10n ** power;
  if (size > 10n ** 40n) return null;
  return sign === '-' ? -size : size;
}
