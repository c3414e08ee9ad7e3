// A price that jumped waits for a person, so a person is told: once per instrument, and anew once the hold has ended.

import type { Holding, Snapshot } from '../core/portfolio.ts';
import type { AccountContext } from './account-context.ts';
import { tellOnce, topicOf } from './tell-once.ts';

const EVENT = 'price_jump';

export function watchJumps(context: AccountContext, { holdings }: Snapshot): void {
  const { journal, settings } = context;
  for (const holding of holdings) {
    const { ticker } = holding;
    const jumped = jumpOf(holding);
    if (jumped === null) journal.forgetAlert(settings.id, topicOf(EVENT, ticker));
    else if (matters(context, holding)) tellOnce(context, EVENT, jumped, Number.POSITIVE_INFINITY, ticker);
  }
}

/** What waits for a person's word, for an iteration that has no plan to say it with. */
export const jumpWords = (context: AccountContext, { holdings }: Snapshot): string[] =>
  holdings.filter((holding) => matters(context, holding)).flatMap((holding) => jumpOf(holding) ?? []);

const jumpOf = ({ ticker, hold }: Holding): string | null =>
  hold?.rule === 'max_price_jump_percent' ? `${ticker} is held: ${hold.detail}` : null;

const matters = ({ settings }: AccountContext, { listed }: Holding): boolean =>
  listed || settings.policy.unlistedPositions === 'sell';
