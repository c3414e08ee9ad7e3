// A generated token is used for everything, every kind of failure included, also by a venue that repeats it in its answers.
// Then all that was written is searched for it, in every disguise.

import { afterAll, expect, setDefaultTimeout, test } from 'bun:test';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { block, configure, workshop } from '../support/bot-process.ts';

setDefaultTimeout(240_000);

const CANARY = `t.${Buffer.from(crypto.getRandomValues(new Uint8Array(33))).toString('base64url')}/+=&%`;
const shop = workshop();
const written: { readonly from: string; readonly bytes: string }[] = [];

const disguises = (secret: string): string[] => [
  secret,
  secret.slice(0, -5),
  encodeURIComponent(secret),
  Buffer.from(secret).toString('hex'),
  ...[0, 1, 2].map((before) => {
    const text = Buffer.from(' '.repeat(before) + secret).toString('base64');
    return text.slice(before === 0 ? 0 : 4, -8);
  }),
];

function leaks(): string[] {
  return written.flatMap(({ from, bytes }) =>
    disguises(CANARY).flatMap((form) => (bytes.includes(form) ? [`${from}: ${form.slice(0, 12)}…`] : [])),
  );
}

/** Everything below the state and snapshot directories, as bytes. */
function collect(dir: string): void {
  for (const name of readdirSync(dir, { recursive: true }) as string[]) {
    if (['.env', 'CONFIG.json'].includes(name)) continue;
    try {
      written.push({ from: name, bytes: readFileSync(join(dir, name)).toString('latin1') });
    } catch (error) {
      if ((error as { code?: string }).code !== 'EISDIR') throw error;
    }
  }
}

async function use(args: readonly string[], dir: string, env: Record<string, string>): Promise<void> {
  const { out, err } = await shop.run(args, dir, { env: { CANARY_TOKEN: CANARY, ...env } });
  written.push(
    { from: `${args.join(' ')}: stdout`, bytes: out },
    { from: `${args.join(' ')}: stderr`, bytes: err },
  );
}

afterAll(() => expect(written.length).toBeGreaterThan(30));

test('the token is on no stream and in no file, whatever fails', async () => {
  const venue = await shop.venue({ accounts: [{ token: CANARY, id: '2000000001', cash: '1000000' }] });
  const env = { TINVEST_ENDPOINT: venue.endpoint };
  const dir = shop.dir();
  configure(dir, [block()]);
  const debug = ['--log-level', 'trace'];
  const echo = `no: ${CANARY} ${Buffer.from(CANARY).toString('base64')} ${encodeURIComponent(CANARY)}`;
  await use(['start', '--once', '--dry-run', '--save-snapshots', 'snaps', ...debug], dir, env);
  await venue.tell(`error PostOrder 30049 1 ${echo}`);
  await use(['start', '--once', '--json', ...debug], dir, env);
  await venue.tell(`reject 1 ${echo}`);
  await venue.tell('gap TMOS 1.2');
  await use(['start', '--once', ...debug], dir, env);
  await venue.tell(`error GetPositions 30049 9 ${echo}`);
  await use(['start', '--once', '--json', ...debug], dir, env);
  await venue.tell('clear');
  await venue.tell(`error GetAccounts 40003 9 ${echo}`);
  await use(['start', '--once', ...debug], dir, env);
  await use(['accounts', ...debug], dir, env);
  for (const args of [
    'status',
    'history',
    'history --json',
    'config list',
    'config show main',
    'config env',
    'config tokens',
    'config validate',
  ])
    await use(args.split(' '), dir, env);
  for (const args of [
    ['start', CANARY],
    ['start', `--token=${CANARY}`],
    [CANARY],
    ['start', '--account', CANARY],
  ])
    await use(args, dir, env);
  const literal = shop.dir();
  configure(literal, [
    block({ t_invest_token: `${CANARY.slice(0, -5)} `, desired_wallet: { [CANARY]: 'x' } }),
  ]);
  await use(['start'], literal, {});
  await use(['config', 'validate', '--json'], literal, {});
  collect(dir);
  expect(written.some(({ bytes }) => bytes.includes('[redacted]'))).toBe(true);
  expect(written.some(({ from }) => from.includes('tiebb.sqlite'))).toBe(true);
  expect(leaks()).toEqual([]);
});

test('the search finds a token that was planted', () => {
  for (const form of disguises(CANARY)) {
    written.push({ from: 'planted', bytes: `…${form}…` });
    expect(leaks().length).toBeGreaterThan(0);
    written.pop();
  }
});
