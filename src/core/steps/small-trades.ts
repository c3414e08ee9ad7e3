// `limits.min_trade_rub` and `limits.dust_percent`: an order too small to be worth it is not sent, the rest is solved again.
// Exempt: first lots, weights that go to 0, covering cash below its floor.

import { percentPart } from '../bounds/max-trade.ts';
import type { HeldBack } from '../plan.ts';
import { isLess, isPositive, isZero, kopecksUp, type Money, NO_LOTS } from '../units.ts';
import { isCovering, type Move, movesOf, shrunk } from './moves.ts';
import type { Step } from './step.ts';

/** Each turn drops what the one before made small. */
const TURNS_MAX = 4;

export const smallTrades: Step = ({ policy, equity }, draft) => {
  const { minTrade, dustPercent } = policy.limits;
  if (!draft.solution.feasible || isCovering(draft)) return draft;
  const dust = percentPart(equity, dustPercent);
  const byRubles = isLess(dust, minTrade);
  const least = byRubles ? minTrade : dust;
  if (!isPositive(least)) return draft;
  const rule = byRubles ? 'limits.min_trade_rub' : 'limits.dust_percent';
  const isSmall = (move: Move): boolean => isLess(move.amount, least) && !isExempt(move, policy.minOneLot);
  let left = draft;
  const dropped: HeldBack[] = [];
  for (let turn = 0; turn < TURNS_MAX; turn += 1) {
    const small = movesOf(left).filter(isSmall);
    if (small.length === 0) break;
    const leaving = movesOf(left).filter(isLeaving);
    const next = shrunk(
      left,
      new Map(small.map(({ index }) => [index, NO_LOTS])),
      new Set(leaving.map(({ index }) => index)),
    );
    if (next === null) break;
    left = next;
    dropped.push(...small.map((move) => heldBack(move, rule, least)));
  }
  return left === draft ? draft : { ...left, heldBack: [...left.heldBack, ...dropped] };
};

const isLeaving = ({ entry, side }: Move): boolean => side === 'sell' && isZero(entry.target);

const isExempt = (move: Move, minOneLot: boolean): boolean =>
  isLeaving(move) || (move.side === 'buy' && minOneLot && isZero(move.line.held));

const heldBack = ({ entry }: Move, rule: string, least: Money): HeldBack => ({
  ticker: entry.holding.ticker,
  rule,
  detail: `too little to trade, the least is ${kopecksUp(least)} RUB`,
});

/** Whether an order of this worth would be sent: for the steps that cut moves. */
export const leastTrade = (equity: Money, limits: { minTrade: Money; dustPercent: number }): Money => {
  const dust = percentPart(equity, limits.dustPercent);
  return isLess(dust, limits.minTrade) ? limits.minTrade : dust;
};
