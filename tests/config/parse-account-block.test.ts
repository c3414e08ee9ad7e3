import { expect, test } from 'bun:test';
import { parseAccountBlock } from '../../src/config/parse-account-block.ts';

test('a wallet alone is a block, with every default', () => {
  const parsed = parseAccountBlock({ desired_wallet: { TRAY: 50, TMOS: 50 } }, { id: 'from_snapshot' });
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  const { account } = parsed;
  expect([account.id, account.name, account.token.reveal()]).toEqual(['from_snapshot', 'from_snapshot', '']);
  expect([...account.wallet]).toEqual([
    ['TPAY', 50],
    ['TMOS', 50],
  ]);
  expect(account.minImprovementPp).toBe(0.25);
});

test('a block that was made for trading is taken too, its token unread', () => {
  const parsed = parseAccountBlock({
    id: 'a',
    name: 'A',
    t_invest_token: `\${NOWHERE}`,
    account_id: '2000000001',
    desired_wallet: { TMOS: 100 },
    min_improvement_pp: 0,
    _note: 1,
  });
  expect(
    parsed.ok && [parsed.account.id, parsed.account.accountIdText, parsed.account.minImprovementPp],
  ).toEqual(['a', '2000000001', 0]);
  expect(parsed.ok && parsed.warnings).toEqual([]);
});

test('aliases of a configuration apply', () => {
  const parsed = parseAccountBlock(
    { desired_wallet: { OLD: 100 } },
    { tickerAliases: new Map([['OLD', 'NEW']]) },
  );
  expect(parsed.ok && [...parsed.account.wallet.keys()]).toEqual(['NEW']);
});

const BAD: readonly [string, unknown, string][] = [
  ['no wallet', {}, 'account.desired_wallet: nothing'],
  ['not an object', [1], 'account: [1]'],
  ['null', null, 'account: null'],
  ['an unknown key', { desired_wallet: { TMOS: 100 }, foo: 1 }, 'account.foo: the unknown key "foo"'],
  [
    'a band that is missing',
    { desired_wallet: { TMOS: 100 }, rebalance: { trigger: 'threshold' } },
    'account.rebalance.trigger: "threshold"',
  ],
  ['a sum of 0', { desired_wallet: { TMOS: 0 } }, 'account.desired_wallet: percents whose sum is 0'],
];
for (const [name, block, problem] of BAD)
  test(`refused: ${name}`, () => {
    const parsed = parseAccountBlock(block);
    expect(parsed.ok ? [] : parsed.problems.map(({ path, found }) => `${path}: ${found}`)).toEqual([problem]);
  });
