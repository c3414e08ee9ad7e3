// A journal as a plain object, so that a test can put one call of it in another's place.

import type { Journal } from '../../src/ports.ts';

export const everyCall = (journal: Journal): Journal =>
  Object.fromEntries(
    Object.keys(journal).map((name) => [name, Reflect.get(journal, name)]),
  ) as unknown as Journal;
