// Whether a state directory has a journal: commands that only correct one must not make one.

import type { Outside } from './outside.ts';

export function hasJournal(stateDir: string, outside: Outside): boolean {
  const journal = outside.readJournal(stateDir);
  journal?.close();
  return journal !== null;
}
