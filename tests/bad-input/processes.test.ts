// What only a process of its own meets: closed pipes, no stdin, a disk that takes no more.
// Signals are in tests/cli/signals.test.ts, readers that go away while it trades in tests/cli/commands.test.ts.

import { expect, setDefaultTimeout, test } from 'bun:test';
import { BUN, block, configure, MAIN, TOKEN, workshop } from '../support/bot-process.ts';

setDefaultTimeout(240_000);
const shop = workshop();

interface Shell {
  readonly name: string;
  /** `tiebb` stands for the program. */
  readonly line: string;
  readonly code: number;
  readonly out?: RegExp;
  readonly err?: RegExp;
}

const SHELLS: readonly Shell[] = [
  { name: 'a reader that wants nothing', line: 'tiebb config schema | true', code: 0 },
  { name: 'a reader that wants one line', line: 'tiebb config schema | head -n 1', code: 0, out: /^\{\n$/ },
  { name: 'no stdout', line: 'tiebb config list >&-', code: 0 },
  { name: 'no stderr', line: 'tiebb start --nope 2>&-', code: 2 },
  {
    name: 'a directory as stdin',
    line: 'tiebb plan --snapshot - < .',
    code: 2,
    err: /^stdin cannot be read: .*; expected a file or a pipe/,
  },
  {
    name: 'a line without an end as stdin',
    line: 'ulimit -t 60; tiebb plan --snapshot - < /dev/zero',
    code: 2,
    err: /stdin: found a line of more than 33554432 characters/,
  },
  {
    name: 'lines that end in every way as stdin',
    line: "printf '{}\\r\\n\\n{}\\r{}' | tiebb plan --snapshot - --json > out; wc -l < out",
    code: 0,
    out: /^3\n$/,
    err: /^line 1: expected .* line 3: expected .* line 4: expected /,
  },
  { name: 'no stdin', line: 'tiebb plan --snapshot - <&-', code: 2, err: /stdin is empty/ },
  {
    name: 'a disk that takes no more',
    line: "trap '' XFSZ; ulimit -f 8; tiebb start --once",
    code: 1,
    err: /the disk (failed to read or write|is full)/,
  },
  {
    name: 'an .env that links to itself',
    line: 'rm .env; ln -s .env .env; tiebb config validate',
    code: 2,
    err: /\.env: ELOOP/,
  },
  {
    name: 'a configuration from a command that takes its time',
    line: 'tiebb config validate --config <(sleep 0.5; cat CONFIG.json)',
    code: 0,
    out: /ok: /,
  },
  {
    name: 'a configuration without an end',
    line: 'tiebb config validate --config <(yes)',
    code: 2,
    err: /at most 2097152 bytes/,
  },
  {
    name: 'a pipe in the place of the kill switch',
    line: 'mkdir data; mkfifo data/STOP; tiebb stop',
    code: 0,
    out: /no new order is sent/,
  },
  {
    name: 'a full disk under stdout',
    line: 'tiebb config schema > /dev/full',
    code: 0,
  },
  {
    name: 'a state directory that links to itself',
    line: 'ln -s data data; tiebb resume',
    code: 1,
    err: /the kill switch cannot be lifted \(ELOOP\)/,
  },
  {
    name: 'a journal whose disk is not there',
    line: 'mkdir data; ln -s /nowhere/at/all data/tiebb.sqlite; tiebb status',
    code: 1,
    err: /cannot be opened or created here/,
  },
  {
    name: 'no HOME, no TERM, another language, a time zone that is none',
    line: 'unset HOME TERM; export TZ=garbage LANG=ru_RU.UTF-8 COLUMNS=0; tiebb status',
    code: 0,
    err: /no journal yet/,
    out: /no iteration yet/,
  },
  {
    name: 'a snapshot in another encoding',
    line: 'printf \'{"account":"m\\xe9in"}\' > s.json; tiebb plan --snapshot s.json',
    code: 2,
    err: /s\.json: cannot be read as a snapshot: text in another encoding/,
  },
  {
    name: 'a directory that is gone',
    line: 'mkdir x; cd x; rmdir ../x; tiebb status',
    code: 2,
    err: /no such file/,
  },
  {
    name: 'an argument that is no text',
    line: "tiebb status --account $'\\xff\\xfe\\e[8m'",
    code: 2,
    err: /no such block/,
  },
  {
    name: 'a token as an argument, in the shell',
    line: `tiebb start ${TOKEN}`,
    code: 2,
    err: /argument 2 holds what looks like a T-Invest token/,
  },
];

const prepared = (): string => {
  const dir = shop.dir();
  configure(dir, [block()]);
  return dir;
};

test.concurrent.each(SHELLS.map((one) => [one.name, one] as const))(
  '%s',
  async (_, { line, code, out, err }) => {
    const dir = prepared();
    const script = `tiebb() { "${BUN}" --no-env-file "${MAIN}" "$@"; }\n${line}\n`;
    const ended = await shop.run(['-c', script], dir, {
      command: ['bash'],
      env: { TINVEST_ENDPOINT: 'localhost:1' },
    });
    const said = ended.err.replace(/\s+/g, ' ');
    expect({ ...ended, said }).toMatchObject({ code });
    if (out) expect(ended.out).toMatch(out);
    expect(said).toMatch(err ?? /^$/);
    expect(ended.out + ended.err).not.toContain(TOKEN);
    expect(ended.err).not.toMatch(/^\s+at /m);
  },
);
