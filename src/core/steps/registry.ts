// All steps in their order: what adds first, what the broker demands, what the owner limits, then what is worth trading,
// and last what needs a person's yes.

import type { BoundContext } from '../bounds/bound.ts';
import { clearOut } from '../clear-out.ts';
import { addFirstLots } from '../first-lots.ts';
import { keepWorthwhile } from '../improvement.ts';
import { improvementOf } from '../plan-rows.ts';
import { confirmations } from './confirmations.ts';
import { funding } from './funding.ts';
import { marginLimits } from './margin-limits.ts';
import { orderCap } from './order-cap.ts';
import { smallTrades } from './small-trades.ts';
import type { Step } from './step.ts';
import { stillFunded } from './still-funded.ts';
import { turnoverCap } from './turnover-cap.ts';

const firstLots: Step = (context, draft) =>
  context.policy.minOneLot
    ? { ...draft, ...addFirstLots(draft.entries, draft.problem, draft.solution, context.equity) }
    : draft;

const clearedOut: Step = (_context, draft) => ({ ...draft, ...clearOut(draft) });

/** What only goes as far as its band asks is judged by how near it comes to that. */
const judgedBy = (context: BoundContext): BoundContext =>
  context.aim.kind === 'breached' ? { ...context, targets: context.aimed } : context;

/** Sells that pay for a purchase below a target make the error no smaller: funding.ts has asked what they are worth. */
const worthwhile: Step = (context, draft) =>
  draft.funded
    ? draft
    : {
        ...draft,
        ...keepWorthwhile(
          draft.entries,
          draft,
          (solution) => improvementOf(judgedBy(context), draft.entries, solution),
          context.policy,
          context.stage,
        ),
      };

/** What is worth trading is asked about; what is left without it has to be worth trading, too. */
const confirmed: Step = (context, draft) => {
  const left = confirmations(context, draft);
  return left.solution === draft.solution ? left : worthwhile(context, left);
};

export const STEPS: readonly Step[] = [
  firstLots,
  funding,
  clearedOut,
  marginLimits,
  smallTrades,
  worthwhile,
  turnoverCap,
  orderCap,
  smallTrades,
  confirmed,
  smallTrades,
  marginLimits,
  stillFunded,
];
