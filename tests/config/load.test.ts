import { expect, test } from 'bun:test';
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { rootCertificates } from 'node:tls';
import { type LoadOptions, loadConfig } from '../../src/config/load.ts';
import { CANARY, lines, withAccount } from '../support/config-text.ts';
import { tempDirs } from '../support/temp-dir.ts';

const newDir = tempDirs();

/** Files by name with content and mode, then what loading them gives. */
function load(files: Record<string, [string | Uint8Array, number?]>, more: Partial<LoadOptions> = {}) {
  const dir = newDir();
  for (const [name, [content, mode]] of Object.entries(files)) {
    writeFileSync(join(dir, name), content);
    chmodSync(join(dir, name), mode ?? 0o600);
  }
  const loaded = loadConfig({
    configPath: join(dir, 'CONFIG.json'),
    envPath: join(dir, '.env'),
    environment: {},
    ...more,
  });
  return {
    loaded,
    dir,
    lines: lines(loaded).map((line) => line.replaceAll(`${dir}/`, '')),
    warnings: loaded.warnings.map((each) => each.replaceAll(`${dir}/`, '')),
  };
}

const GOOD = withAccount({});
const ENV = `# tokens\nT_INVEST_TOKEN_1=${CANARY}\n`;

test('loads CONFIG.json with the token of .env, and leaves the process environment alone', () => {
  const { loaded, warnings } = load({
    'CONFIG.json': [GOOD],
    '.env': [`\uFEFF${ENV}`.replaceAll('\n', '\r\n')],
  });
  expect(loaded.ok && loaded.config.accounts[0]!.token.reveal()).toBe(CANARY);
  expect(warnings).toEqual([]);
  expect(process.env.T_INVEST_TOKEN_1).toBeUndefined();
});

test('the example files load together once the variable is set', () => {
  const example = readFileSync('CONFIG.example.json');
  const variables = readFileSync('.env-example', 'utf8');
  expect(variables).toContain('\nT_INVEST_TOKEN_1=\n');
  const filled = variables.replace('T_INVEST_TOKEN_1=', `T_INVEST_TOKEN_1=${CANARY}`);
  const { loaded, lines, warnings } = load({ 'CONFIG.json': [example], '.env': [filled] });
  expect([lines, warnings]).toEqual([[], []]);
  expect(loaded.ok && loaded.config.accounts.map((account) => account.dryRun)).toEqual([true]);
  const unfilled = load({ 'CONFIG.json': [example], '.env': [variables] });
  expect(unfilled.lines[0]).toStartWith(
    'accounts[0].t_invest_token | T_INVEST_TOKEN_1, which is blank in .env',
  );
});

test('the real environment wins over .env', () => {
  const { loaded } = load(
    { 'CONFIG.json': [GOOD], '.env': [ENV] },
    { environment: { T_INVEST_TOKEN_1: 'real-token' } },
  );
  expect(loaded.ok && loaded.config.accounts[0]!.token.reveal()).toBe('real-token');
});

test('a missing CONFIG.json says how to begin', () => {
  expect(load({}).lines).toEqual([
    ' | CONFIG.json: no such file | a file | copy CONFIG.example.json to CONFIG.json and edit it, or name another file with --config',
  ]);
});

test('a .env that is not there is a problem only where a person named it', () => {
  const token = { environment: { T_INVEST_TOKEN_1: CANARY } };
  expect(load({ 'CONFIG.json': [GOOD] }, token).lines).toEqual([]);
  expect(load({ 'CONFIG.json': [GOOD] }, { ...token, envRequired: true }).lines[0]).toStartWith(
    ' | .env: no such file',
  );
});

test('a directory is not a configuration', () => {
  const dir = newDir();
  mkdirSync(join(dir, 'CONFIG.json'));
  mkdirSync(join(dir, '.env'));
  const found = lines(
    loadConfig({ configPath: join(dir, 'CONFIG.json'), envPath: join(dir, '.env'), environment: {} }),
  );
  expect(found.map((line) => line.replaceAll(`${dir}/`, ''))).toEqual([
    ' | .env: a directory | a file | copy .env-example to .env and edit it',
    expect.stringContaining('CONFIG.json: a directory | a file'),
  ]);
});

test('what cannot be read is named with the reason', () => {
  const refusing = load(
    {},
    { readFile: () => ({ kind: 'unreadable', because: 'permission denied (EACCES)' }) },
  );
  expect(refusing.lines[1]).toStartWith(
    ' | CONFIG.json: permission denied (EACCES) | a file that can be read',
  );
  expect(lines(loadConfig({ configPath: '/dev/null', envPath: '/dev/null/.env', environment: {} }))).toEqual([
    ' | /dev/null: it is not a file | a file that can be read | check who may read it: ls -l /dev/null',
  ]);
});

test('2 MiB are read, a byte more is refused', () => {
  const limit = 2 * 1024 * 1024;
  const padded = (size: number) => GOOD + ' '.repeat(size - GOOD.length);
  const token = { environment: { T_INVEST_TOKEN_1: CANARY } };
  expect(load({ 'CONFIG.json': [padded(limit)] }, token).lines).toEqual([]);
  expect(load({ 'CONFIG.json': [padded(limit + 1)] }, token).lines).toEqual([
    ' | CONFIG.json: 2097153 bytes | at most 2097152 bytes (2 MiB) | name the right file',
  ]);
});

test('another encoding is refused', () => {
  const utf16 = new Uint8Array(Buffer.from(`\uFEFF${GOOD}`, 'utf16le'));
  expect(load({ 'CONFIG.json': [utf16] }).lines[0]).toStartWith(
    ' | CONFIG.json: text in another encoding | UTF-8',
  );
});

const LITERAL = withAccount({ t_invest_token: CANARY });
const ACCESS: readonly [string, string, number, 'fine' | 'warning' | 'problem'][] = [
  ['.env', ENV, 0o600, 'fine'],
  ['.env', ENV, 0o400, 'fine'],
  ['.env', ENV, 0o640, 'warning'],
  ['.env', ENV, 0o604, 'warning'],
  ['.env', ENV, 0o644, 'warning'],
  ['.env', ENV, 0o664, 'warning'],
  ['.env', ENV, 0o620, 'warning'],
  ['.env', ENV, 0o602, 'problem'],
  ['.env', ENV, 0o666, 'problem'],
  ['.env', 'COLOR=1\n', 0o644, 'fine'],
  ['.env', 'T_INVEST_TOKEN_1=\n', 0o644, 'fine'],
  ['CONFIG.json', LITERAL, 0o600, 'fine'],
  ['CONFIG.json', LITERAL, 0o644, 'warning'],
  ['CONFIG.json', LITERAL, 0o646, 'problem'],
  ['CONFIG.json', GOOD, 0o644, 'fine'],
  ['CONFIG.json', GOOD, 0o666, 'warning'],
];
for (const [name, text, mode, outcome] of ACCESS)
  test(`${name} ${text === GOOD || text.length < 30 ? 'without' : 'with'} a token, mode ${mode.toString(8)}: ${outcome}`, () => {
    const { lines, warnings } = load(
      { 'CONFIG.json': [GOOD], [name]: [text, mode] },
      { environment: { T_INVEST_TOKEN_1: CANARY } },
    );
    const noted = warnings.filter((warning) => warning.includes('chmod 600'));
    expect(lines.length).toBe(outcome === 'problem' ? 1 : 0);
    expect(noted.length).toBe(outcome === 'warning' ? 1 : 0);
    if (outcome === 'problem')
      expect(lines[0]).toContain(
        `everybody can write it (mode ${mode.toString(8)}) | a file that only its owner can read and write | chmod 600 ${name}`,
      );
    if (outcome === 'warning') expect(noted[0]).toEndWith(`chmod 600 ${name}`);
  });

test('a CA file must be there and be PEM', () => {
  const at = (path: string) => withAccount({}, { ca_file: path });
  const token = { environment: { T_INVEST_TOKEN_1: CANARY } };
  expect(load({ 'CONFIG.json': [at('/nowhere/root.pem')] }, token).lines[0]).toStartWith(
    'ca_file | /nowhere/root.pem: no such file',
  );
  const dir = newDir();
  writeFileSync(join(dir, 'a.der'), 'DER');
  writeFileSync(join(dir, 'a.pem'), `# two\n${rootCertificates[0]}\n${rootCertificates[1]}\n`);
  writeFileSync(join(dir, 'cut.pem'), `${rootCertificates[0]}\n-----BEGIN CERTIFICATE-----\nMIIB`);
  writeFileSync(join(dir, 'bad.pem'), '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n');
  expect(load({ 'CONFIG.json': [at(join(dir, 'a.der'))] }, token).lines[0]).toContain(
    'in which no certificate begins',
  );
  expect(load({ 'CONFIG.json': [at(join(dir, 'a.pem'))] }, token).lines).toEqual([]);
  expect(load({ 'CONFIG.json': [at(join(dir, 'cut.pem'))] }, token).lines[0]).toContain(
    'in which certificate 2 is damaged',
  );
  expect(load({ 'CONFIG.json': [at(join(dir, 'bad.pem'))] }, token).lines[0]).toContain(
    'in which certificate 1 is damaged',
  );
});

test('where nothing will be sent a missing token is no problem', () => {
  const { loaded } = load({ 'CONFIG.json': [GOOD] }, { needTokens: false });
  expect(loaded.ok && loaded.config.accounts[0]!.token.reveal()).toBe('');
});

test('problems and warnings about files hold no token', () => {
  const { loaded } = load({ 'CONFIG.json': [`${LITERAL}}`, 0o646], '.env': [ENV, 0o666] });
  const { environment, ...told } = loaded;
  expect(JSON.stringify(told)).not.toContain(CANARY.slice(2, 24));
  expect(environment.fileFound).toBe(true);
});
