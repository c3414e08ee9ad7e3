// Bugs in what is looked at and decided.

import type { Mutant } from './mutant.ts';

export const DECIDING: readonly Mutant[] = [
  {
    name: 'equity-without-cash',
    bug: 'the balanced total leaves RUB out',
    file: 'core/portfolio.ts',
    edits: [['  add(ownCash(snapshot), total(balanced.map(', '  add(NO_MONEY, total(balanced.map(']],
  },
  {
    name: 'blocked-pieces-gone',
    bug: 'what orders hold of a position is not held any more',
    file: 'tinvest/positions.ts',
    edits: [['    pieces: add(free, blocked),\n', '    pieces: free,\n']],
  },
  {
    name: 'no-reserve',
    bug: 'nothing is kept for commissions and a step of the price',
    file: 'core/order-choice.ts',
    edits: [
      [
        'return add(slip, portionUp(add(worth, slip), commission));',
        'return add(slip, price(-raw(slip)) as unknown as Money);',
      ],
    ],
  },
  {
    name: 'any-price-age',
    bug: 'an old price is as good as a new one',
    file: 'engine/schedule.ts',
    edits: [['  return within + weekdaysBetween(', '  return 0 * within + weekdaysBetween(']],
  },
  {
    name: 'fills-not-awaited',
    bug: 'an account that does not show our fills is decided on',
    file: 'engine/explained.ts',
    edits: [
      [
        'if (gaps.length === 0 || steady(clock) >= deadline || stop.aborted) {',
        'if (gaps.length >= 0) {\n      observation.acceptPrices();\n      return observation;\n    } else {',
      ],
    ],
  },
  {
    name: 'limits-loading-ignored',
    bug: 'positions count while the venue still loads its limits',
    file: 'tinvest/positions.ts',
    edits: [
      [
        'if (reply.limitsLoadingInProgress)',
        'if (reply.limitsLoadingInProgress && reply.accountId === "none")',
      ],
    ],
  },
  {
    name: 'no-turnover-limit',
    bug: 'the gate lets any turnover through',
    file: 'engine/turnover.ts',
    edits: [['return larger(subtract(limit, traded), NO_MONEY);', 'return larger(limit, traded);']],
  },
  {
    name: 'no-split',
    bug: "an order above the broker's cap is not split",
    file: 'engine/gate.ts',
    edits: [['money(29_700_000n * NANO)', 'money(29_700_000_000n * NANO)']],
  },
  {
    name: 'blocked-cash-free',
    bug: "RUB that its owner's orders hold are spent",
    file: 'engine/observe.ts',
    edits: [
      [
        '      blockedCash: positions.blockedCash,',
        '      blockedCash: subtract(positions.blockedCash, positions.blockedCash),',
      ],
    ],
  },
  {
    name: 'leap-of-the-new-price',
    bug: 'a leap is reckoned in percent of the price that is in doubt',
    file: 'core/price-jump.ts',
    edits: [
      ['return move * PARTS > from * parts(maxPercent);', 'return move * PARTS > to * parts(maxPercent);'],
    ],
  },
];
