// All rules in order of precedence: safety, then the broker, then the owner. A new rule is one file and one line.

import { blockedPieces } from './blocked-pieces.ts';
import type { BoundRule } from './bound.ts';
import { buysOnly } from './buys-only.ts';
import { keepOneLot } from './keep-one-lot.ts';
import { noPrice } from './no-price.ts';
import { notTradable } from './not-tradable.ts';

export const SAFETY_RULES: readonly BoundRule[] = [notTradable, noPrice, blockedPieces, buysOnly];
/** What the broker allows an account that borrows. */
export const BROKER_RULES: readonly BoundRule[] = [];
/** They give way where cash below its floor could not be covered otherwise. */
export const OWNER_RULES: readonly BoundRule[] = [keepOneLot];
