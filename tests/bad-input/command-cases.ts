// safety.md's list for the command line, in this process. Closed pipes and the like are in processes.test.ts.

import { expect } from 'bun:test';
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { openJournal } from '../../src/journal/journal.ts';
import { block, configure } from '../support/bot-process.ts';
import { type BadCase, blocks, type Row, rows } from './bad-case.ts';
import type { Trial } from './run-bot.ts';

const usage = (args: string, ...says: (string | RegExp)[]): Row => [
  args === '' ? '(nothing)' : args,
  args,
  2,
  says,
];
/** With a journal that has nothing in it. */
const journaled = (dir: string): void => {
  configure(dir, [block()]);
  openJournal(join(dir, 'data')).close();
};
const asked = (args: string, code: number, ...says: (string | RegExp)[]): Row => [
  `${args}, with a journal`,
  args,
  code,
  says,
  { files: journaled },
];
const two = (args: string, ...says: (string | RegExp)[]): Row => [
  `${args}, with two accounts`,
  args,
  2,
  says,
  {
    files: (dir) => {
      journaled(dir);
      blocks({}, { id: 'b', name: 'b', account_id: '2' })(dir);
    },
  },
];
const snapshot = (name: string, content: string, ...says: (string | RegExp)[]): Row => [
  name,
  'plan --snapshot -',
  2,
  says,
  { trial: { stdin: `${content}\n` } },
];
const line = (taken: object, account: object = { desired_wallet: { TMOS: 50, RUB: 50 } }): string =>
  JSON.stringify({
    account,
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
const holding = (changes: object): string => line({ instruments: [{ ...TMOS, ...changes }] });

function narrow({ err }: Trial): void {
  for (const text of err.split('\n')) expect(text.length <= 40 || !text.trim().includes(' ')).toBe(true);
}

export const COMMANDS: readonly BadCase[] = rows(
  usage('', 'Usage: tiebb'),
  usage('strat', "unknown command 'strat'", 'Did you mean start?'),
  usage('constructor', "unknown command 'constructor'"),
  usage('start --onse', "unknown option '--onse'", 'Did you mean --once?'),
  usage('start --account', "option '--account <id>' argument missing"),
  usage('start now', "too many arguments for 'start'"),
  usage('start --log-level loud', 'Allowed choices are trace'),
  usage('start --once --account nobody', '--account nobody: no such block; the configuration has main'),
  usage('history --days 0', 'expected a whole number from 1 to 36500'),
  usage('history --days 1e99', 'expected a whole number'),
  usage('config lst', 'did you mean "config list"?'),
  usage('config show', 'config show needs one account id'),
  usage('config show __proto__', 'no account "__proto__"'),
  usage('paper --mode market', 'Allowed choices are manual'),
  usage('paper --mode __proto__', 'Allowed choices are manual'),
  usage('paper --accounts 51', 'expected a whole number from 1 to 50'),
  usage('paper --accounts 0', 'expected a whole number from 1 to 50'),
  usage('paper --accounts 2.5', 'expected a whole number from 1 to 50'),
  usage('paper --speed -1', 'expected a number above 0'),
  usage('paper --seed 1e999', 'expected a whole number'),
  usage('metrics --watch 1x', '--watch 1x: expected a duration of at least a minute'),
  usage('metrics --watch 59s', 'expected a duration of at least a minute'),
  usage('metrics --watch -1h', 'expected a duration of at least a minute'),
  usage('metrics --watch 1e9h', 'expected a duration of at least a minute'),
  usage('metrics --watch', "option '--watch <interval>' argument missing"),
  usage('metrics --watch 25d', 'at most 24 days'),
  usage('metrics --watch 999999999999h', 'at most 24 days'),
  usage('confirm', 'expected either the KEY of an order or --all'),
  usage('confirm abcd --all', 'expected either the KEY of an order or --all'),
  usage('confirm xyz!', 'xyz! is no key'),
  usage('confirm abc', 'abc is no key; expected at least four'),
  usage('confirm abcd', 'no journal'),
  usage('reject ../../etc', 'is no key'),
  asked('confirm abcd', 2, 'no order abcd waits'),
  asked('reject 12345678', 2, 'no order 12345678 waits'),
  asked('confirm --all', 0, 'nothing waits for an answer'),
  asked('resolve abcd --absent', 2, /abcd/),
  asked('resolve 00000000-0000-4000-8000-000000000000', 2, /--filled|--absent/),
  asked('resolve 00000000-0000-4000-8000-000000000000 --filled -1', 2, 'expected a whole number'),
  asked(
    'resolve 00000000-0000-4000-8000-000000000000 --filled 99999999999999999999',
    2,
    'expected a whole number',
  ),
  asked('resolve 00000000-0000-4000-8000-000000000000 --filled 1 --absent', 2, /one of|either/),
  asked('accept NOBODY', 2, 'NOBODY'),
  asked('resume --account nobody', 2, 'nobody'),
  usage('raise-cash ten', 'is no amount; expected rubles'),
  usage('raise-cash 1e5', 'is no amount'),
  usage('raise-cash 100.005', 'is no amount'),
  usage('raise-cash 1,000', 'is no amount'),
  usage('raise-cash 0', 'is nothing; expected more than 0 RUB'),
  usage('raise-cash 99999999999', 'is too much; expected at most'),
  usage('raise-cash -- -5', 'is no amount'),
  usage('raise-cash 100 --by tomorrow', '--by tomorrow is no date'),
  usage('raise-cash 100 --by 2026-02-30', '--by 2026-02-30 is no date'),
  usage('raise-cash 100 --by 2020-01-01', 'is past; expected today or later'),
  usage('raise-cash --by 2026-12-01', '--by needs an amount'),
  usage('raise-cash 100 --cancel', '--cancel takes no amount'),
  usage('raise-cash 100', 'no journal yet'),
  two('raise-cash 100', 'which account is to raise it? add --account with one of main, b'),
  [
    'a snapshot file that is not there',
    'plan --snapshot /nowhere.json',
    2,
    ['cannot be read as a snapshot: no such file'],
  ],
  [
    'a snapshot file that is a directory',
    'plan --snapshot /',
    2,
    ['cannot be read as a snapshot: it is a directory'],
  ],
  ['no line of a snapshot', 'plan --snapshot -', 2, ['stdin is empty']],
  snapshot('a snapshot line that is no JSON', '{', 'line 1:'),
  snapshot('a snapshot line that is no object', '[]', 'line 1: expected {"snapshot"'),
  snapshot('a snapshot line of __proto__', '{"__proto__": {"snapshot": 1}}', 'line 1:'),
  snapshot('a snapshot of a newer schema', line({ schema: 2 }), 'schema'),
  snapshot('a snapshot with a number for money', line({ cash_rub: 1000 }), 'cash_rub'),
  snapshot(
    'a snapshot with endless money',
    line({ cash_rub: '1'.repeat(400) }),
    'cash_rub: expected a decimal string',
  ),
  snapshot(
    'a snapshot with a commission below nothing',
    line({ commission_seen_percent: '-0.30' }),
    'commission_seen_percent: expected an amount of 0.00 or more',
  ),
  snapshot(
    'a snapshot with a commission beyond all',
    line({ commission_seen_percent: '5000' }),
    'commission_seen_percent: expected a percent',
  ),
  snapshot(
    'a snapshot with blocked money below nothing',
    line({ blocked_rub: '-1' }),
    'blocked_rub: expected an amount of 0.00 or more',
  ),
  snapshot(
    'a snapshot with a lot of 0',
    holding({ lot: 0 }),
    'instruments[0].lot: a lot has at least one piece',
  ),
  snapshot(
    'a snapshot with a step of 0',
    holding({ step_rub: '0' }),
    'instruments[0].step_rub: a price step is above zero',
  ),
  snapshot('a snapshot with half a piece', holding({ pieces: 0.5 }), 'instruments[0].pieces'),
  snapshot(
    'a snapshot with a short position',
    holding({ pieces: -1 }),
    'expected a whole number of pieces, 0 or more',
  ),
  snapshot(
    'a snapshot with more blocked than held',
    holding({ blocked_pieces: 11 }),
    '11 of 10 pieces cannot be blocked',
  ),
  snapshot('a snapshot with an instrument twice', line({ instruments: [TMOS, TMOS] }), 'is there twice'),
  snapshot(
    'a snapshot with a margin rate below nothing',
    holding({ margin_rate_percent: '-25' }),
    'margin_rate_percent: expected',
  ),
  snapshot('a snapshot with an unknown key', line({ cash: 1 }), /cash/),
  snapshot(
    'a snapshot with a wallet that is none',
    line({}, { desired_wallet: { TMOS: -1 } }),
    'a number from 0 to 100 (percent)',
  ),
  [
    'a snapshot whose held instrument has no price is skipped',
    'plan --snapshot - --json',
    0,
    ['"status":"skipped"', 'the total is unknown'],
    { trial: { stdin: `${holding({ price_rub: '-6.50' })}\n` } },
  ],
  [
    'a snapshot of a closed exchange, from a narrow terminal',
    'plan --snapshot -',
    0,
    ['TMOS'],
    { trial: { width: 40, stdin: `${line({})}\n` } },
  ],
  [
    'an error in a narrow terminal',
    'start --account nobody',
    2,
    ['--account nobody: no such block'],
    { trial: { width: 40 }, after: narrow },
  ],
  [
    'an amount in a narrow terminal',
    'raise-cash ten',
    2,
    ['is no amount'],
    { trial: { width: 40 }, after: narrow },
  ],
  ['help in a narrow terminal', '--help', 0, ['Usage: tiebb'], { trial: { width: 40 } }],
  [
    'a line after a bad line is planned all the same',
    'plan --snapshot - --json',
    2,
    ['line 1:', '"status":"planned"'],
    { trial: { stdin: `{\n${line({})}\n` } },
  ],
  [
    'an .env that is a directory',
    'start --once',
    2,
    [/\.env: a directory/],
    {
      files: (dir) => {
        configure(dir, [block()]);
        rmSync(join(dir, '.env'));
        mkdirSync(join(dir, '.env'));
      },
    },
  ],
);
