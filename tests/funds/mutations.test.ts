// Ten thousand pages and replies with damage of every kind: no exception, no hang, and no number that is not in the text.

import { expect, test } from 'bun:test';
import fc from 'fast-check';
import { readRates } from '../../src/funds/cbr.ts';
import { nanoOf } from '../../src/funds/exact-json.ts';
import { readFeedPage } from '../../src/funds/feed-reply.ts';
import { fundNames } from '../../src/funds/fund-names.ts';
import { readIssBoard } from '../../src/funds/iss-reply.ts';
import { fundRows, readStatistics } from '../../src/funds/statistics-page.ts';
import { fixture } from './fund-world.ts';

const SEED = Number(process.env.SEED ?? 20261121);
const NAMES = new Map([...fundNames(new Map())].map(([ticker, { page }]) => [ticker, page ?? null]));

const PIECES = [
  '<td>',
  '</td>',
  '</tr>',
  '<tr>',
  '<table>',
  '</table>',
  '<script>',
  '<!--',
  '-->',
  ' rowspan=3',
  ' colspan=2',
  '<th>',
  '&nbsp;',
  ' ',
  ' ',
  ',',
  '.',
  '-',
  '—',
  '0',
  '9',
  'млн',
  '₽',
  '$',
  '"',
  '{',
  '}',
  '[',
  ']',
  ':',
  'null',
  'NaN',
  '1e999',
  '\\u0000',
  '<',
  'СЧА',
  '\n',
  '\ud800',
];

/** Where, how much is taken out, and what comes in its place. */
interface Damage {
  readonly at: number;
  readonly length: number;
  readonly piece: string;
  readonly kind: 'replace' | 'repeat' | 'cut' | 'swap';
}

const damage: fc.Arbitrary<Damage> = fc.record({
  at: fc.noBias(fc.nat(999_999)).map((millionths) => millionths / 1e6),
  length: fc.oneof({ weight: 6, arbitrary: fc.nat(12) }, { weight: 1, arbitrary: fc.nat(600) }),
  piece: fc.oneof(fc.constantFrom(...PIECES), fc.string({ maxLength: 6 })),
  kind: fc.constantFrom('replace', 'replace', 'replace', 'repeat', 'cut', 'swap'),
});

function hurt(text: string, damages: readonly Damage[]): string {
  return damages.reduce((whole, { at, length, piece, kind }) => {
    const start = Math.floor(at * whole.length);
    const end = start + length;
    const part = whole.slice(start, end);
    if (kind === 'cut')
      return length % 9 === 0 ? whole.slice(0, start) : whole.slice(0, start) + whole.slice(end);
    if (kind === 'repeat') return whole.slice(0, end) + part.repeat(3) + whole.slice(end);
    if (kind === 'swap')
      return whole.slice(0, start) + whole.slice(end, end + length) + part + whole.slice(end + length);
    return whole.slice(0, start) + piece + whole.slice(end);
  }, text);
}

/** The same damage inside one quoted text or one number, so that the JSON around it stays whole. */
function hurtInside(text: string, damages: readonly Damage[]): string {
  return damages.reduce((whole, { at, ...each }) => {
    const leaves = [
      ...whole.matchAll(/(?<=[:[,]\s*)(?:"(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*|null)(?=\s*[,\]}])/g),
    ];
    const leaf = leaves[Math.floor(at * leaves.length)];
    if (leaf === undefined) return whole;
    const quoted = leaf[0].startsWith('"');
    const inner = hurt(quoted ? leaf[0].slice(1, -1) : leaf[0], [
      { ...each, at: (at * 7919) % 1, length: each.length % 5 },
    ]);
    const safe =
      /^(-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?|null)$/.test(inner) && !quoted ? inner : JSON.stringify(inner);
    return whole.slice(0, leaf.index) + safe + whole.slice(leaf.index + leaf[0].length);
  }, text);
}

/** What stands together in a page or reply: between tags (but those that only make bold), or in one JSON token. */
const cells = (text: string): string[] =>
  text.trimStart().startsWith('<')
    ? text.replace(/<\/?(a|abbr|b|big|em|font|i|nobr|small|span|strong|u)( [^>]*)?>/g, '').split(/<[^>]*>?/)
    : text.split(/["[\]{}:\n]/);
const digitsOf = (text: string): string => text.replace(/&(nbsp|thinsp);?/g, '').replace(/\D/g, '');
/** Without the zeros that a scale or nano-units add. */
const significant = (nano: bigint): string => nano.toString().replace(/0+$/, '').replace(/^0+/, '');

type Read = (text: string) => readonly bigint[];
const readers: readonly (readonly [string, string, Read])[] = [
  [
    'statistics page',
    fixture('tcapital_statistics.html').toString(),
    (text) => {
      const statistics = readStatistics(text);
      if (statistics.kind === 'no_data') return [];
      return [...fundRows(statistics, NAMES).values()]
        .flatMap(({ aum, nav }) => [aum, nav])
        .flatMap((each) => ('nano' in each ? [each.nano] : []));
    },
  ],
  [
    'feed',
    fixture('smartfeed_TRUR_page1.json').toString(),
    (text) => {
      const page = readFeedPage(text);
      return page.kind === 'feed' && typeof page.units === 'bigint' ? [page.units] : [];
    },
  ],
  [
    'board',
    fixture('iss_TQBR_securities.json').toString(),
    (text) => {
      const board = readIssBoard(text);
      if (board.kind === 'no_data') return [];
      return [...board.securities.values()]
        .map((row) => nanoOf(row.get('ISSUESIZE')))
        .filter((value) => value !== null);
    },
  ],
  [
    'index board',
    fixture('iss_inav_TMOSA.json').toString(),
    (text) => {
      const board = readIssBoard(text);
      if (board.kind === 'no_data') return [];
      return [...board.marketdata.values()]
        .map((row) => nanoOf(row.get('CURRENTVALUE')))
        .filter((value) => value !== null);
    },
  ],
  [
    'rates',
    new TextDecoder('windows-1251').decode(fixture('cbr_XML_daily.xml')),
    (text) => {
      const rates = readRates(text);
      return rates.kind === 'rates' ? [...rates.perUnit.values()] : [];
    },
  ],
  [
    'mirror of the rates',
    fixture('cbr_daily_mirror.json').toString(),
    (text) => {
      const rates = readRates(text);
      return rates.kind === 'rates' ? [...rates.perUnit.values()] : [];
    },
  ],
];
const RUNS = 1700;

test.each(readers)(
  '%s',
  (_, recorded, read) => {
    let numbers = 0;
    fc.assert(
      fc.property(fc.array(damage, { minLength: 1, maxLength: 5 }), fc.boolean(), (damages, inside) => {
        const text =
          inside && !recorded.startsWith('<') ? hurtInside(recorded, damages) : hurt(recorded, damages);
        const values = read(text);
        numbers += values.length;
        const digits = values.length === 0 ? [] : cells(text).map(digitsOf);
        for (const value of values)
          if (!digits.some((each) => each.includes(significant(value))))
            throw new Error(`${value} stands nowhere in:\n${text}`);
      }),
      { seed: SEED, numRuns: RUNS },
    );
    // Most of the damage is elsewhere: a reader that gave up at every scratch would prove nothing.
    expect(numbers).toBeGreaterThan(RUNS / 4);
  },
  60_000,
);

test('are ten thousand', () => {
  expect(readers.length * RUNS).toBeGreaterThanOrEqual(10_000);
});
