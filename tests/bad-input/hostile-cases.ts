// What a hurried script, a slip of the finger and a hostile file make of arguments, .env, the lock and rows of the journal.

import { Database } from 'bun:sqlite';
import { expect } from 'bun:test';
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { NO_MONEY } from '../../src/core/units.ts';
import { JOURNAL_FILE } from '../../src/journal/database.ts';
import { openJournal } from '../../src/journal/journal.ts';
import { block, configure } from '../support/bot-process.ts';
import { type BadCase, CONFIG, env, keys, type Row, rows, SOUND, TOKEN } from './bad-case.ts';

const START = 'start --once --json';
const VALIDATE = 'config validate';
const usage = (args: string, ...says: (string | RegExp)[]): Row => [
  args.length > 60 ? `${args.slice(0, 60)}…` : args,
  args,
  2,
  says,
];
const refused = (name: string, files: (dir: string) => void, ...says: (string | RegExp)[]): Row => [
  name,
  START,
  2,
  ['nothing was started', ...says],
  { files },
];
const endpoint = (written: string): Row =>
  refused(`an endpoint at ${written}`, keys({}, { endpoint: written }), 'expected: host:port');
const warned = (name: string, args: string, line: string, ...says: (string | RegExp)[]): Row => [
  name,
  args,
  0,
  says,
  { files: env(`CANARY_TOKEN=${TOKEN}\n${line}\n`), posts: args === START ? 6 : 0 },
];

/** A journal of one sound iteration, in which somebody has changed something. */
const changed = (name: string, args: string, statement: string, ...says: (string | RegExp)[]): Row => [
  `${name}: ${args}`,
  args,
  1,
  ['the journal is damaged', 'restore', 'from a backup', ...says],
  {
    files: (dir) => {
      configure(dir, [block()]);
      const journal = openJournal(join(dir, 'data'));
      journal.record({ ...ITERATION, record: JSON.stringify(RECORD) });
      journal.close();
      const db = new Database(join(dir, 'data', JOURNAL_FILE));
      db.run(statement);
      db.close(true);
    },
  },
];
const AT_MS = Date.UTC(2026, 10, 20, 9);
const AT = new Date(AT_MS).toISOString();
const RECORD = {
  ...{ schema: 1, iteration: 'i', account: 'main', broker_account: null, started_at: AT, finished_at: AT },
  ...{
    mode: 'manual',
    exchange_open: true,
    dry_run: false,
    status: 'skipped',
    reason: null,
    equity_rub: null,
  },
  ...{ positions: [], apart: [], orders: [], held_back: [], warnings: [], tracking_error_pp: null },
};
const ITERATION = {
  ...{ iteration: 'i', account: 'main', brokerAccount: null, startedAtMs: AT_MS, finishedAtMs: AT_MS },
  ...{ status: 'skipped', reason: null, dryRun: false, counted: true, equity: null },
  ...{ turnover: NO_MONEY, commission: NO_MONEY },
};
const damages = (args: string): Row[] => [
  changed('a record that is no JSON', args, "UPDATE iterations SET record = 'x'", 'is not a JSON object'),
  changed('a record of nothing', args, "UPDATE iterations SET record = 'null'", 'is not a JSON object'),
  changed('a record of something else', args, "UPDATE iterations SET record = '{}'", 'has no started_at'),
  changed(
    'an instant beyond all calendars',
    args,
    'UPDATE iterations SET started_at = 9223372036854775807',
    'started_at is 9223372036854775807, which is no time',
  ),
];

const inState =
  (make: (dir: string) => void) =>
  (dir: string): void => {
    configure(dir, [block()]);
    mkdirSync(join(dir, 'data'));
    make(join(dir, 'data'));
  };

export const HOSTILE: readonly BadCase[] = rows(
  // A variable of a script that is unset is no count: `--filled "$N"`.
  ...['', '0x10', '1e2', '0b11', ' 5', '+5', '5.0'].map((lots) =>
    usage(`resolve KEY --filled ${lots}`, /argument '.*' is invalid. expected a whole number of at least 0/),
  ),
  usage('history --days 0x10', 'expected a whole number from 1 to 36500'),
  usage('paper --seed ', 'expected a whole number of at least 0'),
  usage('paper --speed 0x10', 'expected a number above 0'),
  [
    'an argument of a megabyte is not quoted back',
    `status --account ${'x'.repeat(1 << 20)}`,
    2,
    ['argument 3 has 1048576 characters'],
    { after: ({ err }) => expect(err.length).toBeLessThan(400) },
  ],
  usage('metrics ', '"" is no ticker', 'such as TMOS'),
  usage('metrics RUB', '"RUB" is no ticker'),
  usage('metrics ../../etc/passwd', 'is no ticker'),
  usage(
    `metrics ${Array.from({ length: 501 }, (_, i) => `T${i}`).join(' ')}`,
    '501 tickers; expected at most 500',
  ),
  [
    'a day of the next millennium',
    'raise-cash 1000 --by 3026-12-01',
    2,
    ['--by 3026-12-01 is more than a hundred years away'],
    { files: inState(() => {}) },
  ],
  // .env.
  warned(
    'a misspelt setting in .env',
    START,
    'TIEBB_DRYRUN=1',
    'TIEBB_DRYRUN in',
    'did you mean TIEBB_DRY_RUN?',
  ),
  warned('a setting with dashes', START, 'TIEBB-DRY-RUN=1', 'did you mean TIEBB_DRY_RUN?'),
  [
    'a setting in small letters',
    START,
    0,
    ['tiebb_dry_run in the environment is no setting', 'did you mean TIEBB_DRY_RUN?'],
    { trial: { env: { tiebb_dry_run: '1' } }, posts: 6 },
  ],
  warned('a setting without a value', VALIDATE, 'TIEBB_DRY_RUN', 'line 2 is not NAME=value, and is not read'),
  [
    'a token without an equals sign',
    VALIDATE,
    2,
    ['set neither in'],
    { files: env(`CANARY_TOKEN ${TOKEN}`) },
  ],
  warned(
    'a token twice',
    VALIDATE,
    `CANARY_TOKEN=${TOKEN}`,
    'CANARY_TOKEN is there twice, at line 1 and line 2',
  ),
  [
    'lines inside quotes are no lines',
    VALIDATE,
    0,
    ['ok: '],
    {
      files: env(`# mine\nexport CANARY_TOKEN=${TOKEN}\nKEY="-----BEGIN\nA\nB\n-----END"\n\n`),
      after: ({ out, err }) => expect(out + err).not.toContain('is not NAME=value'),
    },
  ],
  // The configuration.
  ...['unix:443', 'dns:443', 'ipv4:443', '[:::::]:443', '[....]:443', 'a..b:443', '999.1.1.1:443'].map(
    endpoint,
  ),
  refused(
    'a window of no length',
    keys({ rebalance: { window: { from: '10:00', to: '10:00' } } }),
    'from 10:00 to 10:00',
    'leave out what does not matter',
  ),
  refused(
    'a window over midnight',
    keys({ rebalance: { window: { from: '22:00', to: '02:00' } } }),
    'no window reaches over midnight',
  ),
  refused(
    'aliases without end',
    keys(
      {},
      {
        ticker_aliases: Object.fromEntries(Array.from({ length: 20_000 }, (_, i) => [`A${i}`, `A${i + 1}`])),
      },
    ),
    'found: 20000 aliases',
    'at most 500',
  ),
  refused(
    'a long circle of aliases',
    keys(
      {},
      {
        ticker_aliases: Object.fromEntries(
          Array.from({ length: 500 }, (_, i) => [`A${i}`, `A${(i + 1) % 500}`]),
        ),
      },
    ),
    'the circle A0 -> A1 -> A2 -> A3 -> A4 -> … -> A0',
  ),
  refused('a space that is none', CONFIG(SOUND.replace('\n', '\u00a0')), '(U+00A0) at line 1, column 2'),
  // The lock, in which nothing is kept.
  [
    'something else in the place of the lock',
    START,
    1,
    ['lock.sqlite: found something else', 'remove it while no other process trades'],
    { files: inState((dir) => writeFileSync(join(dir, 'lock.sqlite'), 'x'.repeat(9_000))) },
  ],
  [
    'a directory in the place of the pid',
    START,
    1,
    ['lock.pid: cannot be opened or created here'],
    { files: inState((dir) => mkdirSync(join(dir, 'lock.pid'))) },
  ],
  [
    'a pipe in the place of the next pid',
    START,
    0,
    ['"status":"balanced"'],
    { files: inState((dir) => execFileSync('mkfifo', [join(dir, 'lock.pid.new')])), posts: 6 },
  ],
  // Rows of the journal.
  ...['status', 'status --json', 'history', 'history --json', 'accept TDIV', 'raise-cash 1000'].flatMap(
    damages,
  ),
);
