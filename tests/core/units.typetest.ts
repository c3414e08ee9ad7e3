// Lines that must not compile: `tsc --noEmit` fails here where one of them does. Never run.
// Two holes remain, both harmless in kind: values of ONE unit may be compared with `<` (the answer is right, bigint
// against bigint), and a unary minus compiles (its result is a plain number type, so it fits nowhere a unit is wanted).

import {
  add,
  compare,
  isLess,
  type LotSize,
  type Lots,
  lots,
  lotValue,
  type Money,
  money,
  type Price,
  piecesIn,
  portionUp,
  price,
  type Shares,
  subtract,
  times,
  total,
  worth,
} from '../../src/core/units.ts';

declare const rubles: Money;
declare const each: Price;
declare const count: Lots;
declare const pieces: Shares;
declare const size: LotSize;

export const wrong = (): unknown[] => [
  // @ts-expect-error a price plus lots
  each + count,
  // @ts-expect-error money plus a price
  rubles + each,
  // @ts-expect-error even money plus money goes through `add`
  rubles + rubles,
  // @ts-expect-error money times lots goes through `times`
  rubles * count,
  // @ts-expect-error a price is not compared with lots
  each < count,
  // @ts-expect-error money is not compared with a price
  rubles > each,
  // @ts-expect-error money is not compared with a bare integer
  rubles > 0n,
  // @ts-expect-error lots are never the same as pieces
  count === pieces,
  // @ts-expect-error adds like to like
  add(rubles, each),
  // @ts-expect-error subtracts like from like
  subtract(count, pieces),
  // @ts-expect-error compares like with like
  compare(rubles, count),
  // @ts-expect-error compares like with like
  isLess(each, rubles),
  // @ts-expect-error lots, not money, multiply
  times(rubles, rubles),
  // @ts-expect-error pieces, not lots, have a worth each
  worth(each, count),
  // @ts-expect-error a lot's value takes a price, not money
  lotValue(rubles, size),
  // @ts-expect-error a lot's value takes a lot size, not lots
  lotValue(each, count),
  // @ts-expect-error pieces in lots, not in pieces
  piecesIn(pieces, size),
  // @ts-expect-error a portion is of money
  portionUp(each, rubles),
  // @ts-expect-error prices have no total
  total([each]),
  // @ts-expect-error a bare integer is no money
  add(rubles, 1n),
];

// @ts-expect-error money is not lots
export const asLots: Lots = money(1n);
// @ts-expect-error lots are not pieces
export const asPieces: Shares = lots(1n);
// @ts-expect-error a price (of one piece) is not money
export const asMoney: Money = price(1n);
// @ts-expect-error a double is no money
export const asDouble: Money = 1.5;
// @ts-expect-error a bare integer is no money
export const asInteger: Money = 1n;
// @ts-expect-error a unary minus makes a number, not money
export const asNegative: Money = -rubles;
