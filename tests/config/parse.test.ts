import { expect, test } from 'bun:test';
import fc from 'fast-check';
import { parseConfig } from '../../src/config/parse.ts';
import { configSchema } from '../../src/config/schema.ts';
import { accountSchema } from '../../src/config/schema-account.ts';
import { NO_RULES } from '../../src/core/policy.ts';
import { raw } from '../../src/core/units.ts';
import {
  BLOCK,
  CANARY,
  environmentOf,
  lines,
  parseAccount,
  problemsOf,
  withAccount,
} from '../support/config-text.ts';

const ORIGINAL = {
  id: 'account_1',
  name: 'Основной брокерский счет',
  t_invest_token: `\${T_INVEST_TOKEN_1}`,
  account_id: 'BROKER',
  desired_wallet: {
    TRAY: 8.33,
    TGLD: 8.33,
    TRUR: 8.33,
    TRND: 8.33,
    TBRU: 8.33,
    TDIV: 8.33,
    TITR: 8.33,
    TLCB: 8.33,
    TMON: 8.33,
    TMOS: 8.33,
    TOFZ: 8.33,
    TPAY: 8.33,
  },
  desired_mode: 'manual',
  balance_interval: 3600000,
  sleep_between_orders: 3000,
  margin_trading: {
    enabled: false,
    multiplier: 4,
    free_threshold: 5000,
    max_margin_size: 5000,
    balancing_strategy: 'keep_if_small',
  },
};

const accountOf = (changes: object, top: object = {}) => {
  const parsed = parseAccount(changes, top);
  if (!parsed.ok) throw new Error(lines(parsed).join('\n'));
  return parsed.config.accounts[0]!;
};

test("the original's own example loads unchanged", () => {
  const variants = [
    {},
    {
      exchange_closure_behavior: { mode: 'dry_run', update_iteration_result: true },
      buy_requires_total_marginal_sell: {
        enabled: false,
        instruments: ['TMON'],
        allow_to_sell_others_positions_to_buy_non_marginal_positions: {
          mode: 'only_positive_positions_sell',
        },
        min_buy_rebalance_percent: 0.1,
      },
    },
  ];
  for (const more of variants) {
    const parsed = parseConfig(JSON.stringify({ accounts: [{ ...ORIGINAL, ...more }] }), environmentOf());
    expect(lines(parsed)).toEqual([]);
    if (!parsed.ok) continue;
    const account = parsed.config.accounts[0]!;
    expect(account.wallet.size).toBe(11);
    expect(account.wallet.get('TPAY')).toBeCloseTo((2 / 12) * 100, 10);
    expect([...account.wallet.values()].reduce((sum, percent) => sum + percent, 0)).toBeCloseTo(100, 10);
    expect(account.token.reveal()).toBe(CANARY);
    expect(account.balanceIntervalMs).toBe(3_600_000);
    expect(account.sleepBetweenOrdersMs).toBe(3000);
    expect(parsed.warnings).toEqual([]);
  }
});

test('what is not written has the documented default', () => {
  const { token, wallet, commission, limits, ...account } = accountOf({});
  expect(account).toEqual({
    id: 'account_1',
    name: 'Main',
    selector: { kind: 'type', type: 'broker' },
    accountIdText: 'BROKER',
    broker: 'live',
    dryRun: false,
    mode: 'manual',
    balanceIntervalMs: 3_600_000,
    sleepBetweenOrdersMs: 0,
    closure: { mode: 'skip_iteration', updateIterationResult: false },
    exchange: 'MOEX',
    unlistedPositions: 'keep',
    minOneLot: true,
    minImprovementPp: 0.25,
    orderType: 'market',
    orderWaitMs: 30_000,
    maxPriceAgeMs: 3_600_000,
    maxPriceJumpPercent: 30,
    maxDrawdownPercent: null,
    maxDayTurnoverPercent: 400,
    weighting: {
      decorrelationMinSpread: 0.5,
      volatilityDays: 30,
      sharpeDays: 252,
      riskFreePercent: 0,
      caps: null,
      floors: null,
    },
    diff: { mode: 'off', multiplier: 0 },
    margin: null,
    minProfitPercent: null,
    funding: null,
    confirmAbove: null,
    rebalance: NO_RULES.rebalance,
    timing: { calendar: null, window: null, cooldownMs: 0 },
    maxSpreadPercent: 1,
  });
  // Unlike a policy without rules, dust is not traded.
  expect(limits).toEqual({ ...NO_RULES.limits, dustPercent: 0.02 });
  expect(raw(commission)).toBe(3_000_000n);
  expect([...wallet]).toEqual([
    ['TMOS', 60],
    ['RUB', 40],
  ]);
  expect(token.reveal()).toBe(CANARY);
});

test('every key arrives in our units', () => {
  const account = accountOf(
    {
      broker: 'sandbox',
      dry_run: true,
      exchange: 'auto',
      unlisted_positions: 'sell',
      min_one_lot: false,
      min_improvement_pp: 0,
      order_type: 'bestprice',
      commission_percent: 0.05,
      order_wait_seconds: 1.5,
      max_price_age: '90s',
      balance_interval: '15m',
      sleep_between_orders: '2s',
      exchange_closure_behavior: { mode: 'force_orders' },
    },
    { ca_file: 'root.pem', endpoint: 'localhost:50051' },
  );
  expect([account.broker, account.dryRun, account.exchange, account.unlistedPositions]).toEqual([
    'sandbox',
    true,
    'auto',
    'sell',
  ]);
  expect([account.minOneLot, account.minImprovementPp, account.orderType]).toEqual([false, 0, 'bestprice']);
  expect(raw(account.commission)).toBe(500_000n);
  expect([account.orderWaitMs, account.maxPriceAgeMs, account.balanceIntervalMs]).toEqual([
    1500, 90_000, 900_000,
  ]);
  expect(account.sleepBetweenOrdersMs).toBe(2000);
  expect(account.closure).toEqual({ mode: 'force_orders', updateIterationResult: false });
});

test('a configuration cannot be changed after loading', () => {
  const parsed = parseAccount({});
  expect(
    parsed.ok && [parsed.config, parsed.config.accounts, parsed.config.accounts[0]].every(Object.isFrozen),
  ).toBe(true);
});

const SELECTORS: readonly [string, unknown][] = [
  ['BROKER', { kind: 'type', type: 'broker' }],
  ['ISS', { kind: 'type', type: 'iis' }],
  ['IIS', { kind: 'type', type: 'iis' }],
  ['INDEX:0', { kind: 'index', index: 0 }],
  ['INDEX:12', { kind: 'index', index: 12 }],
  ['0', { kind: 'id_or_index', id: '0', index: 0 }],
  ['2000000001', { kind: 'id_or_index', id: '2000000001', index: 2_000_000_001 }],
  ['b6f7c1e0-sandbox-1', { kind: 'id', id: 'b6f7c1e0-sandbox-1' }],
];
for (const [text, selector] of SELECTORS)
  test(`account_id ${text} is understood`, () =>
    expect(accountOf({ account_id: text }).selector).toEqual(selector as never));

const WHOLE: readonly [string, string, string][] = [
  ['an empty file', '', ' | an empty file | JSON | copy CONFIG.example.json over it and edit it'],
  ['a byte order mark alone', '\uFEFF \n', ' | an empty file'],
  ['a list', '[]', ' | [] | an object with the keys accounts, endpoint'],
  ['null', 'null', ' | null | an object with the keys'],
  ['no accounts', '{}', 'accounts | nothing | a list of at least one account block'],
  [
    'an empty list of accounts',
    '{"accounts": []}',
    'accounts | an empty list | a list of at least one account block',
  ],
  [
    'accounts as an object',
    '{"accounts": {"a": 1}}',
    'accounts | {"a":1} | a list of at least one account block',
  ],
  ['a block that is a text', '{"accounts": ["a"]}', 'accounts[0] | "a" | an object with the keys id, name'],
  [
    'invalid JSON',
    '{"accounts": [\n  {"id": }]}',
    'accounts[0].id | invalid JSON: "}" at line 2, column 10 | a value',
  ],
];
for (const [name, text, line] of WHOLE)
  test(`refused: ${name}`, () => {
    const found = lines(parseConfig(text, environmentOf()));
    expect(found[0] ?? 'accepted').toContain(line);
  });

test('a byte order mark and Windows line ends are accepted', () => {
  const text = `\uFEFF${JSON.stringify({ accounts: [BLOCK] }, null, 2).replaceAll('\n', '\r\n')}\r\n`;
  expect(lines(parseConfig(text, environmentOf()))).toEqual([]);
});

test('a key that stands twice is refused, though JSON takes the last one', () => {
  const text = withAccount({}).replace('"TMOS":60', '"TMOS":60,"TMOS":60');
  expect(lines(parseConfig(text, environmentOf()))[0]).toContain(
    'accounts[0].desired_wallet.TMOS | the key a second time',
  );
});

test('all problems are told at once, those between keys too', () => {
  const bad = {
    ...BLOCK,
    dry_run: 1,
    order_type: 'x',
    margin_trading: { enabled: true, foo: 1 },
    rebalance: { trigger: 'calendar' },
    desired_wallet: { TMOS: 1 },
    t_invest_token: `\${NOWHERE}`,
  };
  const parsed = parseConfig(
    JSON.stringify({ accounts: [bad, { ...BLOCK, id: 'account_1', account_id: '??' }], endpoint: 'x' }),
    environmentOf(),
  );
  expect(problemsOf(parsed).map((problem) => problem.path)).toEqual([
    'endpoint',
    'accounts[0].margin_trading.foo',
    'accounts[0].dry_run',
    'accounts[0].order_type',
    'accounts[0].t_invest_token',
    'accounts[0].desired_wallet',
    'accounts[0].rebalance.trigger',
    'accounts[1].account_id',
    'accounts[1].id',
  ]);
});

test('two accounts of one id are refused, also when the id is the name', () => {
  const two = (a: object, b: object) =>
    parseConfig(
      JSON.stringify({
        accounts: [
          { ...BLOCK, ...a },
          { ...BLOCK, account_id: 'ISS', ...b },
        ],
      }),
      environmentOf(),
    );
  expect(lines(two({ id: 'a' }, { id: 'a' }))[0]).toStartWith(
    'accounts[1].id | "a", which accounts[0] is called too',
  );
  expect(lines(two({ id: undefined }, { id: undefined }))[0]).toStartWith('accounts[1].name | "Main"');
  expect(lines(two({ id: 'a' }, { id: 'b' }))).toEqual([]);
});

test('two blocks that mean one broker account with one token are refused', () => {
  const two = (b: object) =>
    parseConfig(
      JSON.stringify({ accounts: [BLOCK, { ...BLOCK, id: 'b', ...b }] }),
      environmentOf({ T_INVEST_TOKEN_1: CANARY, OTHER: `${CANARY}2` }),
    );
  expect(lines(two({}))[0]).toStartWith(
    'accounts[1].account_id | "BROKER" with the same token as accounts[0]',
  );
  expect(lines(two({ account_id: 'INDEX:1' }))).toEqual([]);
  expect(lines(two({ t_invest_token: 'OTHER' }))).toEqual([]);
});

test('names of one instrument add up', () => {
  const { wallet } = accountOf(
    { desired_wallet: { TRAY: 10, TPAY: 10, 'TPAY@': 10, OLD: 10, OLDER: 10, RUR: 20, RUB: 30 } },
    { ticker_aliases: { OLDER: 'OLD', 'OLD@': 'TGLD' } },
  );
  expect([...wallet].map(([ticker, percent]) => `${ticker} ${Math.round(percent * 1e6) / 1e6}`)).toEqual([
    'TPAY 30',
    'TGLD 20',
    'RUB 50',
  ]);
});

const warningsOf = (changes: object) => {
  const parsed = parseAccount(changes);
  return parsed.ok ? parsed.config.warnings : ['refused'];
};

test('a sum that is off by more than 1 warns, one that is off by 1 does not', () => {
  expect(warningsOf({ desired_wallet: { TMOS: 99 } })).toEqual([]);
  expect(warningsOf({ desired_wallet: { TMOS: 100, TGLD: 1 } })).toEqual([]);
  expect(warningsOf({ desired_wallet: { TMOS: 98.99 } })).toEqual([
    'accounts[0].desired_wallet: the percents add up to 98.99; they were scaled to 100',
  ]);
  expect(warningsOf({ desired_wallet: { TMOS: 100, TGLD: 1.01 } })[0]).toContain('101.01');
});

test('an interval below a minute warns', () => {
  expect(warningsOf({ balance_interval: '1m' })).toEqual([]);
  expect(warningsOf({ balance_interval: 59_999 })[0]).toContain('accounts[0].balance_interval is 59.999 s');
});

test('TINVEST_ENDPOINT overrides the endpoint and is held to the same rules', () => {
  const parse = (variable: string) =>
    parseConfig(
      withAccount({}, { endpoint: 'localhost:1' }),
      environmentOf({ T_INVEST_TOKEN_1: CANARY, TINVEST_ENDPOINT: variable }),
    );
  const good = parse('localhost:2');
  expect(good.ok && good.config.endpoint).toBe('localhost:2');
  const blank = parse('');
  expect(blank.ok && blank.config.endpoint).toBe('localhost:1');
  expect(lines(parse('api.tinkoff.ru:443'))[0]).toStartWith(
    'TINVEST_ENDPOINT | "api.tinkoff.ru:443" | a host that is in service',
  );
});

test('no message holds the token, wherever it was put', () => {
  const places: object[] = [
    { t_invest_token: `${CANARY} ` },
    { t_invest_token: CANARY.slice(2) },
    { t_invest_token: [CANARY] },
    { t_invest_token: `\${${CANARY}}` },
    { t_invest_token: CANARY.slice(2, 40) },
    { token_env_var: CANARY },
    { account_id: CANARY },
    { id: CANARY, dry_run: 1 },
    { desired_wallet: { [CANARY]: 100 } },
    { [CANARY]: 1 },
    { exchange: `${CANARY}!` },
    { name: [CANARY] },
    { t_invest_token: CANARY, dry_run: 1 },
    { order_type: CANARY },
    { desired_wallet: { TMOS: CANARY } },
    { balance_interval: CANARY },
  ];
  for (const place of places) {
    for (const text of [
      withAccount(place),
      `${withAccount(place)}}`,
      withAccount(place).replace(`"${CANARY}"`, CANARY),
    ]) {
      const parsed = parseConfig(text, environmentOf());
      expect(JSON.stringify(parsed)).not.toContain(CANARY.slice(2, 24));
    }
  }
  const leaky = parseAccount({ account_id: `${CANARY}` });
  expect(lines(leaky)[0]).toContain('[redacted]');
});

const SEED = { seed: Number(process.env.SEED ?? 20261121) };
const KEYS = Object.keys(accountSchema.shape);

test('whatever stands under a key, the answer is a configuration or problems in words, never an exception', () => {
  const changes = fc.dictionary(fc.constantFrom(...KEYS, 'other', '_x'), fc.jsonValue({ maxDepth: 3 }), {
    maxKeys: 4,
  });
  fc.assert(
    fc.property(
      changes,
      fc.dictionary(fc.constantFrom(...Object.keys(configSchema.shape)), fc.jsonValue({ maxDepth: 3 }), {
        maxKeys: 2,
      }),
      (account, top) => {
        const parsed = parseConfig(
          JSON.stringify({ accounts: [{ ...BLOCK, ...account }], ...top }),
          environmentOf(),
        );
        if (parsed.ok) return;
        expect(parsed.problems.length).toBeGreaterThan(0);
        for (const { path, found, expected } of parsed.problems) {
          expect([path === '', found === '', expected === '']).toEqual([false, false, false]);
          expect(expected).not.toStartWith('Invalid');
          expect(expected).not.toStartWith('Too ');
        }
      },
    ),
    { ...SEED, numRuns: 400 },
  );
});

test('a large configuration is read in one go', () => {
  const block = (index: number) => ({ ...BLOCK, id: `a${index}`, account_id: `INDEX:${index}` });
  const parsed = parseConfig(
    JSON.stringify({ accounts: Array.from({ length: 300 }, (_, index) => block(index)) }),
    environmentOf(),
  );
  expect(parsed.ok && parsed.config.accounts.length).toBe(300);
});
