// A halted account covers no debt by itself: before the day's trading ends its owner is told what the night will cost.
// Guarantees: once a day, in the last minutes (half an hour without margin); the loop wakes for it.

import { overnightFee } from '../core/overnight-fee.ts';
import { isNegative, kopecks, negate } from '../core/units.ts';
import type { Session } from '../ports.ts';
import type { AccountContext } from './account-context.ts';
import { moscowDay, moscowMidnight } from './schedule.ts';

const EVENT = 'debt_overnight';
const BEFORE_CLOSE_MS = 30 * 60_000;

/** Tells where it is time to; returns when to look again, `null` where there is nothing to look for today. */
export async function watchDebt(
  context: AccountContext,
  sessions: readonly Session[],
): Promise<number | null> {
  const { clock, journal, settings, broker, brokerAccount } = context;
  const nowMs = clock.now();
  const today = sessions.filter((session) => moscowDay(session.startMs) === moscowDay(nowMs));
  const closeMs = Math.max(Number.NEGATIVE_INFINITY, ...today.map((session) => session.endMs));
  if (nowMs >= closeMs) return null;
  const beforeMs = settings.deleverageMs ?? BEFORE_CLOSE_MS;
  if (nowMs < closeMs - beforeMs) return closeMs - beforeMs;
  if ((journal.lastAlert(settings.id, EVENT) ?? 0) >= moscowMidnight(nowMs)) return null;
  const { cash } = await broker.positions(brokerAccount);
  if (!isNegative(cash)) return null;
  const debt = negate(cash);
  journal.noteAlert(settings.id, EVENT, nowMs);
  context.notifier.alert({
    account: settings.id,
    event: EVENT,
    message:
      `the account is halted and owes ${kopecks(debt)} RUB; trading ends ${new Date(closeMs).toISOString()}, and the night ` +
      `costs about ${kopecks(overnightFee(debt, settings.policy.overnightFees, nowMs))} RUB: sell something, pay in, or tiebb resume --account ${settings.id}`,
  });
  return null;
}
