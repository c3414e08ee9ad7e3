// Collateral below the minimal margin: the broker may close positions by force, so its owner is told at once.

import type { Snapshot } from '../core/portfolio.ts';
import { isLess, kopecks } from '../core/units.ts';
import type { AccountContext } from './account-context.ts';
import { HOUR_MS, tellOnce } from './tell-once.ts';

const EVENT = 'margin_call';

export function watchMargin(context: AccountContext, { facts }: Snapshot): void {
  const { margin } = facts;
  if (margin?.kind !== 'enabled' || !isLess(margin.liquid, margin.minimal)) {
    context.journal.forgetAlert(context.settings.id, EVENT);
    return;
  }
  const message =
    `the collateral of ${kopecks(margin.liquid)} RUB is below the minimal margin of ${kopecks(margin.minimal)} RUB: ` +
    'the broker may close positions by force; only what lowers the risk is done: sell something or pay in';
  tellOnce(context, EVENT, message, HOUR_MS);
}
