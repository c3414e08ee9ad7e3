// What happened to the account without us, compared with how the last iteration left it: told, never undone; and when
// somebody undoes our own trades twice in a row, a halt, for another bot is at work.

import { fillWorth } from '../core/fill-worth.ts';
import { DAY_MS } from '../core/moscow-day.ts';
import type { Side } from '../core/order.ts';
import {
  countReversals,
  type OutsideChanges,
  outsideChanges,
  reversed,
  tradedBackAndForth,
} from '../core/outside-changes.ts';
import {
  absolute,
  add,
  isMore,
  isPositive,
  isZero,
  kopecks,
  type Money,
  money,
  NANO,
  NO_MONEY,
  negate,
  portionUp,
  rate,
  raw,
  total,
} from '../core/units.ts';
import { type Holdings, type JournaledOrder, WorldError } from '../ports.ts';
import type { AccountContext } from './account-context.ts';
import { afterFills } from './after-fills.ts';
import { haltAccount } from './halt.ts';
import type { Observation } from './observe.ts';

/** Trades of ours that can still be undone: the venue's own memory of operations for the first look is as long. */
const LOOK_BACK_MS = 2 * DAY_MS;
const REVERSALS_MAX = 2;
const ONE_RUBLE = money(NANO);
const ONE_PERCENT = rate(NANO / 100n);

export interface Outside {
  readonly warnings: readonly string[];
  /** RUB that came or went, not by trades of ours. */
  readonly cash: Money;
  /** When the account was last looked at; `null`: never before. */
  readonly sinceMs: number | null;
  /** What our own fills brought or took since then, RUB, commissions aside. */
  readonly traded: Money;
}

/** Compares, tells, and remembers how often our trades were undone. */
export async function watchOutside(context: AccountContext, observation: Observation): Promise<Outside> {
  const { journal, settings, clock } = context;
  const last = journal.lastSeen(settings.id);
  const now = holdingsOf(observation);
  if (last === null) {
    const warnings = await checkFirstStart(context, observation);
    const fill = journal.newestFill(settings.id);
    journal.setLastSeen(settings.id, {
      holdings: now,
      atMs: observation.positionsAtMs,
      fill,
      fillBefore: fill,
      reversals: 0,
    });
    return { warnings, cash: NO_MONEY, sinceMs: null, traded: NO_MONEY };
  }
  const changes = outsideChanges(afterFills(context, last), now);
  const traded = tradedBy(journal.fillsAfter(settings.id, last.fill));
  // Since the iteration began that last saw the account, and what was settled before its first look.
  const recent = journal.fillsAfter(settings.id, last.fillBefore);
  const ours = lastSides(journal.fillsSince(settings.id, clock.now() - LOOK_BACK_MS));
  const undone = reversed(changes.pieces, ours);
  const reversals = countReversals(last.reversals, undone, new Set(lastSides(recent).keys()));
  const fill = journal.newestFill(settings.id);
  journal.setLastSeen(settings.id, {
    holdings: now,
    atMs: observation.positionsAtMs,
    fill,
    fillBefore: last.fill,
    reversals,
  });
  if (reversals >= REVERSALS_MAX) {
    const names = undone.map((uid) => nameOf(observation, uid)).join(', ');
    haltAccount(
      context,
      'another_bot',
      `somebody reverses our trades in ${names}: another bot seems to be at work`,
    );
  }
  const since = isMore(absolute(changes.cash), unnoticed(context, recent)) ? changes.cash : NO_MONEY;
  const { cashMoved } = context.memory;
  context.memory.cashMoved = null;
  const cash = add(cashMoved?.cash ?? NO_MONEY, since);
  const warnings = wordsOf(observation, { ...changes, cash });
  return {
    warnings,
    cash,
    sinceMs: cashMoved?.sinceMs ?? last.atMs,
    traded: add(cashMoved?.traded ?? NO_MONEY, traded),
  };
}

/** The account as an iteration leaves it. What came or went while it traded is for the next iteration to say. */
export function rememberAccount(context: AccountContext, observation: Observation): void {
  const { journal, memory, settings } = context;
  const last = journal.lastSeen(settings.id);
  const now = holdingsOf(observation);
  if (last !== null) {
    const { cash } = outsideChanges(afterFills(context, last), now);
    const fills = journal.fillsAfter(settings.id, last.fill);
    memory.cashMoved = isMore(absolute(cash), unnoticed(context, fills))
      ? { cash, sinceMs: last.atMs, traded: tradedBy(fills) }
      : null;
  }
  const fill = journal.newestFill(settings.id);
  journal.setLastSeen(settings.id, {
    holdings: now,
    atMs: observation.positionsAtMs,
    fill,
    fillBefore: last?.fillBefore ?? fill,
    reversals: last?.reversals ?? 0,
  });
}

const holdingsOf = ({ snapshot }: Observation): Holdings => ({
  cash: add(snapshot.cash, snapshot.blockedCash),
  pieces: new Map(
    snapshot.holdings.filter(({ pieces }) => !isZero(pieces)).map(({ uid, pieces }) => [uid, pieces]),
  ),
});

/** A commission that is booked later than its fill, or a fill whose worth nobody told, is not worth a word. */
function unnoticed({ settings }: AccountContext, fills: readonly JournaledOrder[]): Money {
  const doubts = fills.map((fill) => {
    const worth = fillWorth(fill);
    if (fill.value === null) return portionUp(worth, ONE_PERCENT);
    const { commission } = fill;
    return commission !== null && isPositive(commission)
      ? commission
      : portionUp(worth, settings.policy.commission);
  });
  return add(ONE_RUBLE, total(doubts));
}

const tradedBy = (fills: readonly JournaledOrder[]): Money =>
  total(fills.map((fill) => (fill.request.side === 'buy' ? negate(fillWorth(fill)) : fillWorth(fill))));

const lastSides = (fills: readonly JournaledOrder[]): ReadonlyMap<string, Side> =>
  new Map(fills.map(({ request }) => [request.uid, request.side]));

function wordsOf(observation: Observation, { pieces, cash }: OutsideChanges): string[] {
  const moved = pieces.map(
    ({ uid, pieces: count }) =>
      `${nameOf(observation, uid)}: ${isPositive(count) ? '+' : ''}${raw(count)} pieces since the last iteration, not by this bot`,
  );
  if (isZero(cash)) return moved;
  return [
    ...moved,
    `RUB: ${isPositive(cash) ? '+' : ''}${kopecks(cash)} since the last iteration, not by this bot`,
  ];
}

const nameOf = (observation: Observation, uid: string): string =>
  observation.snapshot.holdings.find((holding) => holding.uid === uid)?.ticker ?? uid;

/**
 * Before this bot's first trade: does something else already trade these instruments back and forth? What cannot be
 * read is a warning: not every venue tells.
 */
async function checkFirstStart(context: AccountContext, observation: Observation): Promise<string[]> {
  const { broker, brokerAccount, clock, settings, log, journal } = context;
  if (journal.fillsSince(settings.id, 0).length > 0) return [];
  try {
    const operations = await broker.operations(brokerAccount, clock.now() - LOOK_BACK_MS, clock.now());
    const trades = operations.flatMap(({ uid, kind, atMs }) =>
      kind === 'buy' || kind === 'sell' ? [{ uid, side: kind, atMs }] : [],
    );
    const listed = new Set(
      observation.snapshot.holdings.filter((held) => held.listed).map((held) => held.uid),
    );
    const names = tradedBackAndForth(trades)
      .filter((uid) => listed.has(uid))
      .map((uid) => nameOf(observation, uid));
    if (names.length === 0) return [];
    const detail = `in the last two days something traded ${names.join(', ')} back and forth: make sure that no other bot is running`;
    haltAccount(context, 'another_bot', detail);
    return [];
  } catch (error) {
    if (!(error instanceof WorldError) || error.kind === 'token') throw error;
    const warning = `whether another bot trades here could not be seen: ${error.message}`;
    log.warn({ error: error.message }, warning);
    return [warning];
  }
}
