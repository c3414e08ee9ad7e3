// Money that `raise-cash` keeps aside.

import { type Money, NO_MONEY } from '../core/units.ts';
import type { AccountContext } from './account-context.ts';
import type { FactsInput } from './facts.ts';

export const setAside = (_context: AccountContext, _input: FactsInput): Money => NO_MONEY;
