// A body as its server packed it, back into what it was.
// Guarantees: never throws; never makes more than it was allowed to, however little arrived; what is cut short or packed in
// another way is no body.

import { brotliDecompressSync, gunzipSync, inflateSync } from 'node:zlib';
import { quoted } from './no-data.ts';

/** What is asked for. Not `deflate`: servers mean two formats by it, of which one is read where it comes unasked. */
export const PACKINGS = 'gzip, br';

const READERS = new Map<string, (bytes: Uint8Array, options: { maxOutputLength: number }) => Uint8Array>([
  ['gzip', gunzipSync],
  ['x-gzip', gunzipSync],
  ['deflate', inflateSync],
  ['br', brotliDecompressSync],
]);

/** @param encoding of the header `content-encoding` @returns at most `sizeMax` bytes, or why there are none */
export function unpacked(bytes: Uint8Array, encoding: string, sizeMax: number): Uint8Array | string {
  const name = encoding.trim().toLowerCase();
  if (name === '' || name === 'identity') return bytes;
  const read = READERS.get(name);
  if (read === undefined) return `packed its page as ${quoted(encoding)}; expected one of ${PACKINGS}`;
  try {
    return read(bytes, { maxOutputLength: sizeMax });
  } catch (error) {
    const isTooLong = error instanceof Error && 'code' in error && error.code === 'ERR_BUFFER_TOO_LARGE';
    return isTooLong ? `sent more than ${sizeMax} bytes` : `sent a page that cannot be unpacked (${name})`;
  }
}
