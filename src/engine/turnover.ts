// How much an account may still trade today: a brake on faults, far above what balancing needs.

import { holdingValue, ownCash, type Snapshot } from '../core/portfolio.ts';
import { add, larger, type Money, money, NO_MONEY, raw, subtract, total } from '../core/units.ts';
import type { AccountContext } from './account-context.ts';
import { moscowMidnight } from './schedule.ts';

export function turnoverLeft(context: AccountContext, snapshot: Snapshot): Money {
  const { journal, settings, clock } = context;
  const today = journal.fillsSince(settings.id, moscowMidnight(clock.now()));
  const traded = total(today.map((order) => order.value ?? NO_MONEY));
  const listed = snapshot.holdings.filter((holding) => holding.listed);
  const equity = add(ownCash(snapshot), total(listed.map((holding) => holdingValue(holding) ?? NO_MONEY)));
  const limit = money((raw(equity) * BigInt(Math.round(settings.maxDayTurnoverPercent * 100))) / 10_000n);
  return larger(subtract(limit, traded), NO_MONEY);
}
