import { expect, test } from 'bun:test';
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { unpacked } from '../../src/funds/unpacked.ts';

const TEXT = Buffer.from('<table>СЧА</table>');
const read = (bytes: Uint8Array, encoding: string, sizeMax = 1_000): string => {
  const found = unpacked(bytes, encoding, sizeMax);
  return typeof found === 'string' ? found : Buffer.from(found).toString();
};

test.each([
  ['', TEXT],
  ['identity', TEXT],
  ['gzip', gzipSync(TEXT)],
  [' GZIP ', gzipSync(TEXT)],
  ['deflate', deflateSync(TEXT)],
  ['br', brotliCompressSync(TEXT)],
])('a page packed as "%s" is what it was', (encoding, bytes) => {
  expect(read(bytes, encoding)).toBe(TEXT.toString());
});

test.each([
  ['gzip', gzipSync],
  ['deflate', deflateSync],
  ['br', brotliCompressSync],
])('of a page packed as %s no more is made than may be, to the byte', (encoding, pack) => {
  const fits = pack(Buffer.alloc(1_000, 'x'));
  const bomb = pack(Buffer.alloc(1_001, 'x'));
  expect(read(fits, encoding).length).toBe(1_000);
  expect(read(bomb, encoding)).toBe('sent more than 1000 bytes');
});

test('what is packed otherwise, cut short or no packing at all is no page', () => {
  expect(read(TEXT, 'zstd')).toBe('packed its page as "zstd"; expected one of gzip, br');
  expect(read(gzipSync(gzipSync(TEXT)), 'gzip, gzip')).toContain('packed its page as "gzip, gzip"');
  expect(read(gzipSync(TEXT).subarray(0, 12), 'gzip')).toBe('sent a page that cannot be unpacked (gzip)');
  expect(read(TEXT, 'br')).toBe('sent a page that cannot be unpacked (br)');
});
