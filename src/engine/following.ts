// Orders of a leg on their way to their ends, each from its own first answer on: how long one may rest must not depend on
// how many are sent after it. Guarantees: once `allOver` has returned nothing is followed any more, whatever failed.

import type { JournaledOrder } from '../ports.ts';
import type { AccountContext } from './account-context.ts';
import { awaitFinal } from './await-final.ts';
import type { Follow } from './submit.ts';

export interface Following {
  readonly follow: Follow;
  /** What became of an order; one that nobody followed is looked at now. */
  endOf(key: string): Promise<JournaledOrder>;
  /** Never throws: what failed is thrown by `endOf`. */
  allOver(): Promise<void>;
}

export function following(context: AccountContext): Following {
  const ends = new Map<string, Promise<JournaledOrder>>();
  const begin = (key: string): Promise<JournaledOrder> => {
    const end = awaitFinal(context, key);
    ends.set(key, end);
    return end;
  };
  return {
    // Nobody waits for it yet: an error must not end the process before somebody does.
    follow: (key) => void begin(key).catch(() => {}),
    endOf: (key) => ends.get(key) ?? begin(key),
    async allOver() {
      await Promise.allSettled(ends.values());
    },
  };
}
