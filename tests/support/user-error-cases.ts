// What can go wrong for a user, as data: a command, its exit code, and what it says.
// tests/errors.test.ts provokes each.

import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { block, configure, type RunOptions, TOKEN } from './bot-process.ts';

export interface Case {
  /** The rule, as a sentence. */
  readonly name: string;
  readonly args: readonly string[];
  readonly code: number;
  /** On stderr; stdout stays empty unless `out` is given. */
  readonly err?: RegExp;
  readonly out?: RegExp;
  /** Prepares the working directory; without it there is a sound CONFIG.json and .env. */
  readonly files?: (dir: string) => void;
  readonly options?: RunOptions;
}

const nothing = () => {};
const journal = (bytes: string) => (dir: string) => {
  configure(dir, [block()]);
  mkdirSync(join(dir, 'data'));
  writeFileSync(join(dir, 'data', 'tiebb.sqlite'), bytes);
};
const file = (name: string, text: string) => (dir: string) => {
  configure(dir, [block()]);
  writeFileSync(join(dir, name), text);
};

const USAGE: readonly Case[] = [
  { name: 'no command shows the help', args: [], code: 2, err: /Usage: tiebb/ },
  { name: '--help is a result', args: ['--help'], code: 0, out: /Exit codes: 0 fine/ },
  { name: '--version is a result', args: ['--version'], code: 0, out: /^\d+\.\d+\.\d+\n$/ },
  {
    name: 'an unknown command names its neighbour',
    args: ['strat'],
    code: 2,
    err: /unknown command 'strat'\n\(Did you mean start\?\)/,
  },
  {
    name: 'an unknown option',
    args: ['start', '--onse'],
    code: 2,
    err: /unknown option '--onse'\n\(Did you mean --once\?\)/,
  },
  {
    name: 'an option without its value',
    args: ['paper', '--days'],
    code: 2,
    err: /option '--days <n>' argument missing/,
  },
  {
    name: 'a value that is no number',
    args: ['paper', '--days', 'x'],
    code: 2,
    err: /'x' is invalid. expected a whole\s+number of at least 1/,
  },
  {
    name: 'a number that is not above zero',
    args: ['paper', '--speed', '0'],
    code: 2,
    err: /'0' is invalid. expected a number\s+above 0/,
  },
  {
    name: 'an unknown log level',
    args: ['start', '--log-level', 'loud'],
    code: 2,
    err: /Allowed choices are trace,\s+debug/,
  },
  { name: 'an argument too many', args: ['start', 'now'], code: 2, err: /too many arguments for 'start'/ },
  {
    name: 'an unknown config command',
    args: ['config', 'lst'],
    code: 2,
    err: /unknown command "config lst"; did you mean "config list"\?/,
  },
  {
    name: 'config show without an account',
    args: ['config', 'show'],
    code: 2,
    err: /config show needs one account id/,
  },
  {
    name: 'config show of an unknown account',
    args: ['config', 'show', 'two'],
    code: 2,
    err: /no account "two" in CONFIG.json; there is main/,
  },
  {
    name: 'a token as an argument',
    args: ['start', TOKEN],
    code: 2,
    err: /argument 2 holds what looks like a T-Invest token/,
  },
  {
    name: 'a token inside an option',
    args: [`--token=${TOKEN}`, 'start'],
    code: 2,
    err: /argument 1 holds what looks like/,
  },
  {
    name: 'a twin that cannot be read',
    args: ['status'],
    code: 2,
    err: /TIEBB_JSON in the environment is 'maybe': expected 1 or 0/,
    options: { env: { TIEBB_JSON: 'maybe' } },
  },
  {
    name: 'a twin in .env that cannot be read',
    args: ['history'],
    code: 2,
    err: /TIEBB_DAYS in .env is 'week': expected a whole number/,
    files: file('.env', 'TIEBB_DAYS=week'),
  },
  {
    name: 'a twin that no option has',
    args: ['config', 'list'],
    code: 0,
    out: /main/,
    err: /TIEBB_DRYRUN in the environment is no setting of this program; did you\s+mean TIEBB_DRY_RUN\?/,
    options: { env: { TIEBB_DRYRUN: '1' } },
  },
  {
    name: 'paper says that it reads no --config',
    args: ['paper', '--days', '1', '--speed', '100000', '--seed', '7', '--config', 'x'],
    code: 0,
    out: /Summary/,
    err: /paper brings its own accounts, --config is not read/,
  },
];

const CONFIGURATION: readonly Case[] = [
  ...['start', 'plan', 'status', 'accounts', 'config validate'].map((command) => ({
    name: `${command} without a configuration says which file to copy`,
    args: command.split(' '),
    code: 2,
    err: /CONFIG.json: no such file[\s\S]*copy CONFIG.example.json to CONFIG.json/,
    files: nothing,
  })),
  {
    name: 'a named .env file has to be there',
    args: ['start', '--env-file', 'other.env'],
    code: 2,
    err: /other.env: no such file/,
  },
  {
    name: 'a token that is not set names the variable and the file',
    args: ['start'],
    code: 2,
    err: /CANARY_TOKEN, which is set neither in the environment nor in/,
    files: (dir) => {
      configure(dir, [block()]);
      rmSync(join(dir, '.env'));
    },
  },
  {
    name: 'a configuration that is no JSON',
    args: ['start'],
    code: 2,
    err: /line 1/,
    files: file('CONFIG.json', '{"accounts": [}'),
  },
  {
    name: 'every problem is listed at once',
    args: ['start'],
    code: 2,
    err: /3 problems in the configuration; nothing was started/,
    files: (dir) =>
      configure(dir, [
        block({ desired_wallet: { TMOS: 10 }, balance_interval: 'soon', desired_mod: 'manual' }),
      ]),
  },
  {
    name: 'an unknown --account',
    args: ['start', '--account', 'two'],
    code: 2,
    err: /--account two: no such block; the configuration has main/,
  },
  {
    name: 'an unknown --account of status',
    args: ['status', '--account', 'two'],
    code: 2,
    err: /--account two: no such block/,
  },
  {
    name: 'a certificate file that is not there',
    args: ['plan'],
    code: 2,
    err: /ca_file[\s\S]*missing.pem: no such file/,
    files: (dir) => configure(dir, [block()], { ca_file: 'missing.pem' }),
  },
  {
    name: 'config validate with a problem is a result for scripts',
    args: ['config', 'validate', '--json'],
    code: 2,
    out: /"ok": false/,
    files: file('CONFIG.json', '{}'),
  },
];

const SNAPSHOTS: readonly Case[] = [
  {
    name: 'a snapshot that is not there',
    args: ['plan', '--snapshot', 'no.json'],
    code: 2,
    err: /no.json: cannot be read as a snapshot: no such file/,
  },
  {
    name: 'a snapshot that is no JSON',
    args: ['plan', '--snapshot', 's.json'],
    code: 2,
    err: /s.json: cannot be read as a snapshot: invalid JSON/,
    files: file('s.json', '{'),
  },
  {
    name: 'a snapshot of nobody',
    args: ['plan', '--snapshot', 's.json'],
    code: 2,
    err: /no "account" in it/,
    files: file('s.json', '{}'),
  },
  {
    name: 'a snapshot of an account that the configuration does not have',
    args: ['plan', '--snapshot', 's.json'],
    code: 2,
    err: /it is of account two, which CONFIG.json does not have \(it has main\)/,
    files: file('s.json', '{"account":"two"}'),
  },
  {
    name: 'a file that is no snapshot',
    args: ['plan', '--snapshot', 's.json'],
    code: 2,
    err: /not a snapshot:\n {2}schema: /,
    files: file('s.json', '{"account":"main"}'),
  },
  {
    name: 'nothing on stdin',
    args: ['plan', '--snapshot', '-'],
    code: 2,
    err: /stdin is empty: expected one/,
  },
  {
    name: 'a line that is no snapshot',
    args: ['plan', '--snapshot', '-'],
    code: 2,
    err: /line 1: expected \{"snapshot"/,
    out: /failed/,
    options: { stdin: '[]\n' },
  },
  {
    name: 'a line whose account block is wrong',
    args: ['plan', '--snapshot', '-'],
    code: 2,
    err: /line 1: [\s\S]*desired_wallet/,
    out: /failed/,
    options: { stdin: '{"snapshot":{"account":"a"},"account":{"desired_wallet":{"TMOS":-1}}}\n' },
  },
];

const JOURNAL: readonly Case[] = [
  {
    name: 'history before the first start',
    args: ['history'],
    code: 0,
    err: /^data: no journal yet; it is made by the first `start`$/m,
  },
  {
    name: 'a journal that is no database',
    args: ['start', '--once'],
    code: 1,
    err: /tiebb.sqlite: this file is not an SQLite database/,
    files: journal('no database at all, but long enough to be one'.repeat(20)),
  },
  {
    name: 'an empty journal',
    args: ['status'],
    code: 1,
    err: /found an empty file, expected a journal/,
    files: journal(''),
  },
  {
    name: 'a state directory that is a file',
    args: ['start', '--once'],
    code: 1,
    err: /data: the state directory must be a directory that this user can write/,
    files: file('data', ''),
  },
  {
    name: 'a state directory that is a dead link',
    args: ['start', '--once'],
    code: 1,
    err: /data: the state directory must be a directory/,
    files: (dir) => {
      configure(dir, [block()]);
      symlinkSync('/nowhere/at/all', join(dir, 'data'));
    },
  },
];

export const COMMANDS = { USAGE, CONFIGURATION, SNAPSHOTS, JOURNAL };
