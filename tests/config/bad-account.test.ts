// One thing wrong (or just not wrong) in an otherwise sound configuration, and the words a person reads about it.

import { expect, test } from 'bun:test';
import { lines, parseAccount } from '../support/config-text.ts';

const ok = (name: string, changes: object, top: object = {}) =>
  test(`accepted: ${name}`, () => expect(lines(parseAccount(changes, top))).toEqual([]));

ok('a percent of 0 beside others', { desired_wallet: { TMOS: 100, TGLD: 0 } });
ok('weights that sum to exactly 50', { desired_wallet: { TMOS: 50 } });
ok('weights that sum to exactly 150', { desired_wallet: { TMOS: 100, TGLD: 50 } });
ok(
  'a comment at every level',
  { _why: { anything: [1] }, desired_wallet: { _note: 'x', TMOS: 100 }, margin_trading: { _a: 1 } },
  { _comment: 'x', ticker_aliases: { _c: 1 } },
);
ok('an interval of exactly a second', { balance_interval: 1000 });
ok('the largest multiplier', { margin_trading: { multiplier: 4 } });
ok('rules that are on', {
  diff: 'day',
  diff_multiplier: 100,
  margin_trading: { enabled: true, multiplier: 1 },
  buy_requires_total_marginal_sell: { enabled: true },
  min_profit_percent_for_close_position: -100,
  confirmationThresholdRub: 0,
});
ok('a threshold that the analysis turns off', {
  confirmationThresholdRub: 1000,
  analysis: { openrouter: { requireConfirmationForLargeOrders: false, model: 'x' } },
});
ok(
  'a threshold that the analysis of the top level turns off',
  { confirmationThresholdRub: 1000 },
  { analysis: { openrouter: { requireConfirmationForLargeOrders: false } } },
);
ok('the mode default', { desired_mode: 'default' });
ok('rebalance_mode instead of desired_mode', { rebalance_mode: 'manual' });
ok('both names of the mode, saying the same', { desired_mode: 'manual', rebalance_mode: 'default' });
ok('500 tickers', {
  desired_wallet: Object.fromEntries(Array.from({ length: 500 }, (_, i) => [`T${i}`, 0.2])),
});
ok(
  'cache and fund data',
  {},
  {
    aum_cache: { enabled: true, ttl_hours: 6 },
    fund_data: { sources: ['moex_iss', 'files'], urls: { moex_iss: 'http://localhost:1' }, metrics_dir: 'm' },
  },
);
ok('an endpoint with an IPv6 address', {}, { endpoint: '[::1]:443' });

/** Name, changes of the account, and a part of the only problem's line `path | found | expected | fix`. */
const BAD: readonly [string, object, string, object?][] = [
  [
    'an unknown key',
    { desird_mode: 'manual' },
    'accounts[0].desird_mode | the unknown key "desird_mode" | a known key; did you mean "desired_mode"? | write "desired_mode"',
  ],
  [
    'an unknown key far from all',
    { wat_is_this_thing: 1 },
    'accounts[0].wat_is_this_thing | the unknown key "wat_is_this_thing" | one of id, name,',
  ],
  [
    'an unknown key inside',
    { margin_trading: { multiplyer: 2 } },
    'accounts[0].margin_trading.multiplyer | the unknown key "multiplyer" | a known key; did you mean "multiplier"?',
  ],
  [
    'an unknown top-level key',
    {},
    'endpont | the unknown key "endpont" | a known key; did you mean "endpoint"?',
    { endpont: 'x' },
  ],
  [
    'no name',
    { name: undefined },
    'accounts[0].name | nothing | a text: the name that people call it by | add "name"',
  ],
  ['a blank name', { name: ' ' }, 'accounts[0].name | " " | a text'],
  ['a name that moves the cursor', { name: 'a\u001b[2J' }, 'accounts[0].name | "a\\u001b[2J" | a text'],
  [
    'a number for a text',
    { account_id: 0 },
    'accounts[0].account_id | 0 | the broker\'s account id, "BROKER", "ISS", or "INDEX:N" | write "0", in quotes',
  ],
  ['a blank account id', { account_id: '' }, 'accounts[0].account_id | "" | '],
  [
    'an index without a number',
    { account_id: 'INDEX:' },
    'accounts[0].account_id | "INDEX:" | the broker\'s account id, "BROKER", "ISS" (or "IIS"), or "INDEX:N"',
  ],
  ['a negative index', { account_id: 'INDEX:-1' }, 'accounts[0].account_id | "INDEX:-1" | '],
  ['an account id with a space', { account_id: '2000 1' }, 'accounts[0].account_id | "2000 1" | '],
  [
    'no wallet',
    { desired_wallet: undefined },
    'accounts[0].desired_wallet | nothing | an object of tickers with percents',
  ],
  ['an empty wallet', { desired_wallet: {} }, 'accounts[0].desired_wallet | no ticker | at least one ticker'],
  ['a wallet of comments only', { desired_wallet: { _a: 1 } }, 'accounts[0].desired_wallet | no ticker | '],
  [
    'a wallet as a list',
    { desired_wallet: [60, 40] },
    'accounts[0].desired_wallet | [60,40] | an object of tickers',
  ],
  [
    'a percent sign',
    { desired_wallet: { TMOS: '10%', RUB: 90 } },
    'accounts[0].desired_wallet.TMOS | "10%" | a number from 0 to 100 (percent) | write 10, without % and without quotes',
  ],
  [
    'a number in quotes',
    { desired_wallet: { TMOS: '10,5', RUB: 90 } },
    'accounts[0].desired_wallet.TMOS | "10,5" | a number from 0 to 100 (percent) | write 10.5, without quotes',
  ],
  [
    'NaN as a text',
    { desired_wallet: { TMOS: 'NaN', RUB: 90 } },
    'accounts[0].desired_wallet.TMOS | "NaN" | a number',
  ],
  [
    'null for a number',
    { desired_wallet: { TMOS: null, RUB: 90 } },
    'accounts[0].desired_wallet.TMOS | null | a number',
  ],
  [
    'a negative percent',
    { desired_wallet: { TMOS: -0.01, RUB: 90 } },
    'accounts[0].desired_wallet.TMOS | -0.01 | a number from 0 to 100 (percent)',
  ],
  [
    'a percent above 100',
    { desired_wallet: { TMOS: 100.01 } },
    'accounts[0].desired_wallet.TMOS | 100.01 | a number from 0 to 100 (percent)',
  ],
  [
    'weights whose sum is 0',
    { desired_wallet: { TMOS: 0, RUB: 0 } },
    'accounts[0].desired_wallet | percents whose sum is 0 | a sum near 100',
  ],
  [
    'weights below 50',
    { desired_wallet: { TMOS: 49.99 } },
    'accounts[0].desired_wallet | percents whose sum is 49.99 | a sum near 100 (from 50 to 150, normalised to 100)',
  ],
  [
    'weights above 150',
    { desired_wallet: { TMOS: 100, TGLD: 50.01 } },
    'accounts[0].desired_wallet | percents whose sum is 150.01 | ',
  ],
  [
    'fractions for percents',
    { desired_wallet: { TMOS: 0.6, RUB: 0.4 } },
    'accounts[0].desired_wallet | percents whose sum is 1 | a sum near 100 (from 50 to 150, normalised to 100) | write percents, not fractions',
  ],
  [
    'a ticker in lower case',
    { desired_wallet: { tmos: 60, RUB: 40 } },
    'accounts[0].desired_wallet.tmos | the key "tmos" | an upper-case ticker such as TMOS, or RUB for cash | write "TMOS"',
  ],
  [
    '501 tickers',
    { desired_wallet: Object.fromEntries(Array.from({ length: 501 }, (_, i) => [`T${i}`, 0.2])) },
    'accounts[0].desired_wallet | 501 tickers | at most 500',
  ],
  [
    'a misspelt choice',
    { order_type: 'markt' },
    'accounts[0].order_type | "markt" | one of "market", "bestprice", "limit" | did you mean "market"?',
  ],
  [
    'a flag in quotes',
    { dry_run: 'true' },
    'accounts[0].dry_run | "true" | true or false | write true, without quotes',
  ],
  [
    'an interval below a second',
    { balance_interval: 999 },
    'accounts[0].balance_interval | 999 | milliseconds, or a text such as "30s", "15m", "1h", from 1s to 24d',
  ],
  [
    'an interval in words below a second',
    { balance_interval: '999ms' },
    'accounts[0].balance_interval | "999ms" | ',
  ],
  [
    'an interval beyond what a timer holds',
    { balance_interval: '25d' },
    'accounts[0].balance_interval | "25d" | ',
  ],
  ['an unknown unit', { balance_interval: '15x' }, 'accounts[0].balance_interval | "15x" | '],
  [
    'an interval in quotes',
    { balance_interval: '3600000' },
    'accounts[0].balance_interval | "3600000" | milliseconds, or a text such as "30s", "15m", "1h", from 1s to 24d | write 3600000, without quotes',
  ],
  ['a negative pause', { sleep_between_orders: -1 }, 'accounts[0].sleep_between_orders | -1 | '],
  [
    'a wait of 0',
    { order_wait_seconds: 0 },
    'accounts[0].order_wait_seconds | 0 | a number above 0, up to 86400 (seconds)',
  ],
  [
    'a multiplier above 4',
    { margin_trading: { multiplier: 4.01 } },
    'accounts[0].margin_trading.multiplier | 4.01 | a number from 1 to 4',
  ],
  [
    'a multiplier below 1',
    { margin_trading: { multiplier: 0.99 } },
    'accounts[0].margin_trading.multiplier | 0.99 | ',
  ],
  [
    'a tolerated loss beyond all',
    { min_profit_percent_for_close_position: -100.1 },
    'accounts[0].min_profit_percent_for_close_position | -100.1 | a number from -100 to 1000 (percent)',
  ],
  [
    'a negative spread',
    { decorrelation_min_spread_pp: -1 },
    'accounts[0].decorrelation_min_spread_pp | -1 | ',
  ],
  [
    'an exchange in lower case',
    { exchange: 'moex' },
    'accounts[0].exchange | "moex" | "MOEX", "auto" or the name of a schedule, such as "MOEX_PLUS" | write "MOEX"',
  ],
  ['two modes', { desired_mode: 'manual', rebalance_mode: 'aum' }, 'accounts[0].rebalance_mode'],
  [
    'two thresholds',
    { margin_trading: { free_threshold: 1, free_transfer_threshold: 2 } },
    'accounts[0].margin_trading.free_transfer_threshold | 2, and margin_trading.free_threshold 1 | one of the two',
  ],
  [
    'an old host',
    {},
    'endpoint | "invest-public-api.tinkoff.ru:443" | a host that is in service: the *.tinkoff.ru hosts are switched off | write "invest-public-api.tbank.ru:443"',
    { endpoint: 'invest-public-api.tinkoff.ru:443' },
  ],
  [
    'an endpoint without a port',
    {},
    'endpoint | "invest-public-api.tbank.ru" | host:port, such as "invest-public-api.tbank.ru:443" or "localhost:50051" | write "invest-public-api.tbank.ru:443"',
    { endpoint: 'invest-public-api.tbank.ru' },
  ],
  [
    'an endpoint with a scheme',
    {},
    'endpoint | "https://invest-public-api.tbank.ru:443" | host:port',
    { endpoint: 'https://invest-public-api.tbank.ru:443' },
  ],
  ['a port beyond all', {}, 'endpoint | "localhost:65536" | host:port', { endpoint: 'localhost:65536' }],
  [
    'aliases in a circle',
    {},
    'ticker_aliases.TRAY | the circle TRAY -> TPAY -> TRAY | an old name and a new one',
    { ticker_aliases: { TPAY: 'TRAY', TRAY: 'TPAY' } },
  ],
  [
    'an alias that makes cash of a fund',
    {},
    'ticker_aliases.TMON | TMON -> RUB | a ticker that is not cash',
    { ticker_aliases: { TMON: 'RUB' } },
  ],
  [
    'an address without a scheme',
    {},
    'fund_data.urls.cbr | "cbr.ru" | an address such as',
    { fund_data: { urls: { cbr: 'cbr.ru' } } },
  ],
  [
    'an unknown source',
    {},
    'fund_data.sources[0] | "tinvest" | one of "t_invest"',
    { fund_data: { sources: ['tinvest'] } },
  ],
  ['a cache without time', {}, 'aum_cache.ttl_hours | 0 | a number above 0', { aum_cache: { ttl_hours: 0 } }],
];
for (const [name, changes, line, top] of BAD)
  test(`refused: ${name}`, () => expect(lines(parseAccount(changes, top))[0] ?? 'accepted').toContain(line));

test('a circle of aliases is refused from each of its ends, and every other bad input gives one problem', () => {
  const several = new Set(['aliases in a circle', 'two modes']);
  for (const [name, changes, , top] of BAD)
    if (!several.has(name)) expect([name, lines(parseAccount(changes, top)).length]).toEqual([name, 1]);
});
