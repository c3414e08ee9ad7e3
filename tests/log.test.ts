import { expect, test } from 'bun:test';
import { writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { inspect } from 'node:util';
import { Secret } from '../src/config/secret.ts';
import { money } from '../src/core/units.ts';
import { createLog, type LogOptions } from '../src/log.ts';
import { CANARY } from './support/config-text.ts';
import { tempDirs } from './support/temp-dir.ts';

const newDir = tempDirs();
/** A secret without the form of a token: only its value gives it away. */
const PLAIN = 'canary/with+odd "chars" 0123456789';

function logging(options: Partial<LogOptions> = {}) {
  const written: string[] = [];
  const stream = { write: (text: string) => void written.push(text) };
  const log = createLog({
    level: 'debug',
    pretty: false,
    secrets: [CANARY, PLAIN],
    now: () => 1_763_719_200_000,
    stream,
    ...options,
  });
  return { log, text: () => written.join(''), lines: () => written.map((line) => JSON.parse(line)) };
}

test('a line is one JSON object with level, time, fields and message', () => {
  const { log, text } = logging();
  log.info({ account: 'a' }, 'planned');
  expect(text()).toBe('{"level":"info","time":"2025-11-21T10:00:00.000Z","account":"a","msg":"planned"}\n');
});

test('money is a decimal string wherever it stands, never a bare number', () => {
  const { log, lines } = logging();
  const amount = money(9_007_199_254_740_993_000n);
  log.info({
    amount,
    deep: { list: [amount, { amount }], map: new Map([['x', amount]]), set: new Set([amount]) },
  });
  log.child({ amount }).info('child');
  log.child({}).child({ deep: { amount } }).info('grandchild');
  const digits = '9007199254740993000';
  expect(lines()[0]).toMatchObject({
    amount: digits,
    deep: { list: [digits, { amount: digits }], map: [['x', digits]], set: [digits] },
  });
  expect(lines()[1]).toMatchObject({ amount: digits });
  expect(lines()[2]).toMatchObject({ deep: { amount: digits } });
});

test('an error keeps its type, message, code and causes', () => {
  const { log, lines } = logging();
  const cause = Object.assign(new TypeError('inner'), { code: '30042', amount: 5n });
  log.error(new Error('outer', { cause }));
  log.error({ problem: new Error('outer', { cause }) }, 'said');
  expect(lines()[0]).toMatchObject({
    msg: 'outer',
    err: {
      type: 'Error',
      message: 'outer',
      cause: { type: 'TypeError', message: 'inner', code: '30042', amount: '5' },
    },
  });
  expect(lines()[1]).toMatchObject({ msg: 'said', problem: { cause: { code: '30042' } } });
});

test('nothing that is logged throws', () => {
  const circle: Record<string, unknown> = {};
  circle.self = circle;
  const odd = [
    circle,
    Symbol('s'),
    () => 1,
    new Uint8Array(9),
    new Date(0),
    new Date(Number.NaN),
    undefined,
    null,
    Number.NaN,
    new Proxy({}, {}),
    Object.create(null),
  ];
  const throwing = {
    get trap() {
      throw new Error('trap');
    },
  };
  const { log, lines } = logging();
  for (const value of [
    ...odd,
    throwing,
    {
      toJSON() {
        throw new Error('no');
      },
    },
  ]) {
    log.info({ value }, 'odd');
    log.child({ value }).info('%o %s %d %j', value, 'x', 5n, { a: 5n });
  }
  expect(lines().length).toBe(2 * (odd.length + 2));
  expect(lines()[0].value).toEqual({ self: '[circular]' });
});

/** Every way in which a program has been seen to log a secret by accident. */
const LEAKS: readonly [string, (log: ReturnType<typeof createLog>, secret: string) => void][] = [
  ['in a message', (log, s) => log.info(`token ${s}`)],
  ['in an argument', (log, s) => log.info('token %s %o %j', s, { s }, { s })],
  ['in a field', (log, s) => log.info({ token: s })],
  ['as a key', (log, s) => log.info({ [s]: 1 })],
  ['deep down', (log, s) => log.info({ a: { b: [{ c: { d: s } }] } })],
  ['in an error', (log, s) => log.error(new Error(`bad token ${s}`))],
  [
    'in a cause',
    (log, s) => log.error(new Error('x', { cause: new Error('y', { cause: { headers: `Bearer ${s}` } }) })),
  ],
  [
    'in metadata of an error',
    (log, s) =>
      log.error(Object.assign(new Error('x'), { metadata: new Map([['authorization', [`Bearer ${s}`]]]) })),
  ],
  ['in a child', (log, s) => log.child({ token: s }).info('x')],
  ['inspected', (log, s) => log.info(inspect({ token: s }))],
  ['as JSON in a message', (log, s) => log.info(JSON.stringify(JSON.stringify({ token: s })))],
  ['base64', (log, s) => log.info({ header: Buffer.from(`Bearer ${s}`).toString('base64') })],
  ['URL-encoded', (log, s) => log.info(`GET /?token=${encodeURIComponent(s)}`)],
  ['as a buffer', (log, s) => log.info({ body: Buffer.from(s), text: Buffer.from(s).toString('hex') })],
  ['as a Secret', (log, s) => log.info({ secret: new Secret(s) }, `${new Secret(s)} %s`, new Secret(s))],
];
for (const pretty of [false, true])
  for (const [name, leak] of LEAKS)
    test(`no secret is printed ${name}, ${pretty ? 'pretty' : 'JSON'}`, () => {
      for (const secret of [CANARY, PLAIN]) {
        const { log, text } = logging({ pretty });
        leak(log, secret);
        expect(text().length).toBeGreaterThan(10);
        for (const form of [
          secret,
          JSON.stringify(secret).slice(1, -1),
          encodeURIComponent(secret),
          Buffer.from(secret).toString('hex'),
          Buffer.from(secret).toString('base64').slice(4, -4),
          Buffer.from(` ${secret}`).toString('base64').slice(4, -4),
          Buffer.from(`  ${secret}`).toString('base64').slice(4, -4),
        ])
          expect(text()).not.toContain(form);
      }
    });

test('a token that nobody registered is removed by its form', () => {
  const { log, text } = logging({ secrets: [] });
  log.info(`x ${CANARY} y`);
  expect(text()).toContain('x [redacted] y');
});

test('levels below the chosen one are not written', () => {
  const { log, lines } = logging({ level: 'warn' });
  log.info('no');
  log.warn('yes');
  expect(lines().map((line) => line.msg)).toEqual(['yes']);
});

test('pretty is for people: no JSON braces around the line', () => {
  const { log, text } = logging({ pretty: true });
  log.warn({ account: 'a' }, 'held');
  expect(text()).toMatch(/^\[\d\d:\d\d:\d\d\] WARN: held\n {4}account: "a"\n$/);
});

/** Runs a program that logs and leaves at once, as the bot does on its way out. */
async function child(body: string) {
  const file = join(newDir(), 'child.ts');
  const source = resolve('src/log.ts');
  writeFileSync(
    file,
    `import { createLog } from ${JSON.stringify(source)};\nconst log = createLog({ level: 'info', pretty: process.argv[2] === 'pretty', secrets: ['canary-canary'] });\n${body}\n`,
  );
  const run = (mode: string) => Bun.spawn([process.execPath, file, mode], { stdout: 'pipe', stderr: 'pipe' });
  return async (mode: string) => {
    const process = run(mode);
    const [out, err, code] = await Promise.all([
      new Response(process.stdout).text(),
      new Response(process.stderr).text(),
      process.exited,
    ]);
    return { out, err, code };
  };
}

test('every line is on stderr before the process exits, and none on stdout', async () => {
  const run = await child(
    `for (let i = 0; i < 2000; i += 1) log.info({ i }, 'line canary-canary');\nprocess.exit(7);`,
  );
  for (const mode of ['json', 'pretty']) {
    const { out, err, code } = await run(mode);
    expect([out, code, err.split('line [redacted]').length - 1, err.includes('canary-canary')]).toEqual([
      '',
      7,
      2000,
      false,
    ]);
  }
});

test('a closed stderr does not stop the process', async () => {
  const run = await child(
    `import { closeSync } from 'node:fs';\ncloseSync(2);\nfor (let i = 0; i < 100; i += 1) log.error('x');\nprocess.stdout.write('alive');`,
  );
  const { out, code } = await run('json');
  expect([out, code]).toEqual(['alive', 0]);
});

test.each([
  ['a pretty line', true],
  ['a line of JSON', false],
])('%s holds nothing that steers a terminal', (_, pretty) => {
  const { log, text } = logging({ pretty });
  const evil = '\u001b[2J\u001b]0;x\u0007\u009b8m\u202e\r\u007f';
  log.warn({ name: evil, err: new Error(evil) }, `said: ${evil}`);
  expect(text()).toContain('said: ');
  expect(text()).not.toMatch(/[^\P{Cc}\n\t]|[\u202a-\u202e]/u);
});
