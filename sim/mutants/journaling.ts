// Bugs in what is written down.

import type { Mutant } from './mutant.ts';

export const JOURNALING: readonly Mutant[] = [
  {
    name: 'one-attempt-row',
    bug: 'of a batch only the first order gets its attempt row',
    file: 'journal/order-book.ts',
    edits: [
      [
        'for (const key of keys) attemptOne(key, atMs);',
        'for (const key of keys.slice(0, 1)) attemptOne(key, atMs);',
      ],
    ],
  },
  {
    name: 'executed-not-kept',
    bug: 'the executed lots of an order are not written down',
    file: 'journal/order-book.ts',
    edits: [
      [
        '      executed: raw(after.executed),\n      value:',
        '      executed: raw(order.executed),\n      value:',
      ],
    ],
  },
  {
    name: 'worth-per-piece',
    bug: 'the price of a piece is taken for the worth of a fill',
    file: 'tinvest/order-report.ts',
    edits: [['null : worth(price(raw(each)), piecesIn(report.executed, request.lot))', 'null : each']],
  },
  {
    name: 'write-in-the-middle',
    bug: 'a journal write is not one transaction',
    file: 'journal/store.ts',
    edits: [
      ['      begin.run({});\n', ''],
      ['        commit.run({});\n', ''],
    ],
  },
  {
    name: 'key-forgets-leg',
    bug: 'two legs of an iteration give one instrument the same key',
    file: 'core/order.ts',
    edits: [['    facts.leg,\n', '    0,\n']],
  },
];
