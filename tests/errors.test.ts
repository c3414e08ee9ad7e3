// Every message that a user can see is provoked here: a command, its exit code, what it says. What says more about the
// configuration is in tests/config/ and tests/cli/config.test.ts, about the journal in tests/journal/.

import { beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test';
import { chmodSync } from 'node:fs';
import { join } from 'node:path';
import { block, configure, type Ended, TOKEN, workshop } from './support/bot-process.ts';
import { type ByteServer, startByteServer } from './support/grpc-byte-server.ts';
import { checkedRecords } from './support/iteration-schema.ts';
import { COMMANDS } from './support/user-error-cases.ts';
import { ACCOUNT, UNKNOWN, VENUE, type VenueCase } from './support/venue-error-cases.ts';

// Reads are repeated for up to half a minute before a venue counts as unreachable.
setDefaultTimeout(120_000);

const shop = workshop();
const NOBODY = 'localhost:1';
/** The same machine under a name that the program does not take for loopback: it speaks TLS. */
const ALSO_LOCALHOST = '127.1';

const ended = new Map<string, Promise<Ended>>();
/** Where each case ran. */
const places = new Map<string, string>();
let secure: ByteServer;

beforeAll(async () => {
  for (const one of VENUE) ended.set(one.name, runCase(one));
  secure = await startByteServer(['/any/thing'], () => null, { tls: true });
  ended.set(
    'untrusted',
    shop.run(['plan'], prepared({}), { env: { TINVEST_ENDPOINT: `${ALSO_LOCALHOST}:${secure.port}` } }),
  );
  ended.set(
    'nobody',
    shop.run(['start', '--once', '--json'], prepared({}), { env: { TINVEST_ENDPOINT: NOBODY } }),
  );
  ended.set('killed', killedMidway());
});

function prepared(keys: Record<string, unknown>): string {
  const dir = shop.dir();
  configure(dir, [block(keys)]);
  return dir;
}

async function runCase(one: VenueCase): Promise<Ended> {
  const venue = await shop.venue({ accounts: [ACCOUNT], ...one.venue });
  for (const command of one.tell ?? []) expect(await venue.tell(command)).toEqual({});
  const { endpoint } = venue;
  const dir = prepared(one.keys ?? {});
  places.set(one.name, dir);
  return shop.run(['start', '--once', '--json'], dir, {
    env: { TINVEST_ENDPOINT: endpoint },
  });
}

async function killedMidway(): Promise<Ended> {
  const venue = await shop.venue({ accounts: [ACCOUNT] });
  const held = venue.tell('hold GetPositions received');
  const bot = shop.start(['start', '--once', '--json'], prepared({}), {
    env: { TINVEST_ENDPOINT: venue.endpoint },
  });
  await held;
  await venue.kill();
  return bot.ended;
}

for (const [title, cases] of Object.entries(COMMANDS)) {
  describe(title.toLowerCase(), () => {
    test.concurrent.each(cases.map((one) => [one.name, one] as const))(
      '%s',
      async (_, { args, code, err, out, files, options }) => {
        const dir = shop.dir();
        (files ?? ((place: string) => configure(place, [block()])))(dir);
        const ended = await shop.run(args, dir, {
          ...options,
          env: { TINVEST_ENDPOINT: NOBODY, ...options?.env },
        });
        // Where a line folds is not what is tested here.
        const flat = ended.err.replace(/\s+/g, ' ');
        expect((err ?? /^$/).test(flat) ? flat : ended.err).toMatch(err ?? /^$/);
        expect(ended.out).toMatch(out ?? /^$/);
        expect(ended.code).toBe(code);
        expect(ended.err + ended.out).not.toContain(TOKEN);
        // The log is for machines where stderr is no terminal; a path may be longer than a line.
        const widths = ended.err.split('\n').map((line) => (line.startsWith('{') ? 0 : line.length));
        expect(Math.max(...widths)).toBeLessThanOrEqual(100);
      },
    );
  });
}

describe('at the venue', () => {
  test.each(VENUE.map((one) => [one.name, one] as const))('%s', async (name, one) => {
    const run = await ended.get(name);
    const found = checkedRecords(run?.out ?? '');
    expect({ status: found[0]?.status, code: run?.code, records: found.length }).toEqual({
      status: one.status as 'failed',
      code: one.code,
      records: 1,
    });
    expect(found[0]?.reason ?? '').toMatch(one.reason);
    expect((run?.out ?? '') + (run?.err ?? '')).not.toContain(TOKEN);
    for (const line of (run?.err ?? '').split('\n').filter(Boolean)) JSON.parse(line);
  });

  test('status names the order whose fate nobody knows, and that its account is halted', async () => {
    await ended.get(UNKNOWN);
    const dir = places.get(UNKNOWN) ?? '';
    const text = await shop.run(['status'], dir);
    expect(text.code).toBe(0);
    expect(text.out).toMatch(/^ {2}last .* MSK: unknown outcome/m);
    expect(text.out).toMatch(/^ {2}halted: the outcome of \d+ orders? is unknown: nothing is traded/m);
    expect(text.out).toMatch(/^ {2}unknown TMOS: buy [\d ]+ lots, 0 executed/m);
    expect(Math.max(...text.out.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80);
    const json = JSON.parse((await shop.run(['status', '--json'], dir)).out);
    expect(json.halted).toContain('unknown');
    expect(json.open_orders[0]).toMatchObject({
      state: 'unknown',
      key: expect.stringMatching(/^[0-9a-f-]{36}$/),
    });
  });

  test('a server that dies midway ends the iteration as failed, 1', async () => {
    const run = await ended.get('killed');
    expect(run?.code).toBe(1);
    expect(checkedRecords(run?.out ?? '')[0]).toMatchObject({
      status: 'failed',
      reason: expect.stringMatching(/cannot be reached/),
    });
  });

  test('a server that is not there ends the iteration as failed, 1', async () => {
    const run = await ended.get('nobody');
    expect(run?.code).toBe(1);
    expect(checkedRecords(run?.out ?? '')[0]).toMatchObject({
      status: 'failed',
      broker_account: null,
      reason: expect.stringMatching(/cannot be reached/),
    });
  });

  test('a root certificate that is missing: what to fetch, how to check it, which key to set', async () => {
    const run = await ended.get('untrusted');
    secure.stop();
    expect(run?.code).toBe(1);
    const said = (run?.out ?? '').replace(/\s+/g, ' ');
    expect(said).toContain('gu-st.ru/content/lending/russian_trusted_root_ca_pem.crt');
    expect(said).toContain('D26D2D0231B7C39F92CC738512BA54103519E4405D68B5BD703E9788CA8ECF31');
    expect(said).toContain('openssl x509 -in FILE -noout -fingerprint -sha256');
    expect(said).toContain('put the path of the file in "ca_file" of CONFIG.json');
    expect(secure.seen).toEqual([]);
  });

  test('accounts with a refused token says whose, 3', async () => {
    const venue = await shop.venue({ accounts: [ACCOUNT] });
    await venue.tell(`revoke ${TOKEN}`);
    const run = await shop.run(['accounts'], prepared({}), { env: { TINVEST_ENDPOINT: venue.endpoint } });
    expect(run).toMatchObject({ code: 3, out: '' });
    expect(run.err).toMatch(/the token of main: the broker does not accept the token/);
  });
});

test('a file with a token that others can read is warned about in the log, with the remedy', async () => {
  const dir = shop.dir();
  configure(dir, [block()]);
  chmodSync(join(dir, '.env'), 0o644);
  const { err } = await shop.run(['config', 'validate'], dir);
  expect(err).toBe('');
  const { out } = await shop.run(['config', 'validate'], dir);
  expect(out.replace(/\s+/g, ' ')).toContain(
    '.env holds a token and is open to others (mode 644); run: chmod 600 .env',
  );
});
