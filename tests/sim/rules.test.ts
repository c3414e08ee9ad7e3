// Every invariant of the owner's rules can fail: each is shown an event that breaks it, in a world where all else is well;
// and what a rule allows breaks nothing.

import { expect, test } from 'bun:test';
import { GetOrderBookRequest } from 'tinkoff-invest-api/dist/generated/marketdata.js';
import { PositionsRequest } from 'tinkoff-invest-api/dist/generated/operations.js';
import { OrderType } from 'tinkoff-invest-api/dist/generated/orders.js';
import type { World } from '../../sim/world/world.ts';
import { type RuledScene, ruledScene } from '../support/ruled-scene.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

const MARGIN = {
  enabled: true,
  multiplier: 1.5,
  max_margin_size: 200_000,
  balancing_strategy: 'remove',
  deleverage_minutes: 30,
};
const BANDS = { trigger: 'threshold', threshold_percent: 5, rebalance_to: 'target', rebalance_scope: 'all' };
const LIMIT = OrderType.ORDER_TYPE_LIMIT;

type Case = readonly [
  rule: string,
  what: string,
  keys: Record<string, unknown>,
  holdings: NonNullable<Parameters<typeof ruledScene>[1]>,
  break_: (scene: RuledScene) => void,
];

const buys = (rubles: number) => (s: RuledScene) => s.plan([s.order('buy', 'TMOS', rubles)]);
const sells = (rubles: number) => (s: RuledScene) => s.plan([s.order('sell', 'TMOS', rubles)]);

const saysNone =
  (more: object = {}) =>
  (s: RuledScene) =>
    s.recorded('planned', s.world.timeline.now(), 0, {
      reason: 'no band is broken (TRUR cannot be moved back now): largest drift TRUR +7.50 pp, band 5 pp',
      ...more,
    });

/** Its price, and with it its NAV, was looked at and fell; planned that much later. */
const buysAfterFall = (waitMs: number) => (s: RuledScene) => {
  s.world.exchange.gapPrice('TMOS', '1.2');
  const intent = s.order('buy', 'TMOS', 5_000);
  calls(s, 'GetLastPrices');
  s.world.exchange.gapPrice('TMOS', '0.8');
  s.pass(waitMs);
  s.plan([intent]);
};

/** Bought by the bot, for 40,000 RUB. */
function hasBought({ world, broker }: RuledScene, key: string): void {
  const { desk, market } = world.exchange;
  const instrument = world.exchange.instrument('TMOS');
  const nowMs = world.timeline.now();
  const lots = 40_000_000_000_000n / (market.last(instrument, nowMs)?.price ?? 1n);
  const order = { accountId: broker, key, uid: instrument.uid, side: 'buy', type: 'market', lots } as const;
  desk.post({ ...order, price: null, confirmMargin: false, timeInForce: 'day', foreign: false }, nowMs);
}

/** A call that the venue carries out. */
function calls({ world, broker }: RuledScene, method: string, orderId: string | null = null): void {
  const call = { method, accountId: broker, orderId };
  const seen = { call, life: world.life } as unknown as Parameters<World['checks']['onCall']>[0];
  world.checks.onCall(seen, 'applied');
}

/** The account is looked at, and after that the book of an instrument, where one is named. */
function looks({ world, broker }: RuledScene, ticker?: string): void {
  const { token } = world.accounts[0]!;
  world.start();
  const left = (method: string, bytes: Uint8Array) => world.checks.onLeave(method, bytes, world.life!, token);
  left('GetPositions', PositionsRequest.encode({ accountId: broker }).finish());
  if (ticker === undefined) return;
  const instrumentId = world.exchange.instrument(ticker).uid;
  left('GetOrderBook', GetOrderBookRequest.encode({ instrumentId, depth: 50 }).finish());
}

const large = (s: RuledScene, looked?: string): void => {
  looks(s, looked);
  s.plan([s.order('sell', 'TMOS', 400_000)]);
};

/** The broker is told that it may lend for it. */
const confirmed = (rubles: number) => (s: RuledScene) => {
  const intent = s.order('buy', 'TMOS', rubles);
  s.plan([{ ...intent, request: { ...intent.request, confirmMargin: true } }]);
};

const bars = ({ world }: RuledScene, ticker: string): void =>
  world.alerted({
    account: world.accounts[0]!.id,
    event: 'instrument_barred',
    message: `${ticker} is not for this investor (30101): it is left out from now on`,
  });

/** The run ends with nothing to do. */
function restsAtEnd({ world }: RuledScene, recordedInMs = 0, beganMs = world.timeline.now()): void {
  const started_at = new Date(beganMs).toISOString();
  const told = {
    account: world.accounts[0]!.id,
    status: 'nothing_to_do',
    started_at,
    finished_at: started_at,
  };
  const record = { ...told, orders: [], positions: [], held_back: [], warnings: [], reason: null };
  world.start();
  const atMs = world.timeline.now() + recordedInMs;
  world.records.push({ record, life: world.life, atMs } as unknown as (typeof world.records)[number]);
  world.checks.atEnd();
}

const CASES: readonly Case[] = [
  [
    'desired_wallet',
    'what it does not name is bought',
    {},
    {},
    (s) => s.plan([s.order('buy', 'SBER', 5_000)]),
  ],
  ['do_not_buy', 'it is bought', { do_not_buy: ['TMOS'] }, {}, buys(5_000)],
  ['do_not_sell', 'it is sold', { do_not_sell: ['TMOS'] }, {}, sells(5_000)],
  ['buy_only', 'something is sold', { buy_only: true }, {}, sells(5_000)],
  ['unlisted_positions', 'a stranger is sold', {}, {}, (s) => s.plan([s.order('sell', 'SBER', 5_000)])],
  [
    'min_profit_percent_for_close_position',
    'it earns nothing',
    { min_profit_percent_for_close_position: 3 },
    {},
    sells(5_000),
  ],
  [
    'limits.max_premium_percent',
    'its NAV was as high six minutes ago',
    { limits: { max_premium_percent: 5 } },
    {},
    buysAfterFall(6 * MINUTE_MS),
  ],
  ['limits.max_premium_percent', 'it is too dear', { limits: { max_premium_percent: -50 } }, {}, buys(5_000)],
  [
    'limits.below_moving_average',
    'it is below its average',
    { limits: { below_moving_average: 'no_buys', moving_average_days: 2 } },
    {},
    (s) => s.plan([s.order('buy', 'TMOS', 5_000, 1_000_000_000n)]),
  ],
  ['limits.min_trade_rub', 'an order is smaller', { limits: { min_trade_rub: 6_000 } }, {}, buys(5_000)],
  ['limits.min_trade_rub', 'an order is dust', { limits: { dust_percent: 2 } }, {}, buys(5_000)],
  ['limits.max_trade_percent', 'it moves further', { limits: { max_trade_percent: 5 } }, {}, sells(90_000)],
  [
    'limits.max_turnover_percent',
    'more is traded',
    { limits: { max_turnover_percent: { day: 5 } } },
    {},
    sells(90_000),
  ],
  [
    'limits.max_orders',
    'there are more',
    { limits: { max_orders: 1 } },
    {},
    (s) => {
      const orders = [s.order('sell', 'TMOS', 50_000), s.order('sell', 'TRUR', 50_000)];
      s.plan(orders);
      s.world.checks.onAttempt(orders.map(({ request }) => request.key));
    },
  ],
  ['cash_reserve_rub', 'it is spent', { cash_reserve_rub: 90_000 }, {}, buys(50_000)],
  ['margin_trading', 'more is borrowed', { margin_trading: MARGIN }, { borrows: true }, buys(400_000)],
  [
    'buy_requires_total_marginal_sell',
    'it is bought on margin',
    { margin_trading: MARGIN, buy_requires_total_marginal_sell: { enabled: true, instruments: ['TMOS'] } },
    { borrows: true },
    buys(150_000),
  ],
  ['max_weight_percent', 'a weight passes it', { max_weight_percent: 46 }, {}, buys(50_000)],
  ['min_weight_percent', 'a weight falls below it', { min_weight_percent: 40 }, {}, sells(150_000)],
  ['confirmationThresholdRub', 'nobody was asked', { confirmationThresholdRub: 40_000 }, {}, buys(50_000)],
  [
    'order_type',
    'best price for market',
    {},
    {},
    (s) => {
      const order = s.order('buy', 'TMOS', 50_000);
      s.plan([order]);
      s.leave(order, OrderType.ORDER_TYPE_BESTPRICE);
    },
  ],
  [
    'order_type',
    'a limit without a reason',
    {},
    {},
    (s) => {
      const order = s.order('buy', 'TMOS', 50_000);
      s.plan([order]);
      s.leave(order, LIMIT, 6.5);
    },
  ],
  [
    'order_type',
    'a limit that cannot execute',
    { order_type: 'limit' },
    {},
    (s) => {
      const order = s.order('buy', 'TMOS', 50_000);
      s.plan([order]);
      s.leave(order, LIMIT, 6.4);
    },
  ],
  [
    'limits.max_spread_percent',
    'a limit beyond the bound',
    {},
    {},
    (s) => {
      const order = s.order('sell', 'TMOS', 400_000);
      s.plan([order]);
      s.leave(order, LIMIT, 6);
    },
  ],
  ['limits.max_spread_percent', 'a large order leaves without a look at its book', {}, {}, (s) => large(s)],
  [
    'limits.max_spread_percent',
    'a large order leaves after a look at another book',
    {},
    {},
    (s) => large(s, 'TRUR'),
  ],
  ['margin_trading', 'nobody lends what is confirmed', {}, {}, confirmed(150_000)],
  [
    'margin_trading',
    'own money pays for what is confirmed',
    { margin_trading: MARGIN },
    { borrows: true },
    confirmed(50_000),
  ],
  [
    'limits.min_trade_rub',
    'nobody wants its first lot',
    { limits: { min_trade_rub: 60_000 }, min_one_lot: false },
    { tmos: 0 },
    buys(50_000),
  ],
  [
    'limits.max_spread_percent',
    'a large order into a wide book',
    { limits: { max_spread_percent: 0.01 } },
    {},
    (s) => {
      const order = s.order('sell', 'TMOS', 400_000);
      s.plan([order]);
      s.leave(order);
    },
  ],
  [
    'trading_status',
    'an order in what is halted',
    {},
    {},
    (s) => {
      s.world.exchange.setStatus('TMOS', 4);
      s.pass(11 * MINUTE_MS);
      const order = s.order('buy', 'TMOS', 50_000);
      s.plan([order]);
      s.leave(order);
    },
  ],
  [
    'sleep_between_orders',
    'two orders of a leg at once',
    { sleep_between_orders: '2s' },
    {},
    (s) => {
      const orders = [s.order('sell', 'TMOS', 50_000), s.order('sell', 'TRUR', 50_000)];
      s.plan(orders);
      for (const order of orders) s.leave(order);
    },
  ],
  [
    'sleep_between_orders',
    'the first purchase follows the last sell at once',
    { sleep_between_orders: '2s' },
    {},
    (s) => {
      const [sell, buy] = [s.order('sell', 'TMOS', 50_000), s.order('buy', 'TRUR', 50_000)];
      s.plan([sell], 0);
      s.leave(sell);
      s.plan([buy], 1);
      s.leave(buy);
    },
  ],
  [
    'order_wait_seconds',
    'an order stays in the book',
    { order_wait_seconds: 1 },
    {},
    (s) => {
      const { market, desk } = s.world.exchange;
      const { uid, step } = s.world.exchange.instrument('TMOS');
      s.world.start();
      const order = {
        accountId: s.broker,
        key: 'key-rests',
        uid,
        side: 'buy',
        type: 'limit',
        lots: 1n,
      } as const;
      const limit =
        market.last(s.world.exchange.instrument('TMOS'), s.world.timeline.now())!.price - 20n * step;
      const rest = { price: limit, confirmMargin: false, timeInForce: 'day', foreign: false } as const;
      desk.post({ ...order, ...rest }, s.world.timeline.now());
      calls(s, 'PostOrder', 'key-rests');
      s.pass(MINUTE_MS);
    },
  ],
  [
    'exchange',
    'an order while it is closed',
    { exchange: 'MOEX' },
    {},
    (s) => {
      s.pass(16 * HOUR_MS);
      s.plan([s.order('buy', 'TMOS', 50_000)]);
    },
  ],
  [
    'balancing_strategy',
    'debt in the last minutes of trading',
    { margin_trading: { ...MARGIN, deleverage_minutes: 720 } },
    { borrows: true, tmos: 60, trur: 50 },
    (s) => {
      s.pass(2 * HOUR_MS);
      s.recorded('balanced');
    },
  ],
  [
    'rebalance.window',
    'an order outside it',
    { rebalance: { trigger: 'always', window: { from: '22:00', to: '23:00' } } },
    {},
    buys(50_000),
  ],
  [
    'rebalance.cooldown',
    'two iterations at once',
    { rebalance: { trigger: 'always', cooldown: '45m' } },
    {},
    (s) => {
      s.plan([s.order('buy', 'TMOS', 20_000)]);
      s.recorded('balanced', s.world.timeline.now(), 1);
      s.plan([s.order('buy', 'TMOS', 20_000)], 1, 'another');
    },
  ],
  [
    'rebalance.calendar',
    'it is not due',
    { rebalance: { trigger: 'calendar', calendar: { time: '22:00' } } },
    {},
    sells(50_000),
  ],
  [
    'rebalance.threshold_percent',
    'something inside its band is sold',
    { rebalance: BANDS },
    { tmos: 48 },
    sells(30_000),
  ],
  ['rebalance.threshold_percent', 'RUB inside its band is spent', { rebalance: BANDS }, {}, buys(50_000)],
  ['rebalance.trigger', 'a band stays broken', { rebalance: BANDS }, { tmos: 75, trur: 15 }, restsAtEnd],
  [
    'rebalance.trigger',
    'a band stays broken that volatility may have widened',
    { rebalance: { ...BANDS, volatility_adjusted: true } },
    { tmos: 60, trur: 30 },
    (s) => restsAtEnd(s),
  ],
  [
    'rebalance.trigger',
    'a band stays broken beside what may not be bought, and RUB lacks what its sale would bring',
    { rebalance: BANDS },
    { tmos: 15, trur: 80 },
    (s) => {
      bars(s, 'TMOS');
      restsAtEnd(s);
    },
  ],
  [
    'rebalance.trigger',
    'a band stays broken by a price that jumped before it was looked at',
    { rebalance: BANDS },
    {},
    (s) => {
      calls(s, 'GetLastPrices');
      s.pass(MINUTE_MS);
      s.world.exchange.gapPrice('TMOS', '1.5');
      s.pass(MINUTE_MS);
      const beganMs = s.world.timeline.now();
      calls(s, 'GetLastPrices');
      restsAtEnd(s, 0, beganMs);
    },
  ],
  [
    'rebalance.threshold_percent',
    'a band that is broken is called none',
    { rebalance: BANDS },
    { tmos: 35 },
    saysNone(),
  ],
  [
    'rebalance.threshold_percent',
    'a dry run that holds nothing for its jump calls a broken band none',
    { rebalance: BANDS },
    { tmos: 35 },
    saysNone({ dry_run: true }),
  ],
  [
    'limits.max_turnover_percent',
    'with what was bought before it is more than a day allows',
    { limits: { max_turnover_percent: { day: 5 } } },
    { tmos: 35 },
    (s) => {
      hasBought(s, 'before');
      s.plan([s.order('buy', 'TMOS', 20_000)]);
    },
  ],
  [
    'rebalance.rebalance_scope',
    'what is inside its band is sold as well',
    { rebalance: { ...BANDS, rebalance_scope: 'breached' } },
    { tmos: 47, trur: 38 },
    sells(30_000),
  ],
  [
    'rebalance.rebalance_to',
    'it is sold beyond the edge',
    { rebalance: { ...BANDS, rebalance_scope: 'breached', rebalance_to: 'edge' } },
    { tmos: 52, trur: 38 },
    sells(70_000),
  ],
];

test.each(CASES)('%s fails where %s', (rule, _, keys, holdings, break_) => {
  const made = ruledScene(keys, holdings);
  break_(made);
  made.world.close();
  expect(made.world.violations.map(({ invariant }) => invariant)).toContain(rule);
});

const RULES = new Set(CASES.map(([rule]) => rule));
const ALLOWED: readonly Case[] = [
  ['do_not_sell', 'a debt must go', { do_not_sell: ['TMOS'] }, { tmos: 60, trur: 50 }, sells(100_000)],
  [
    'limits.max_trade_percent',
    'a debt must go',
    { limits: { max_trade_percent: 5 } },
    { tmos: 60, trur: 50 },
    sells(100_000),
  ],
  [
    'limits.min_trade_rub',
    'it is a first lot',
    { limits: { min_trade_rub: 60_000 } },
    { tmos: 0 },
    buys(50_000),
  ],
  [
    'margin_trading',
    'it stays within what may be owed',
    { margin_trading: MARGIN },
    { borrows: true },
    buys(250_000),
  ],
  [
    'margin_trading',
    'what is confirmed may need more than there is',
    { margin_trading: MARGIN },
    { borrows: true },
    confirmed(95_000),
  ],
  ['limits.max_spread_percent', 'the book of a large order was looked at', {}, {}, (s) => large(s, 'TMOS')],
  ['cash_reserve_rub', 'enough is left', { cash_reserve_rub: 40_000 }, {}, buys(50_000)],
  [
    'rebalance.threshold_percent',
    'a band is broken',
    { rebalance: BANDS },
    { tmos: 52, trur: 38 },
    sells(70_000),
  ],
  [
    'rebalance.trigger',
    'an order that the bot does not know holds what left its band',
    { rebalance: BANDS },
    { tmos: 75, trur: 15 },
    (s) => {
      s.world.exchange.ownerOrder(s.broker, { uid: 'TMOS', side: 'sell', lots: 1, limit: '6.70' });
      restsAtEnd(s);
    },
  ],
  [
    'rebalance.trigger',
    'volatility may have widened the band as far',
    { rebalance: { ...BANDS, volatility_adjusted: true } },
    { tmos: 53, trur: 37 },
    (s) => restsAtEnd(s),
  ],
  [
    'rebalance.trigger',
    'nothing could be traded when it was last looked at',
    { rebalance: BANDS },
    { tmos: 75, trur: 15 },
    (s) => restsAtEnd(s, 14 * HOUR_MS),
  ],
  [
    'rebalance.trigger',
    'what may not be bought leaves its share in RUB',
    { rebalance: BANDS },
    { tmos: 10 },
    (s) => {
      bars(s, 'TMOS');
      restsAtEnd(s);
    },
  ],
  [
    'rebalance.trigger',
    'beside what may not be bought a sale would only bring RUB above its target',
    { rebalance: BANDS },
    { tmos: 15, trur: 75 },
    (s) => {
      bars(s, 'TMOS');
      restsAtEnd(s);
    },
  ],
  [
    'rebalance.trigger',
    'beside what may not be bought a sale would only bring RUB further above it',
    { rebalance: BANDS },
    { tmos: 25, trur: 55 },
    (s) => {
      bars(s, 'TMOS');
      restsAtEnd(s);
    },
  ],
  [
    'rebalance.trigger',
    'a price jumped, or came back, after the last look',
    { rebalance: BANDS },
    {},
    (s) => {
      const beganMs = s.world.timeline.now();
      calls(s, 'GetLastPrices');
      s.pass(HOUR_MS);
      s.world.exchange.gapPrice('TMOS', '1.5');
      restsAtEnd(s, 0, beganMs);
    },
  ],
  [
    'rebalance.threshold_percent',
    'a price that jumped waits for a word, of which a dry run tells in its record only',
    { rebalance: BANDS },
    { tmos: 35 },
    saysNone({ dry_run: true, held_back: [{ ticker: 'TRUR', rule: 'max_price_jump_percent', detail: '' }] }),
  ],
  [
    'limits.max_turnover_percent',
    'a restored backup knows nothing of what was bought before',
    { limits: { max_turnover_percent: { day: 5 } } },
    { tmos: 35 },
    (s) => {
      hasBought(s, 'before');
      s.world.forgotten.add('before');
      s.plan([s.order('buy', 'TMOS', 20_000)]);
    },
  ],
  [
    'rebalance.cooldown',
    'the bot traded by a clock that was behind, and goes by the right one now',
    { rebalance: { trigger: 'always', cooldown: '45m' } },
    {},
    (s) => {
      s.world.skewMs = -46 * MINUTE_MS;
      s.plan([s.order('buy', 'TMOS', 20_000)]);
      s.recorded('balanced', s.world.timeline.now(), 1);
      s.world.skewMs = 0;
      s.plan([s.order('buy', 'TMOS', 20_000)], 1, 'another');
    },
  ],
  [
    'rebalance.cooldown',
    'a backup of the journal was put back',
    { rebalance: { trigger: 'always', cooldown: '45m' } },
    {},
    (s) => {
      s.plan([s.order('buy', 'TMOS', 20_000)]);
      s.recorded('balanced', s.world.timeline.now(), 1);
      s.world.checks.onRestore();
      s.plan([s.order('buy', 'TMOS', 20_000)], 1, 'another');
    },
  ],
  [
    'limits.max_premium_percent',
    'its price and NAV jumped back after they were looked at',
    { limits: { max_premium_percent: 5 } },
    {},
    buysAfterFall(0),
  ],
  [
    'limits.max_spread_percent',
    'a debt that was looked at was paid in since',
    { limits: { max_spread_percent: 0.01 } },
    {},
    (s) => {
      const { exchange } = s.world;
      exchange.withdraw(s.broker, '900000');
      calls(s, 'GetPositions');
      exchange.deposit(s.broker, '900000');
      const order = s.order('sell', 'TMOS', 400_000);
      s.plan([order]);
      s.leave(order);
    },
  ],
  [
    'order_type',
    'a limit of a large order is at the bound',
    {},
    {},
    (s) => {
      const order = s.order('sell', 'TMOS', 400_000);
      s.plan([order]);
      s.leave(order, LIMIT, 6.44);
    },
  ],
];

test.each(ALLOWED)('%s holds where %s', (_, __, keys, holdings, allowed) => {
  const made = ruledScene(keys, holdings);
  allowed(made);
  made.world.close();
  expect(made.world.violations.filter(({ invariant }) => RULES.has(invariant))).toEqual([]);
});
