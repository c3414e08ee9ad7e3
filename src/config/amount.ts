// A number of CONFIG.json as an exact amount: what its shortest decimal says, not what its double holds.

import { NANO } from '../core/units.ts';

/** Nano-units of a JSON number; nine decimals at most are kept. */
export function nanoOf(written: number): bigint {
  const [whole = '0', fraction = ''] = plain(written).replace('-', '').split('.');
  const nano = BigInt(whole) * NANO + BigInt(fraction.slice(0, 9).padEnd(9, '0'));
  return written < 0 ? -nano : nano;
}

/** Without an exponent. */
const plain = (written: number): string =>
  /e/i.test(String(written)) ? written.toFixed(9) : String(written);
