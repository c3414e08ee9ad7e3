// Bytes and values that no venue sends, through the real adapter: whatever comes, the iteration ends in words, no order is
// placed twice and none without money.

import { expect } from 'bun:test';
import type { Exchange } from '../../src/exchange/exchange.ts';
import { type BadCase, type Row, rows } from './bad-case.ts';
import { ACCOUNT, type Trial } from './run-bot.ts';

const START = 'start --once --json';

/** Decoded replies are of many messages; a case changes the fields that it names. */
// biome-ignore lint/suspicious/noExplicitAny: the named boundary of a table of broken messages
type Message = any;
type Change = (venue: Exchange) => void;

const bytes =
  (method: string, change: (whole: Uint8Array) => Uint8Array): Change =>
  (venue) =>
    void venue.faults.rewriteBytes(method, change);
const each =
  (method: string, list: string, change: (one: Message, index: number) => object): Change =>
  (venue) =>
    void venue.faults.rewrite(method, (message: Message) => ({
      ...message,
      [list]: message[list].map((one: object, index: number) => ({ ...one, ...change(one, index) })),
    }));
const days = (change: (list: readonly Message[]) => readonly Message[]): Change =>
  each('TradingSchedules', 'exchanges', ({ days: list }) => ({ days: change(list) }));

function soundBooks({ exchange }: Trial): void {
  const { faults, keys } = exchange.audit();
  expect(faults).toEqual([]);
  for (const { orders } of keys) expect(orders.length).toBeLessThanOrEqual(1);
  expect(exchange.registry.account(ACCOUNT).cash() >= 0n).toBe(true);
}

const skipped = (name: string, venue: Change, ...says: (string | RegExp)[]): Row => [
  name,
  START,
  0,
  [/"status":"(skipped|nothing_to_do)"/, ...says],
  { trial: { venue }, after: soundBooks },
];
const failed = (name: string, venue: Change, ...says: (string | RegExp)[]): Row => [
  name,
  START,
  1,
  ['"status":"failed"', ...says],
  { trial: { venue }, after: soundBooks },
];
const balanced = (name: string, venue: Change, ...says: (string | RegExp)[]): Row => [
  name,
  START,
  0,
  ['"status":"balanced"', ...says],
  { trial: { venue }, posts: 6, after: soundBooks },
];

const FILL = new Map<string, (whole: Uint8Array) => Uint8Array>([
  ['zeros', () => new Uint8Array(64)],
  ['ones', () => new Uint8Array(64).fill(0xff)],
  ['a page of a proxy', () => Buffer.from('<html><body>502 Bad Gateway</body></html>')],
  ['itself, compressed', (whole) => Bun.gzipSync(new Uint8Array(whole))],
  ['groups without end', (whole) => Buffer.concat([whole, new Uint8Array(100_000).fill(0x0b)])],
  ['a field 0 after it', (whole) => Buffer.concat([whole, Buffer.from([0, 1])])],
]);
const UNREAD = 'the reply cannot be decoded';
const everyFill = (method: string, row: (name: string, venue: Change, ...says: string[]) => Row): Row[] =>
  [...FILL].map(([what, change]) => row(`${method}: ${what}`, bytes(method, change), UNREAD));

const when = (ms: number): object => ({ time: new Date(ms) });
const YEAR_0 = -62_135_596_800_000;
const YEAR_9999 = 253_402_300_799_000;
const currency = (text: string): Row =>
  skipped(
    `money in ${JSON.stringify(text)}`,
    each('GetPositions', 'money', () => ({ currency: text })),
    'is no currency; expected one such as',
  );

export const STRANGE_REPLIES: readonly BadCase[] = rows(
  ...everyFill('GetPositions', skipped),
  ...everyFill('GetLastPrices', skipped),
  ...everyFill('GetTradingStatuses', skipped),
  ...everyFill('GetAccounts', failed),
  ...['', 'rub ', 'rub\0', 'руб', '\u001b[8m'].map(currency),
  skipped(
    'RUB twice, written in two ways',
    (venue) =>
      void venue.faults.rewrite('GetPositions', (message: Message) => ({
        ...message,
        money: [...message.money, ...message.money.map((one: object) => ({ ...one, currency: 'RUB' }))],
      })),
    'occurs twice as currency',
  ),
  skipped(
    'a price of the year 0',
    each('GetLastPrices', 'lastPrices', () => when(YEAR_0)),
    'the total is unknown',
  ),
  skipped(
    'a price of the year 9999',
    each('GetLastPrices', 'lastPrices', () => when(YEAR_9999)),
    'ahead of',
  ),
  skipped(
    'a schedule without days',
    days(() => []),
    'it counts as closed',
  ),
  balanced(
    'a schedule backwards',
    days((list) => [...list].reverse()),
  ),
  balanced(
    'every day of a schedule twice',
    days((list) => [...list, ...list]),
  ),
  balanced(
    'twenty thousand days',
    days((list) => Array.from({ length: 20_000 }, (_, index) => list[index % list.length])),
  ),
  skipped(
    'a schedule whose name moves the cursor',
    each('TradingSchedules', 'exchanges', () => ({ exchange: '\u001b[2J\u202e\r\u0007' })),
    'the broker has no trading schedule named',
  ),
  skipped(
    'one uid for all instruments',
    (venue) => {
      for (const method of ['Etfs', 'Shares']) each(method, 'instruments', () => ({ uid: 'x' }))(venue);
    },
    /./,
  ),
  ...(['limitPerMinute', 'methods'] as const).map((key) =>
    balanced(
      `a tariff without ${key}`,
      each('GetUserTariff', 'unaryLimits', () => ({ [key]: key === 'methods' ? [] : 0 })),
    ),
  ),
  ...[-1, 2 ** 31 - 1].map((limitPerMinute) =>
    balanced(
      `a tariff of ${limitPerMinute}`,
      each('GetUserTariff', 'unaryLimits', () => ({ limitPerMinute })),
    ),
  ),
);
