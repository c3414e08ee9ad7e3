// What an iteration leaves to the next one: moves that the account after trading still asks for, each with the rule that
// kept them from being done at once. Guarantees: one line per ticker and rule; with these lines the lots that are held back
// add up to what is really missing, not to what a further iteration would leave.

import type { HeldBack, Plan, PlannedOrder } from '../core/plan.ts';
import { raw } from '../core/units.ts';

type Left = HeldBack & { readonly lots: number };

export interface Iterated {
  readonly plan: Plan;
  /** The account after trading, planned anew. */
  readonly settled: Plan;
  /** What became of this iteration's order for such a move, in words; `null` where it was filled or there was none. */
  missed(order: PlannedOrder): string | null;
  /** Purchases that money did not pay for whole at what their books ask, by ticker. */
  readonly short: ReadonlyMap<string, string>;
}

/** @param told what is held back from the settled account's own plan */
export function withLeftOver(told: readonly HeldBack[], iterated: Iterated): HeldBack[] {
  const lines = [...told];
  for (const order of iterated.settled.orders) {
    const left = leftOver(order, iterated);
    const place = lines.findIndex(({ ticker, rule }) => ticker === left.ticker && rule === left.rule);
    const same = lines[place];
    if (same === undefined) lines.push(left);
    else lines[place] = { ...same, detail: weightier(same, left), lots: (same.lots ?? 0) + left.lots };
  }
  return lines;
}

const weightier = (same: HeldBack, left: Left): string =>
  Math.abs(left.lots) > Math.abs(same.lots ?? 0) ? left.detail : same.detail;

function leftOver(order: PlannedOrder, { plan, missed, short }: Iterated): Left {
  const { ticker, side } = order;
  const lots = Number(raw(order.lots)) * (side === 'buy' ? 1 : -1);
  const became = missed(order);
  if (became !== null) {
    const detail = `its order was not carried out whole (${became})`;
    return { ticker, rule: 'order_wait_seconds', detail, lots };
  }
  const dear = side === 'buy' ? short.get(ticker) : undefined;
  if (dear !== undefined) return { ticker, rule: 'cash', detail: dear, lots };
  const known = plan.heldBack.find((held) => held.ticker === ticker && (held.lots ?? 0) * lots > 0);
  if (known !== undefined) return { ...known, lots };
  return { ticker, rule: 'rounding', detail: 'by the total after trading it is that far off', lots };
}
