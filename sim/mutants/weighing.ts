// Bugs in targets, sizes, what a plan is worth, and in the breaker of prices that leap.

import type { Mutant } from './mutant.ts';

export const WEIGHING: readonly Mutant[] = [
  {
    name: 'rub-target-ignored',
    bug: 'the share of RUB is spread over the rest',
    file: 'core/leverage.ts',
    edits: [['    { ticker: RUB, marginRate: null },\n  ]\n    .sort(', '  ]\n    .sort(']],
  },
  {
    name: 'equal-by-count-of-all',
    bug: 'equal weights leave room for one more',
    file: 'core/weights/spread.ts',
    edits: [
      [
        'const whole = [...metrics.values()].reduce((sum, metric) => sum + metric, 0);',
        'const whole = [...metrics.values()].reduce((sum, metric) => sum + metric, metrics.get(spreadOver(wallet)[0] ?? "") ?? 0);',
      ],
    ],
  },
  {
    name: 'cash-before-the-sells',
    bug: 'the purchases are sized by the cash from before the sells',
    file: 'engine/act.ts',
    edits: [
      [
        'const decision = decide(observation.snapshot, context.settings.policy, stage);',
        'const decision = decide({ ...observation.snapshot, cash: start.snapshot.cash }, context.settings.policy, stage);',
      ],
    ],
  },
  {
    name: 'one-lot-more',
    bug: 'a sale is rounded up by two lots',
    file: 'core/plan-rows.ts',
    edits: [
      [
        'const orders = entries.flatMap((entry, index) => orderFor(entry, solution.lots[index]));',
        'const orders = entries.flatMap((entry, index) => orderFor(entry, solution.lots[index])).map((order) => (order.side === "sell" && raw(order.lots) > 20n ? { ...order, lots: lots((raw(order.lots) * 105n) / 100n) } : order));',
      ],
    ],
  },
  {
    name: 'first-that-comes',
    bug: 'among near answers the one with the fewest orders wins, however near',
    file: 'core/solver/choose.ts',
    edits: [['raw(least) * 1001n', 'raw(least) * 4000n']],
  },
  {
    name: 'not-worth-it',
    bug: 'the least improvement is not asked for',
    file: 'core/improvement.ts',
    edits: [['if (improvement >= least) return plan;', 'if (improvement >= 0) return plan;']],
  },
  {
    name: 'strangers-are-sold',
    bug: 'what the wallet does not name is balanced all the same',
    file: 'core/decide.ts',
    edits: [["policy.unlistedPositions === 'sell' && !holding.vanished", '!holding.vanished']],
  },
  {
    name: 'jump-is-believed',
    bug: 'a price may leap as far as it likes',
    file: 'core/price-jump.ts',
    edits: [['  if (!exceeds(', '  if (raw(now) > 0n || !exceeds(']],
  },
  {
    name: 'multiplier-of-all',
    bug: 'as much again may be borrowed as the multiplier says',
    file: 'core/debt-limit.ts',
    edits: [['(raw(multiplierOf(margin)) - NANO)) / NANO)', 'raw(multiplierOf(margin))) / NANO)']],
  },
  {
    name: 'diff-backwards',
    bug: 'diff takes a target the other way than its weight has gone',
    file: 'core/weights/diff.ts',
    edits: [['weight + (diff * multiplier) / 100', 'weight - (diff * multiplier) / 100']],
  },
  {
    name: 'risk-weighs-more',
    bug: 'the more a price moves, the more of it',
    file: 'core/weights/inverse-volatility.ts',
    edits: [['risk === 0 ? null : 1 / risk', 'risk === 0 ? null : risk']],
  },
  {
    name: 'half-the-multiplier',
    bug: 'half of what the multiplier allows is borrowed',
    file: 'core/debt-limit.ts',
    edits: [
      [
        'rate(BigInt(Math.round(multiplier * 1e9)))',
        'rate(BigInt(Math.round((1 + (multiplier - 1) / 2) * 1e9)))',
      ],
    ],
  },
  {
    name: 'flows-are-losses',
    bug: 'money that its owner takes out is a fall of the account',
    file: 'core/drawdown.ts',
    edits: [['[add(marks.start, flows), add(marks.peak, flows)]', '[marks.start, marks.peak]']],
  },
];
