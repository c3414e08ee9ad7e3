// What this account has done since Moscow's midnight.

import { fillWorth } from '../core/fill-worth.ts';
import { moscowMidnight } from '../core/moscow-day.ts';
import { type Money, total } from '../core/units.ts';
import type { AccountContext } from './account-context.ts';

export const turnoverToday = ({ journal, settings }: AccountContext, nowMs: number): Money =>
  total(journal.fillsSince(settings.id, moscowMidnight(nowMs)).map(fillWorth));

export const ordersToday = (
  { journal, settings }: AccountContext,
  nowMs: number,
): ReadonlyMap<string, number> => journal.ordersSince(settings.id, moscowMidnight(nowMs));
