// Configurations that look right, tokens that nobody issues, and files that are none.

import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { block, configure } from '../support/bot-process.ts';
import { type BadCase, blocks, env, file, keys, type Row, rows, SOUND, TOKEN } from './bad-case.ts';

const START = 'start --once --json';
const VALIDATE = 'config validate';
const refused = (name: string, files: (dir: string) => void, ...says: (string | RegExp)[]): Row => [
  name,
  START,
  2,
  ['nothing was started', ...says],
  { files },
];
const text = (name: string, content: string | Uint8Array, ...says: (string | RegExp)[]): Row =>
  refused(name, file('CONFIG.json', content), ...says);
const wallet = (name: string, desired_wallet: unknown, ...says: (string | RegExp)[]): Row =>
  refused(name, keys({ desired_wallet }), ...says);
const taken = (name: string, files: (dir: string) => void, ...says: (string | RegExp)[]): Row => [
  name,
  VALIDATE,
  0,
  says,
  { files },
];
/** Instead of the file of that name. */
const instead =
  (name: string, make: (path: string) => void) =>
  (dir: string): void => {
    configure(dir, [block()]);
    rmSync(join(dir, name));
    make(join(dir, name));
  };
const loop = (path: string): void => symlinkSync(path, path);
const TICKER = 'an upper-case ticker such as TMOS';
const NO_TOKEN_HAS = 'has a character that no token has';

export const STRANGE_CONFIGURATION: readonly BadCase[] = rows(
  wallet('Cyrillic letters', { ТМОS: 50, RUB: 50 }, TICKER, 'whose character 1 is U+0422, none of A to Z'),
  wallet('one Cyrillic letter', { TMОS: 50, RUB: 50 }, 'whose character 3 is U+041E'),
  wallet('a Cyrillic RUB', { TMOS: 50, RUВ: 50 }, 'whose character 3 is U+0412'),
  wallet('a space without width', { 'TM\u200bOS': 50, RUB: 50 }, 'whose character 3 is U+200B'),
  wallet('a space that does not break', { 'TMOS\u00a0': 50, RUB: 50 }, TICKER, 'write "TMOS"'),
  wallet('half a letter', { 'TM\ud800': 50, RUB: 50 }, TICKER),
  wallet('a comma for a point', { TMOS: '10,5%', RUB: 90 }, 'write 10.5, without % and without quotes'),
  wallet('null', null, 'an object of tickers with percents'),
  wallet('a sum beyond all', { TMOS: 1e308, RUB: 1e308 }, 'a number from 0 to 100 (percent)'),
  taken('a weight of 1e-9', keys({ desired_wallet: { TMOS: 1e-9, RUB: 100 } }), 'ok'),
  refused(
    'a key with a Cyrillic letter',
    keys({ desirеd_wallet: {} }),
    'did you mean "desired_wallet"?',
    'whose character 6 is U+0435',
  ),
  refused('a key with an accent of its own', keys({ 'desired_wallet\u0301': {} }), 'is U+0301'),
  // Two of them would be one in the journal.
  refused(
    'an id of half a letter',
    file('CONFIG.json', SOUND.replace('"main"', '"a\\ud800b"')),
    'cannot be seen',
  ),
  refused('an id that is turned round', keys({ id: '\u202egnp' }), 'cannot be seen'),
  refused('an id with a space without width', keys({ id: 'ma\u200bin' }), 'cannot be seen'),
  refused('an id of two lines', keys({ id: 'a\u2028b' }), 'cannot be seen'),
  refused('an id of colours', keys({ id: '\u001b[31mred' }), 'a text, different for every account'),
  refused('ids of two normal forms', blocks({ id: 'é' }, { id: 'e\u0301', account_id: '2' }), 'called too'),
  taken('a name of a family', keys({ name: '👨\u200d👩\u200d👧' }), 'ok'),
  refused('an account id of other digits', keys({ account_id: '٢٠٠٠' }), "the broker's account id"),
  refused('an account id with a space', keys({ account_id: ' 2000000001' }), "the broker's account id"),
  text('JSON5: keys without quotes', '{accounts: []}', 'a key in double quotes'),
  text('JSON5: single quotes', "{'accounts': []}", 'use double quotes'),
  text('a comment of a shell', `# mine\n${SOUND}`, 'JSON has no comments'),
  text('a plus sign', SOUND.replace('25', '+25'), 'line', 'a value'),
  text('hexadecimal', SOUND.replace('25', '0x19'), 'a number such as 10 or 0.5'),
  text('octal', SOUND.replace('25', '025'), 'a number such as 10 or 0.5'),
  text('a number that breaks off', SOUND.replace('25', '25.'), 'a number such as 10 or 0.5'),
  text('underscores', SOUND.replace('25', '1_0'), 'a number such as 10 or 0.5'),
  text('thirty digits', SOUND.replace('25', '1'.repeat(30)), 'a number from 0 to 100'),
  text('NUL in a text', SOUND.replace('Main', 'Ma\0in'), 'invalid JSON: "\\u0000"'),
  text('NUL after the end', `${SOUND}\0`, 'the end of the file'),
  text('bytes of no letter', Buffer.concat([Buffer.from(SOUND), Buffer.from([0xff])]), 'another encoding'),
  text('UTF-16 without a mark', Buffer.from(SOUND, 'utf16le'), 'invalid JSON'),
  text('a token and nothing else', TOKEN, 'invalid JSON: "t"'),
  text('a token as a key', `{"accounts": [], "${TOKEN}": 1}`, 'the unknown key "[redacted]"'),
  text(
    'a hundred thousand unknown keys',
    `{${Array.from({ length: 20_000 }, (_, i) => `"k${i}":1`)}}`,
    '… and',
  ),
  ...(
    ['', ' ', '0', '-1h', 'P1D', '1h30m', '1H', '١h', '99999d', '1h\n', 999, 1e308, true, [], {}] as const
  ).map((balance_interval) =>
    refused(
      `an interval of ${JSON.stringify(balance_interval)}`,
      keys({ balance_interval }),
      'from 1s to 24d',
    ),
  ),
  ...['24:00', '25:61', '9:00', '09:00:00', '09.00', '０９:００', '', 9].map((from) =>
    refused(
      `a window from ${JSON.stringify(from)}`,
      keys({ rebalance: { window: { from } } }),
      /a time such as "10:30"(?! fix: write 09)/,
    ),
  ),
  ...['', 'MSK', 'GMT+3', '../etc', 'UTC\n', 'Etc/GMT-99'].map((time_zone) =>
    refused(
      `a time zone of ${JSON.stringify(time_zone)}`,
      keys({ rebalance: { trigger: 'calendar', calendar: { time_zone } } }),
      'a time zone such as',
    ),
  ),
  // Files that are none.
  refused('a link to itself', instead('CONFIG.json', loop), 'CONFIG.json: ELOOP'),
  refused(
    'a pipe that nobody writes to',
    instead('CONFIG.json', (path) => execFileSync('mkfifo', [path])),
    'a pipe that nobody writes to the end',
  ),
  [
    'a device without an end',
    START,
    2,
    ['/dev/zero: it is not a file'],
    { trial: { env: { TIEBB_CONFIG: '/dev/zero' } } },
  ],
  ['a path of no name', `${START} --config=`, 2, ['"": no such file']],
  ['a path that is too long', `${START} --env-file ${'x'.repeat(5_000)}`, 2, ['ENAMETOOLONG']],
  refused(
    'a ca_file that is a pipe',
    (dir) => {
      configure(dir, [block()], { ca_file: join(dir, 'ca') });
      execFileSync('mkfifo', [join(dir, 'ca')]);
    },
    'ca_file',
    'a pipe',
  ),
  refused(
    'a ca_file that is cut',
    (dir) => {
      configure(dir, [block()], { ca_file: join(dir, 'ca') });
      writeFileSync(join(dir, 'ca'), '-----BEGIN CERTIFICATE-----\nMIIB');
    },
    'in which certificate 1 is damaged',
  ),
  // Tokens.
  taken('export, quotes, BOM and CRLF', env(`\uFEFFexport CANARY_TOKEN="${TOKEN}"\r\n`), 'ok'),
  taken('spaces and a comment', env(`CANARY_TOKEN = ${TOKEN}  # mine`), 'ok'),
  refused(
    'a token that names itself',
    env(`CANARY_TOKEN=\${B}\nB=\${CANARY_TOKEN}`),
    'which nothing fills in here',
  ),
  refused('a Cyrillic letter in a token', env(`CANARY_TOKEN=${TOKEN.replace('a', 'а')}`), NO_TOKEN_HAS),
  refused('NUL in a token', env(`CANARY_TOKEN=${TOKEN.slice(0, 9)}\0${TOKEN.slice(9)}`), NO_TOKEN_HAS),
  refused('a token of a megabyte', env(`CANARY_TOKEN=t.${'a'.repeat(1 << 20)}`), '1048578 characters'),
  taken(
    'another secret of a megabyte',
    env(`CANARY_TOKEN=${TOKEN}\nOTHER_TOKEN=${'+/"'.repeat(350_000)}`),
    'ok',
  ),
  taken(
    'ten thousand other secrets',
    env(
      `CANARY_TOKEN=${TOKEN}\n${Array.from({ length: 10_000 }, (_, i) => `TOKEN_${i}=abcdefgh${i}`).join('\n')}`,
    ),
    'ok',
  ),
  [
    'a state directory that is a device',
    START,
    1,
    ['the state directory must be a directory'],
    { trial: { env: { TIEBB_STATE_DIR: '/dev/null' } } },
  ],
  [
    'snapshots into a file',
    `${START} --save-snapshots /dev/null`,
    2,
    ['--save-snapshots /dev/null: expected a directory'],
  ],
  ['a century and a day of history', 'history --days 36501', 2, ['expected a whole number from 1 to 36500']],
  ['days beyond all', 'history --days 9007199254740991', 2, ['expected a whole number from 1 to 36500']],
  ['a century of history', 'history --days 36500', 0, [/no journal/]],
  ['a name of colours', `status --account ${'\u001b'}[8mx`, 2, ['no such block']],
  [
    'a snapshot without an end',
    'plan --snapshot /dev/zero',
    2,
    ['cannot be read as a snapshot: it is not a file'],
  ],
  [
    'a snapshot with nothing in it',
    'plan --snapshot -',
    2,
    ['taken_at: expected a text, found nothing'],
    { trial: { stdin: '{"account": {"desired_wallet": {"RUB": 100}}, "snapshot": {"account": "a"}}\n' } },
  ],
  [
    'a snapshot nested without end',
    'plan --snapshot -',
    2,
    ['at most 50 levels'],
    { trial: { stdin: '['.repeat(100_000) } },
  ],
  [
    'a kill switch that is a directory stops all the same',
    START,
    0,
    ['the kill switch is on'],
    { files: (dir) => stopped(dir, (path) => mkdirSync(path)) },
  ],
  [
    'a kill switch that is a pipe is on',
    'stop',
    0,
    ['no new order is sent'],
    { files: (dir) => stopped(dir, (path) => execFileSync('mkfifo', [path])) },
  ],
  [
    'a kill switch that is a directory is lifted by hand',
    'resume',
    1,
    ['the kill switch cannot be lifted', 'put it right by hand'],
    { files: (dir) => stopped(dir, (path) => mkdirSync(path)) },
  ],
);

function stopped(dir: string, make: (path: string) => void): void {
  configure(dir, [block()]);
  mkdirSync(join(dir, 'data'));
  make(join(dir, 'data', 'STOP'));
}
