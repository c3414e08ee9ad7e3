// `rebalance`: whether this iteration goes to the targets, and with which instruments. Nothing to do is always explained.

import type { Aim, Policy, Stage } from '../policy.ts';
import type { Snapshot } from '../portfolio.ts';
import type { Money } from '../units.ts';

export interface AimInput {
  readonly snapshot: Snapshot;
  readonly policy: Policy;
  readonly stage: Stage;
  readonly equity: Money;
  /** RUB target per ticker, RUB included. */
  readonly targets: ReadonlyMap<string, Money>;
  /** Present worth per ticker, RUB included. */
  readonly values: ReadonlyMap<string, Money>;
}

export function aimOf({ stage }: AimInput): Aim {
  if (stage.kind === 'buys' && stage.aim) return stage.aim;
  return { kind: 'balance', because: null };
}
