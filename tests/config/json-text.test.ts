import { expect, test } from 'bun:test';
import fc from 'fast-check';
import { parseJson } from '../../src/config/json-text.ts';

const SEED = { seed: Number(process.env.SEED ?? 20261121) };

test('reads every JSON text as JSON.parse does', () => {
  fc.assert(
    fc.property(fc.json({ maxDepth: 5 }), fc.constantFrom(0, 2, '\t'), (json, indent) => {
      fc.pre(!json.includes('__proto__'));
      const text = JSON.stringify(JSON.parse(json), null, indent);
      const read = parseJson(text);
      expect(read.ok && read.value).toEqual(JSON.parse(text));
      expect(read.ok && read.problems).toEqual([]);
    }),
    SEED,
  );
});

test('accepts and refuses the same texts as JSON.parse', () => {
  const pieces = fc.constantFrom(
    '{',
    '}',
    '[',
    ']',
    ',',
    ':',
    '"a"',
    '1',
    '-',
    '.5',
    'e3',
    'true',
    'null',
    ' ',
    '0',
    '"',
    '\\',
  );
  fc.assert(
    fc.property(fc.array(pieces, { maxLength: 8 }), (parts) => {
      const text = parts.join('');
      let accepted = true;
      try {
        JSON.parse(text);
      } catch {
        accepted = false;
      }
      expect([text, parseJson(text).ok]).toEqual([text, accepted]);
    }),
    { ...SEED, numRuns: 3000 },
  );
});

const SYNTAX: readonly [string, string, string, string?][] = [
  [
    '{"a": 1,}',
    'invalid JSON: "}" at line 1, column 9',
    'a key in double quotes',
    'remove the comma before the closing brace',
  ],
  [
    '[1, 2,\n]',
    'invalid JSON: "]" at line 2, column 1',
    'a value',
    'remove the comma before the closing bracket',
  ],
  ['{"a": NaN}', 'invalid JSON: NaN at line 1, column 7', 'a value', 'NaN is not JSON: write a number'],
  ['{"a": True}', 'invalid JSON: True at line 1, column 7', 'a value', 'True is not JSON: write true'],
  ["{'a': 1}", 'invalid JSON: "\'" at line 1, column 2', 'a key in double quotes', 'use double quotes'],
  ['{"a": 10%}', 'invalid JSON: "%" at line 1, column 9', 'a number such as 10 or 0.5', 'leave the % out'],
  [
    '{"a": 01}',
    'invalid JSON: "1" at line 1, column 8',
    'a number such as 10 or 0.5',
    'write digits with one decimal point',
  ],
  [
    '{\r\n  // why\r\n  "a": 1}',
    'invalid JSON: "/" at line 2, column 3',
    'a key in double quotes',
    'JSON has no comments: write them as a key that begins with _, such as "_comment"',
  ],
  ['{"a": 1 "b": 2}', 'invalid JSON: "\\"" at line 1, column 9', 'a comma or a closing brace }'],
  ['{"a" 1}', 'invalid JSON: "1" at line 1, column 6', 'a colon after the key'],
  ['[1 2]', 'invalid JSON: "2" at line 1, column 4', 'a comma or a closing bracket ]'],
  [
    '{"a": "b\n"}',
    'invalid JSON: "\\n" at line 1, column 9',
    'the closing quote of a text on the same line',
    'close the quote; write a line break as \\n',
  ],
  ['{"a": "b', 'invalid JSON: "\\"" at line 1, column 7', 'the closing quote of the text that begins here'],
  [
    '{"a": "\\x"}',
    'invalid JSON: "\\"" at line 1, column 7',
    'a text whose backslashes are JSON escapes',
    'write a backslash as \\\\',
  ],
  ['{"a": 1e999}', 'invalid JSON: "1" at line 1, column 7', 'a number that is not endless'],
  ['{"a": 1', 'invalid JSON: the end of the file at line 1, column 8', 'a comma or a closing brace }'],
  [
    '{} {}',
    'invalid JSON: "{" at line 1, column 4',
    'the end of the file',
    'remove what follows the last closing brace',
  ],
];

for (const [text, found, expected, fix] of SYNTAX)
  test(`says where ${JSON.stringify(text)} stops being JSON`, () => {
    const read = parseJson(text);
    expect(read.ok).toBe(false);
    if (!read.ok)
      expect([read.problem.found, read.problem.expected, read.problem.fix]).toEqual([found, expected, fix]);
  });

test('names the path at which the text breaks', () => {
  const read = parseJson('{"accounts": [{"desired_wallet": {"TMOS": ?}}]}');
  expect(!read.ok && read.problem.path).toBe('accounts[0].desired_wallet.TMOS');
});

test('finds a key that stands twice, at every depth, with both places', () => {
  const read = parseJson('{"a": {"TMOS": 1,\n "TMOS": 2}, "b": [{"c": 1, "c": 1}], "d": {"TMOS": 1}}');
  expect(read.ok && read.problems.map(({ path, found }) => `${path}: ${found}`)).toEqual([
    'a.TMOS: the key a second time at line 2, column 2; first at line 1, column 8',
    'b[0].c: the key a second time at line 2, column 29; first at line 2, column 21',
  ]);
});

test('refuses __proto__, also when it is spelled with escapes, and changes no prototype', () => {
  for (const text of ['{"__proto__": {"dry_run": true}}', '{"\\u005f_proto__": {"dry_run": true}}']) {
    const read = parseJson(text);
    expect(read.ok && read.problems.map((problem) => problem.path)).toEqual(['__proto__']);
    expect(read.ok && Object.hasOwn(Object(read.value), '__proto__')).toBe(false);
    expect(read.ok && Reflect.get(Object(read.value), 'dry_run')).toBeUndefined();
  }
});

test('refuses nesting beyond fifty levels and takes fifty', () => {
  expect(parseJson('['.repeat(50) + ']'.repeat(50)).ok).toBe(true);
  expect(parseJson('['.repeat(51) + ']'.repeat(51)).ok).toBe(false);
  expect(parseJson('['.repeat(500_000)).ok).toBe(false);
});
