// Large orders that a person agreed to, while their session lasts. Guarantees: a yes is used up by what it has bought
// or sold, also where the program stopped before it could note that.

import type { Approval, Timing } from '../core/facts.ts';
import { isPositive, isZero, type Lots, lots, money, NO_LOTS, raw, subtract } from '../core/units.ts';
import type { PendingOrder } from '../ports.ts';
import type { AccountContext } from './account-context.ts';
import type { FactsInput } from './facts-input.ts';

export function approvalsOf(
  { journal, settings }: AccountContext,
  { nowMs }: Pick<FactsInput, 'nowMs'>,
): readonly Approval[] {
  return journal
    .pendingOrders(settings.id)
    .filter((order) => order.answer === 'confirmed' && nowMs < order.expiresAtMs)
    .flatMap((order) => {
      const left = subtract(order.lots, executedSince(journal, order));
      if (!isPositive(left)) return [];
      const amount = money((raw(order.amount) * raw(left)) / raw(order.lots));
      return [{ ticker: order.ticker, side: order.side, lots: left, amount }];
    });
}

function executedSince(journal: AccountContext['journal'], order: PendingOrder): Lots {
  const fills = journal
    .fillsSince(order.account, order.answeredAtMs ?? order.createdAtMs)
    .filter(
      ({ request, executed }) =>
        request.uid === order.uid && request.side === order.side && !isZero(executed),
    );
  return lots(fills.reduce((sum, { executed }) => sum + raw(executed), raw(NO_LOTS)));
}

/** A large order that a person agreed to belongs to the iteration that asked for it: what the rest began does not hold it. */
export function uncooled({ blockedBy, ...timing }: Timing, approvals: readonly Approval[]): Timing {
  if (blockedBy === 'rebalance.cooldown' && approvals.length > 0) return { ...timing, blocked: null };
  return blockedBy === undefined ? timing : { ...timing, blockedBy };
}
