import { expect, test } from 'bun:test';
import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type ConfigContext, configCommand, formatProblems } from '../../src/cli/config.ts';
import { BLOCK, CANARY } from '../support/config-text.ts';
import { tempDirs } from '../support/temp-dir.ts';

const newDir = tempDirs();
const SECOND = {
  ...BLOCK,
  id: 'iis',
  name: 'Second',
  t_invest_token: CANARY,
  account_id: 'ISS',
  dry_run: true,
};

function context(config: unknown, more: Partial<ConfigContext> = {}): ConfigContext {
  const dir = newDir();
  const [configPath, envPath] = [join(dir, 'CONFIG.json'), join(dir, '.env')];
  writeFileSync(configPath, typeof config === 'string' ? config : JSON.stringify(config));
  writeFileSync(envPath, `T_INVEST_TOKEN_1=${CANARY}\nTIEBB_LOG_LEVEL=debug\n`);
  for (const path of [configPath, envPath]) chmodSync(path, 0o600);
  return { configPath, envPath, environment: {}, json: false, ...more };
}
const good = (more: Partial<ConfigContext> = {}) => context({ accounts: [BLOCK, SECOND] }, more);
const MASK = 't.Ca…q_';

test('list shows one line per account', () => {
  const { output, exitCode } = configCommand('list', [], good());
  expect(exitCode).toBe(0);
  expect(output.split('\n').map((line) => line.split(/ {2,}/))).toEqual([
    ['id', 'name', 'account_id', 'mode', 'every', 'positions', 'orders'],
    ['account_1', 'Main', 'BROKER', 'manual', '1h', '2', 'live'],
    ['iis', 'Second', 'ISS', 'manual', '1h', '2', 'dry run'],
    [''],
  ]);
  expect(
    JSON.parse(configCommand('list', [], good({ json: true })).output).map((row: { id: string }) => row.id),
  ).toEqual(['account_1', 'iis']);
});

test('show prints every setting in force, the token masked', () => {
  const { output, exitCode } = configCommand('show', ['iis'], good());
  expect(exitCode).toBe(0);
  for (const [key, value] of [
    ['token', MASK],
    ['dry_run', 'true'],
    ['commission_percent', '0.3'],
    ['exchange_closure_behavior.mode', 'skip_iteration'],
    ['max_price_age', '1h'],
    ['TMOS', '60.00 %'],
  ])
    expect(output).toMatch(new RegExp(`^ *${key} +${value}$`, 'm'));
  expect(JSON.parse(configCommand('show', ['iis'], good({ json: true })).output)).toMatchObject({
    id: 'iis',
    token: MASK,
    desired_wallet: { TMOS: 60, RUB: 40 },
    exchange_closure_behavior: { mode: 'skip_iteration' },
  });
});

test('show needs one id that exists', () => {
  expect(configCommand('show', [], good())).toMatchObject({
    exitCode: 2,
    output: expect.stringContaining('config show needs one account id'),
  });
  expect(configCommand('show', ['a', 'b'], good()).exitCode).toBe(2);
  expect(configCommand('show', ['acount_1'], good())).toMatchObject({
    exitCode: 2,
    output: expect.stringContaining('there is account_1, iis'),
  });
});

test('validate says ok, after the warnings', () => {
  const { output, exitCode } = configCommand('validate', [], good());
  expect(exitCode).toBe(0);
  expect(output).toMatch(
    /^warning: accounts\[1\]\.t_invest_token holds the token itself;[\s\S]*\nok: \S+CONFIG\.json, 2 accounts\n$/,
  );
  expect(JSON.parse(configCommand('validate', [], good({ json: true })).output)).toMatchObject({
    ok: true,
    problems: [],
    warnings: [expect.any(String)],
  });
});

test('validate prints every problem and ends with 2', () => {
  const bad = { accounts: [{ ...BLOCK, dry_run: 'true', desired_wallet: { tmos: 100 } }] };
  const { output, exitCode } = configCommand('validate', [], context(bad));
  expect(exitCode).toBe(2);
  expect(output).toBe(
    [
      '2 problems in the configuration; nothing was started.',
      '',
      'accounts[0].desired_wallet.tmos',
      '  found:      the key "tmos"',
      '  expected:   an upper-case ticker such as TMOS, or RUB for cash',
      '  fix:        write "TMOS"',
      '',
      'accounts[0].dry_run',
      '  found:      "true"',
      '  expected:   true or false',
      '  fix:        write true, without quotes',
      '',
    ].join('\n'),
  );
  const json = configCommand('validate', [], context(bad, { json: true }));
  expect([json.exitCode, JSON.parse(json.output).problems.length]).toEqual([2, 2]);
});

test('problems fit 80 columns, unless one word does not', () => {
  const text = formatProblems([
    { path: 'a', found: 'word '.repeat(40), expected: 'x'.repeat(100), fix: 'y' },
  ]);
  for (const line of text.split('\n'))
    if (!line.includes('x'.repeat(100))) expect(line.length).toBeLessThanOrEqual(80);
  expect(text).toContain('x'.repeat(100));
});

test('the first fifty problems are printed in full, the rest are counted', () => {
  const problem = { path: 'a', found: 'b', expected: 'c' };
  expect(formatProblems(Array(50).fill(problem))).not.toContain('more');
  expect(formatProblems(Array(53).fill(problem))).toContain('… and 3 more');
});

test('tokens says where each token comes from, masked', () => {
  const { output, exitCode } = configCommand('tokens', [], good());
  expect(exitCode).toBe(0);
  expect(output).toMatch(new RegExp(`^account_1 +${MASK} +T_INVEST_TOKEN_1 +\\S+\\.env$`, 'm'));
  expect(output).toMatch(new RegExp(`^iis +${MASK} +- +\\S+CONFIG\\.json$`, 'm'));
});

test('tokens and env still show what they can where a token is missing', () => {
  const missing = context({ accounts: [{ ...BLOCK, t_invest_token: `\${NOWHERE}` }] });
  const { output, exitCode } = configCommand('tokens', [], missing);
  expect(exitCode).toBe(2);
  expect(output).toMatch(/^account_1 +missing +NOWHERE +-$/m);
  expect(output).toContain('NOWHERE, which is set neither in the environment nor in');
  expect(configCommand('env', [], missing).output).toMatch(/^NOWHERE +not set +- +account_1$/m);
  expect(configCommand('list', [], missing).exitCode).toBe(0);
});

test('env lists the variables in use and what steers the program', () => {
  const { output } = configCommand(
    'env',
    [],
    good({ environment: { TINVEST_ENDPOINT: 'localhost:1', PATH: '/bin', TIEBB_TOKEN: 'abc' } }),
  );
  expect(output).toMatch(new RegExp(`^T_INVEST_TOKEN_1 +${MASK} +\\S+\\.env +account_1$`, 'm'));
  expect(output).toMatch(/^TIEBB_LOG_LEVEL +debug +\S+\.env +-$/m);
  expect(output).toMatch(/^TINVEST_ENDPOINT +localhost:1 +environment +-$/m);
  expect(output).toMatch(/^TIEBB_TOKEN +… +environment +-$/m);
  expect(output).not.toContain('PATH');
});

test('schema prints JSON, and help every command and key', () => {
  const nowhere = good({ configPath: '/nowhere/CONFIG.json' });
  expect(JSON.parse(configCommand('schema', [], nowhere).output).properties.accounts).toBeDefined();
  const { output, exitCode } = configCommand('help', [], nowhere);
  expect(exitCode).toBe(0);
  for (const word of [
    'config validate',
    'desired_wallet (required)',
    'margin_trading.multiplier (1)',
    'endpoint',
  ])
    expect(output).toContain(word);
  for (const line of output.split('\n'))
    if (!line.includes('allow_to_sell')) expect(line.length).toBeLessThanOrEqual(80);
});

test('an unknown command names the nearest', () => {
  expect(configCommand('vaildate', [], good())).toMatchObject({
    exitCode: 2,
    output: expect.stringContaining('did you mean "config validate"?'),
  });
  expect(configCommand('xyzzy-plugh', [], good()).output).toStartWith(
    'unknown command "config xyzzy-plugh"\n',
  );
});

test('every command refuses a missing file with exit code 2', () => {
  for (const sub of ['list', 'validate', 'tokens', 'env'])
    expect([sub, configCommand(sub, [], good({ configPath: '/nowhere/CONFIG.json' })).exitCode]).toEqual([
      sub,
      2,
    ]);
});

test('no command prints a token, whatever the configuration', () => {
  const configs: unknown[] = [
    { accounts: [BLOCK, SECOND] },
    { accounts: [{ ...SECOND, name: CANARY, id: CANARY }] },
    { accounts: [{ ...SECOND, dry_run: CANARY, exchange: CANARY, [CANARY]: CANARY }] },
    { accounts: [{ ...SECOND, t_invest_token: `\${${CANARY}}` }] },
    `{"accounts": [{"t_invest_token": ${CANARY}}]}`,
    `{"${CANARY}": 1, "${CANARY}": 2}`,
  ];
  let printed = 0;
  for (const config of configs)
    for (const json of [false, true])
      for (const [sub, args] of [
        ['list', []],
        ['show', ['iis']],
        ['show', [CANARY]],
        ['validate', []],
        ['env', []],
        ['tokens', []],
        [CANARY, []],
      ] as const) {
        const { output } = configCommand(
          sub,
          args,
          context(config, { json, environment: { TIEBB_X: CANARY, ODD: `${CANARY}x` } }),
        );
        printed += output.length;
        expect(output).not.toContain(CANARY.slice(2, 24));
      }
  expect(printed).toBeGreaterThan(10_000);
});
