// A stream cut anywhere gives the lines of the whole.

import { expect, test } from 'bun:test';
import fc from 'fast-check';
import { linesOf, UnreadableInput } from '../../src/cli/lines.ts';

async function* inChunks(chunks: readonly (Uint8Array | string)[]): AsyncGenerator<Uint8Array | string> {
  yield* chunks;
}

const read = async (chunks: readonly (Uint8Array | string)[]): Promise<string[]> =>
  Array.fromAsync(linesOf(inChunks(chunks)));

/** What a whole text has; an end without a line after it ends nothing more. */
const whole = (text: string): string[] => {
  const lines = text.split(/\r\n|\r|\n/);
  return lines.at(-1) === '' ? lines.slice(0, -1) : lines;
};

test('any ends of lines, cut into any chunks', async () => {
  const pieces = fc.constantFrom('\r', '\n', '\r\n', '', 'a', '{"ы": 1}');
  await fc.assert(
    fc.asyncProperty(fc.array(pieces, { maxLength: 12 }), async (chunks) => {
      expect(await read(chunks)).toEqual(whole(chunks.join('')));
    }),
    { numRuns: 2000 },
  );
});

test('a letter whose bytes come apart is one letter', async () => {
  const bytes = new TextEncoder().encode('ы\r\nя');
  expect(await read([...bytes].map((byte) => Uint8Array.of(byte)))).toEqual(['ы', 'я']);
});

test('an empty line is told after an end that was cut in two', async () => {
  expect(await read(['a\r', '\n', '\nb'])).toEqual(['a', '', 'b']);
});

test('a line without an end is refused before it fills the memory', async () => {
  const endless = (async function* () {
    for (;;) yield 'x'.repeat(1024 * 1024);
  })();
  const reading = Array.fromAsync(linesOf(endless));
  await expect(reading).rejects.toThrow(UnreadableInput);
});
