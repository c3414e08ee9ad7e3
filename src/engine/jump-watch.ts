// A price that jumped waits for a person, so a person is told: once per instrument, and anew once the hold has ended.

import type { Snapshot } from '../core/portfolio.ts';
import type { AccountContext } from './account-context.ts';
import { tellOnce, topicOf } from './tell-once.ts';

const EVENT = 'price_jump';

export function watchJumps(context: AccountContext, { holdings }: Snapshot): void {
  const { journal, settings } = context;
  for (const { ticker, hold, listed } of holdings) {
    const jumped = hold?.rule === 'max_price_jump_percent';
    if (!jumped) journal.forgetAlert(settings.id, topicOf(EVENT, ticker));
    else if (listed || settings.policy.unlistedPositions === 'sell')
      tellOnce(
        context,
        EVENT,
        `${ticker} is held: ${hold?.detail ?? 'its price jumped'}`,
        Number.POSITIVE_INFINITY,
        ticker,
      );
  }
}
