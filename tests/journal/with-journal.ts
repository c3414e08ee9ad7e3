// A fresh journal around a test's body, its tables seen from outside, and short words for orders.

import { Database } from 'bun:sqlite';
import { join } from 'node:path';
import type { OrderState } from '../../src/core/order.ts';
import { lots } from '../../src/core/units.ts';
import { JOURNAL_FILE } from '../../src/journal/database.ts';
import { openJournal } from '../../src/journal/journal.ts';
import type { Intent, Journal, Transition } from '../../src/ports.ts';
import { AT, BEFORE } from './sample.ts';

/** Opens a journal in a new directory for the body and closes it afterwards. */
export const withJournal =
  (newDir: () => string) =>
  (body: (journal: Journal, dir: string) => void): void => {
    const dir = newDir();
    const journal = openJournal(dir);
    try {
      body(journal, dir);
    } finally {
      journal.close();
    }
  };

/** The journal's own tables, seen from outside. */
export function rows(dir: string, sql: string): unknown[] {
  const db = new Database(join(dir, JOURNAL_FILE), { readonly: true });
  try {
    return db.query(sql).all();
  } finally {
    db.close(true);
  }
}

export function planOne(journal: Journal, intent: Intent, atMs = AT): string {
  journal.plan(intent.account, intent.iteration, intent.leg, [intent], BEFORE, atMs);
  return intent.request.key;
}

export const to = (
  key: string,
  state: OrderState,
  executed = 0n,
  more: Partial<Transition> = {},
): Transition => ({ key, to: state, executed: lots(executed), evidence: 'reply', ...more });
