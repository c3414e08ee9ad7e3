// RUB that may be spent after a plan in which every order costs its whole reserve: what must stay above the cash floor.

import type { Problem, Solution } from './lots.ts';
import { add, isPositive, type Money, negate, subtract, times } from './units.ts';

/** @returns spendable RUB, blocked RUB left out. */
export function worstCash(problem: Problem, solution: Solution): Money {
  return problem.lines.reduce(
    (cash, line, index) => {
      const change = subtract(solution.lots[index] ?? line.held, line.held);
      if (isPositive(change)) return subtract(cash, times(add(line.lotValue, line.buyReserve), change));
      return add(cash, times(subtract(line.lotValue, line.sellReserve), negate(change)));
    },
    subtract(problem.cash, problem.blockedCash),
  );
}
