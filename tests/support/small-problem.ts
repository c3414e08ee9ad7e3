// Random problems small enough to try every portfolio: one to four lines, ranges of at most seven lots, and everything that
// makes the rules bite: forced trades, debt, blocked cash, floors, large fees, targets that do not add up.

import type { Line, Problem } from '../../src/core/lots.ts';
import { lots, money, raw } from '../../src/core/units.ts';

/** A problem drawn from `random`; targets and cash target add up to the total in most of them. */
export function smallProblem(random: () => number): Problem {
  const whole = (low: number, high: number): number => low + Math.floor(random() * (high - low + 1));
  const often = (part: number): boolean => random() < part;
  const amount = (value: number) => money(BigInt(value));
  const unit = [1, 10, 1000][whole(0, 2)] ?? 1;
  const feePart = often(0.4) ? 0 : random() * 0.05;
  const lines = Array.from({ length: whole(1, 4) }, (_, index): Line => {
    const value = whole(3, 60) * unit;
    const fee = Math.round(value * feePart);
    const reserve = () => amount(fee + (often(0.5) ? 0 : whole(0, Math.ceil(value * 0.1))));
    const min = often(0.7) ? 0 : whole(0, 6);
    return {
      name: `L${index}`,
      lotValue: amount(value),
      fee: amount(fee),
      buyReserve: reserve(),
      sellReserve: reserve(),
      held: lots(BigInt(whole(0, 5))),
      odd: amount(often(0.2) ? whole(0, value - 1) : 0),
      target: amount(whole(0, 6 * value)),
      min: lots(BigInt(min)),
      max: lots(BigInt(Math.max(min, often(0.7) ? 6 : whole(0, 6)))),
    };
  });
  const worth = lines.reduce((sum, line) => sum + raw(line.lotValue) * raw(line.held) + raw(line.odd), 0n);
  const targets = lines.reduce((sum, line) => sum + raw(line.target), 0n);
  const cash = BigInt(whole(-100, 200) * unit);
  return {
    lines,
    cash: money(cash),
    blockedCash: amount(often(0.15) ? whole(0, 50) * unit : 0),
    cashTarget: often(0.7) ? money(worth + cash - targets) : amount(whole(-50, 100) * unit),
    cashFloor: amount(often(0.7) ? 0 : whole(-100, 50) * unit),
  };
}
