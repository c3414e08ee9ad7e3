// A journal that no secret can get into: what the venue said (errors, reasons) is scrubbed before it is written.

import { createScrubber, redactTokens } from '../config/secret.ts';
import type { Journal } from '../ports.ts';

export function scrubbedJournal(journal: Journal, secrets: readonly string[]): Journal {
  const scrub = createScrubber(secrets);
  const clean = <T extends string | null | undefined>(text: T): T =>
    (typeof text === 'string' ? redactTokens(scrub(text)) : text) as T;
  return {
    ...journal,
    settle: (change, atMs) =>
      journal.settle(change.error === undefined ? change : { ...change, error: clean(change.error) }, atMs),
    setHalt: (account, halt) => journal.setHalt(account, { ...halt, detail: clean(halt.detail) }),
    record: (row) => journal.record({ ...row, reason: clean(row.reason), record: clean(row.record) }),
  };
}
