// What nobody thought of before it was tried: numbers that are lost on the way, names that mean cash, answers that contradict
// themselves, arguments that are empty, journals whose tables are not their schema's.

import { Database } from 'bun:sqlite';
import { expect } from 'bun:test';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Exchange } from '../../src/exchange/exchange.ts';
import { JOURNAL_FILE } from '../../src/journal/database.ts';
import { openJournal } from '../../src/journal/journal.ts';
import { block, configure } from '../support/bot-process.ts';
import { type BadCase, file, keys, type Row, rows, SOUND } from './bad-case.ts';
import type { Trial } from './run-bot.ts';

const START = 'start --once --json';
const PLAN = 'plan --snapshot - --json';
const HELD = '2000000001';

const text = (name: string, content: string, ...says: (string | RegExp)[]): Row => [
  name,
  START,
  2,
  ['nothing was started', ...says],
  { files: file('CONFIG.json', content) },
];
const key = (name: string, account: Record<string, unknown>, ...says: (string | RegExp)[]): Row => [
  name,
  START,
  2,
  ['nothing was started', ...says],
  { files: keys(account) },
];
const usage = (args: string, ...says: (string | RegExp)[]): Row => [args, args, 2, says];

/** Of what is wrong no fix is said that would be wrong as well. */
const withoutFix = ({ err }: Trial): void => expect(err).not.toContain('fix:');
const brief = ({ err }: Trial): void => expect(err.length).toBeLessThan(1_000);

const TMOS = {
  ticker: 'TMOS',
  uid: 'u',
  lot: 1,
  step_rub: '0.01',
  price_rub: '6.50',
  price_time: '2026-11-20T10:00:00Z',
  pieces: 10,
  tradable: true,
};
const line = (taken: object, account: object = {}): string =>
  JSON.stringify({
    account: { desired_wallet: { TMOS: 50, RUB: 50 }, ...account },
    snapshot: {
      schema: 1,
      account: 'a',
      taken_at: '2026-11-20T10:00:00Z',
      exchange_open: true,
      cash_rub: '1000.00',
      instruments: [TMOS],
      ...taken,
    },
  });
const snapshot = (name: string, content: string, ...says: (string | RegExp)[]): Row => [
  name,
  PLAN,
  2,
  ['line 1:', '"orders":[]', ...says],
  { trial: { stdin: `${content}\n` } },
];
const holding = (name: string, changes: object, ...says: (string | RegExp)[]): Row =>
  snapshot(name, line({ instruments: [{ ...TMOS, ...changes }] }), ...says);

/** Decoded replies are of many messages; a case changes the fields that it names. */
// biome-ignore lint/suspicious/noExplicitAny: the named boundary of a table of broken messages
type Message = any;
type Change = (venue: Exchange) => void;

const lastPrices =
  (change: (list: readonly Message[]) => readonly Message[]): Change =>
  (venue) =>
    void venue.faults.rewrite('GetLastPrices', (message: Message) => ({
      lastPrices: change(message.lastPrices),
    }));
const priced = (list: readonly Message[], units: number, time?: Date): readonly Message[] =>
  list.map((one) => ({ ...one, price: { units, nano: 0 }, ...(time ? { time } : {}) }));

/** SBER, which the account holds and the wallet does not name, is called so in every answer. */
const called =
  (ticker: string): Change =>
  (venue) => {
    venue.giveSecurities(HELD, 'SBER', 100);
    const renamed = (one: Message) => (one?.ticker === 'SBER' ? { ...one, ticker } : one);
    venue.faults.rewrite('Shares', (message: Message) => ({
      instruments: message.instruments.map(renamed),
    }));
    venue.faults.rewrite('GetInstrumentBy', (message: Message) => ({
      instrument: renamed(message.instrument),
    }));
  };
const untraded = ({ exchange }: Trial): void => {
  const { uid } = exchange.instrument('SBER');
  expect(exchange.desk.orders.filter((order) => order.uid === uid)).toEqual([]);
  expect(exchange.audit().faults).toEqual([]);
};

const journal = (name: string, statement: string, ...says: (string | RegExp)[]): Row => [
  name,
  START,
  1,
  says,
  {
    files: (dir) => {
      configure(dir, [block()]);
      openJournal(join(dir, 'data')).close();
      const db = new Database(join(dir, 'data', JOURNAL_FILE));
      db.run('PRAGMA foreign_keys = OFF');
      db.run(statement);
      db.close(true);
    },
  },
];

export const UNFORESEEN: readonly BadCase[] = rows(
  // Numbers that are lost on the way.
  text('a weight too small for a number', SOUND.replace('25', '1e-400'), 'not too small to be told from 0'),
  text('a weight too small in digits', SOUND.replace('25', `-0.${'0'.repeat(400)}1`), 'too small'),
  [
    'nothing, written with an exponent, is nothing',
    'config show main',
    0,
    [/TMOS 0\.00 %/],
    { files: file('CONFIG.json', SOUND.replace('25', '-0.0e-999')) },
  ],
  [
    'an account id with more digits than a number has is not guessed',
    START,
    2,
    ['accounts[0].account_id', 'write it in quotes'],
    { files: file('CONFIG.json', SOUND.replace('"2000000001"', '9007199254740993')) },
  ],
  [
    'no fix is said that would be refused as well',
    START,
    2,
    ['found: "-10%"', 'a number from 0 to 100 (percent)'],
    { files: keys({ desired_wallet: { TMOS: '-10%', RUB: 90 } }), after: withoutFix },
  ],
  key('a sum a hair above 150', { desired_wallet: { TMOS: 100, RUB: 50.0000001 } }, 'sum is 150.0000001'),
  [
    'a key of a megabyte is not said in full',
    START,
    2,
    ['the unknown key'],
    {
      files: file('CONFIG.json', SOUND.replace('"accounts"', `"${'k'.repeat(1 << 20)}": 1, "accounts"`)),
      after: brief,
    },
  ],
  text(
    'a key twice, once in escapes',
    SOUND.replace('"TMOS": 25', '"TMOS": 25, "\\u0054MOS": 5'),
    'every key once',
  ),
  text('an overlong slash', SOUND.replace('Main', 'Ma\uFEFFin'), 'cannot be seen'),
  // Arguments.
  usage('strat --help', "unknown command 'strat'", 'Did you mean start?'),
  usage('help strat', "unknown command 'strat'", 'Did you mean start?'),
  usage('constructor -h', "unknown command 'constructor'"),
  usage('status --state-dir=', 'expected the name of a file or a directory'),
  usage('plan --snapshot=', 'expected the name of a file or a directory'),
  [
    'a state directory without a name is not the directory it runs in',
    `${START} --state-dir=`,
    2,
    ['expected the name of a file or a directory'],
    { after: () => expect(existsSync(JOURNAL_FILE)).toBe(false) },
  ],
  usage('config validate OTHER.json', 'config validate takes nothing after it', '--config FILE'),
  usage('config list main', 'config list takes nothing after it'),
  // Snapshots.
  holding('an instrument by the name of cash', { ticker: 'RUB' }, 'RUB is the name of cash'),
  holding('an instrument by the old name of cash', { ticker: 'RUR@' }, 'RUR@ is the name of cash'),
  holding('a price of ten digits of nano', { price_rub: '6.5000000001' }, 'found "6.5000000001"'),
  holding('a price in other digits', { price_rub: '٦.٥' }, 'expected a decimal string', 'found "٦.٥"'),
  holding('a price time of no day', { price_time: '2026-02-30T10:00:00Z' }, 'expected a time such as'),
  holding('a price time without a zone', { price_time: '2026-11-20T10:00:00' }, 'expected a time such as'),
  holding('an age without an end', { price_age_ms: 1e308 }, 'expected at most'),
  holding('more pieces than can be counted', { pieces: 2 ** 53 }, 'expected at most 9007199254740991'),
  holding('a lot as a text', { lot: '1' }, 'instruments[0].lot: expected a number, found "1"'),
  holding('a yes for a true', { tradable: 'yes' }, 'expected true or false, found "yes"'),
  snapshot('cash of another currency', line({ cash_usd: '5' }), 'the unknown key "cash_usd"'),
  snapshot('a list that is none', line({ instruments: { 0: TMOS } }), 'instruments: expected a list'),
  snapshot(
    'pieces too small for a number',
    line({}).replace('"pieces":10', '"pieces":1e-400'),
    'too small to be told from 0',
  ),
  [
    'a snapshot after a byte order mark',
    PLAN,
    0,
    ['"status":"planned"'],
    { trial: { stdin: `\uFEFF${line({})}\n` } },
  ],
  // The venue.
  [
    'two prices of one moment that differ are no price',
    START,
    0,
    ['"status":"skipped"', 'two last prices of the same time that differ'],
    { trial: { venue: lastPrices((list) => [...list, ...priced(list, 1)]) } },
  ],
  [
    'of an older price that differs nothing is believed',
    START,
    0,
    ['"status":"balanced"'],
    { trial: { venue: lastPrices((list) => [...list, ...priced(list, 1, new Date(1))]) }, posts: 6 },
  ],
  [
    "a share by the name of cash is nobody's cash",
    START,
    0,
    ['"status":"balanced"'],
    {
      files: keys({ unlisted_positions: 'sell' }),
      trial: { venue: called('RUB') },
      posts: 6,
      after: untraded,
    },
  ],
  // The journal.
  journal(
    'a journal of a schema below nothing',
    'PRAGMA user_version = -1',
    'found journal schema -1',
    'damaged',
  ),
  journal(
    'a journal that says it has no tables yet',
    'PRAGMA user_version = 0',
    'the journal is damaged (table legs already exists)',
  ),
  journal(
    'a journal without one of its tables',
    'DROP TABLE legs',
    'the journal is damaged (no such table: legs)',
  ),
);
