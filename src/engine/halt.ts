// Stops an account until a person says `tiebb resume`: durable first, then told.

import type { HaltCause } from '../ports.ts';
import type { AccountContext } from './account-context.ts';

const EVENT = 'halted';

export function haltAccount(context: AccountContext, cause: HaltCause, detail: string): void {
  const { journal, settings, clock } = context;
  if (journal.halt(settings.id) !== null) return;
  journal.setHalt(settings.id, { cause, detail, atMs: clock.now() });
  tellHalt(context);
}

/** Tells of the account's halt unless that was done: a program may end between the two. */
export function tellHalt({ journal, settings, notifier }: AccountContext): void {
  const halt = journal.halt(settings.id);
  if (halt === null || journal.lastAlert(settings.id, EVENT) === halt.atMs) return;
  notifier.alert({
    account: settings.id,
    event: EVENT,
    message: `${halt.detail}. Nothing more is traded here; to go on: tiebb resume --account ${settings.id}`,
  });
  journal.noteAlert(settings.id, EVENT, halt.atMs);
}
