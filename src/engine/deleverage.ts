// Whether debt has to go now, and when the loop has to wake for it: the last minutes before the last session of a trading
// day, by the sessions in which this account trades. Guarantees: no hour of any clock stands here; once it has begun it
// lasts until the next trading day's first session.

import type { IterationRecord } from '../core/iteration-record.ts';
import { moscowDay } from '../core/moscow-day.ts';
import type { MarginPolicy } from '../core/policy.ts';
import { RUB } from '../core/portfolio.ts';
import { isMore, type Money, money, NO_MONEY, negate, parseNano } from '../core/units.ts';
import type { Session } from '../ports.ts';
import type { AccountContext } from './account-context.ts';
import type { FactsInput } from './facts-input.ts';
import { sessionAt } from './schedule.ts';

type Closing = Pick<AccountContext['settings'], 'deleverageMs' | 'policy'>;

/** What did not end well then is tried this often in all, as long as trading goes on. */
const TRIES = 6;
const SOONEST_MS = 10_000;
const HOURS_UNKNOWN_MS = 5 * 60_000;

export function isDeleveraging(
  { settings }: Pick<AccountContext, 'settings'>,
  { nowMs, sessions }: Pick<FactsInput, 'nowMs' | 'sessions'>,
): boolean {
  const { deleverageMs, policy } = settings;
  return policy.margin !== null && deleverageMs !== null && isClosing(sessions, nowMs, deleverageMs);
}

/** Whether the day's trading ends within `beforeMs`, or has ended and the next day's has not begun. */
export function isClosing(sessions: readonly Session[], nowMs: number, beforeMs: number): boolean {
  const next = sessions.find(({ endMs }) => nowMs < endMs);
  // A schedule that nobody knows says nothing about its end.
  if (next === undefined) return false;
  const isOver = nowMs < next.startMs && moscowDay(nowMs) < moscowDay(next.startMs);
  return isOver || nowMs >= dayEnd(sessions, next) - beforeMs;
}

/** End of the last session of the trading day that a session begins on. */
function dayEnd(sessions: readonly Session[], { startMs }: Session): number {
  const day = moscowDay(startMs);
  return Math.max(...sessions.filter((each) => moscowDay(each.startMs) === day).map((each) => each.endMs));
}

/** The next instant, after `nowMs`, at which the last minutes of a trading day begin; `null` where none is in sight. */
export function nextClosing(sessions: readonly Session[], nowMs: number, beforeMs: number): number | null {
  const instants = sessions
    .map((session) => Math.max(session.startMs, dayEnd(sessions, session) - beforeMs))
    .filter((atMs) => atMs > nowMs);
  return instants.length === 0 ? null : Math.min(...instants);
}

/** Whether an iteration leaves more debt than may stay overnight: then it did not end well, whatever else it did. */
export function owesTooMuch({ policy }: Closing, { positions }: Pick<IterationRecord, 'positions'>): boolean {
  const rubles = positions.find(({ ticker }) => ticker === RUB);
  if (policy.margin === null || rubles === undefined) return false;
  return isMore(negate(money(parseNano(rubles.value_after_rub))), staysOvernight(policy.margin));
}

/** Debt that a strategy other than `keep` leaves overnight. */
export const staysOvernight = ({ strategy, freeThreshold }: MarginPolicy): Money =>
  strategy === 'keep_if_small' ? freeThreshold : NO_MONEY;

const againAfter = (nowMs: number, beforeMs: number): number =>
  nowMs + Math.max(SOONEST_MS, Math.floor(beforeMs / TRIES));

/**
 * The end of the day's trading, where an iteration in its last minutes was the last that can repay debt; `null` otherwise.
 * @param sinceMs when the iteration began
 */
export function closedBy(
  { deleverageMs, policy }: Closing,
  sessions: readonly Session[],
  sinceMs: number,
  nowMs: number,
): number | null {
  if (policy.margin === null || policy.margin.strategy === 'keep' || deleverageMs === null) return null;
  const session = sessionAt(sessions, sinceMs);
  if (session === null || !isClosing(sessions, nowMs, deleverageMs)) return null;
  const endMs = dayEnd(sessions, session);
  return againAfter(nowMs, deleverageMs) < endMs ? null : endMs;
}

/**
 * When an account has to look at its debt, whatever its interval; `null`: it may wait for the next iteration.
 * @param sinceMs when the last iteration began: what began during it, it has not seen
 */
export function debtDue(
  settings: Closing,
  sessions: readonly Session[] | null,
  nowMs: number,
  endedWell: boolean,
  sinceMs: number = nowMs,
): number | null {
  const { deleverageMs, policy } = settings;
  if (deleverageMs === null || policy.margin === null || policy.margin.strategy === 'keep') return null;
  // Debt must not stay overnight because nobody knew when the day's trading ends.
  if (sessions === null) return nowMs + HOURS_UNKNOWN_MS;
  const againMs = againAfter(nowMs, deleverageMs);
  const unseenMs = nextClosing(sessions, sinceMs, deleverageMs);
  if (unseenMs !== null && unseenMs <= nowMs && sessionAt(sessions, nowMs) !== null) return nowMs;
  const isOpen = sessions.some(({ startMs, endMs }) => startMs <= nowMs && againMs < endMs);
  if (!endedWell && isOpen && isClosing(sessions, nowMs, deleverageMs)) return againMs;
  return nextClosing(sessions, nowMs, deleverageMs);
}
