// Large orders that a person agreed to, while their session lasts.

import type { Approval } from '../core/facts.ts';
import type { AccountContext } from './account-context.ts';
import type { FactsInput } from './facts.ts';

export const approvalsOf = (_context: AccountContext, _input: FactsInput): readonly Approval[] => [];
