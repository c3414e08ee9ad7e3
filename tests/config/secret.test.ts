import { expect, test } from 'bun:test';
import { inspect } from 'node:util';
import fc from 'fast-check';
import { createScrubber, looksLikeToken, redactTokens, Secret } from '../../src/config/secret.ts';
import { CANARY } from '../support/config-text.ts';

const SEED = { seed: Number(process.env.SEED ?? 20261121) };

test('a secret shows itself only through reveal', () => {
  const secret = new Secret(CANARY);
  const error = new Error('refused', { cause: { secret } });
  const texts = [
    `${secret}`,
    String(secret),
    `${secret}!`,
    JSON.stringify({ deep: [{ secret }] }),
    inspect(secret),
    inspect({ deep: { secret } }, { depth: 9, showHidden: true }),
    inspect(error, { depth: 9 }),
    Bun.inspect({ secret }),
    JSON.stringify(Object.entries(secret)),
    JSON.stringify(structuredClone({ secret: { ...secret } })),
  ];
  for (const text of texts) expect(text).not.toContain(CANARY.slice(2, 12));
  expect([`${secret}`, inspect(secret), JSON.stringify(secret)]).toEqual([
    '[redacted]',
    '[redacted]',
    '"[redacted]"',
  ]);
  expect(secret.reveal()).toBe(CANARY);
});

test('a mask shows at most four characters and the last two, and nothing of a short secret', () => {
  expect(new Secret('t.abcdefghijklmnopqrstuvwxyz').masked()).toBe('t.ab…yz');
  expect(new Secret('0123456789abcdef').masked()).toBe('0123…ef');
  expect(new Secret('0123456789abcde').masked()).toBe('…');
});

const base64Of = (text: string) => Buffer.from(text).toString('base64');

const DISGUISES: readonly [string, (secret: string) => string][] = [
  ['as it is', (s) => s],
  ['base64', base64Of],
  ['base64 one byte on', (s) => base64Of(`a${s}bc`)],
  ['base64 two bytes on', (s) => base64Of(`ab${s}c`)],
  ['base64 in a header', (s) => base64Of(`Bearer ${s}`)],
  ['base64url', (s) => Buffer.from(s).toString('base64url')],
  ['URL-encoded', encodeURIComponent],
  ['JSON-escaped', (s) => JSON.stringify(s)],
  ['JSON in JSON', (s) => JSON.stringify(JSON.stringify(s))],
  ['hex', (s) => Buffer.from(s).toString('hex')],
  ['a list of bytes', (s) => JSON.stringify([...Buffer.from(s)])],
];

for (const [name, disguise] of DISGUISES)
  test(`the scrubber finds a token: ${name}`, () => {
    for (const secret of [CANARY, 't.a/b+c"d\\e f=ä€0123456789']) {
      const text = `before ${disguise(secret)} after`;
      const scrubbed = createScrubber(['other-secret', secret])(text);
      expect(scrubbed).toContain('[redacted]');
      expect(scrubbed.length).toBeLessThan(40);
      expect(scrubbed).toStartWith('before ');
    }
  });

test('the scrubber removes any secret in any surroundings, whatever its characters', () => {
  fc.assert(
    fc.property(fc.string({ minLength: 8 }), fc.string(), fc.string(), (secret, before, after) => {
      fc.pre(secret.trim() !== '' && !'[redacted]'.includes(secret));
      const scrub = createScrubber([secret]);
      const rest = scrub(before + secret + after).replaceAll('[redacted]', '\u0000');
      expect(rest.includes(secret)).toBe(false);
    }),
    SEED,
  );
});

test('a scrubber without secrets, or with blank ones, leaves text alone', () => {
  for (const secrets of [[], [''], ['  ', '\n']]) expect(createScrubber(secrets)('a b\nc')).toBe('a b\nc');
});

test('what has the form of a token is known without its value', () => {
  expect(looksLikeToken(`x ${CANARY}`)).toBe(true);
  expect(looksLikeToken('t.0123456789abcdef')).toBe(true);
  expect(looksLikeToken('t.0123456789abcde')).toBe(false);
  expect(redactTokens(`{"${CANARY}":1}`)).toBe('{"[redacted]":1}');
});

test('secrets of any length and in any number are removed', () => {
  const long = `${'+/"x'.repeat(400_000)}end`;
  const many = Array.from({ length: 5_000 }, (_, index) => `secret-number-${index}.`);
  const scrub = createScrubber([long, ...many]);
  expect(scrub(`a ${long} b secret-number-4999. c`)).toBe('a [redacted] b [redacted] c');
  expect(scrub(Buffer.from(long).toString('base64')).length).toBeLessThan(20);
  expect(scrub(encodeURIComponent('secret-number-17.'))).toBe('[redacted]');
});
