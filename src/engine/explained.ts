// Positions lag behind trades: an observation that does not show our own fills must never be decided on.
// Guarantees: returns an observation that explains every recent fill, or one that someone else's trade explains (said
// aloud), or throws; never one that shows none or only a part of what our last order did.

import { fillWorth } from '../core/fill-worth.ts';
import {
  absolute,
  add,
  compare,
  isMore,
  isPositive,
  isZero,
  money,
  NANO,
  NO_MONEY,
  NO_SHARES,
  piecesIn,
  raw,
  subtract,
} from '../core/units.ts';
import { type JournaledOrder, WorldError } from '../ports.ts';
import type { AccountContext } from './account-context.ts';
import { afterFills, withFills } from './after-fills.ts';
import { lastSent } from './last-sent.ts';
import { type Observation, type ObserveOptions, observe } from './observe.ts';
import { certainlySince, type Instant, instantOf, probablySince, steady } from './steady.ts';

/** The venue's portfolio has been seen minutes behind; what is older than this is no longer waited for. */
const FILLS_WITHIN_MS = 15 * 60_000;
/** More than an account trades within that time. */
const LOOKED_BACK = 64;
/** How long exact agreement is waited for before other people's trades are taken to be the difference. */
const PATIENCE_MS = 20_000;
/** Cash that does not simply vanish. */
const NOTICEABLE = money(100n * NANO);
const FIRST_POLL_MS = 500;
const LAST_POLL_MS = 5_000;

/**
 * Observes until the account shows the fills of its orders.
 * @throws {WorldError} refused_data when a filled instrument still stands where it was before the order, or on the way.
 */
export async function observeExplained(
  context: AccountContext,
  iteration: string,
  options: ObserveOptions,
): Promise<Observation> {
  const { clock, stop } = context;
  const deadline = steady(clock) + PATIENCE_MS;
  let pauseMs = FIRST_POLL_MS;
  for (;;) {
    const observation = await observe(context, options);
    const fills = ownFills(context, observation, iteration);
    const gaps = [
      ...gapsOf(context, fills, observation, iteration),
      ...emptied(context, observation, fills, iteration),
      ...(await neverSeen(context, observation)),
    ];
    if (gaps.length === 0 || steady(clock) >= deadline || stop.aborted) {
      const accepted = accept(observation, gaps);
      accepted.acceptPrices();
      return accepted;
    }
    context.log.debug({ gaps: gaps.map((gap) => gap.text) }, 'the account does not show our fills yet');
    await clock.sleep(pauseMs, stop);
    pauseMs = Math.min(pauseMs * 2, LAST_POLL_MS);
  }
}

/** Since when a look at the account has not shown our fills up to this one, by the clock that people set and by the other. */
const unshown = ({ request }: JournaledOrder): string => `fills_unshown:${request.key}`;
const unshownSteady = (fill: JournaledOrder): string => `${unshown(fill)}:steady`;

/**
 * Fills that have to show: those of the last minutes by a clock that may have been set meanwhile, and, however old they
 * seem, those that no look at the account has shown since. What is not shown for as long is waited for no more, whatever
 * the clock says of its age: by then its trace may be somebody else's trade.
 */
function ownFills(
  context: AccountContext,
  observation: Observation,
  iteration: string,
): readonly JournaledOrder[] {
  const { clock } = context;
  const fills = recentFills(context);
  const newest = fills.at(-1);
  if (newest === undefined) return fills;
  if (!gapsOf(context, fills, observation, iteration).some(({ stale }) => stale)) {
    shown(context, newest);
    return fills;
  }
  noteUnshown(context, newest);
  const wasWaitedFor = (fill: JournaledOrder): boolean => {
    const since = unshownSince(context, fill);
    return since !== null && certainlySince(clock, since) >= FILLS_WITHIN_MS;
  };
  // By the journal's order, not by any clock: what came after is waited for like any other.
  const upTo = fills.findLastIndex(wasWaitedFor);
  return fills.filter((fill, index) => index > upTo || fill.iteration === iteration);
}

/** What was never seen, and of the rest what is young by a clock that nobody sets, from the first of them on by the journal's order. */
function recentFills(context: AccountContext): readonly JournaledOrder[] {
  const { journal, settings, clock } = context;
  const last = settings.dryRun ? null : journal.lastSeen(settings.id);
  const seen = last?.fill ?? journal.newestFill(settings.id);
  const unseen = journal.fillsAfter(settings.id, seen).length;
  const fills = journal.fillsAfter(settings.id, Math.max(0, seen - LOOKED_BACK));
  const isYoung = (fill: JournaledOrder): boolean =>
    probablySince(clock, lastSent(context, fill)) < FILLS_WITHIN_MS;
  const first = fills.findIndex((fill, index) => index >= fills.length - unseen || isYoung(fill));
  return first === -1 ? [] : fills.slice(first);
}

function shown({ journal, settings }: AccountContext, newest: JournaledOrder): void {
  for (const topic of [unshown(newest), unshownSteady(newest)])
    if (journal.lastAlert(settings.id, topic) !== null) journal.forgetAlert(settings.id, topic);
}

function unshownSince({ journal, settings }: AccountContext, fill: JournaledOrder): Instant | null {
  const wallMs = journal.lastAlert(settings.id, unshown(fill));
  const steadyMs = journal.lastAlert(settings.id, unshownSteady(fill));
  return wallMs === null || steadyMs === null ? null : { wallMs, steadyMs };
}

function noteUnshown(context: AccountContext, newest: JournaledOrder): void {
  const { journal, settings, clock } = context;
  if (unshownSince(context, newest) !== null) return;
  const { wallMs, steadyMs } = instantOf(clock);
  journal.noteAlert(settings.id, unshown(newest), wallMs);
  journal.noteAlert(settings.id, unshownSteady(newest), Math.floor(steadyMs));
}

/** Each is noted apart: RUB that our fills still lack is no word about the securities. */
const NO_PIECES = 'account_emptied:securities';
const NO_CASH = 'account_emptied:rub';
/** An account that is still empty this much later is believed: its owner may have sold or moved everything. */
const BELIEVED_AFTER_MS = 60_000;

/** All securities, or all RUB, gone between two iterations, not by our orders: more often a bad answer than a sale. */
function emptied(
  context: AccountContext,
  { snapshot }: Observation,
  fills: readonly JournaledOrder[],
  iteration: string,
): Gap[] {
  const { journal, settings } = context;
  const last = settings.dryRun ? null : journal.lastSeen(settings.id);
  if (last === null) return [];
  const own = fills.findLast((fill) => fill.iteration === iteration);
  const before = own && journal.holdingsBefore(iteration, own.leg);
  // What this iteration just did is reckoned from its own leg: the account was last seen in the same millisecond, maybe.
  const expected = before
    ? withFills(
        before,
        fills.filter((fill) => fill.iteration === iteration && fill.leg === own?.leg),
      )
    : afterFills(context, last);
  const held = [...expected.pieces.values()].some(isPositive);
  const noPieces = held && snapshot.holdings.every(({ pieces }) => isZero(pieces));
  const noCash = isMore(expected.cash, NOTICEABLE) && isZero(add(snapshot.cash, snapshot.blockedCash));
  const doubted = [
    isDoubted(context, NO_PIECES, noPieces) ? 'no securities where there were some' : [],
    isDoubted(context, NO_CASH, noCash) ? 'no RUB where there was some' : [],
  ].flat();
  return doubted.map((what) => ({
    text: `the venue shows ${what}; it is believed when the next iteration sees it too`,
    stale: true,
    emptied: true,
  }));
}

/** Whether an emptiness was not seen for long enough to be believed; what is over is forgotten. */
function isDoubted({ journal, settings, clock }: AccountContext, topic: string, empty: boolean): boolean {
  if (!empty) {
    journal.forgetAlert(settings.id, topic);
    return false;
  }
  const since = journal.lastAlert(settings.id, topic);
  const nowMs = clock.now();
  // By a clock that was set back it would not be over for long.
  if (since === null || since > nowMs) journal.noteAlert(settings.id, topic, nowMs);
  return since === null || since > nowMs || nowMs - since < BELIEVED_AFTER_MS;
}

/**
 * The very first look has nothing to be compared with: of an account without securities the venue is asked once more, at
 * once, and its portfolio, too, for the same wrong answer may come twice.
 */
async function neverSeen(
  { broker, brokerAccount, journal, settings }: AccountContext,
  { positions }: Observation,
): Promise<Gap[]> {
  if (settings.dryRun || positions.securities.length > 0 || journal.lastSeen(settings.id) !== null) return [];
  const [again, holds] = await Promise.all([
    broker.positions(brokerAccount),
    broker.holdsSecurities(brokerAccount),
  ]);
  const text = holds
    ? 'the portfolio has securities, the positions have none'
    : again.securities.length > 0 || compare(again.cash, positions.cash) !== 0
      ? 'two first looks at the account differ'
      : null;
  return text === null ? [] : [{ text, stale: true, emptied: true }];
}

interface Gap {
  readonly text: string;
  /** The account stands where it stood before our order, or on the way from there: the venue lags. */
  readonly stale: boolean;
  /** Everything is gone at once. */
  readonly emptied?: boolean;
}

function accept(observation: Observation, gaps: readonly Gap[]): Observation {
  const stale = gaps.filter((gap) => gap.stale);
  if (stale.length > 0) {
    throw new WorldError(
      'refused_data',
      `${stale.some((gap) => gap.emptied) ? 'the answer is not believed' : 'the account does not show our own fills'}: ${stale.map((gap) => gap.text).join('; ')}`,
      'soon',
    );
  }
  const warnings = gaps.map((gap) => `${gap.text}: somebody else traded or moved money; adopted as it is`);
  return { ...observation, warnings: [...observation.warnings, ...warnings] };
}

/** Each instrument's last leg with fills, compared with what is seen now; the newest leg's cash as well. */
function gapsOf(
  context: AccountContext,
  fills: readonly JournaledOrder[],
  observation: Observation,
  iteration: string,
): Gap[] {
  const pieces = [...Map.groupBy(fills, (fill) => fill.request.uid).values()].flatMap((orders) =>
    pieceGap(context, orders, observation, iteration),
  );
  return [...pieces, ...cashGap(context, fills, observation, iteration)];
}

/** @param orders fills in one instrument, oldest first */
function pieceGap(
  context: AccountContext,
  orders: readonly JournaledOrder[],
  observation: Observation,
  iteration: string,
): Gap[] {
  const { journal } = context;
  const last = orders.at(-1);
  const before = last && journal.holdingsBefore(last.iteration, last.leg);
  if (!last || !before) return [];
  const { uid } = last.request;
  const was = before.pieces.get(uid) ?? NO_SHARES;
  const now = observation.snapshot.holdings.find((holding) => holding.uid === uid)?.pieces ?? NO_SHARES;
  const leg = orders.filter((order) => order.iteration === last.iteration && order.leg === last.leg);
  const expected = leg.reduce((sum, order) => {
    const filled = piecesIn(order.executed, order.request.lot);
    return order.request.side === 'buy' ? add(sum, filled) : subtract(sum, filled);
  }, was);
  if (compare(now, expected) === 0) return [];
  // A venue that lags may be behind several legs: any place on the way here is one where it may still be.
  const way = orders.map(
    (order) => journal.holdingsBefore(order.iteration, order.leg)?.pieces.get(uid) ?? NO_SHARES,
  );
  const stale = way.some((place) => lags(raw(place), raw(now), raw(expected)));
  if (last.iteration !== iteration && !stale) return [];
  return [{ text: `${last.ticker} is at ${raw(now)} pieces, our fills make it ${raw(expected)}`, stale }];
}

/** Commission may be booked a little later than the fill, so cash is compared within one percent of what was traded. */
function cashGap(
  context: AccountContext,
  fills: readonly JournaledOrder[],
  observation: Observation,
  iteration: string,
): Gap[] {
  const mine = fills.filter((fill) => fill.iteration === iteration);
  const leg = Math.max(-1, ...mine.map((fill) => fill.leg));
  const orders = mine.filter((fill) => fill.leg === leg);
  const before = context.journal.holdingsBefore(iteration, leg);
  if (!before || orders.length === 0) return [];
  const change = orders.reduce((sum, order) => {
    const signed = order.request.side === 'buy' ? subtract(NO_MONEY, fillWorth(order)) : fillWorth(order);
    return subtract(add(sum, signed), order.commission ?? NO_MONEY);
  }, NO_MONEY);
  const traded = orders.reduce((sum, order) => add(sum, fillWorth(order)), NO_MONEY);
  const tolerance = money(raw(traded) / 100n + NANO);
  const expected = add(before.cash, change);
  const difference = absolute(subtract(observation.snapshot.cash, expected));
  if (!isMore(difference, tolerance)) return [];
  const stale = lags(raw(before.cash), raw(observation.snapshot.cash), raw(expected));
  return [{ text: 'the RUB balance does not match our fills', stale }];
}

/**
 * None or only a part of the change is to be seen. Another's trade the other way looks the same, and is waited for as
 * long: deciding on a part of our own fills would trade the rest of them a second time.
 */
const lags = (was: bigint, now: bigint, expected: bigint): boolean =>
  expected > was ? now >= was && now < expected : now <= was && now > expected;
