// `limits.below_moving_average: no_buys`: what trades below its own average of so many days is not bought.
// Requires: closes of finished trading days. Guarantees: too few of them buy nothing, and say why.

import type { Close } from '../close.ts';
import { lotsHeld, usablePrice } from '../portfolio.ts';
import { decimal, type Price, price, raw } from '../units.ts';
import { dayOf } from '../weights/close-window.ts';
import type { Bound, BoundRule } from './bound.ts';

const RULE = 'limits.below_moving_average';

export const movingAverage: BoundRule = ({ balanced, policy, snapshot }) => {
  const days = policy.limits.movingAverageDays;
  if (days === null) return [];
  const { facts, takenAtMs } = snapshot;
  return balanced.flatMap((holding): Bound[] => {
    const now = usablePrice(holding);
    if (now === null) return [];
    const { ticker } = holding;
    const finished = (facts.closes.get(ticker) ?? []).filter(({ dayMs }) => dayMs < dayOf(takenAtMs));
    const found = averageProblem(finished.slice(-days), days, now);
    const why = found === TOO_FEW ? facts.closeProblems?.get(ticker) : undefined;
    const detail = found === TOO_FEW ? tooFew(days, finished.length, why) : found;
    return detail === null ? [] : [{ ticker, max: lotsHeld(holding), rule: RULE, detail }];
  });
};

const TOO_FEW = Symbol('too few closes');

function averageProblem(closes: readonly Close[], days: number, now: Price): string | null | typeof TOO_FEW {
  if (closes.length < days) return TOO_FEW;
  const sum = closes.reduce((all, close) => all + raw(close.price), 0n);
  if (raw(now) * BigInt(days) >= sum) return null;
  const average = decimal(price(sum / BigInt(days)));
  return `not bought: ${decimal(now)} RUB is below its ${days}-day average of ${average} RUB`;
}

const tooFew = (days: number, found: number, why: string | undefined): string =>
  `not bought: its ${days}-day average is unknown (${why ?? `${found} daily closes are known`})`;
