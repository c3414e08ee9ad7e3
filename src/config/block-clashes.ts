// What no two account blocks may share: their id, and the broker account that they trade.

import type { BlockFinding } from './account-block.ts';
import { jsonPath, type Problem, shown } from './problem.ts';
import { valueAt } from './schema-problems.ts';

/** `blocks` is the list as written. Two blocks can still turn out to mean one account when the broker is asked. */
export const clashProblems = (found: readonly BlockFinding[], blocks: unknown): Problem[] => [
  ...repeatedIdProblems(found, blocks),
  ...sameAccountProblems(found),
];

function repeatedIdProblems(found: readonly BlockFinding[], blocks: unknown): Problem[] {
  const firsts = new Map<string, number>();
  return found.flatMap(({ id }, index) => {
    if (id === null) return [];
    // The same letters, whichever way they are put together.
    const name = id.normalize('NFC');
    const first = firsts.get(name);
    if (first === undefined) {
      firsts.set(name, index);
      return [];
    }
    const key = valueAt(blocks, [index, 'id']) === undefined ? 'name' : 'id';
    return {
      path: jsonPath(['accounts', index, key]),
      found: `${shown(id)}, which accounts[${first}] is called too`,
      expected: 'an id of its own for every account',
      fix: 'give it an "id" of its own',
    };
  });
}

/** The same words with the same token mean the same broker account: one of the two would undo the other's work. */
function sameAccountProblems(found: readonly BlockFinding[]): Problem[] {
  const firsts = new Map<string, number>();
  return found.flatMap(({ account }, index) => {
    if (account === null || account.token.reveal() === '') return [];
    const meaning = JSON.stringify([account.token.reveal(), account.broker, account.selector]);
    const first = firsts.get(meaning);
    if (first === undefined) {
      firsts.set(meaning, index);
      return [];
    }
    return {
      path: jsonPath(['accounts', index, 'account_id']),
      found: `${shown(account.accountIdText)} with the same token as accounts[${first}]`,
      expected: 'a broker account of its own for every block',
      fix: 'remove one of the two blocks',
    };
  });
}
