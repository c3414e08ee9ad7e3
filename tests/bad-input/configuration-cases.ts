// safety.md's list for the configuration and the environment, and the keys of rules, triggers and fund data.

import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { type BadCase, blocks, CONFIG, env, file, keys, type Row, rows, SOUND, TOKEN } from './bad-case.ts';

const START = 'start --once --json';
/** One key of the account block wrong. */
const key = (name: string, account: Record<string, unknown>, ...says: (string | RegExp)[]): Row => [
  name,
  START,
  2,
  ['1 problem in the configuration; nothing was started', ...says],
  { files: keys(account) },
];
const top = (name: string, changes: Record<string, unknown>, ...says: (string | RegExp)[]): Row => [
  name,
  START,
  2,
  ['nothing was started', ...says],
  { files: keys({}, changes) },
];
const wallet = (name: string, desired_wallet: unknown, ...says: (string | RegExp)[]): Row =>
  key(name, { desired_wallet }, ...says);
const text = (name: string, content: string | Uint8Array, ...says: (string | RegExp)[]): Row => [
  name,
  START,
  2,
  says,
  { files: file('CONFIG.json', content) },
];

export const CONFIGURATION: readonly BadCase[] = rows(
  ['missing', START, 2, ['CONFIG.json: no such file', 'copy CONFIG.example.json'], { files: () => {} }],
  [
    'a directory',
    START,
    2,
    ['CONFIG.json: a directory', 'expected: a file'],
    {
      files: (dir) => {
        CONFIG('')(dir);
        rmSync(join(dir, 'CONFIG.json'));
        mkdirSync(join(dir, 'CONFIG.json'));
      },
    },
  ],
  text('empty', '', 'an empty file', 'expected: JSON'),
  text('blank', ' \n\t', 'an empty file'),
  text('a BOM and nothing', '\uFEFF', 'an empty file'),
  text('invalid JSON names line and column', '{\n  "accounts": [}\n', 'line 2, column 16'),
  text('invalid JSON after a BOM and CRLF', '\uFEFF{\r\n  "accounts": [}\r\n', 'line 2, column 16'),
  text('a comma too many', SOUND.replace(/\]\s*\}$/, '],}'), 'remove the comma'),
  text('a comment', `// mine\n${SOUND}`, 'JSON has no comments'),
  text('NaN', SOUND.replace('25,', 'NaN,'), 'NaN is not JSON: write a number'),
  text('an endless number', SOUND.replace('25,', '1e999,'), 'a number that is not endless'),
  text('a percent sign without quotes', SOUND.replace('25,', '25%,'), 'leave the % out'),
  text(
    'a key twice',
    SOUND.replace('"TMOS": 25', '"TMOS": 25, "TMOS": 30'),
    'the key a second time at line',
    'every key once',
  ),
  text(
    '__proto__',
    SOUND.replace('"TMOS": 25', '"TMOS": 25, "__proto__": {"x": 1}'),
    'the key __proto__ at line',
  ),
  text(
    '__proto__ in escapes',
    SOUND.replace('"TMOS": 25', '"TMOS": 25, "\\u005f_proto__": 1'),
    'the key __proto__',
  ),
  text('nested without end', `${'['.repeat(100_000)}`, 'at most 50 levels of nesting'),
  text('above 2 MiB', ' '.repeat(2 * 1024 * 1024 + 1), 'at most 2097152 bytes'),
  text(
    'UTF-16',
    new Uint8Array(Buffer.from(`\uFEFF${SOUND}`, 'utf16le')),
    'text in another encoding',
    'save the file again as UTF-8',
  ),
  text('a number', '7', 'nothing was started', /expected: an object/),
  text('no accounts', '{"accounts": []}', 'an empty list', 'at least one account block'),
  key('an unknown key', { desired_walet: {} }, 'did you mean "desired_wallet"?'),
  key('a wrong type', { balance_interval: [] }, 'accounts[0].balance_interval', 'found: []'),
  wallet('"10%"', { TMOS: '10%', RUB: 90 }, 'write 10, without % and without quotes'),
  wallet('a negative percent', { TMOS: -1, RUB: 99 }, 'a number from 0 to 100 (percent)'),
  wallet('a sum of 0', { TMOS: 0, RUB: 0 }, 'percents whose sum is 0'),
  wallet(
    'a ticker that would come before all others',
    { constructor: 50, RUB: 50 },
    'an upper-case ticker such as TMOS',
  ),
  wallet(
    '501 tickers',
    Object.fromEntries(Array.from({ length: 501 }, (_, i) => [`T${i}`, 0.2])),
    '501 tickers',
    'at most 500',
  ),
  [
    'names of one ticker add up',
    'config show main',
    0,
    ['TPAY', /50/],
    { files: keys({ desired_wallet: { TRAY: 20, TPAY: 30, RUB: 50 } }) },
  ],
  ['two blocks of one id', START, 2, ['accounts[1].id'], { files: blocks({}, { account_id: '2000000002' }) }],
  [
    'two blocks for one broker account',
    START,
    2,
    ['2000000001'],
    { files: blocks({}, { id: 'b', name: 'b' }) },
  ],
  [
    'two blocks that turn out to mean one broker account',
    START,
    2,
    ['blocks main and b mean one broker account, 2000000001'],
    { files: blocks({}, { id: 'b', name: 'b', account_id: 'INDEX:0' }) },
  ],
  // The rules of weights, triggers, limits.
  key('caps that no weights can meet', { max_weight_percent: 10 }, 'caps that add up to 30', 'at least 75'),
  key(
    'floors that no weights can meet',
    { min_weight_percent: 40 },
    'floors that add up to 120',
    'at most 75',
  ),
  [
    'a floor above its cap',
    START,
    2,
    ['a floor not above the cap'],
    { files: keys({ max_weight_percent: { TMOS: 10 }, min_weight_percent: { TMOS: 20 } }) },
  ],
  key(
    'a cap of an unknown ticker',
    { max_weight_percent: { SBER: 50 } },
    'a ticker of desired_wallet other than RUB',
  ),
  key('a cap of cash', { max_weight_percent: { RUB: 50 } }, 'a ticker of desired_wallet other than RUB'),
  key('a cap below nothing', { max_weight_percent: -5 }, 'a number from 0 to 100'),
  key('a cap as a list', { max_weight_percent: [5] }, 'or an object of tickers with such numbers'),
  key(
    'a trigger without a band',
    { rebalance: { trigger: 'threshold' } },
    'a band: threshold_percent or relative_threshold_percent',
  ),
  key(
    'a hybrid trigger without a band',
    { rebalance: { trigger: 'hybrid', calendar: {} } },
    'a band: threshold_percent or relative_threshold_percent',
  ),
  key('a calendar trigger without a calendar', { rebalance: { trigger: 'calendar' } }, 'a calendar section'),
  key('a trigger that is none', { rebalance: { trigger: 'sometimes' } }, 'one of "always", "threshold"'),
  key('a band of nothing', { rebalance: { threshold_percent: 0 } }, 'a number above 0'),
  key(
    'a window that ends before it begins',
    { rebalance: { window: { from: '18:00', to: '10:00' } } },
    'from 18:00 to 10:00',
    'swap them',
  ),
  key('a window of no day', { rebalance: { window: { days: [] } } }, 'at least one day'),
  key('a window at no time', { rebalance: { window: { from: '24:00' } } }, 'a time such as "10:30"'),
  key('a day that is none', { rebalance: { window: { days: ['monday'] } } }, '"mon"'),
  key(
    'a time zone that is none',
    { rebalance: { trigger: 'calendar', calendar: { time_zone: 'Mars/Olympus' } } },
    'a time zone such as "Europe/Moscow"',
  ),
  key('a cooldown below nothing', { rebalance: { cooldown: -1 } }, 'accounts[0].rebalance.cooldown'),
  key(
    'a turnover limit as a text',
    { limits: { max_turnover_percent: '50' } },
    'accounts[0].limits.max_turnover_percent',
    'found: "50"',
  ),
  key(
    'a turnover limit of an unknown span',
    { limits: { max_turnover_percent: { week: 50 } } },
    'max_turnover_percent',
  ),
  key('a turnover limit as a list', { limits: { max_turnover_percent: [50] } }, 'max_turnover_percent'),
  key('half an order', { limits: { max_orders: 1.5 } }, 'accounts[0].limits.max_orders'),
  key(
    'a moving average that forbids something else',
    { limits: { below_moving_average: 'sell' } },
    'below_moving_average',
  ),
  key('a reserve below nothing', { cash_reserve_rub: -1 }, 'accounts[0].cash_reserve_rub'),
  key('do_not_sell as a text', { do_not_sell: 'TMOS' }, 'a list of tickers such as ["TMON"]'),
  key(
    'funding of what is no ticker',
    { buy_requires_total_marginal_sell: { enabled: true, instruments: ['tmon'] } },
    'an upper-case ticker',
  ),
  key(
    'funding by a mode that is none',
    {
      buy_requires_total_marginal_sell: {
        enabled: true,
        allow_to_sell_others_positions_to_buy_non_marginal_positions: { mode: 'all' },
      },
    },
    '"equal_in_percents"',
  ),
  key('a multiplier of 5', { margin_trading: { enabled: true, multiplier: 5 } }, 'a number from 1 to 4'),
  key('a debt below nothing', { margin_trading: { max_margin_size: -1 } }, 'max_margin_size'),
  key('a strategy that is none', { margin_trading: { balancing_strategy: 'hope' } }, '"keep_if_small"'),
  key('a threshold as a text', { confirmationThresholdRub: '1000' }, 'write 1000, without quotes'),
  key('a diff that is none', { diff: 'week' }, '"iteration"'),
  key('a multiplier of a diff above 100', { diff: 'day', diff_multiplier: 101 }, 'a number from 0 to 100'),
  key('a mode that is none', { desired_mode: 'market_cap' }, 'did you mean "marketcap"?'),
  top('overnight fees as an object', { overnight_fees: {} }, 'overnight_fees', 'a list of tariff tables'),
  top(
    'overnight fees from no day',
    { overnight_fees: [{ from: '2024-02-30', rates: [[null, 0.07]] }] },
    'a date such as "2024-08-01"',
  ),
  top(
    'an overnight step of three',
    { overnight_fees: [{ from: '2024-08-01', steps: [[1, 2, 3]], rates: [[null, 0.07]] }] },
    'a pair [debt up to, fee] in RUB',
  ),
  top(
    'an overnight rate that is no pair',
    { overnight_fees: [{ from: '2024-08-01', rates: [0.07] }] },
    'a pair [debt up to or null, percent]',
  ),
  top(
    'overnight steps that fall',
    {
      overnight_fees: [
        {
          from: '2024-08-01',
          steps: [
            [5000, 0],
            [100, 5],
          ],
          rates: [[null, 0.07]],
        },
      ],
    },
    'overnight_fees[0]',
  ),
  top('names of funds as a list', { fund_data: { names: [] } }, 'fund_data.names', 'an object such as'),
  top('a source twice', { fund_data: { sources: ['files', 'files'] } }, 'fund_data.sources'),
  top('an address of a file', { fund_data: { urls: { cbr: 'file:///etc/passwd' } } }, 'an address such as'),
  top('a ratio above the other', { fund_data: { min_ratio: 1.2 } }, 'fund_data.min_ratio'),
  top('an endpoint with a scheme', { endpoint: 'https://localhost:1' }, 'host:port'),
);

export const ENVIRONMENT: readonly BadCase[] = rows(
  [
    'a token that is unset',
    START,
    2,
    ['CANARY_TOKEN, which is set neither in the environment nor in'],
    { files: env('') },
  ],
  ['a token that is blank', START, 2, ['CANARY_TOKEN'], { files: env('CANARY_TOKEN=  \n') }],
  [
    'a token that is blank in the environment though .env has it',
    START,
    2,
    ['CANARY_TOKEN'],
    { trial: { env: { CANARY_TOKEN: ' ' } } },
  ],
  [
    'a token with a line break after it is taken, and said',
    'config validate',
    0,
    [/line break/],
    { files: env(''), trial: { env: { CANARY_TOKEN: `${TOKEN}\n` } } },
  ],
  [
    'a token with line breaks around it',
    START,
    2,
    ['whose value in the environment has a space or a line break around it'],
    { files: env(''), trial: { env: { CANARY_TOKEN: `\n${TOKEN}\r\n` } } },
  ],
  [
    'a token with a blank inside',
    START,
    2,
    ['CANARY_TOKEN'],
    { files: env(`CANARY_TOKEN="${TOKEN.slice(0, 12)} ${TOKEN.slice(12)}"\n`) },
  ],
  ['a token on the command line', `start ${TOKEN}`, 2, ['argument 2 holds what looks like a T-Invest token']],
  [
    'a token in an option',
    `start --account=${TOKEN}`,
    2,
    ['argument 2 holds what looks like a T-Invest token'],
  ],
  [
    'an endpoint that is none',
    START,
    2,
    ['TINVEST_ENDPOINT', 'host:port'],
    { trial: { env: { TINVEST_ENDPOINT: 'nowhere' } } },
  ],
  [
    'a twin that is no flag',
    'status',
    2,
    ["TIEBB_JSON in the environment is 'maybe': expected 1 or 0"],
    { trial: { env: { TIEBB_JSON: 'maybe' } } },
  ],
  [
    'a twin that is no number',
    'history',
    2,
    ["TIEBB_DAYS in the environment is '-1'"],
    { trial: { env: { TIEBB_DAYS: '-1' } } },
  ],
);
