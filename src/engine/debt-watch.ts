// A halted account covers no debt by itself, and any account may be kept from selling: before the day's trading ends its
// owner is told what the night will cost. Guarantees: once a day, in the last minutes (half an hour without margin), and
// where selling is tried only once there is no time for another try; the loop wakes for a halted account.

import { moscowDay, moscowMidnight } from '../core/moscow-day.ts';
import { overnightFee } from '../core/overnight-fee.ts';
import { isMore, isNegative, kopecks, type Money, negate } from '../core/units.ts';
import { type Session, WorldError } from '../ports.ts';
import type { AccountContext } from './account-context.ts';
import { closedBy, staysOvernight } from './deleverage.ts';
import type { Outcome } from './ending.ts';

const EVENT = 'debt_overnight';
const BEFORE_CLOSE_MS = 30 * 60_000;

/** Tells where it is time to; returns when to look again, `null` where there is nothing to look for today. */
export async function watchDebt(
  context: AccountContext,
  sessions: readonly Session[],
): Promise<number | null> {
  const { clock, settings, broker, brokerAccount } = context;
  const nowMs = clock.now();
  const today = sessions.filter((session) => moscowDay(session.startMs) === moscowDay(nowMs));
  const closeMs = Math.max(Number.NEGATIVE_INFINITY, ...today.map((session) => session.endMs));
  if (nowMs >= closeMs) return null;
  const beforeMs = settings.deleverageMs ?? BEFORE_CLOSE_MS;
  if (nowMs < closeMs - beforeMs) return closeMs - beforeMs;
  if (isTold(context)) return null;
  const { cash } = await broker.positions(brokerAccount);
  if (!isNegative(cash)) return null;
  tell(context, negate(cash), closeMs, 'the account is halted', `, or tiebb resume --account ${settings.id}`);
  return null;
}

/** After the day's last iteration that could repay debt: tells of what should not stay overnight and does. */
export async function watchDebtLeft(
  context: AccountContext,
  startedAtMs: number,
  { ending, sessions }: Pick<Outcome, 'ending' | 'sessions'>,
): Promise<void> {
  const { clock, settings, broker, brokerAccount, stop, log } = context;
  const { margin } = settings.policy;
  if (settings.dryRun || stop.aborted || margin === null || sessions === null) return;
  const closeMs = closedBy(settings, sessions, startedAtMs, clock.now());
  if (closeMs === null || isTold(context)) return;
  try {
    const debt = negate((await broker.positions(brokerAccount)).cash);
    const why = ending.reason ?? 'no more could be sold';
    if (isMore(debt, staysOvernight(margin))) tell(context, debt, closeMs, `debt is left (${why})`, '');
  } catch (error) {
    if (!(error instanceof WorldError)) throw error;
    log.warn({ account: settings.id, error: error.message }, 'the debt left overnight could not be read');
  }
}

const isTold = ({ journal, settings, clock }: AccountContext): boolean =>
  (journal.lastAlert(settings.id, EVENT) ?? 0) >= moscowMidnight(clock.now());

function tell(
  { journal, settings, clock, notifier }: AccountContext,
  debt: Money,
  closeMs: number,
  because: string,
  orElse: string,
): void {
  const nowMs = clock.now();
  const fee = overnightFee(debt, settings.policy.overnightFees, nowMs);
  journal.noteAlert(settings.id, EVENT, nowMs);
  notifier.alert({
    account: settings.id,
    event: EVENT,
    message:
      `${because} and the account owes ${kopecks(debt)} RUB; trading ends ${new Date(closeMs).toISOString()}, and the night ` +
      `costs about ${kopecks(fee)} RUB: sell something, pay in${orElse}`,
  });
}
