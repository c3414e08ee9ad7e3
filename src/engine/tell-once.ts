// Alerts whose cause lasts: told when it begins and again after a while, never at every iteration.
// Guarantees: survives a restart (the journal remembers when it was told).

import type { AccountContext } from './account-context.ts';

export const HOUR_MS = 3_600_000;

/** What an alert that is not repeated needs; an account that cannot be opened has no more. */
export type Teller = Pick<AccountContext, 'journal' | 'settings' | 'clock' | 'notifier'>;

/** Alerts unless the same was told within `everyMs`. `about` tells causes of one event apart. */
export function tellOnce(
  { journal, settings, clock, notifier }: Teller,
  event: string,
  message: string,
  everyMs: number,
  about = '',
): void {
  const topic = topicOf(event, about);
  const last = journal.lastAlert(settings.id, topic);
  const nowMs = clock.now();
  // A clock that was set back must not silence it.
  if (last !== null && last <= nowMs && nowMs - last < everyMs) return;
  // In this order: a program that ends between the two tells it twice, not never.
  notifier.alert({ account: settings.id, event, message });
  journal.noteAlert(settings.id, topic, nowMs);
}

/** Under which name the journal remembers it. */
export const topicOf = (event: string, about: string): string => (about === '' ? event : `${event}:${about}`);
