// Whether debt has to go now: the last minutes of the day's trading, by the schedule.

import type { AccountContext } from './account-context.ts';
import type { FactsInput } from './facts.ts';

export const isDeleveraging = (_context: AccountContext, _input: FactsInput): boolean => false;
