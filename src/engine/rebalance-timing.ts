// What the clock says about `rebalance`: calendar, window, cooldown.

import type { Timing } from '../core/facts.ts';
import type { AccountContext } from './account-context.ts';
import type { FactsInput } from './facts.ts';

export const timingOf = (_context: AccountContext, _input: FactsInput): Timing => ({
  calendarDue: false,
  calendar: '',
  blocked: null,
});
