// All steps in their order: what adds first, what the broker demands, what the owner limits, and last what is worth trading.

import { clearOut } from '../clear-out.ts';
import { addFirstLots } from '../first-lots.ts';
import { keepWorthwhile } from '../improvement.ts';
import { improvementOf } from '../plan-rows.ts';
import type { Step } from './step.ts';

const firstLots: Step = (context, draft) =>
  context.policy.minOneLot
    ? { ...draft, ...addFirstLots(draft.entries, draft.problem, draft.solution, context.equity) }
    : draft;

const clearedOut: Step = (_context, draft) => ({ ...draft, ...clearOut(draft) });

const worthwhile: Step = (context, draft) => ({
  ...draft,
  ...keepWorthwhile(
    draft.entries,
    draft,
    (solution) => improvementOf(context, draft.entries, solution),
    context.policy,
    context.stage,
  ),
});

export const STEPS: readonly Step[] = [firstLots, clearedOut, worthwhile];
