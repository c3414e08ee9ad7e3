// `rebalance`: nothing is traded while no trigger holds, none but what left its band moves, a window and a cooldown hold
// everything back; and what has left its band is brought back. Judged where the targets follow from the wallet alone, by
// weights from the venue's books and by true time.

import type { IterationRecord } from '../../src/core/iteration-record.ts';
import { NO_MONEY } from '../../src/core/units.ts';
import type { Check, PlannedLeg } from '../check.ts';
import type { SimAccount } from '../generate/generate-accounts.ts';
import type { World } from '../world/world.ts';
import { rateOf } from './decisions.ts';
import {
  instantBetween,
  isInside,
  isOutside,
  isPartial,
  type Standing,
  standingsOf,
  surplusOf,
  wordsOf,
} from './rules-bands.ts';
import {
  Gaps,
  isBelowFloor,
  isClear,
  isSteady,
  keyOf,
  LOOKED_WITHIN_MS,
  movesOf,
  msOf,
  type Sight,
  sightOf,
} from './rules-books.ts';

export function rebalanceChecks(world: World): Check {
  const { timeline } = world;
  const startedMs = timeline.now();
  const gaps = new Gaps(world);
  /** Iterations whose first leg has been planned. */
  const begun = new Set<string>();
  /** Iterations that bought of their own accord: when, and how far the bot's clock was off. */
  const bought = new Map<string, { readonly atMs: number; readonly skewMs: number }>();
  /** When an account's last one of those was, by the bot's clock: between these two. */
  const traded = new Map<string, { readonly fromMs: number; readonly toMs: number }>();

  /** When a person said yes to an order of an account last. */
  const agreedMs = new Map<string, number>();

  /** Neither sold nor bought, whatever the weights are. */
  function idleBy(account: SimAccount): string | null {
    const rule = (key: string) => keyOf(account, key, 'rebalance');
    const nowMs = timeline.now();
    const last = traded.get(account.id);
    if (isOutside(rule('window'), nowMs) && isOutside(rule('window'), nowMs - LOOKED_WITHIN_MS))
      return 'rebalance.window';
    // What seems to lie ahead was written by a clock that has been set back since: that must not lengthen it.
    const cools = last !== undefined && last.toMs <= nowMs && nowMs - last.fromMs < msOf(rule('cooldown'));
    // What a person agreed to since belongs to the iteration that asked for it.
    const isAgreed = (agreedMs.get(account.id) ?? 0) > (last?.toMs ?? 0);
    return cools && !isAgreed ? 'rebalance.cooldown' : null;
  }

  /** Nothing sold, and no more bought than RUB over its target pays. */
  function quietBy(account: SimAccount, standings: readonly Standing[]): string | null {
    const rule = (key: string) => keyOf(account, key, 'rebalance');
    const trigger = String(rule('trigger') ?? 'always');
    const calendar = rule('calendar');
    const waits = trigger === 'calendar' || (trigger === 'hybrid' && calendar !== undefined);
    if (waits && !instantBetween(calendar, startedMs, timeline.now())) return 'rebalance.calendar';
    const needsBreach = trigger === 'threshold' || trigger === 'hybrid' || isPartial(account);
    return needsBreach && standings.every(isInside) ? 'rebalance.threshold_percent' : null;
  }

  function judge(leg: PlannedLeg, account: SimAccount): void {
    const sight = sightOf(world, account, leg);
    if (isBelowFloor(world, account, sight)) return;
    const idle = idleBy(account);
    const [first] = leg.intents;
    if (idle !== null && first !== undefined)
      world.violate(idle, `${account.id} plans to ${first.request.side} ${first.ticker}`);
    if (!isJudged(account) || !isClear(world, account) || !gaps.quiet) return;
    const standings = standingsOf(world, account, sight);
    const quiet = quietBy(account, standings);
    const sells = leg.intents.filter(({ request }) => request.side === 'sell');
    if (quiet !== null) {
      const [sold] = sells;
      if (sold !== undefined)
        world.violate(quiet, `${account.id} sells ${sold.ticker}: ${wordsOf(standings)}`);
      const spent = [...movesOf(leg.intents).values()]
        .filter(({ intent }) => intent.request.side === 'buy')
        .reduce((sum, { amount }) => sum + amount, 0n);
      const surplus = surplusOf(sight, standings);
      if (spent > surplus)
        world.violate(
          quiet,
          `${account.id} buys for ${spent}, RUB over its target is ${surplus}: ${wordsOf(standings)}`,
        );
      return;
    }
    scoped(account, sight, standings, sells);
    toEdges(account, sight, standings, sells);
  }

  /** `rebalance_to: edge`: no more is sold than lies beyond the edges, on either side, and than RUB lacks. */
  function toEdges(
    account: SimAccount,
    { equity, rows }: Sight,
    standings: readonly Standing[],
    sells: PlannedLeg['intents'],
  ): void {
    if (!isPartial(account) || keyOf(account, 'rebalance_to', 'rebalance') !== 'edge') return;
    const percent = (amount: bigint): number => (Number(amount) / Number(equity)) * 100;
    const sold = [...movesOf(sells).values()].reduce((sum, { amount }) => sum + percent(amount), 0);
    // Of every row a lot either way, and of what is traded the fees.
    const lots = [...rows.values()].reduce((sum, { lot, price }) => sum + 2 * percent(lot * price), 0);
    const most = standings.reduce((sum, each) => sum + beyondEdge(each) + each.moved, lots);
    if (sold > most * (1 + 4 * rateOf(world, account)))
      world.violate(
        'rebalance.rebalance_to',
        `${account.id} sells ${sold.toFixed(2)} %, ${most.toFixed(2)} lie beyond edges: ${wordsOf(standings)}`,
      );
  }

  /** Of bands that are broken: who moves, and how far. */
  function scoped(
    account: SimAccount,
    sight: Sight,
    standings: readonly Standing[],
    sells: PlannedLeg['intents'],
  ): void {
    if (!isPartial(account)) return;
    const rub = standings.find(({ ticker }) => ticker === 'RUB');
    // RUB that is under its own band is raised from whatever is most above its target.
    const rubLacks = rub !== undefined && rub.weight - rub.target < -rub.half + rub.moved;
    if (rubLacks || keyOf(account, 'rebalance_scope', 'rebalance') !== 'breached') return;
    const moves = [...movesOf(sells).values()];
    // An edge is a share of what the fees leave of the total: of these sells, and of what they and RUB at hand buy.
    const sold = moves.reduce((sum, { amount }) => sum + amount, 0n);
    const traded = Number(2n * sold + (sight.cash > 0n ? sight.cash : 0n));
    const fees = (rateOf(world, account) * traded) / Number(sight.equity);
    for (const { intent, amount } of moves) {
      const standing = standings.find(({ ticker }) => ticker === intent.ticker);
      const row = sight.rows.get(intent.ticker);
      if (standing === undefined || row === undefined) continue;
      if (isInside(standing) && standing.target > 0)
        world.violate(
          'rebalance.rebalance_scope',
          `${account.id} sells ${intent.ticker}: ${wordsOf([standing])}`,
        );
      const after = (Number(row.worth - amount + 2n * row.lot * row.price) / Number(sight.equity)) * 100;
      const edge = (standing.target + standing.half) * (1 - fees) - standing.moved;
      const toEdge = keyOf(account, 'rebalance_to', 'rebalance') === 'edge' && Number.isFinite(standing.half);
      if (toEdge && standing.target > 0 && after < edge)
        world.violate(
          'rebalance.rebalance_to',
          `${account.id} sells ${intent.ticker} to ${after.toFixed(2)} %: ${wordsOf([standing])}`,
        );
    }
  }

  /**
   * An iteration that nothing disturbed, and that says that all is well, has dealt with every band that is broken.
   * @param since points by which prices may have moved its weights since then
   */
  function broughtBack(account: SimAccount, record: IterationRecord, atMs: number, since: number): void {
    const { trigger, window, cooldown, calendar } = Object(account.block.rebalance ?? {}) as Record<
      string,
      unknown
    >;
    const isSimple = SIMPLE.every((key) => !(key in account.block)) && account.block.order_type === 'market';
    const waits = trigger === 'calendar' || (trigger === 'hybrid' && calendar !== undefined);
    const idle = isOutside(window, world.beganMs(record)) || isOutside(window, atMs);
    if (waits || idle || cooldown !== undefined || !isSimple) return;
    const isWhole = world.swarm.fired.length === 0 || world.beganMs(record) >= world.calmAtMs;
    const isDone = record.status === 'balanced' || record.status === 'nothing_to_do';
    if (!isWhole || !isDone || !isClear(world, account) || isHeldByOthers(world, account)) return;
    // A price that jumps, or comes back, after the iteration's look: the next one brings that back, and there may be none.
    if (gaps.hasJumpedSince(world.beganMs(record))) return;
    const sight = sightOf(world, account, noLeg(account));
    if (![...sight.rows.keys()].every((ticker) => couldTrade(world, account, ticker, atMs))) return;
    const lot = Math.max(...[...sight.rows.values()].map(({ lot, price }) => Number(lot * price)));
    const lots = (200 * lot) / Number(sight.equity);
    const least = Number(account.block.min_improvement_pp ?? 0.25);
    // Under `breached` nothing is sold for a purchase that is not out of its own band: RUB above its target pays, or nobody.
    const pays = keyOf(account, 'rebalance_scope', 'rebalance') !== 'breached';
    const barred = barredOf(world, account);
    const standings = standingsOf(world, account, sight);
    const slack = least + lots + since;
    // With no room but in what is barred a sale pays for nothing, and only takes RUB away from its own target.
    if (barred.length > 0 && roomOf(standings, barred) <= slack) return;
    const off = standings
      .filter(({ weight, target }) => (pays && barred.length === 0) || weight > target)
      // What may not be bought leaves its share in RUB; what may not be sold pays for nothing.
      .filter(({ ticker }) => barred.length === 0 || (ticker !== 'RUB' && !barred.includes(ticker)))
      .find(({ weight, target, widest, moved }) => Math.abs(weight - target) > widest + slack + moved);
    if (off !== undefined)
      world.violate('rebalance.trigger', `${account.id} leaves a band broken: ${wordsOf([off])}`);
  }

  /** "No band is broken" is so by the venue's books, but for what it names as stuck; lots and small gains explain nothing. */
  function saysNone(account: SimAccount, record: IterationRecord): void {
    const { reason } = record;
    // A dry run alerts nobody of a price that waits for a person's word (`isClear`): its record names it.
    const isJumped = record.dry_run && record.held_back.some(({ rule }) => rule === 'max_price_jump_percent');
    const isWhole = world.swarm.fired.length === 0 || world.beganMs(record) >= world.calmAtMs;
    if (!reason?.startsWith(NONE_BROKEN) || !isWhole || isJumped || !isClear(world, account) || !gaps.quiet)
      return;
    const stuck = /\((.*) cannot be moved back now\)/.exec(reason)?.[1]?.split(', ') ?? [];
    const broken = standingsOf(world, account, sightOf(world, account, noLeg(account))).filter(
      ({ ticker, weight, target, widest, moved }) =>
        Math.abs(weight - target) > widest + moved && !stuck.includes(ticker),
    );
    if (broken.length > 0)
      world.violate('rebalance.threshold_percent', `${account.id} calls no band broken: ${wordsOf(broken)}`);
  }

  return {
    onCall: () => gaps.look(),
    onConfirm: ({ account }) => void agreedMs.set(account, timeline.now()),
    onPlan(leg) {
      if (leg.intents.some(({ request }) => request.side === 'buy'))
        bought.set(leg.iteration, { atMs: timeline.now(), skewMs: world.skewMs });
      const account = world.accounts.find(({ id }) => id === leg.account);
      const isFirst = !begun.has(leg.iteration);
      begun.add(leg.iteration);
      if (account?.block.rebalance === undefined || !isFirst || leg.intents.length === 0) return;
      if (isSteady(world, account)) judge(leg, account);
    },
    onRecord(record) {
      const { account, iteration, status, orders } = record;
      const judged = world.accounts.find(({ id }) => id === account);
      if (judged !== undefined && isJudged(judged)) {
        broughtBack(judged, record, timeline.now(), 0);
        saysNone(judged, record);
      }
      // What was cut short remembers nothing: the rest of it goes on at once.
      const hasTraded =
        orders.some(({ filled_lots }) => filled_lots > 0) && /^(balanced|partial)$/.test(status);
      const last = bought.get(iteration);
      if (last === undefined || !hasTraded) return;
      const [nowMs, { skewMs }] = [timeline.now(), world];
      traded.set(account, {
        fromMs: last.atMs + Math.min(last.skewMs, skewMs),
        toMs: nowMs + Math.max(last.skewMs, skewMs),
      });
    },
    // A journal from before does not know of it, as one of a life that was killed in the middle does not.
    onRestore: () => traded.clear(),
    atEnd() {
      for (const account of world.accounts) {
        const last = world.records.findLast(({ record }) => record.account === account.id);
        if (last !== undefined && isJudged(account))
          broughtBack(account, last.record, last.atMs, world.liveliness);
      }
    },
  };
}

/** What somebody else placed, or a restored backup forgot, holds its instrument, and with it what it would have paid for. */
const isHeldByOthers = ({ exchange, forgotten }: World, { brokerAccount }: SimAccount): boolean =>
  exchange.desk.activeOf(brokerAccount).some(({ foreign, key }) => foreign || forgotten.has(key));

/** Under `exchange: auto` some of them may be closed for now: then what they are to become is not sold for, nor bought. */
function couldTrade({ exchange }: World, { type }: SimAccount, ticker: string, atMs: number): boolean {
  const instrument = exchange.instrument(ticker);
  const { market, limit, bestPrice } = exchange.market.flags(instrument, atMs);
  return market && limit && bestPrice && (type !== 'iis' || instrument.forIis);
}

/** What the venue has said is not for this investor, in the wallet or left over. */
const barredOf = ({ alerts }: World, { id }: SimAccount): readonly string[] =>
  alerts.flatMap(({ alert }) => {
    const told = alert.account === id && alert.event === 'instrument_barred' ? alert.message : '';
    return /^(\S+) is not for/.exec(told)?.[1] ?? [];
  });

/** What RUB and all that may be bought are under their targets by, in points. */
const roomOf = (standings: readonly Standing[], barred: readonly string[]): number =>
  standings
    .filter(({ ticker }) => !barred.includes(ticker))
    .reduce((sum, { weight, target, moved }) => sum + Math.max(0, target - weight - moved), 0);

/** Points by which it is outside, at its narrowest; what is to go has no edge, and RUB that is missing is raised whole. */
function beyondEdge({ ticker, weight, target, half }: Standing): number {
  if (ticker === 'RUB') return Math.max(0, target - weight, weight - target - half);
  return target === 0 ? weight : Math.max(0, Math.abs(weight - target) - half);
}

/** For a sight of an account that plans nothing. */
const noLeg = ({ id }: SimAccount): PlannedLeg => ({
  account: id,
  iteration: '',
  leg: 0,
  intents: [],
  before: { cash: NO_MONEY, pieces: new Map() },
});

/** How the reason of an iteration begins that found every weight inside its band. */
const NONE_BROKEN = 'no band is broken';

/** Keys that keep a band from being closed, or move its middle. */
const SIMPLE: readonly string[] = [
  'limits',
  'buy_only',
  'do_not_sell',
  'do_not_buy',
  'cash_reserve_rub',
  'min_profit_percent_for_close_position',
  'confirmationThresholdRub',
];

/** The wallet, or equal parts, and nothing that moves them. */
const isJudged = ({ block, borrows }: SimAccount): boolean =>
  block.rebalance !== undefined &&
  !borrows &&
  ['manual', 'equal'].includes(String(block.desired_mode ?? block.rebalance_mode ?? 'manual')) &&
  ['diff', 'max_weight_percent', 'min_weight_percent', 'buy_requires_total_marginal_sell'].every(
    (key) => !(key in block),
  );
