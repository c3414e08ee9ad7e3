// How much an account may still trade today: a brake on faults, far above what balancing needs.
// Requires: the journal's fills since midnight in Moscow. Guarantees: never below zero; estimates count as worth.

import { holdingValue, ownCash, type Snapshot } from '../core/portfolio.ts';
import { add, larger, type Money, money, NO_MONEY, raw, subtract, total } from '../core/units.ts';
import type { AccountContext } from './account-context.ts';
import { fillWorth } from './fill-worth.ts';
import { moscowMidnight } from './schedule.ts';

export function turnoverLeft(context: AccountContext, snapshot: Snapshot): Money {
  const { journal, settings, clock } = context;
  const today = journal.fillsSince(settings.id, moscowMidnight(clock.now()));
  const traded = total(today.map(fillWorth));
  const balanced = snapshot.holdings.filter(
    ({ listed }) => listed || settings.policy.unlistedPositions === 'sell',
  );
  const equity = add(ownCash(snapshot), total(balanced.map((holding) => holdingValue(holding) ?? NO_MONEY)));
  const limit = money((raw(equity) * BigInt(Math.round(settings.maxDayTurnoverPercent * 100))) / 10_000n);
  return larger(subtract(limit, traded), NO_MONEY);
}
