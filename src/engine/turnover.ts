// How much an account may still trade today: a brake on faults, far above what balancing needs.
// Requires: the journal's fills since midnight in Moscow. Guarantees: never below zero; estimates count as worth.

import { multiplierOf } from '../core/debt-limit.ts';
import { fillWorth } from '../core/fill-worth.ts';
import { moscowMidnight } from '../core/moscow-day.ts';
import { holdingValue, ownCash, type Snapshot } from '../core/portfolio.ts';
import {
  add,
  kopecks,
  larger,
  type Money,
  money,
  NANO,
  NO_MONEY,
  raw,
  subtract,
  total,
} from '../core/units.ts';
import type { AccountContext } from './account-context.ts';

export function turnoverLeft(context: AccountContext, snapshot: Snapshot): Money {
  const { journal, settings, clock } = context;
  const today = journal.fillsSince(settings.id, moscowMidnight(clock.now()));
  const traded = total(today.map(fillWorth));
  const balanced = snapshot.holdings.filter(
    ({ listed }) => listed || settings.policy.unlistedPositions === 'sell',
  );
  const equity = add(ownCash(snapshot), total(balanced.map((holding) => holdingValue(holding) ?? NO_MONEY)));
  // Of what a margin account may carry: a debt is made and repaid on one day.
  const { margin } = settings.policy;
  const carried = margin === null ? raw(equity) : (raw(equity) * raw(multiplierOf(margin))) / NANO;
  const limit = money((carried * BigInt(Math.round(settings.maxDayTurnoverPercent * 100))) / 10_000n);
  return larger(subtract(limit, traded), NO_MONEY);
}

/** Why an order of more than what is left is not sent. */
export const beyondToday = (left: Money): string =>
  `today's turnover would pass max_day_turnover_percent (${kopecks(left)} RUB are left)`;
