// Stops an account until a person says `tiebb resume`: durable first, then told.

import type { HaltCause } from '../ports.ts';
import type { AccountContext } from './account-context.ts';

export function haltAccount(context: AccountContext, cause: HaltCause, detail: string): void {
  const { journal, settings, clock, notifier } = context;
  if (journal.halt(settings.id) !== null) return;
  journal.setHalt(settings.id, { cause, detail, atMs: clock.now() });
  notifier.alert({
    account: settings.id,
    event: 'halted',
    message: `${detail}. Nothing more is traded here; to go on: tiebb resume --account ${settings.id}`,
  });
}
