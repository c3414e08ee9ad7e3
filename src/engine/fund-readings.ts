// Fund data, daily closes and the weights that `diff` compares with.

import type { Facts } from '../core/facts.ts';
import type { AccountContext } from './account-context.ts';
import type { FactsInput } from './facts.ts';

export async function fundReadings(
  _context: AccountContext,
  _input: FactsInput,
): Promise<Pick<Facts, 'funds' | 'closes' | 'reference'>> {
  return { funds: new Map(), closes: new Map(), reference: null };
}
