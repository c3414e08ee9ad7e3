// Bugs in what is written down.

import type { Mutant } from './mutant.ts';

export const JOURNALING: readonly Mutant[] = [
  {
    name: 'one-attempt-row',
    bug: 'of a batch only the first order gets its attempt row',
    file: 'journal/order-book.ts',
    edits: [
      [
        'for (const key of keys) attemptOne(key, atMs, steadyMs);',
        'for (const key of keys.slice(0, 1)) attemptOne(key, atMs, steadyMs);',
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
    name: 'migration-in-pieces',
    bug: 'a migration is not one transaction',
    file: 'journal/migrate.ts',
    edits: [
      ['const step = db.transaction((): boolean => {', 'const step = { immediate: (): boolean => {'],
      ['    return true;\n  });', '    return true;\n  } };'],
    ],
  },
  {
    name: 'leftovers-kept',
    bug: 'what was planned and never sent stays so for ever',
    file: 'journal/order-book.ts',
    edits: [["`('intent', 'sending', 'live',", "`('sending', 'live',"]],
  },
  {
    name: 'worth-after-for-before',
    bug: 'the row of an iteration holds the total after trading',
    file: 'engine/draft.ts',
    edits: [
      [
        'equity: draft.plan?.equity ?? null,\n    turnover',
        'equity: draft.settled?.equity ?? null,\n    turnover',
      ],
    ],
  },
  {
    name: 'leftovers-sent',
    bug: 'what an earlier life planned and never sent is sent by the next one',
    file: 'engine/recover.ts',
    edits: [
      [
        "if (order.state === 'intent') return drop(context, order.request.key).order;",
        "if (order.state === 'intent') return (await submit(context, order.request.key)).order;",
      ],
      ["import { drop, journaled } from './submit.ts';", "import { journaled, submit } from './submit.ts';"],
    ],
  },
  {
    name: 'key-forgets-leg',
    bug: 'two legs of an iteration give one instrument the same key',
    file: 'core/order.ts',
    edits: [['    facts.leg,\n', '    0,\n']],
  },
  {
    name: 'peak-written-once',
    bug: 'the highest that an account was worth is written down once',
    file: 'journal/breakers.ts',
    edits: [['peak_nano = excluded.peak_nano, ', '']],
  },
  {
    name: 'resumed-with-its-old-peak',
    bug: 'an account that a person lets go on is measured by the peak that halted it',
    file: 'journal/breakers.ts',
    edits: [["if (cause === 'drawdown') forgetMarks", "if (cause === 'drawdown' && !cause) forgetMarks"]],
  },
  {
    name: 'turnover-of-whole-fills',
    bug: 'what was filled in part is no turnover',
    file: 'engine/draft.ts',
    edits: [
      [
        'add(sum, order.value ?? NO_MONEY), NO_MONEY)',
        "add(sum, order.state === 'filled' ? (order.value ?? NO_MONEY) : NO_MONEY), NO_MONEY)",
      ],
    ],
  },
];
