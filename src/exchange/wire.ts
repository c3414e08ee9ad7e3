// The boundary between exact bigints and the contract's messages: Quotation, MoneyValue, int64, timestamps.
// The generated codecs hold int64 as numbers: units below 2^53 are exact, and larger ones are refused here.

import type { MoneyValue, Quotation } from 'tinkoff-invest-api/dist/generated/common.js';

const NANO = 1_000_000_000n;

/** int64 of the contract. @throws {RangeError} above 2^53, where a double would round. */
export function int64(value: bigint): number {
  const number = Number(value);
  if (!Number.isSafeInteger(number))
    throw new RangeError(`${value} does not fit a 53-bit integer of the codec`);
  return number;
}

/** Both parts carry the sign of the amount. */
export const quotation = (nano: bigint): Quotation => ({
  units: int64(nano / NANO),
  nano: Number(nano % NANO),
});

export const moneyValue = (nano: bigint, currency = 'rub'): MoneyValue => ({
  currency,
  ...quotation(nano),
});

export const nanoOf = (value: Quotation): bigint => BigInt(value.units) * NANO + BigInt(value.nano);

export const date = (atMs: number): Date => new Date(atMs);

/** Field 11 `confirm_margin_trade` of PostOrderRequest: newer than the generated codec, so read from the bytes. */
export function confirmMarginOf(bytes: Uint8Array): boolean {
  let confirmed = false;
  let at = 0;
  while (at < bytes.length) {
    const tag = varint(bytes, at);
    at = tag.next;
    const field = tag.value >> 3n;
    switch (tag.value & 7n) {
      case 0n: {
        const value = varint(bytes, at);
        at = value.next;
        if (field === 11n) confirmed = value.value !== 0n;
        break;
      }
      case 1n:
        at += 8;
        break;
      case 2n: {
        const length = varint(bytes, at);
        at = length.next + Number(length.value);
        break;
      }
      case 5n:
        at += 4;
        break;
      default:
        throw new RangeError(`wire type ${tag.value & 7n} at byte ${at} is not part of the contract`);
    }
  }
  return confirmed;
}

function varint(bytes: Uint8Array, from: number): { readonly value: bigint; readonly next: number } {
  let value = 0n;
  for (let i = 0; i < 10; i += 1) {
    const byte = bytes[from + i];
    if (byte === undefined) throw new RangeError('the message ends inside a number');
    value |= BigInt(byte & 0x7f) << BigInt(7 * i);
    if (byte < 0x80) return { value, next: from + i + 1 };
  }
  throw new RangeError('a number of the message is longer than 10 bytes');
}
