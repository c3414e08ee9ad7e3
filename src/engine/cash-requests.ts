// Money that `raise-cash` keeps aside until it is withdrawn or the request is cancelled.
// Guarantees: a withdrawal lowers the requests made before it, the oldest first, and once; money that left the account is not
// raised a second time while the list of operations does not show it yet.

import { DAY_MS, moscowDay } from '../core/moscow-day.ts';
import {
  add,
  isMore,
  isNegative,
  isPositive,
  larger,
  type Money,
  money,
  NANO,
  NO_MONEY,
  NO_SHARES,
  negate,
  raw,
  smaller,
  subtract,
  total,
} from '../core/units.ts';
import { type CashRequest, type Operation, type Session, WorldError } from '../ports.ts';
import type { AccountContext } from './account-context.ts';
import { afterFills } from './after-fills.ts';
import type { FactsInput } from './facts-input.ts';

/** Securities are paid for on the next trading day: two days of trading before the date are the last good ones. */
const TRADING_DAYS_BEFORE = 2;
/** A late commission is no withdrawal. */
const NOTICEABLE = money(100n * NANO);
/** How long money that left without a word is taken to be on its way. */
const ON_ITS_WAY_MS = DAY_MS;

/**
 * What is to be kept aside now. Reads the operations only while something is asked for.
 * @throws {WorldError} where they cannot be read now.
 */
export async function readSetAside(
  context: AccountContext,
  input: Pick<FactsInput, 'nowMs' | 'dryRun' | 'cash' | 'holdings' | 'sessions'>,
): Promise<Money> {
  const { journal, settings } = context;
  const requests = journal.cashRequests(settings.id);
  if (requests.length === 0) return NO_MONEY;
  const withdrawals = await newWithdrawals(context, requests);
  const left = lowered(requests, withdrawals);
  if (!input.dryRun) note(context, left, withdrawals, input.nowMs);
  const gone = input.dryRun ? NO_MONEY : onItsWay(context, input, withdrawals);
  const due = left.filter((request) => isDue(request, input.sessions, input.nowMs, settings.intervalMs));
  return larger(NO_MONEY, subtract(total(due.map(({ amount }) => amount)), gone));
}

/** Whether its money is to be raised now: at once, or within the last two trading days before its date. */
export function isDue(
  { byMs }: Pick<CashRequest, 'byMs'>,
  sessions: readonly Session[],
  nowMs: number,
  intervalMs: number,
): boolean {
  if (byMs === null || byMs <= nowMs + intervalMs) return true;
  const [today, last] = [moscowDay(nowMs), moscowDay(byMs) - 1];
  const known = new Set(
    sessions.filter(({ endMs }) => endMs > nowMs).map(({ startMs }) => Math.max(today, moscowDay(startMs))),
  );
  const horizon = Math.max(today, ...known);
  let count = [...known].filter((day) => day <= last).length;
  // Beyond the schedule's end every weekday counts.
  for (let day = horizon + 1; day <= last && count <= TRADING_DAYS_BEFORE; day += 1) {
    const weekday = (day + 4) % 7;
    if (weekday !== 0 && weekday !== 6) count += 1;
  }
  return count <= TRADING_DAYS_BEFORE;
}

const topicOf = ({ id }: Operation): string => `withdrawal:${id}`;

async function newWithdrawals(
  { broker, brokerAccount, journal, settings, log }: AccountContext,
  requests: readonly CashRequest[],
): Promise<readonly Operation[]> {
  const sinceMs = Math.min(...requests.map(({ createdAtMs }) => createdAtMs));
  try {
    // To the newest: by a clock that was set back a withdrawal is still to come, and would be raised a second time.
    const operations = await broker.operations(brokerAccount, sinceMs, null);
    return operations.filter(
      (operation) =>
        operation.kind === 'withdrawal' &&
        isNegative(operation.amount) &&
        journal.lastAlert(settings.id, topicOf(operation)) === null,
    );
  } catch (error) {
    // A venue without such a list; anything else is a reason not to trade now.
    if (!(error instanceof WorldError) || error.kind !== 'contract') throw error;
    log.warn({ error: error.message }, 'withdrawals cannot be seen: raise-cash has to be cancelled by hand');
    return [];
  }
}

/** The requests after these withdrawals, met ones with nothing left. */
function lowered(requests: readonly CashRequest[], withdrawals: readonly Operation[]): CashRequest[] {
  const left = requests.map((request) => ({ ...request }));
  for (const { amount, atMs } of withdrawals) {
    let taken = negate(amount);
    for (const request of left) {
      if (request.createdAtMs >= atMs) continue;
      const part = smaller(taken, request.amount);
      request.amount = subtract(request.amount, part);
      taken = subtract(taken, part);
    }
  }
  return left;
}

function note(
  { journal, settings, log }: AccountContext,
  left: readonly CashRequest[],
  withdrawals: readonly Operation[],
  nowMs: number,
): void {
  if (withdrawals.length === 0) return;
  // Noted first: money that is kept aside too long does no harm.
  for (const operation of withdrawals) journal.noteAlert(settings.id, topicOf(operation), nowMs);
  for (const { id, amount } of left) journal.setCashRequest(id, amount);
  log.info(
    { account: settings.id, withdrawals: withdrawals.length },
    'withdrawals lower what raise-cash keeps aside',
  );
}

/** RUB that left since the account was last seen, not by a trade of anybody and not on the list yet. */
function onItsWay(
  context: AccountContext,
  { nowMs, cash, holdings }: Pick<FactsInput, 'nowMs' | 'cash' | 'holdings'>,
  withdrawals: readonly Operation[],
): Money {
  const { journal, settings, memory } = context;
  const last = journal.lastSeen(settings.id);
  memory.withdrawn = add(memory.withdrawn, negate(total(withdrawals.map(({ amount }) => amount))));
  if (last !== null) {
    const expected = afterFills(context, last);
    const isTraded = holdings.some(
      ({ uid, pieces }) => raw(expected.pieces.get(uid) ?? NO_SHARES) !== raw(pieces),
    );
    const missing = subtract(expected.cash, cash);
    if (!isTraded && isMore(missing, NOTICEABLE)) memory.cashGone.set(last.atMs, missing);
  }
  for (const atMs of memory.cashGone.keys()) if (nowMs - atMs > ON_ITS_WAY_MS) memory.cashGone.delete(atMs);
  if (memory.cashGone.size === 0) memory.withdrawn = NO_MONEY;
  const gone = subtract(total([...memory.cashGone.values()]), memory.withdrawn);
  return isPositive(gone) ? gone : NO_MONEY;
}
