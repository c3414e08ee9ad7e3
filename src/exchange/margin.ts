// What an account is good for: liquid portfolio, initial and minimal margin, by the simple rule that each marginable
// holding asks for its `dlong` share of its worth. Raw bigints: nano-rubles.

import type { Account } from './account.ts';
import type { Market } from './market.ts';

const NANO = 1_000_000_000n;

export interface MarginView {
  /** RUB and marginable holdings at last prices. */
  readonly liquid: bigint;
  readonly starting: bigint;
  readonly minimal: bigint;
}

/** `changes`: pieces and cash as they would be after a trade. */
export function marginOf(
  account: Account,
  market: Market,
  nowMs: number,
  change?: { readonly uid: string; readonly pieces: bigint; readonly cash: bigint },
): MarginView {
  let liquid = account.cash() + (change?.cash ?? 0n);
  let starting = 0n;
  const uids = new Set([...account.held(), ...(change === undefined ? [] : [change.uid])]);
  for (const uid of uids) {
    const instrument = market.byUid(uid);
    const last = instrument === null ? null : market.last(instrument, nowMs);
    if (instrument?.dlong == null || last === null) continue;
    const pieces = account.pieces(uid) + (change?.uid === uid ? change.pieces : 0n);
    const value = pieces * last.price;
    liquid += value;
    starting += (value * instrument.dlong) / NANO;
  }
  return { liquid, starting, minimal: starting / 2n };
}
