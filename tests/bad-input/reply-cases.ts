// safety.md's list for accounts and replies, through the embedded exchange and the real adapter: each is a change to what
// the venue answers. `expect(...)` of orders is by the venue's own books.

import { expect } from 'bun:test';
import type { CorruptionName } from '../../src/exchange/corruptions.ts';
import type { Exchange } from '../../src/exchange/exchange.ts';
import { type BadCase, blocks, keys, rows } from './bad-case.ts';
import { ACCOUNT, type Trial } from './run-bot.ts';

const START = 'start --once --json';

/** Decoded replies are of many messages; a case changes the fields that it names. */
// biome-ignore lint/suspicious/noExplicitAny: the named boundary of a table of broken messages
type Message = any;
type Change = (venue: Exchange) => void;

const reply =
  (method: string, change: (message: Message) => Message): Change =>
  (venue) =>
    void venue.faults.rewrite(method, change);
/** Cut short by three bytes. */
const cut =
  (...methods: string[]): Change =>
  (venue) => {
    for (const method of methods)
      venue.faults.rewriteBytes(method, (bytes) => bytes.slice(0, Math.max(1, bytes.length - 3)));
  };
const corrupt =
  (name: CorruptionName): Change =>
  (venue) =>
    void venue.faults.corrupt(name);
const each = (method: string, list: string, fields: object): Change =>
  reply(method, (message) => ({
    ...message,
    [list]: message[list].map((one: object) => ({ ...one, ...fields })),
  }));
const position = (fields: object): Change => each('GetPositions', 'securities', fields);
const price = (fields: object): Change => each('GetLastPrices', 'lastPrices', fields);
const account = (fields: object): Change => each('GetAccounts', 'accounts', fields);
/** Wherever instruments are described. */
const instrument =
  (fields: object): Change =>
  (venue) => {
    for (const method of ['Etfs', 'Shares']) each(method, 'instruments', fields)(venue);
    reply('GetInstrumentBy', (message) => ({ instrument: { ...message.instrument, ...fields } }))(venue);
  };
const posted = (fields: object): Change => reply('PostOrder', (message) => ({ ...message, ...fields }));
const rub = (units: number, nano = 0) => ({ currency: 'rub', units, nano });

type Short = readonly [
  name: string,
  venue: Change,
  says: BadCase['says'],
  more?: Partial<BadCase> | undefined,
];
const table = (code: number, more: Partial<BadCase>, list: readonly Short[]): BadCase[] =>
  rows(
    ...list.map(
      ([name, venue, says, own]) =>
        [
          name,
          START,
          code,
          says,
          { ...more, ...own, trial: { venue, ...more.trial, ...own?.trial } },
        ] as const,
    ),
  );

/** The data are not traded on; the iteration is skipped and says why. */
const skipped = (...list: Short[]): BadCase[] =>
  table(
    0,
    {},
    list.map(([name, venue, says, more]) => [name, venue, ['"status":"skipped"', ...says], more]),
  );
/** One order per key at the venue, all of them filled, whatever it answered. */
function soundBooks({ exchange }: Trial): void {
  const { faults, keys: sent, orders } = exchange.audit();
  expect(faults).toEqual([]);
  expect(sent.every((key) => key.orders.length === 1)).toBe(true);
  expect(orders.map(({ status }) => status)).toEqual(orders.map(() => 'filled'));
}
/** The answer to an order is not believed; the order is looked up, and nothing is sent twice. */
const lookedUp = (...list: Short[]): BadCase[] =>
  table(
    0,
    { posts: 6, after: soundBooks },
    list.map(([name, venue, says, more]) => [name, venue, ['"status":"balanced"', ...says], more]),
  );

const NO_LIST = 'the broker lists no fund and no share that can be traded in rub';
const noPrice = (why: string): string =>
  `the total is unknown: no price has ever been accepted for TMOS (${why}`;
const distrusted = (what: string): string => `the broker's data cannot be trusted: ${what}`;
const undecoded = (method: string): (string | RegExp)[] => [
  method,
  'the reply cannot be decoded: protobuf message cut short',
];
const only =
  (...tickers: string[]) =>
  ({ exchange }: Trial): void => {
    const uids = new Set(tickers.map((ticker) => exchange.instrument(ticker).uid));
    expect(exchange.desk.orders.length).toBeGreaterThan(0);
    for (const order of exchange.desk.orders) expect(uids).toContain(order.uid);
  };

export const ACCOUNTS: readonly BadCase[] = [
  ...table(1, {}, [
    [
      'an unknown id',
      () => {},
      ['no account has the id 2000000009'],
      { files: keys({ account_id: '2000000009' }) },
    ],
    [
      'an index beyond all',
      () => {},
      ['account_id \\"INDEX:5\\"'],
      { files: keys({ account_id: 'INDEX:5' }) },
    ],
    ['a type that nobody has', () => {}, ['account_id \\"ISS\\"'], { files: keys({ account_id: 'ISS' }) }],
    ['closed', account({ status: 3 }), ['account 2000000001 (Account) is closed']],
    ['an unknown status', account({ status: 99 }), ['is not open yet (status unknown)']],
    [
      'read-only',
      account({ accessLevel: 2 }),
      ['the token may only read account 2000000001', 'issue a full-access token'],
    ],
    ['no access', account({ accessLevel: 3 }), ['2000000001']],
    ['an unknown access', corrupt('unknown_account_type'), ['the token may only read account 2000000001']],
    [
      'none at all',
      reply('GetAccounts', () => ({ accounts: [] })),
      ['the token sees no account', 'it is asked again'],
    ],
    [
      'the same twice',
      reply('GetAccounts', ({ accounts }) => ({ accounts: [...accounts, ...accounts] })),
      ['names the id'],
    ],
    ['a list cut short', cut('GetAccounts'), undecoded('GetAccounts')],
    [
      'a token that is refused in one block',
      () => {},
      ['"status":"failed"'],
      { files: keys({ account_id: 'INDEX:1' }) },
    ],
  ]),
  ...rows([
    'a name that moves the cursor',
    'accounts',
    0,
    ['2000000001'],
    { trial: { venue: account({ name: 'a\u001b[2J\u202eb\rc' }) } },
  ]),
  ...rows([
    'two blocks for one broker account',
    START,
    2,
    ['blocks main and b mean one broker account, 2000000001'],
    { files: blocks({}, { id: 'b', name: 'b', account_id: 'BROKER' }) },
  ]),
];

export const REPLIES: readonly BadCase[] = [
  ...skipped(
    [
      'positions of another account',
      corrupt('wrong_account'),
      [distrusted('asked for the positions of account 2000000001')],
    ],
    [
      'positions of an account whose id moves the cursor',
      reply('GetPositions', (message) => ({ ...message, accountId: '\u001b[2J' })),
      ['the answer is about account'],
    ],
    ['positions cut short', cut('GetPositions'), undecoded('GetPositions')],
    [
      'pieces above 2^53',
      position({ balance: 2 ** 53 + 2 }),
      ['Value is larger than Number.MAX_SAFE_INTEGER'],
    ],
    [
      'more than any account is worth',
      position({ balance: 2 ** 52 }),
      [distrusted('positions, prices and cash come to 29273397578908224.00 RUB')],
    ],
    [
      'a short position',
      position({ balance: -5 }),
      ['is short (-5 pieces): short positions are not supported'],
    ],
    ['blocked pieces below nothing', position({ blocked: -1 }), ['expected a whole number of at least 0']],
    ['a position without an instrument', position({ instrumentUid: '' }), ['has no instrument uid']],
    ['a position twice', corrupt('duplicated_position'), ['occurs twice as instrument in the positions']],
    ['money of mixed signs', corrupt('mixed_sign_money'), ['mixes signs: 10 units, -1 nano']],
    [
      'money with a billion nano',
      each('GetPositions', 'money', { nano: 1_000_000_000 }),
      ['has 1000000000 nano; expected less than 10^9'],
    ],
    [
      'money beyond what can be kept',
      each('GetPositions', 'money', { units: 2 ** 50 }),
      [distrusted('rub in the money of account 2000000001 is 1125899906842624 units')],
    ],
    [
      'money twice',
      reply('GetPositions', (message) => ({ ...message, money: [...message.money, ...message.money] })),
      ['"rub\\" occurs twice as currency'],
    ],
    [
      'blocked money below nothing',
      reply('GetPositions', (message) => ({ ...message, blocked: [rub(-5)] })),
      ['blocked RUB of account 2000000001 is negative'],
    ],
    [
      'limits that are still loading',
      (venue) => {
        venue.faults.conditions.limitsLoading = true;
      },
      ['still loading the limits'],
    ],
    [
      'nothing at all',
      corrupt('empty_positions'),
      ['the answer is not believed: the portfolio has securities, the positions have none'],
    ],
    [
      'nothing where there was something',
      corrupt('empty_positions'),
      ['the answer is not believed: the venue shows no securities where there were some'],
      { trial: { after: 'a sound start' } },
    ],
    [
      'no securities where there were some',
      corrupt('no_securities'),
      ['the answer is not believed'],
      { trial: { after: 'a sound start' } },
    ],
    [
      'a held instrument without a price',
      corrupt('empty_prices'),
      [noPrice('the broker gave no last price')],
    ],
    ['no prices', corrupt('no_prices'), [noPrice('the broker gave no last price')]],
    ['a price of zero', corrupt('zero_prices'), [noPrice('the last price is zero')]],
    ['a negative price', corrupt('negative_prices'), [noPrice('the last price is negative')]],
    ['a price of mixed signs', corrupt('mixed_sign_prices'), ['the last price mixes signs']],
    ['a price with a billion nano', corrupt('big_nano_prices'), ['the last price has 1000000000 nano']],
    [
      'a price beyond all',
      price({ price: { units: 1e12, nano: 0 } }),
      ['the last price is 1000000000000 units; expected at most 9223372036'],
    ],
    [
      'prices that make a total beyond all',
      price({ price: { units: 9e9, nano: 0 } }),
      [distrusted('positions, prices and cash come to')],
    ],
    ['a price of 1970', corrupt('epoch_price_times'), [noPrice('the last price has no time')]],
    ['a price without a time', corrupt('no_price_times'), [noPrice('the last price has no time')]],
    ['a price from the future', price({ time: new Date('2030-01-01') }), ["ahead of this computer's clock"]],
    [
      'prices of something else',
      price({ instrumentUid: 'other' }),
      [noPrice('the broker gave no last price')],
    ],
    ['a second, emptier price', corrupt('duplicated_prices'), [noPrice('the broker gave no last price')]],
    ['prices cut short', cut('GetLastPrices'), undecoded('GetLastPrices')],
    ['statuses cut short', cut('GetTradingStatuses'), undecoded('GetTradingStatuses')],
    ['a lot of 0', instrument({ lot: 0 }), [NO_LIST]],
    ['a lot below 0', instrument({ lot: -1 }), [NO_LIST]],
    ['a step of 0', instrument({ minPriceIncrement: { units: 0, nano: 0 } }), [NO_LIST]],
    ['no step', instrument({ minPriceIncrement: undefined }), [NO_LIST]],
    ['foreign currency', instrument({ currency: 'usd' }), [NO_LIST]],
    ['instruments without a uid', instrument({ uid: '' }), [NO_LIST]],
    [
      'empty lists',
      (venue) => {
        for (const method of ['Etfs', 'Shares']) reply(method, () => ({ instruments: [] }))(venue);
      },
      [NO_LIST],
    ],
    ['a list cut short', cut('Etfs'), undecoded('Etfs')],
    [
      'no schedule',
      corrupt('no_schedules'),
      ['the broker has no trading schedule named', 'it counts as closed'],
    ],
    [
      'a schedule that ends before it begins',
      corrupt('backward_schedules'),
      ['a session of 2026-11-20 ends before it begins', 'it counts as closed'],
    ],
    ['a schedule cut short', cut('TradingSchedules'), ['the schedule of MOEX could not be read']],
    [
      'closes that are none, where they weigh',
      each('GetCandles', 'candles', { close: { units: -5, nano: 0 } }),
      ['the price history is unknown, so nothing is balanced'],
      { files: keys({ desired_mode: 'inverse_volatility' }) },
    ],
    [
      'closes cut short, where they weigh',
      cut('GetCandles'),
      ['its daily candles could not be read'],
      { files: keys({ desired_mode: 'inverse_volatility' }) },
    ],
  ),
  ...table(0, {}, [
    ['an unknown trading status', corrupt('unknown_trading_status'), ['its trading status is UNKNOWN_99']],
    [
      'no trading statuses',
      corrupt('no_trading_statuses'),
      ['the venue does not let it be traded through the API now'],
    ],
    [
      'a price that halves at once',
      (venue) => venue.gapPrice('TMOS', '0.5'),
      ['its price moved -50.0 % at once', 'tiebb accept TMOS'],
      { trial: { after: 'a sound start' } },
    ],
    [
      'a zero price of one holds that one alone',
      (venue) =>
        reply('GetLastPrices', ({ lastPrices }) => ({
          lastPrices: lastPrices.map((one: Message) =>
            one.instrumentUid === venue.instrument('TBRU').uid
              ? { ...one, price: { units: 0, nano: 0 } }
              : one,
          ),
        }))(venue),
      ['TBRU is held: the last price is zero'],
      { posts: 2, after: only('TMOS', 'TRUR') },
    ],
    [
      'a lot of 0 of one in the lists is looked up elsewhere',
      corrupt('lot_zero'),
      ['"status":"balanced"'],
      { posts: 6, after: soundBooks },
    ],
    [
      'an instrument listed twice is one',
      corrupt('duplicated_instruments'),
      ['"status":"balanced"'],
      { posts: 6, after: soundBooks },
    ],
    [
      'a tariff cut short is no matter',
      cut('GetUserTariff'),
      ['"status":"balanced"'],
      { posts: 6, after: soundBooks },
    ],
    [
      'a cost that is none is not known: what needs a profit is not sold',
      (venue) =>
        reply('GetPortfolio', (message) => ({
          ...message,
          positions: message.positions.map((one: object) => ({
            ...one,
            averagePositionPrice: rub(-5),
            averagePositionPriceFifo: { currency: 'usd', units: 5, nano: 0 },
          })),
        }))(venue),
      ['what it cost is not known'],
      {
        files: keys({
          min_profit_percent_for_close_position: 0,
          desired_wallet: { TBRU: 100 },
          unlisted_positions: 'sell',
        }),
        posts: 2,
        after: only('TBRU'),
      },
    ],
  ]),
  ...lookedUp(
    ['an order answered with a message cut short', cut('PostOrder'), []],
    ['an order answered with an unknown status', corrupt('unknown_post_status'), []],
    ['an order answered with more than was asked', corrupt('executed_more_than_asked'), []],
    ['an order answered with nothing', corrupt('empty_post_reply'), []],
    ['an order answered without its key', corrupt('post_without_key'), []],
    [
      'an order answered with the key of another',
      posted({ orderRequestId: '00000000-0000-4000-8000-000000000000' }),
      [],
    ],
    ['an order answered with another instrument', posted({ instrumentUid: 'other' }), []],
    ['an order answered with the other side', posted({ direction: 2 }), []],
    ['an order answered with a fee below nothing', posted({ executedCommission: rub(-5) }), []],
    ['an order answered with a fee beyond its worth', posted({ executedCommission: rub(50_000_000) }), []],
    ['an order answered with a price beyond all', posted({ executedOrderPrice: rub(9_000_000_000) }), []],
    ['an order answered with an amount of mixed signs', posted({ executedOrderPrice: rub(5, -1) }), []],
    ['an unknown status of an order that is looked up', corrupt('unknown_order_status'), []],
  ),
  ...table(7, { posts: 3 }, [
    [
      'an order of which nothing readable is ever heard',
      cut('PostOrder', 'GetOrderState', 'GetOrders'),
      ['the outcome of an order is not known yet', ACCOUNT],
    ],
  ]),
];
