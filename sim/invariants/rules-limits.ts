// How much may be traded: `limits`, `cash_reserve_rub`, `margin_trading`, weights' caps and floors, own money for what must be
// paid with it, and what needs a person's yes. Judged when a plan becomes durable, by the venue's books and fills.
// Exempt from the limits is what brings RUB back to its floor, and nothing else.

import { raw } from '../../src/core/units.ts';
import { marginOf } from '../../src/exchange/margin.ts';
import type { Intent, PendingOrder } from '../../src/ports.ts';
import type { Check, PlannedLeg } from '../check.ts';
import type { SimAccount } from '../generate/generate-accounts.ts';
import type { World } from '../world/world.ts';
import {
  Doings,
  debtMax,
  Gaps,
  isBelowFloor,
  isClear,
  keyOf,
  movesOf,
  NANO,
  nanoOf,
  reserveOf,
  type Sight,
  sightOf,
} from './rules-books.ts';
import { rub, weighedPart } from './targets.ts';

/** Prices and with them the total move by so much between the look and the plan: per thousand. */
const MOVED = 20n;
/** A clock that was set is known to be right again after this long. */
const CLOCK_WITHIN_MS = 20 * 60_000;
const upTo = (whole: bigint, percent: number): bigint =>
  (whole * BigInt(Math.round(percent * 1e6)) * (1000n + MOVED)) / (100_000_000n * 1000n);

interface Planned {
  readonly leg: PlannedLeg;
  readonly account: SimAccount;
  readonly sight: Sight;
  readonly moves: ReturnType<typeof movesOf>;
}

export function ruledLimitChecks(world: World): Check {
  const doings = new Doings(world);
  const gaps = new Gaps(world);
  /** Orders that left, by iteration: leg and instrument, for what is split is one order. */
  const sent = new Map<string, Set<string>>();
  /** What a person said yes to last: by account, instrument and side. */
  const agreed = new Map<string, { readonly row: PendingOrder; readonly atMs: number }>();
  /** Iterations that had something to cover. */
  const covering = new Set<string>();

  /** `min_trade_rub`, `dust_percent`: but for first lots and weights that go to 0. */
  function small({ account, sight, moves }: Planned): void {
    const least = [
      (nanoOf(keyOf(account, 'min_trade_rub', 'limits')) * (1000n - MOVED)) / 1000n,
      (upTo(sight.equity, Number(keyOf(account, 'dust_percent', 'limits') ?? 0.02)) * (1000n - 2n * MOVED)) /
        1000n,
    ].reduce((most, each) => (each > most ? each : most));
    for (const [name, { intent, amount }] of moves) {
      const row = sight.rows.get(intent.ticker);
      const isFirst =
        intent.request.side === 'buy' &&
        account.block.min_one_lot !== false &&
        (row?.pieces ?? 0n) < (row?.lot ?? 1n);
      const mayLeave = intent.request.side === 'sell' && mayWeighNothing(account, intent.ticker);
      if (amount < least && !isFirst && !mayLeave)
        world.violate(
          'limits.min_trade_rub',
          `${account.id} plans to ${name} for ${amount} nano, the least is ${least}`,
        );
    }
  }

  /** `max_trade_percent`, `max_turnover_percent`: what was executed and what is planned now. */
  function large({ leg, account, sight, moves }: Planned): void {
    const done = doings.of(leg.iteration, account.id);
    const perTicker = keyOf(account, 'max_trade_percent', 'limits');
    if (perTicker !== undefined)
      for (const [name, { intent, amount }] of moves) {
        const all = amount + (done.filled.get(intent.ticker) ?? 0n);
        if (all > upTo(sight.equity, Number(perTicker)))
          world.violate(
            'limits.max_trade_percent',
            `${account.id} plans to ${name} for ${amount}, ${all} nano in all`,
          );
      }
    const turnover = keyOf(account, 'max_turnover_percent', 'limits');
    if (turnover === undefined) return;
    const both = typeof turnover === 'object' ? turnover : { iteration: turnover, day: turnover };
    const now = [...moves.values()].reduce((sum, { amount }) => sum + amount, 0n);
    const before = [...done.filled.values()].reduce((sum, each) => sum + each, 0n);
    const { iteration, day } = both as { readonly iteration?: number; readonly day?: number };
    if (iteration !== undefined && before + now > upTo(sight.equity, iteration))
      world.violate(
        'limits.max_turnover_percent',
        `${account.id} plans ${now} nano after ${before} in one iteration of ${sight.equity}`,
      );
    const today = doings.today(account);
    if (day !== undefined && now > 0n && today + now > upTo(sight.equity, day))
      world.violate(
        'limits.max_turnover_percent',
        `${account.id} plans ${now} nano after ${today} today, of ${sight.equity}`,
      );
  }

  /** What is kept aside is not spent; what may not be borrowed is not spent either. */
  function spending({ leg, account, sight }: Planned): void {
    const { exchange } = world;
    const books = exchange.registry.account(account.brokerAccount);
    const cost = ({ request, sizedAt }: Intent): bigint => {
      const value = raw(request.lots) * raw(request.lot) * raw(request.limit ?? sizedAt);
      const instrument = exchange.market.byUid(request.uid);
      return value + (instrument ? (value * exchange.desk.rate(books, instrument)) / NANO : 0n);
    };
    const buys = leg.intents.filter(({ request }) => request.side === 'buy');
    const whole = buys.reduce((sum, intent) => sum + cost(intent), 0n);
    if (whole === 0n) return;
    const kept = reserveOf(account);
    // RUB that somebody else's order holds is still there.
    const held = exchange.desk.blockedCash(account.brokerAccount, 'rub');
    if (kept > 0n && sight.cash + held - whole < kept)
      world.violate(
        'cash_reserve_rub',
        `${account.id} plans to pay ${whole} of ${sight.cash} nano, ${kept} are kept`,
      );
    const most = debtMax(world, account, sight);
    // Two percent of the total for prices that moved since it was looked at.
    const room = account.borrows && most > 0n ? sight.equity / 50n : 0n;
    if (account.borrows && whole - sight.cash > most + room)
      world.violate(
        'margin_trading',
        `${account.id} plans to pay ${whole} of ${sight.cash} nano, ${most} may be owed`,
      );
    collateral({ leg, account });
    // What the broker is told to lend for it lends, also where a price has moved: nobody asks for what is not needed.
    const lent = buys.find(({ request }) => request.confirmMargin);
    if (lent !== undefined && (!account.borrows || whole + whole / 10n < sight.cash))
      world.violate(
        'margin_trading',
        `${account.id} confirms margin for ${lent.ticker}, it pays ${whole} of ${sight.cash} nano`,
      );
    const funding = Object(account.block.buy_requires_total_marginal_sell ?? {});
    if (Reflect.get(funding, 'enabled') !== true) return;
    const listed = new Set(Reflect.get(funding, 'instruments') as readonly string[]);
    const own = buys
      .filter(({ ticker }) => listed.has(ticker))
      .reduce((sum, intent) => sum + cost(intent), 0n);
    if (own > 0n && own > sight.cash)
      world.violate(
        'buy_requires_total_marginal_sell',
        `${account.id} plans to pay ${own} for ${[...listed].join(', ')} of ${sight.cash} nano`,
      );
  }

  /** A leg that leaves a debt leaves so many times the starting margin, by the venue's own reckoning. */
  function collateral({ leg, account }: Pick<Planned, 'leg' | 'account'>): void {
    const { exchange, timeline } = world;
    if (!account.borrows) return;
    const books = exchange.registry.account(account.brokerAccount);
    const planned = leg.intents.map(({ request, sizedAt }) => {
      const pieces = raw(request.lots) * raw(request.lot) * (request.side === 'buy' ? 1n : -1n);
      return { uid: request.uid, pieces, cash: -pieces * raw(sizedAt) };
    });
    const cash = planned.reduce((sum, change) => sum + change.cash, books.cash());
    const { liquid, starting } = marginOf(books, exchange.market, timeline.now(), planned);
    const enough = Number(keyOf(account, 'min_funds_sufficiency', 'margin_trading') ?? 1.2);
    const room = world.liveliness > 0 || !gaps.quiet ? 2n * MOVED : 1n;
    const least = (starting * BigInt(Math.round(enough * 1000)) * (1000n - room)) / 1_000_000n;
    if (cash < 0n && liquid < least)
      world.violate(
        'min_funds_sufficiency',
        `${account.id} would have collateral of ${liquid} nano for a starting margin of ${starting}, ${enough} times it are wanted`,
      );
  }

  /** `max_weight_percent`, `min_weight_percent` of targets: no trade passes one by more than the costliest lot. */
  function weights({ account, sight, moves }: Planned): void {
    const { max_weight_percent: caps, min_weight_percent: floors } = account.block;
    if (caps === undefined && floors === undefined) return;
    const limit = (of: unknown, ticker: string): number | undefined =>
      typeof of === 'object'
        ? (Reflect.get(Object(of), ticker) as number | undefined)
        : (of as number | undefined);
    const costliest = [...sight.rows.values()].reduce(
      (most, { lot, price }) => (lot * price > most ? lot * price : most),
      0n,
    );
    const sum = Object.values(account.wallet).reduce((total, percent) => total + percent, 0);
    const part = weighedPart(account, rub(sight.equity), (account.wallet.RUB ?? 0) / sum);
    const weighed = BigInt(Math.round(part)) * NANO;
    const multiplier = account.borrows ? Number(keyOf(account, 'multiplier', 'margin_trading')) : 1;
    for (const { intent, amount } of moves.values()) {
      const { ticker } = intent;
      const row = sight.rows.get(ticker);
      if (row === undefined || (account.wallet[ticker] ?? 0) <= 0) continue;
      const buys = intent.request.side === 'buy';
      const after = row.worth + (buys ? amount : -amount);
      const cap = limit(caps, ticker);
      if (buys && cap !== undefined && after > upTo(sight.equity, cap * multiplier) + costliest)
        world.violate(
          'max_weight_percent',
          `${account.id} buys ${ticker} up to ${after} of ${sight.equity} nano`,
        );
      const floor = limit(floors, ticker);
      if (
        !buys &&
        floor !== undefined &&
        !raisesOwnMoney(account) &&
        !isStuck(account) &&
        after + costliest + row.lot * row.price < (upTo(weighed, floor) * (1000n - 3n * MOVED)) / 1000n
      )
        world.violate(
          'min_weight_percent',
          `${account.id} sells ${ticker} down to ${after} of ${sight.equity} nano`,
        );
    }
  }

  /** Something of it may not be sold: there is too much of that, and the others are less in proportion. */
  const isStuck = ({ id, block }: SimAccount): boolean =>
    block.do_not_sell !== undefined ||
    world.alerts.some(({ alert }) => alert.account === id && alert.event === 'instrument_barred');

  /** Purchases cover nothing: none of them goes without a yes, whatever happens to the account meanwhile. */
  function asked({ account, moves }: Planned, isCovering: boolean): void {
    const threshold = account.block.confirmationThresholdRub;
    if (threshold === undefined || world.forgotten.size > 0 || !isSteadyClock()) return;
    const isQuiet = !isCovering && isClear(world, account) && gaps.quiet;
    for (const [name, { intent, amount }] of moves)
      if (
        (isQuiet || intent.request.side === 'buy') &&
        amount > nanoOf(threshold) &&
        !isAgreed(account, intent, amount)
      )
        world.violate('confirmationThresholdRub', `${account.id} plans to ${name} for ${amount} nano`);
  }

  const isSteadyClock = (): boolean =>
    world.skewMs === 0 && world.timeline.now() - world.skewedAtMs > CLOCK_WITHIN_MS;

  /** A yes is for as much as was asked about and a twentieth more, less what has been executed since. */
  function isAgreed({ id, brokerAccount }: SimAccount, { request }: Intent, amount: bigint): boolean {
    const yes = agreed.get(nameOf(id, request));
    if (yes === undefined || world.timeline.now() > yes.row.expiresAtMs) return false;
    const since = world.exchange.desk.orders.filter(
      ({ accountId, uid, side, createdMs, foreign }) =>
        !foreign &&
        accountId === brokerAccount &&
        uid === request.uid &&
        side === request.side &&
        createdMs >= yes.atMs,
    );
    const executed = since.reduce(
      (sum, order) => sum + order.fills.reduce((all, { value }) => all + value, 0n),
      0n,
    );
    return (executed + amount) * 1000n <= raw(yes.row.amount) * (1050n + MOVED);
  }

  return {
    onPlan(leg) {
      const account = world.accounts.find(({ id }) => id === leg.account);
      if (account === undefined) return;
      doings.plan(leg);
      if (account.plain) return;
      const moves = movesOf(leg.intents);
      const sight = sightOf(world, account, leg);
      const planned = { leg, account, sight, moves };
      const isCovering = isBelowFloor(world, account, sight);
      if (isCovering) covering.add(leg.iteration);
      asked(planned, isCovering);
      if (!isClear(world, account) || !gaps.quiet) return;
      spending(planned);
      if (isCovering) return;
      small(planned);
      large(planned);
      weights(planned);
    },
    onConfirm: (row) => void agreed.set(nameOf(row.account, row), { row, atMs: world.timeline.now() }),
    onCall: () => gaps.look(),
    onOrder: (order) => doings.order(order),
    onAttempt(keys) {
      for (const key of keys) {
        const intent = doings.intentOf(key);
        const account = world.accounts.find(({ id }) => id === intent?.account);
        const most = account && keyOf(account, 'max_orders', 'limits');
        if (intent === null || most === undefined) continue;
        const orders = (sent.get(intent.iteration) ?? new Set()).add(`${intent.leg} ${intent.ticker}`);
        sent.set(intent.iteration, orders);
        if (orders.size > Number(most) && !covering.has(intent.iteration))
          world.violate('limits.max_orders', `${orders.size} orders in iteration ${intent.iteration}`);
      }
    },
  };
}

const nameOf = (account: string, { uid, side }: Pick<PendingOrder, 'uid' | 'side'>): string =>
  `${account} ${uid} ${side}`;

/** What pays for what must be paid with own money is sold below its target, and comes back in the next iteration. */
function raisesOwnMoney(account: SimAccount): boolean {
  const funding = Object(account.block.buy_requires_total_marginal_sell ?? {});
  const how = Object(funding.allow_to_sell_others_positions_to_buy_non_marginal_positions ?? {});
  return funding.enabled === true && how.mode !== 'none';
}

/** A weight of 0 is sold to the last lot, however small; a mode or a shift may make it 0. */
const mayWeighNothing = ({ wallet, block }: SimAccount, ticker: string): boolean =>
  (wallet[ticker] ?? 0) <= 0 ||
  block.diff !== undefined ||
  /^(decorrelation|sharpe)$/.test(String(block.desired_mode ?? block.rebalance_mode ?? ''));
