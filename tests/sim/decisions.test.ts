// Every invariant of decisions can fail: each is shown a plan or a record that breaks it, in a world where all else is well.

import { expect, test } from 'bun:test';
import { GetLastPricesRequest, GetLastPricesResponse } from 'tinkoff-invest-api/dist/generated/marketdata.js';
import { type SeenCall, together } from '../../sim/check.ts';
import { balanceChecks } from '../../sim/invariants/balance.ts';
import { breakerChecks } from '../../sim/invariants/breakers.ts';
import { calmChecks } from '../../sim/invariants/calm.ts';
import { decisionChecks } from '../../sim/invariants/decisions.ts';
import { limitChecks } from '../../sim/invariants/limits.ts';
import { planningChecks } from '../../sim/invariants/planning.ts';
import { postingChecks } from '../../sim/invariants/posting.ts';
import { toldChecks } from '../../sim/invariants/told.ts';
import { turnoverChecks } from '../../sim/invariants/turnover.ts';
import { openSimJournal } from '../../sim/world/sim-journal.ts';
import { World } from '../../sim/world/world.ts';
import type { IterationRecord } from '../../src/core/iteration-record.ts';
import { lotSize, lots, money, price, shares } from '../../src/core/units.ts';
import type { Intent } from '../../src/ports.ts';

const store = openSimJournal();
const NANO = 1_000_000_000n;

/** One account with TMOS at half of 100,000 RUB wanted, 1,000 pieces held, the rest in RUB. */
function scene(block: Record<string, unknown> = {}) {
  const world = new World({
    seed: 3,
    kept: new Set(),
    traced: false,
    calm: true,
    store,
    checks: (made) => {
      const told = toldChecks(made);
      const traded = turnoverChecks(made, told);
      const rest = [decisionChecks(made, told, traded), calmChecks(made, told), balanceChecks(made, told)];
      const more = [breakerChecks(made, told), limitChecks(made), planningChecks(made, told)];
      return together([told, traded, ...rest, ...more, postingChecks(made)]);
    },
  });
  world.start();
  const account = world.accounts[0]!;
  for (const key of Object.keys(account.block))
    if (!/^(id|name|min_one)/.test(key)) Reflect.deleteProperty(account.block, key);
  for (const ticker of Object.keys(account.wallet)) Reflect.deleteProperty(account.wallet, ticker);
  Object.assign(account.wallet, { TMOS: 50, RUB: 50 });
  Object.assign(account.block, { min_improvement_pp: 0.25, ...block });
  const { exchange } = world;
  const books = exchange.registry.account(account.brokerAccount);
  for (const uid of books.held())
    exchange.giveSecurities(account.brokerAccount, uid, -Number(books.pieces(uid)));
  const tmos = exchange.instrument('TMOS');
  exchange.giveSecurities(account.brokerAccount, 'TMOS', 1_000);
  const atMs = world.timeline.now();
  const rest = 100_000n * NANO - books.cash();
  books.book({
    atMs,
    kind: rest > 0n ? 'input' : 'output',
    currency: 'rub',
    cash: rest,
    uid: null,
    pieces: 0n,
    price: 0n,
    orderId: null,
    tradeId: null,
  });
  const last = () => exchange.market.last(tmos, exchange.now())!.price;
  let iteration = 0;
  return {
    world,
    account,
    last,
    /** The bot is told prices as they are, unless the test says otherwise. */
    tell(nano = last(), ageMs = 0, { uid } = tmos) {
      const body = {
        instrumentUid: uid,
        price: { units: Number(nano / NANO), nano: Number(nano % NANO) },
        time: new Date(world.timeline.now() - ageMs).toISOString(),
      };
      world.checks.onReply(
        'GetLastPrices',
        GetLastPricesRequest.encode({ figi: [], instrumentId: [uid], lastPriceType: 0 }).finish(),
        GetLastPricesResponse.encode(GetLastPricesResponse.fromJSON({ lastPrices: [body] })).finish(),
        world.life!,
        account.token,
      );
    },
    plan(side: 'buy' | 'sell', count: bigint, leg = side === 'sell' ? 0 : 1, parts = 1, sizedAt = last()) {
      iteration += 1;
      const intent = (part: number): Intent => ({
        account: account.id,
        iteration: `i${iteration}`,
        leg,
        part,
        ticker: 'TMOS',
        sizedAt: price(sizedAt),
        request: {
          key: `${iteration} ${part}`,
          brokerAccount: account.brokerAccount,
          uid: tmos.uid,
          side,
          lots: lots(count),
          lot: lotSize(1n),
          type: 'market',
          limit: null,
          confirmMargin: false,
        },
      });
      world.checks.onPlan({
        account: account.id,
        iteration: `i${iteration}`,
        leg,
        intents: Array.from({ length: parts }, (_, part) => intent(part)),
        before: { cash: money(books.cash()), pieces: new Map([[tmos.uid, shares(books.pieces(tmos.uid))]]) },
      });
    },
    /** What is planned next is a further leg. */
    goOn() {
      iteration -= 1;
    },
    /** An iteration ends, and says so. */
    record(status: IterationRecord['status'], id = world.newId(), startedMs = world.timeline.now()) {
      const started_at = new Date(startedMs).toISOString();
      const said = { account: account.id, iteration: id, status, started_at, dry_run: false };
      const positions = [{ ticker: 'TMOS' }];
      world.checks.onRecord(
        { ...said, positions, orders: [], exchange_open: true, reason: null } as unknown as IterationRecord,
        world.life!,
      );
    },
    broken: () => {
      world.close();
      return world.violations.map(({ invariant }) => invariant);
    },
  };
}

type Scene = ReturnType<typeof scene>;

const CASES: readonly (readonly [
  invariant: string,
  what: string,
  break_: (scene: Scene) => void,
  block?: object,
])[] = [
  ['towards', 'a purchase past its target', ({ plan }) => plan('buy', 9_000n)],
  ['towards', 'a sale of what is below its target', ({ plan }) => plan('sell', 500n)],
  ['objective', 'a purchase that ends further off than it began', ({ plan }) => plan('buy', 15_500n)],
  ['worth it', 'a purchase of next to nothing', ({ plan }) => plan('buy', 5n)],
  [
    'calm',
    'a trade where nothing was to be done',
    ({ world, record, plan }) => {
      world.calmAtMs = 0;
      record('nothing_to_do');
      plan('buy', 6_000n);
    },
  ],
  [
    'balanced in truth',
    'nothing to do, far from the target',
    ({ world, record }) => {
      world.calmAtMs = 0;
      record('nothing_to_do');
    },
  ],
  [
    'price jump',
    'an order at a price that leaped',
    ({ world, last, tell, plan }) => {
      plan('buy', 3_000n);
      world.exchange.gapPrice('TMOS', '1.5');
      tell();
      plan('buy', 1_000n, 1, 1, last());
    },
  ],
  [
    'price jump',
    'an order at a price that leaped further than its account allows',
    ({ world, last, tell, plan }) => {
      plan('buy', 3_000n);
      world.exchange.gapPrice('TMOS', '1.1');
      tell();
      plan('buy', 1_000n, 1, 1, last());
    },
    { max_price_jump_percent: 8.5 },
  ],
  [
    'I10',
    'a price that is older than its account allows',
    ({ last, tell, plan }) => {
      tell(last(), 20 * 60_000);
      plan('buy', 3_000n);
    },
    { max_price_age: '5m' },
  ],
  [
    'drawdown',
    'a purchase after a fall that is too deep',
    ({ world, tell, record, plan }) => {
      record('nothing_to_do');
      world.exchange.gapPrice('TMOS', '0.8');
      tell();
      plan('buy', 3_000n);
    },
    { max_drawdown_percent: 1 },
  ],
  [
    'I9',
    'more than may be traded in a day',
    ({ plan }) => plan('buy', 5_000n),
    { max_day_turnover_percent: 10 },
  ],
  ['I9', 'an order that is split for nothing', ({ plan }) => plan('buy', 2_000n, 1, 2)],
  [
    'I10',
    'a price that was said before, not last',
    ({ last, tell, plan }) => {
      tell(last() + NANO);
      plan('buy', 3_000n);
    },
  ],
  ['I6', 'more than there is', ({ plan }) => plan('buy', 60_000n)],
  [
    'I12',
    'one token over its limit',
    ({ world }) => {
      for (let count = 0; count < 400; count += 1) {
        world.timeline.run(world.timeline.now() + 30, () => false);
        world.checks.onLeave('GetPositions', new Uint8Array(), world.life!, 'one');
      }
    },
  ],
];

test.each(CASES)('%s fails on %s', (invariant, _, break_, block = {}) => {
  const made = scene(block as Record<string, unknown>);
  made.tell();
  break_(made);
  expect(made.broken()).toContain(invariant);
});

test('nothing fails on a price that is as old, and leaps as far, as its account allows', () => {
  const made = scene({ max_price_age: '24h', max_price_jump_percent: 70 });
  made.tell();
  made.plan('buy', 3_000n);
  made.world.exchange.gapPrice('TMOS', '1.5');
  made.tell(made.last(), 90 * 60_000);
  made.plan('buy', 1_000n, 1, 1, made.last());
  const broken = made.broken();
  expect(broken).not.toContain('price jump');
  expect(broken).not.toContain('I10');
});

test('nothing fails on a purchase up to the target, and on nothing to do there', () => {
  const made = scene();
  const { world, account } = made;
  made.tell();
  const missing = (53_250n * NANO) / made.last() - 1_000n;
  made.plan('buy', missing);
  world.exchange.giveSecurities(account.brokerAccount, 'TMOS', Number(missing));
  world.exchange.withdraw(account.brokerAccount, String((missing * made.last()) / NANO));
  world.calmAtMs = 0;
  made.record('nothing_to_do');
  expect(made.broken()).toEqual([]);
});

/** One piece is bought: its fee is a kopeck, which is far more of it than the rate. */
const tradeOne = (made: Scene): void => trade(made, 'buy', 1n);

/** The venue takes an order and fills it. */
function trade({ world, account }: Scene, side: 'buy' | 'sell', count: bigint): void {
  const uid = world.exchange.instrument('TMOS').uid;
  const order = {
    accountId: account.brokerAccount,
    key: 'one',
    uid,
    side,
    type: 'market',
    lots: count,
  } as const;
  world.exchange.desk.post(
    { ...order, price: null, confirmMargin: false, timeInForce: 'day', foreign: false },
    world.timeline.now(),
  );
}

test.each([
  [0.9, false, false],
  [1.2, false, true],
  // Half as much again might be invested: that much less is missing by that, but not by what is chosen.
  [0.9, true, false],
  [1.2, true, true],
])(
  'a sale past its target by %p of the fees, by what one piece has paid (borrows: %p): fails is %p',
  (share, borrows, fails) => {
    const made = scene({
      margin_trading: { enabled: borrows, multiplier: 1.5, max_margin_size: 10_000_000 },
    });
    const { world, account, last, tell, plan } = made;
    Object.assign(account, { borrows });
    tradeOne(made);
    world.exchange.giveSecurities(account.brokerAccount, 'TMOS', 60_000);
    tell();
    const books = world.exchange.registry.account(account.brokerAccount);
    const worth = 61_001n * last();
    const target = (worth + books.cash()) / 2n;
    // What is too much of TMOS is too little of RUB: both are to move.
    const reckoned = Number(2n * (worth - target)) * (10_000_000 / Number(last())) * share;
    plan('sell', (worth - target + BigInt(Math.round(reckoned))) / last());
    expect(made.broken().includes('towards')).toBe(fails);
  },
);

test.each([
  [0.9, false],
  [1.2, true],
])(
  'a sale past its target by %p of the steps that what it pays for keeps aside: fails is %p',
  (share, fails) => {
    const made = scene();
    const { world, account, last, tell, plan } = made;
    Reflect.deleteProperty(account.wallet, 'RUB');
    Object.assign(account.wallet, { TMOS: 50, TRUR: 50 });
    const { exchange } = world;
    exchange.giveSecurities(account.brokerAccount, 'TMOS', 600_000);
    const books = exchange.registry.account(account.brokerAccount);
    const other = exchange.instrument('TRUR');
    const price = exchange.market.last(other, exchange.now())!.price;
    tell();
    tell(price, 0, other);
    const worth = 601_000n * last();
    const target = (worth + books.cash()) / 2n;
    const lots = (target - books.pieces(other.uid) * price) / price;
    // 0.3 % of what moves: from TMOS and from RUB into TRUR.
    const fees = (3n * 2n * target) / 1_000n;
    const past = fees + BigInt(Math.round(Number(lots * other.step) * share));
    plan('sell', (worth - target + past) / last());
    expect(made.broken().includes('towards')).toBe(fails);
  },
);

test.each([
  ['that began before it', 1_000, false],
  ['that began after it', 0, true],
])('a price that comes back from a gap is answered by an iteration %s', (_, beganMs, fails) => {
  const made = scene();
  const { world, record } = made;
  made.tell();
  world.calmAtMs = 0;
  const id = world.newId();
  world.timeline.run(world.timeline.now() + 1_000, () => false);
  world.cameBackMs = world.timeline.now() - 1_000 + beganMs;
  record('balanced', id, world.timeline.now() - 1_000);
  expect(made.broken().includes('balanced in truth')).toBe(fails);
});

test.each([
  ['before the faults end', 1, false],
  ['after they ended', 0, true],
])('calm goes by when an iteration truly began: one %s', (_, aheadMs, fails) => {
  const made = scene();
  const { world, tell, record, plan } = made;
  tell();
  world.swarm.fired.push('price_missing');
  world.calmAtMs = world.timeline.now() + aheadMs;
  const id = world.newId();
  world.timeline.run(world.calmAtMs, () => false);
  // The bot's clock is ahead.
  record('balanced', id, world.calmAtMs + 5_000);
  plan('buy', 6_000n);
  expect(made.broken().includes('calm')).toBe(fails);
});

test.each([
  ['what was too little to sell and what trading cost', 5n, 9n, false],
  ['more than both', 5n, 11n, true],
  ['as much, where what was left was no little', 8n, 9n, true],
])('calm allows a sale of %s', (_, over, sold, fails) => {
  const made = scene();
  const { world, account, last, tell, record, plan } = made;
  tell();
  world.calmAtMs = 0;
  const pieces = (100_000n * NANO) / last();
  // Half of what it is over the other half is too much: of 200,000 RUB 40 are the least.
  world.exchange.giveSecurities(account.brokerAccount, 'TMOS', Number(pieces + 2n * over - 1_000n));
  plan('buy', 1n);
  world.exchange.withdraw(account.brokerAccount, String((4n * last()) / NANO));
  record('balanced', 'i1');
  plan('sell', sold);
  expect(made.broken().includes('calm')).toBe(fails);
});

test.each([
  ['while its clock is set', 0, false],
  ['after its clock was set', 1, true],
])('a fall since a first look %s', (_, laterMs, fails) => {
  const made = scene({ max_drawdown_percent: 1 });
  const { world, tell, record, plan } = made;
  tell();
  world.skewedAtMs = world.timeline.now() - laterMs;
  record('nothing_to_do');
  world.skewedAtMs = Number.NEGATIVE_INFINITY;
  world.exchange.gapPrice('TMOS', '0.8');
  tell();
  plan('buy', 3_000n);
  expect(made.broken().includes('drawdown')).toBe(fails);
});

test.each([
  ['of the same iteration is no iteration of its own', true, false],
  ['of another is', false, true],
])('a small purchase after one that could not be judged: one %s', (_, goesOn, fails) => {
  const made = scene();
  const { world, tell, plan } = made;
  tell();
  // Its clock has just been changed; and then it is as if that were long ago.
  world.skewedAtMs = world.timeline.now();
  plan('buy', 3_000n);
  world.skewedAtMs = Number.NEGATIVE_INFINITY;
  if (goesOn) made.goOn();
  plan('buy', 5n, 2);
  expect(made.broken().includes('worth it')).toBe(fails);
});

test.each([
  ['a first lot that is little worth', 1n, true],
  ['one that is worth it with what it is bought with', 3_000n, false],
])('a small purchase in a further round after %s', (_, count, fails) => {
  const made = scene();
  const { world, account, tell, plan } = made;
  world.exchange.giveSecurities(account.brokerAccount, 'TMOS', -1_000);
  tell();
  plan('buy', count);
  world.exchange.giveSecurities(account.brokerAccount, 'TMOS', Number(count));
  made.goOn();
  plan('buy', 5n, 2);
  expect(made.broken().includes('worth it')).toBe(fails);
});

test('a small purchase after sells of which the venue made none', () => {
  const made = scene();
  const { world, account, tell, plan } = made;
  world.exchange.giveSecurities(account.brokerAccount, 'TMOS', 6_000);
  tell();
  plan('sell', 1n);
  world.exchange.giveSecurities(account.brokerAccount, 'TMOS', -1_000);
  made.goOn();
  plan('buy', 5n);
  expect(made.broken()).toContain('worth it');
});

test.each([
  ['all that may be owed', 195_000n, false],
  ['more', 215_000n, true],
])(
  'what is not held and has no price leaves it known what may be owed: a purchase of %s',
  (_, spent, fails) => {
    const made = scene({ margin_trading: { enabled: true, multiplier: 2, max_margin_size: 10_000_000 } });
    const { account, last, tell, plan } = made;
    Object.assign(account, { borrows: true });
    Reflect.deleteProperty(account.wallet, 'RUB');
    Object.assign(account.wallet, { TRUR: 50 });
    tell();
    plan('buy', (spent * NANO) / last());
    expect(made.broken().includes('I6')).toBe(fails);
  },
);

test.each([
  ['sold at a fee that was reckoned higher', 'sell', 1, false],
  ['sold at a fee that was reckoned as it is', 'sell', 0.05, true],
  ['bought at a fee that was reckoned higher', 'buy', 1, true],
] as const)('of what was %s, less may be held than may be owed for', (_, side, percent, fails) => {
  const margin = { enabled: true, multiplier: 2, max_margin_size: 10_000_000 };
  const made = scene({ margin_trading: margin, commission_percent: percent });
  const { world, account, last, tell, plan, record } = made;
  Object.assign(account, { borrows: true });
  Reflect.deleteProperty(account.wallet, 'RUB');
  world.calmAtMs = 0;
  const traded = 90_000n;
  const before = 198_500n + (side === 'sell' ? traded : -traded);
  world.exchange.giveSecurities(account.brokerAccount, 'TMOS', Number((before * NANO) / last()) - 1_000);
  plan(side, (traded * NANO) / last());
  trade(made, side, (traded * NANO) / last());
  // 198,500 RUB of 100,000 are held: 1,500 less than might be owed for, all of which the fee might have cost.
  world.exchange.withdraw(account.brokerAccount, String(before));
  tell();
  record('balanced', 'i1');
  expect(made.broken().includes('balanced in truth')).toBe(fails);
});

/** The bot is shown what its account holds. */
const shows = ({ world, account }: Scene): void =>
  world.checks.onCall(
    {
      call: { method: 'GetPositions', accountId: account.brokerAccount } as SeenCall['call'],
      life: world.life!,
    },
    'applied',
  );

test('a payout that came after the look at the account raises no peak; a fall after it is one', () => {
  const made = scene({ max_drawdown_percent: 0.5 });
  const { world, tell, record } = made;
  tell();
  shows(made);
  record('nothing_to_do');
  shows(made);
  world.exchange.payOut('TMOS', '1.0');
  record('nothing_to_do');
  // Positions are read again, prices are not: those are still from before it.
  shows(made);
  record('nothing_to_do');
  // A second before the next prices.
  const paid = world.exchange.registry.account(made.account.brokerAccount).ledger.at(-1)!;
  Reflect.set(paid, 'atMs', paid.atMs - 1_000);
  tell();
  for (const _ of ['the price is lower by the payout', 'and stays']) {
    shows(made);
    record('nothing_to_do');
  }
  expect(world.violations.filter(({ invariant }) => invariant === 'drawdown')).toEqual([]);
  world.exchange.gapPrice('TMOS', '0.85');
  tell();
  shows(made);
  record('nothing_to_do');
  expect(made.broken()).toContain('drawdown');
});
