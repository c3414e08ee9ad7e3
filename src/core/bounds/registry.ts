// All rules in order of precedence: safety, then the broker, then the owner. A new rule is one file and one line.

import { bands } from './bands.ts';
import { blockedPieces } from './blocked-pieces.ts';
import type { BoundRule } from './bound.ts';
import { buysOnly } from './buys-only.ts';
import { keepOneLot } from './keep-one-lot.ts';
import { maxTrade } from './max-trade.ts';
import { minProfit } from './min-profit.ts';
import { movingAverage } from './moving-average.ts';
import { noNewRisk } from './no-new-risk.ts';
import { noPrice } from './no-price.ts';
import { notTradable } from './not-tradable.ts';
import { oneWay } from './one-way.ts';
import { premium } from './premium.ts';

export const SAFETY_RULES: readonly BoundRule[] = [notTradable, noPrice, blockedPieces, buysOnly];
/** What the broker allows an account that borrows. */
export const BROKER_RULES: readonly BoundRule[] = [noNewRisk];
/** They give way where cash below its floor could not be covered otherwise. */
export const OWNER_RULES: readonly BoundRule[] = [
  oneWay,
  minProfit,
  maxTrade,
  premium,
  movingAverage,
  bands,
  keepOneLot,
];

/** Those that say how much may be bought, whatever is aimed at and in whichever leg. */
export const PURCHASE_RULES: readonly BoundRule[] = [
  notTradable,
  noPrice,
  noNewRisk,
  oneWay,
  maxTrade,
  premium,
  movingAverage,
];
