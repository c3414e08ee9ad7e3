// `limits.max_orders`: orders in an iteration. The largest differences go first; the sells that pay for a purchase that is
// kept are kept before it. A sell without the purchase that it pays for is none: RUB is no nearer to its target then than
// the instrument was. What waits for a person takes no place. Exempt: covering cash below its floor.

import type { HeldBack } from '../plan.ts';
import {
  add,
  compare,
  isLess,
  isPositive,
  kopecks,
  larger,
  type Money,
  NO_LOTS,
  NO_MONEY,
  subtract,
} from '../units.ts';
import { waitingIn } from './confirmations.ts';
import { coverNeed, isCovering, type Move, movesOf, shrunk } from './moves.ts';
import type { Draft, Step } from './step.ts';

export const orderCap: Step = (context, draft) => {
  const { policy, stage } = context;
  const { maxOrders } = policy.limits;
  if (maxOrders === null || !draft.solution.feasible) return draft;
  const slots = Math.max(0, maxOrders - (stage.kind === 'buys' ? (stage.sent ?? 0) : 0));
  const made = (each: Draft): Move[] => {
    const waiting = isCovering(each) ? new Set<string>() : waitingIn(context, each);
    return movesOf(each).filter(({ entry }) => !waiting.has(entry.holding.ticker));
  };
  const capped = cappedTo(slots, maxOrders, draft, made(draft));
  // With less to pay for it, what was to wait for a person may have become too small for that.
  return made(capped).length <= slots ? capped : cappedTo(slots, maxOrders, draft, movesOf(draft));
};

function cappedTo(slots: number, maxOrders: number, draft: Draft, moves: readonly Move[]): Draft {
  if (moves.length <= slots) return draft;
  const only = (kept: ReadonlySet<Move>): Draft | null =>
    without(
      draft,
      moves.filter((move) => !kept.has(move)),
    );
  let kept = isCovering(draft)
    ? covering(moves, slots, coverNeed(draft))
    : chosen(moves, slots, surplus(draft));
  let left = only(kept);
  if (left === null) return draft;
  if (slots > 0 && movesOf(left).length === 0) {
    // A lone sell is none: the RUB that is there already may still buy.
    const buys = chosen(
      moves.filter(({ side }) => side === 'buy'),
      slots,
      surplus(draft),
    );
    const bought = only(buys);
    if (bought !== null && movesOf(bought).length > 0) [kept, left] = [buys, bought];
  }
  const dropped = moves.filter((move) => !kept.has(move));
  const isNone = slots > 0 && movesOf(left).length === 0;
  const next = (isNone ? without(draft, moves) : null) ?? left;
  const why = isNone
    ? `a purchase and the sell that pays for it are two orders, and ${maxOrders} an iteration is the most`
    : `${maxOrders} order${maxOrders === 1 ? '' : 's'} an iteration, the largest first`;
  const heldBack = (isNone ? moves : dropped).map(
    ({ entry, side, amount }): HeldBack => ({
      ticker: entry.holding.ticker,
      rule: 'limits.max_orders',
      detail: `to ${side} ${kopecks(amount)} RUB waits: ${why}`,
    }),
  );
  return { ...next, heldBack: [...next.heldBack, ...heldBack] };
}

const without = (draft: Draft, moves: readonly Move[]): Draft | null =>
  shrunk(draft, new Map(moves.map(({ index }) => [index, NO_LOTS])));

/** RUB that purchases can take without any sell. */
const surplus = ({ problem }: Draft): Money =>
  larger(
    NO_MONEY,
    subtract(problem.cash, larger(problem.cashTarget, add(problem.cashFloor, problem.blockedCash))),
  );

const bySize = (moves: readonly Move[]): Move[] =>
  moves.toSorted((a, b) => compare(b.amount, a.amount) || (a.line.name < b.line.name ? -1 : 1));

/** The largest sells, more of them than there are places for if it takes that. */
function covering(moves: readonly Move[], slots: number, need: Money): ReadonlySet<Move> {
  const kept = new Set<Move>();
  let raised = NO_MONEY;
  for (const sell of bySize(moves.filter(({ side }) => side === 'sell'))) {
    if (kept.size >= slots && !isLess(raised, need)) break;
    kept.add(sell);
    raised = add(raised, sell.amount);
  }
  return kept;
}

function chosen(moves: readonly Move[], slots: number, cash: Money): ReadonlySet<Move> {
  const sorted = bySize(moves);
  const kept = new Set<Move>();
  let funds = cash;
  const keep = (move: Move): void => {
    kept.add(move);
    funds = move.side === 'sell' ? add(funds, move.amount) : subtract(funds, move.amount);
  };
  for (const move of sorted) {
    if (kept.size >= slots) break;
    if (kept.has(move)) continue;
    if (move.side === 'buy') {
      for (const sell of sorted) {
        // The last place is the purchase's own, unless nothing at all pays for it.
        if (!isLess(funds, move.amount) || kept.size >= slots - (isPositive(funds) ? 1 : 0)) break;
        if (sell.side === 'sell' && !kept.has(sell)) keep(sell);
      }
      if (kept.size >= slots || !isPositive(funds)) continue;
    }
    keep(move);
  }
  return kept;
}
