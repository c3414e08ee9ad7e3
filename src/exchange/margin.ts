// What an account is good for: liquid portfolio, initial and minimal margin, by the simple rule that each marginable
// holding asks for its `dlong` share of its worth. Raw bigints: nano-rubles.

import type { Account } from './account.ts';
import type { Instrument } from './instrument.ts';
import type { Market } from './market.ts';
import { remaining, reservedCash, type VenueOrder } from './order.ts';

const NANO = 1_000_000_000n;

export interface MarginView {
  /** RUB and marginable holdings at last prices; what the depositary holds does not count. */
  readonly liquid: bigint;
  readonly starting: bigint;
  readonly minimal: bigint;
}

/** A change of pieces and cash as it would be after a trade. */
export interface Planned {
  readonly uid: string;
  readonly pieces: bigint;
  readonly cash: bigint;
}

/** Its initial margin rate; `null`: bought with own money only, and no collateral. */
export function longRate(instrument: Instrument): bigint | null {
  const { dlong } = instrument;
  return dlong !== null && dlong > 0n && dlong < NANO ? dlong : null;
}

/** What active buys come to when they are filled at their worst. */
export const plannedBy = (orders: readonly VenueOrder[]): readonly Planned[] =>
  orders
    .filter((order) => order.side === 'buy' && order.currency === 'rub')
    .map((order) => ({
      uid: order.uid,
      pieces: remaining(order) * order.lot,
      cash: -reservedCash(order),
    }));

/** @param planned trades that count as done */
export function marginOf(
  account: Account,
  market: Market,
  nowMs: number,
  planned: readonly Planned[] = [],
): MarginView {
  let liquid = planned.reduce((sum, change) => sum + change.cash, account.cash());
  let starting = 0n;
  for (const uid of new Set([...account.held(), ...planned.map((change) => change.uid)])) {
    const instrument = market.byUid(uid);
    const part = instrument === null || account.frozen.has(uid) ? null : longRate(instrument);
    const last = instrument === null || part === null ? null : market.last(instrument, nowMs);
    if (part === null || last === null) continue;
    const pieces = planned.reduce(
      (sum, change) => (change.uid === uid ? sum + change.pieces : sum),
      account.pieces(uid),
    );
    const value = pieces * last.price;
    liquid += value;
    starting += (value * part) / NANO;
  }
  return { liquid, starting, minimal: starting / 2n };
}
