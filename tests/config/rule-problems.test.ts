// Rules that contradict themselves or each other: refused with the words a person needs, on both sides of each boundary.

import { expect, test } from 'bun:test';
import { lines, parseAccount } from '../support/config-text.ts';

const WALLET = { TMOS: 50, TPAY: 30, RUB: 20 };
const CASES: readonly [string, object, readonly string[]][] = [
  ['caps that leave just enough', { max_weight_percent: 40 }, []],
  [
    'caps that leave too little',
    { max_weight_percent: 39.9 },
    [
      'accounts[0].max_weight_percent | caps that add up to 79.8 | at least 80, the share of all tickers together | raise the caps, or give RUB more',
    ],
  ],
  ['a cap on one ticker', { max_weight_percent: { TMOS: 1 } }, []],
  [
    'caps on each ticker that leave too little',
    { max_weight_percent: { TMOS: 50, TRAY: 29 } },
    [
      'accounts[0].max_weight_percent | caps that add up to 79 | at least 80, the share of all tickers together | raise the caps, or give RUB more',
    ],
  ],
  ['floors that just fit', { min_weight_percent: 40 }, []],
  [
    'floors that do not fit',
    { min_weight_percent: 40.1 },
    [
      'accounts[0].min_weight_percent | floors that add up to 80.2 | at most 80, the share of all tickers together | lower the floors',
    ],
  ],
  ['a floor at its cap', { min_weight_percent: { TMOS: 45 }, max_weight_percent: { TMOS: 45 } }, []],
  [
    'a floor above its cap',
    { min_weight_percent: { TMOS: 46 }, max_weight_percent: { TMOS: 45 } },
    [
      'accounts[0].min_weight_percent | 46 for TMOS, and a cap of 45 | a floor not above the cap | lower the floor or raise the cap',
    ],
  ],
  [
    'a cap on a stranger',
    { max_weight_percent: { TGLD: 10 } },
    [
      'accounts[0].max_weight_percent.TGLD | TGLD | a ticker of desired_wallet other than RUB | remove it, or correct its name',
    ],
  ],
  [
    'a floor on cash',
    { min_weight_percent: { RUR: 10 } },
    [
      'accounts[0].min_weight_percent.RUR | RUR | a ticker of desired_wallet other than RUB | remove it, or correct its name',
    ],
  ],
  ['a wallet of cash only, with limits', { desired_wallet: { RUB: 100 }, max_weight_percent: 1 }, []],
  ['a threshold with one band', { rebalance: { trigger: 'threshold', threshold_percent: 5 } }, []],
  ['a threshold with the other', { rebalance: { trigger: 'threshold', relative_threshold_percent: 25 } }, []],
  [
    'a threshold without a band',
    { rebalance: { trigger: 'threshold' } },
    [
      'accounts[0].rebalance.trigger | "threshold" | a band: threshold_percent or relative_threshold_percent | add "threshold_percent": 5, or remove the trigger',
    ],
  ],
  [
    'a hybrid without a band',
    { rebalance: { trigger: 'hybrid', calendar: {} } },
    [
      'accounts[0].rebalance.trigger | "hybrid" | a band: threshold_percent or relative_threshold_percent | add "threshold_percent": 5, or remove the trigger',
    ],
  ],
  ['bands without a trigger', { rebalance: { threshold_percent: 5 } }, []],
  ['a calendar', { rebalance: { trigger: 'calendar', calendar: { every: 'daily' } } }, []],
  [
    'a calendar trigger without a calendar',
    { rebalance: { trigger: 'calendar' } },
    [
      'accounts[0].rebalance.trigger | "calendar" | a calendar section | add "calendar": {"every": "monthly"}',
    ],
  ],
  ['a window of a minute', { rebalance: { window: { from: '10:00', to: '10:01' } } }, []],
  [
    'a window of no time',
    { rebalance: { window: { from: '10:00', to: '10:00' } } },
    [
      'accounts[0].rebalance.window | from 10:00 to 10:00 | a beginning before the end, on one day | leave out what does not matter',
    ],
  ],
  [
    'a window over midnight',
    { rebalance: { window: { from: '22:00', to: '06:00' } } },
    [
      'accounts[0].rebalance.window | from 22:00 to 06:00 | a beginning before the end, on one day | swap them; no window reaches over midnight',
    ],
  ],
  [
    'a window on no day',
    { rebalance: { window: { days: [] } } },
    ['accounts[0].rebalance.window.days | no day | at least one day | name the days, or remove the key'],
  ],
];
test.each(CASES)('%s', (_, changes, expected) =>
  expect(lines(parseAccount({ desired_wallet: WALLET, ...changes }))).toEqual([...expected]),
);

const BAD: readonly [string, object, string][] = [
  [
    'a time of the day',
    { rebalance: { window: { from: '24:00' } } },
    'accounts[0].rebalance.window.from | "24:00" | a time such as "10:30"',
  ],
  [
    'a time without a zero',
    { rebalance: { calendar: { time: '9:00' } } },
    'accounts[0].rebalance.calendar.time | "9:00" | a time',
  ],
  [
    'a time zone',
    { rebalance: { calendar: { time_zone: 'Moscow' } } },
    'accounts[0].rebalance.calendar.time_zone | "Moscow" | a time zone such as "Europe/Moscow"',
  ],
  [
    'a weekday',
    { rebalance: { window: { days: ['monday'] } } },
    'accounts[0].rebalance.window.days[0] | "monday" | one of "mon"',
  ],
  [
    'a trigger',
    { rebalance: { trigger: 'treshold' } },
    'accounts[0].rebalance.trigger | "treshold" | one of "always"',
  ],
  [
    'a band of 0',
    { rebalance: { threshold_percent: 0 } },
    'accounts[0].rebalance.threshold_percent | 0 | a number above 0',
  ],
  [
    'half an order',
    { limits: { max_orders: 1.5 } },
    'accounts[0].limits.max_orders | 1.5 | a whole number from 1 to 1000',
  ],
  [
    'no orders',
    { limits: { max_orders: 0 } },
    'accounts[0].limits.max_orders | 0 | a whole number from 1 to 1000',
  ],
  [
    'a turnover of nothing',
    { limits: { max_turnover_percent: { day: 0 } } },
    'accounts[0].limits.max_turnover_percent',
  ],
  [
    'a turnover in words',
    { limits: { max_turnover_percent: '50%' } },
    'accounts[0].limits.max_turnover_percent | "50%" | a number above 0 (percent), or {"iteration": 50, "day": 100}',
  ],
  [
    'an average of one day',
    { limits: { moving_average_days: 1 } },
    'accounts[0].limits.moving_average_days | 1 | a whole number from 2 to 500',
  ],
  [
    'an unknown limit',
    { limits: { min_trade_rubles: 1 } },
    'accounts[0].limits.min_trade_rubles | the unknown key "min_trade_rubles" | a known key; did you mean "min_trade_rub"?',
  ],
  ['a negative reserve', { cash_reserve_rub: -1 }, 'accounts[0].cash_reserve_rub | -1 | a number from 0'],
  [
    'a threshold in words',
    { confirmationThresholdRub: '10000' },
    'accounts[0].confirmationThresholdRub | "10000" | a number from 0',
  ],
  [
    'one ticker for a list',
    { do_not_sell: 'TMOS' },
    'accounts[0].do_not_sell | "TMOS" | a list of tickers such as ["TMON"]',
  ],
  [
    'a ticker in lower case',
    { do_not_buy: ['tmos'] },
    'accounts[0].do_not_buy[0] | "tmos" | an upper-case ticker',
  ],
  [
    'a cap in words',
    { max_weight_percent: '30' },
    'accounts[0].max_weight_percent | "30" | a number from 0 to 100 (percent), or an object of tickers',
  ],
  [
    'a deleverage after a day',
    { margin_trading: { deleverage_minutes: 721 } },
    'accounts[0].margin_trading.deleverage_minutes | 721 | a number from 1 to 720 (minutes)',
  ],
  [
    'a sufficiency below one',
    { margin_trading: { min_funds_sufficiency: 0.9 } },
    'accounts[0].margin_trading.min_funds_sufficiency | 0.9 | a number from 1 to 100',
  ],
];
test.each(BAD)('refused: %s', (_, changes, line) => {
  const found = lines(parseAccount({ desired_wallet: WALLET, ...changes }));
  expect(found).toHaveLength(1);
  expect(found[0]).toContain(line);
});

test('a list that names what the wallet does not is a warning, by the present name', () => {
  const warnings = (changes: object) => {
    const parsed = parseAccount({ desired_wallet: WALLET, ...changes });
    return parsed.ok ? parsed.config.warnings : lines(parsed);
  };
  expect(warnings({ do_not_sell: ['TMOS', 'TRAY'], do_not_buy: ['TPAY@'] })).toEqual([]);
  expect(warnings({ do_not_sell: ['TGLD'], do_not_buy: ['TMOS', 'SBER'] })).toEqual([
    'accounts[0].do_not_sell names TGLD, which desired_wallet does not',
    'accounts[0].do_not_buy names SBER, which desired_wallet does not',
  ]);
});
