// Decisions, judged when they become durable, on the venue's books and the prices that the account was told: nothing moves
// away from its target or past it by more than a lot and the fees, no plan ends further from the targets than it began, and
// purchases are worth making. What has a name in the contract (a first lot, a debt, a purchase that others must pay for) is
// allowed no more than it needs.

import { raw } from '../../src/core/units.ts';
import { chargedFee, executedValue, type VenueOrder } from '../../src/exchange/order.ts';
import type { Check, PlannedLeg } from '../check.ts';
import type { SimAccount } from '../generate/generate-accounts.ts';
import type { World } from '../world/world.ts';
import {
  DUST_PERCENT,
  fillsOf,
  growthOf,
  hasTraded,
  missOf,
  mostMissing,
  type Row,
  rub,
  rubEdge,
  type Standing,
  standingOf,
} from './targets.ts';
import type { Told } from './told.ts';
import type { Traded } from './turnover.ts';

/** The solver takes the calmest of what is within 0.1 % of the least. */
const TIE = 1.001;
/** Doubles, and fees that are rounded to kopecks. */
const GRAIN_RUB = 0.5;
/** The bot goes by the highest rate of so many fills. */
const RATE_FROM_FILLS = 20;
/** Refusals of the venue for want of money, and what the bot reckons with besides for each iteration of them. */
const TOO_LITTLE: ReadonlySet<string> = new Set(['30042', '30034', '30051']);
const MORE = 0.003;
const MORE_TIMES = 5;
/** What stops a plan short of all that would be worth trading, or measures it by something else. */
const CUT_SHORT = ['limits', 'rebalance', 'buy_requires_total_marginal_sell', 'confirmationThresholdRub'];

/** The same of a purchase that was large enough when it was decided. */
const CUTS = ['max_trade_percent', 'max_turnover_percent', 'max_orders'];

interface Move {
  readonly row: Row;
  /** Signed, RUB, at the price that it is sized at. */
  readonly amount: number;
  readonly lots: bigint;
}

/** One leg with what it starts from and what it may do, all RUB. */
interface Judged {
  readonly leg: PlannedLeg;
  readonly account: SimAccount;
  readonly standing: Standing;
  readonly moves: readonly Move[];
  /** The costliest lot and the fees. */
  readonly reach: number;
  /** Worth of first lots: they are bought although their targets are smaller. */
  readonly firsts: number;
  /** What prices are, to tell whether they moved. */
  readonly prices: string;
}

interface Begun {
  readonly iteration: string;
  readonly standing: Standing;
  readonly prices: string;
}

export function decisionChecks(world: World, told: Told, traded: Traded): Check {
  const begun = new Map<string, Begun>();
  /** Which iteration each account planned for last, whether or not it could be judged. */
  const planned = new Map<string, string>();
  /** Iterations of an account in which the venue found too little money, since its last purchase. */
  const short = new Map<string, Set<string>>();
  /** Whether an account's last iteration with purchases has planned none but first lots that are little worth. */
  const onlyFirsts = new Map<string, { readonly iteration: string; readonly is: boolean }>();

  function judgedOf(leg: PlannedLeg, account: SimAccount): Judged | null {
    const standing = standingOf(world, account, (uid) => told.worthTo(account, uid), told.toldMs(account));
    if (standing === null || world.exchange.desk.blockedCash(account.brokerAccount, 'rub') > 0n) return null;
    const moves = movesOf(world, leg, account, standing);
    // The fees of all that is missing: a leg of sells is planned with the purchases that it pays for. Of an exposure that is
    // chosen: between the ends of its span each row counts as done, by the exposure that was chosen it may be far from it.
    const moved = moves.reduce((sum, { amount }) => sum + Math.abs(amount), 0);
    // Where money was too little it reckons with more at every iteration, until a purchase goes through.
    const rate = rateOf(world, account) + MORE * Math.min(MORE_TIMES, short.get(account.id)?.size ?? 0);
    const fees = Math.max(moved, mostMissing(standing)) * rate;
    const reach = Math.max(0, ...standing.rows.map(({ lot }) => lot)) + fees + GRAIN_RUB;
    const firsts = account.block.min_one_lot === false ? [] : moves.filter(isFirstLot);
    return {
      leg,
      account,
      standing,
      moves,
      reach,
      firsts: firsts.reduce((sum, { row }) => sum + row.lot, 0),
      prices: standing.rows.map(({ uid }) => told.worthTo(account, uid)).join(),
    };
  }

  /** Each move goes towards its target, and a reach past it at most; so does the RUB that purchases take. */
  function towards({ leg, account, standing, moves, reach, firsts }: Judged): void {
    const pays = sellsFreely(account, standing);
    for (const { row, amount } of moves) {
      const free = pays && mayPay(row, account, standing);
      const end = row.worth + amount;
      const isPast =
        amount > 0
          ? end > Math.max(row.worth, row.high) + reach
          : !free && end < Math.min(row.worth, row.low) - reach - stepsOf(world, standing);
      if (isPast)
        world.violate(
          'towards',
          `${account.id} takes ${row.ticker} from ${text(row.worth)} to ${text(end)} RUB, wanted are ${text(row.low)} to ${text(row.high)}`,
        );
    }
    const rebalance = Object(account.block.rebalance ?? {}) as Record<string, unknown>;
    // Where only what left its band moves, RUB is the other side of it, wherever that takes it: what is sold later pays.
    if (rebalance.rebalance_scope === 'breached' && account.block.buy_only !== true) return;
    const start = begun.get(account.id)?.iteration === leg.iteration ? begun.get(account.id) : undefined;
    // What is inside its band stays where it is: then purchases take what the sells before them have brought. How much
    // that is shows only where the account could be judged before them.
    const toEdge = rebalance.rebalance_to === 'edge';
    if (toEdge && start === undefined && planned.get(account.id) === leg.iteration) return;
    const stays = toEdge && start !== undefined ? start.standing.cash : standing.cash;
    const spent = moves.reduce((sum, { amount }) => sum + Math.max(0, amount), 0);
    const left = standing.cash - spent;
    // What is brought to its edge may be paid for by RUB down to its own.
    const low = standing.cashLow - (toEdge ? rubEdge(rebalance, standing) : 0);
    if (spent > 0 && left < Math.min(stays, standing.cash, low) - reach - firsts)
      world.violate(
        'towards',
        `${account.id} leaves ${text(left)} of ${text(standing.cash)} RUB, wanted are ${text(standing.cashLow)}`,
      );
  }

  /** Under `only_positive_positions_sell` what has lost is sold below its target for a debt alone. */
  function mayPay({ uid, lotSize, lot }: Row, account: SimAccount, { cash }: Standing): boolean {
    if (cash < Number(account.block.cash_reserve_rub ?? 0) || !sellsOnlyProfits(account)) return true;
    const cost = world.exchange.registry.account(account.brokerAccount).basis(uid).fifo();
    return cost > 0n && rub(cost * lotSize) < lot;
  }

  /** Purchases bring all of it nearer to its targets; with the sells that paid for them, too. */
  function objective({ leg, account, standing, moves, reach, firsts, prices }: Judged): void {
    if (leg.leg === 0 || 'buy_requires_total_marginal_sell' in account.block) return;
    // Bands choose their own targets.
    const chosen = 'rebalance' in account.block ? 2 * reach : 0;
    const slack = GRAIN_RUB + 2 * firsts + chosen;
    const charged = chargedOn(world, account, moves);
    const then = afterMoves(standing, moves);
    const [off, after] = growthOf(standing, then, charged);
    if (after > off * TIE + slack)
      world.violate(
        'objective',
        `${account.id} is ${text(off)} RUB off its targets, what it buys leaves ${text(after)}`,
      );
    const start = begun.get(account.id);
    if (start?.iteration !== leg.iteration || start.prices !== prices) return;
    // The sells are made, and what they were to pay for waits for tomorrow.
    if (isBraked(account, standing)) return;
    // What the sells cost, fees and steps, is gone from the total and from whatever it was to be; and one lot of what they
    // were to pay for may be too dear now.
    const gone = Math.max(0, start.standing.total - standing.total);
    const dear = gone > 0 ? 2 * (gone + Math.max(0, ...moves.map(({ row }) => row.lot))) : 0;
    // What is too small once they are made is not bought.
    const dust = Number(Reflect.get(Object(account.block.limits), 'dust_percent') ?? DUST_PERCENT);
    const cost = dear + (2 * dust * standing.total) / 100;
    const [was, left] = growthOf(start.standing, then, charged);
    if (left > was * TIE + slack + cost)
      world.violate(
        'objective',
        `${account.id} was ${text(was)} RUB off its targets, its sells and purchases leave ${text(left)}`,
      );
  }

  /**
   * `min_improvement_pp` of purchases from cash: sells are weighed together with purchases that are not known yet. Where
   * nothing was sold, and nothing planned but first lots, that has made no other purchase worth it.
   */
  function worthIt(judged: Judged): void {
    const { leg, account, firsts } = judged;
    const isFirstLeg = planned.get(account.id) !== leg.iteration;
    const standsAlone = isFirstLeg || (hasOnlyFirsts(leg) && !hasSold(world, leg));
    if (leg.leg === 0 || !standsAlone || firsts > 0 || account.borrows) return;
    if (CUT_SHORT.some((key) => key in account.block)) return;
    const { gained, least } = worthOf(judged);
    if (gained < least - 0.01)
      world.violate(
        'worth it',
        `${account.id} trades for ${gained.toFixed(3)} pp, the least worth trading are ${least}`,
      );
  }

  /** `min_buy_rebalance_percent` of purchases that nothing was sold for, and that nothing has made smaller since. */
  function largeEnough({ leg, account, standing, moves }: Judged): void {
    const { least, listed } = fundingOf(account.block);
    const limits = Object(account.block.limits ?? {}) as Record<string, unknown>;
    if (least <= 0 || planned.get(account.id) === leg.iteration || CUTS.some((key) => key in limits)) return;
    if ('confirmationThresholdRub' in account.block) return;
    for (const { row, amount } of moves)
      if (amount > 0 && listed.includes(row.ticker) && (amount / standing.total) * 100 < least * 0.98)
        world.violate(
          'min_buy_rebalance_percent',
          `${account.id} buys ${row.ticker} for ${text(amount)} of ${text(standing.total)} RUB, the least are ${least} %`,
        );
  }

  /** `max_day_turnover_percent` keeps whole purchases back for which the sells have been made. */
  function isBraked(account: SimAccount, standing: Standing): boolean {
    const percent = Number(account.block.max_day_turnover_percent ?? 400);
    return traded.today(account) + missOf(standing) > (standing.total * percent) / 100;
  }

  function hasOnlyFirsts({ account, iteration }: PlannedLeg): boolean {
    const known = onlyFirsts.get(account);
    return known?.iteration !== iteration || known.is;
  }

  function noteFirsts(leg: PlannedLeg, judged: Judged | null): void {
    if (leg.leg === 0) return;
    const is =
      judged !== null && hasOnlyFirsts(leg) && judged.moves.every(isFirstLot) && isLittleWorth(judged);
    onlyFirsts.set(leg.account, { iteration: leg.iteration, is });
  }

  function judge(leg: PlannedLeg, account: SimAccount): void {
    const judged = world.isUndisturbed(account.brokerAccount) ? judgedOf(leg, account) : null;
    if (judged !== null) judgeAll(judged);
    noteFirsts(leg, judged);
  }

  function judgeAll(judged: Judged): void {
    const { leg, account } = judged;
    towards(judged);
    objective(judged);
    worthIt(judged);
    largeEnough(judged);
    const { standing, prices } = judged;
    // What a later leg finds is not what its iteration began with.
    if (planned.get(account.id) === leg.iteration) return;
    begun.set(account.id, { iteration: leg.iteration, standing, prices });
  }

  return {
    onSettle({ change, after }) {
      const { account, iteration, request, executed } = after;
      if (request.side === 'buy' && raw(executed) > 0n) short.delete(account);
      else if (TOO_LITTLE.has(change.code ?? ''))
        short.set(account, (short.get(account) ?? new Set()).add(iteration));
    },
    onPlan(leg) {
      const account = world.accounts.find(({ id }) => id === leg.account);
      if (account === undefined) return;
      judge(leg, account);
      planned.set(account.id, leg.iteration);
    },
  };
}

function movesOf(world: World, { intents }: PlannedLeg, account: SimAccount, { rows }: Standing): Move[] {
  const moves = new Map<string, Move>();
  for (const { ticker, request, sizedAt } of intents) {
    const row = rows.find(({ uid }) => uid === request.uid);
    if (row === undefined) {
      world.violate('towards', `${account.id} trades ${ticker}, which takes no part in its balance`);
      continue;
    }
    const sign = request.side === 'buy' ? 1n : -1n;
    const lots = sign * raw(request.lots);
    const amount = rub(lots * row.lotSize * raw(sizedAt));
    const known = moves.get(row.uid) ?? { row, amount: 0, lots: 0n };
    moves.set(row.uid, { row, amount: known.amount + amount, lots: known.lots + lots });
  }
  return [...moves.values()];
}

/** What purchases keep aside for a step of the price: RUB that they go short of, and a sell may go its part of it further. */
const stepsOf = ({ exchange }: World, { rows }: Standing): number =>
  rows.reduce((sum, { ticker, lot, lotSize, worth, high }) => {
    const lots = Math.max(0, high - worth) / lot;
    return sum + lots * rub(lotSize * exchange.instrument(ticker).step);
  }, 0);

/** The rate that the bot reckons with: what it has paid, and before that what it is told. */
export function rateOf(world: World, account: SimAccount): number {
  const { exchange } = world;
  const { brokerAccount, block } = account;
  const books = exchange.registry.account(brokerAccount);
  const rates = exchange.market.all().map((instrument) => exchange.desk.rate(books, instrument));
  const paid = Number(rates.reduce((most, rate) => (rate > most ? rate : most), 0n)) / 1e9;
  // Fees are rounded up to kopecks: of a fill of one cheap lot that is much, and it tells no better.
  return hasLearned(world, account)
    ? Math.max(1.1 * paid, ...newestFills(world, account).map(paidOn))
    : Math.max(paid, Number(block.commission_percent ?? 0.3) / 100);
}

/** Where fees are booked later it has learned none before it was told one. */
const hasLearned = (world: World, account: SimAccount): boolean =>
  hasTraded(world, account) &&
  (!world.faults.habits.has('PostOrder') ||
    fillsOf(world, account).some(({ key }) => (world.store.journal.order(key)?.commission ?? null) !== null));

/** The fills that the bot learns its rate from. */
const newestFills = (world: World, account: SimAccount): readonly VenueOrder[] =>
  fillsOf(world, account).slice(-RATE_FROM_FILLS);

const paidOn = (order: VenueOrder): number => Number(chargedFee(order)) / Number(executedValue(order));

/** Percentage points that a leg brings an account nearer to its targets, and the least that is worth trading. */
function worthOf({ account, standing, moves }: Judged): { readonly gained: number; readonly least: number } {
  const least = Number(account.block.min_improvement_pp ?? 0.25);
  return { gained: ((missOf(standing) - missOf(afterMoves(standing, moves))) / standing.total) * 100, least };
}

/** One lot of each, and too little to be worth it by itself. */
function isLittleWorth(judged: Judged): boolean {
  const { gained, least } = worthOf(judged);
  return gained < least - 0.01 && judged.moves.every(({ lots }) => lots === 1n);
}

/** By the venue's books. */
function hasSold(world: World, { iteration }: PlannedLeg): boolean {
  const sells = world.store.journal.ordersOf(iteration).filter(({ request }) => request.side === 'sell');
  const keys = new Set(sells.map(({ request }) => request.key));
  return (
    keys.size > 0 && world.exchange.desk.orders.some(({ key, fills }) => keys.has(key) && fills.length > 0)
  );
}

const isFirstLot = ({ row, lots }: Move): boolean => lots > 0n && row.pieces < row.lotSize;

/** RUB below what it must be is covered with whatever can be sold, and who must pay for others' purchases sells for them. */
const sellsFreely = ({ block }: SimAccount, { cash }: Standing): boolean =>
  cash < Number(block.cash_reserve_rub ?? 0) || 'buy_requires_total_marginal_sell' in block;

const sellsOnlyProfits = ({ block }: SimAccount): boolean =>
  fundingOf(block).mode === 'only_positive_positions_sell';

/** How purchases that must be paid with own money are paid for. */
function fundingOf(block: SimAccount['block']): {
  readonly mode: unknown;
  readonly least: number;
  readonly listed: readonly string[];
} {
  const rule = Object(block.buy_requires_total_marginal_sell ?? {}) as Record<string, unknown>;
  const { mode } = Object(rule.allow_to_sell_others_positions_to_buy_non_marginal_positions ?? {}) as {
    mode?: unknown;
  };
  const listed = (rule.instruments ?? []) as readonly string[];
  return { mode, least: Number(rule.min_buy_rebalance_percent ?? 0), listed };
}

/** The same account once that is done; what it costs is not counted. */
function afterMoves(standing: Standing, moves: readonly Move[]): Standing {
  const amounts = new Map(moves.map(({ row, amount }) => [row.uid, amount]));
  const rows = standing.rows.map((row) => ({ ...row, worth: row.worth + (amounts.get(row.uid) ?? 0) }));
  return { ...standing, rows, cash: moves.reduce((sum, { amount }) => sum - amount, standing.cash) };
}

/** Commission at the venue's own rates. */
function chargedOn({ exchange }: World, { brokerAccount }: SimAccount, moves: readonly Move[]): number {
  const books = exchange.registry.account(brokerAccount);
  return moves.reduce((sum, { row, amount }) => {
    const instrument = exchange.market.byUid(row.uid);
    return sum + (instrument ? (Math.abs(amount) * Number(exchange.desk.rate(books, instrument))) / 1e9 : 0);
  }, 0);
}

const text = (amount: number): string => amount.toFixed(2);
