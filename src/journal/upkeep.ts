// The journal's own tidying, once a Moscow day, in small steps between iterations: old rows become sums, and what no
// decision can need any more goes. Guarantees: a step is one transaction of a few rows, so a kill loses nothing and no
// order waits; freed pages are used again, so the file does not grow without bound.

import { DAY_MS, moscowMidnight } from '../core/moscow-day.ts';
import type { Journal } from '../ports.ts';
import { daySums } from './day-sums.ts';
import { iterationFolder } from './fold-iterations.ts';
import { orderFolder } from './fold-orders.ts';
import { OPEN_STATES } from './order-book.ts';
import type { Store } from './store.ts';

/** The absence proof and the look after fills reach back some hours. */
const HOLDINGS_KEPT_DAYS = 35;
const LEGS_AT_ONCE = 16;
/** Alerts of causes long gone, prices of instruments long sold, orders whose day of answering is long over. */
const TRACES_KEPT_DAYS = 90;

export function upkeep(store: Store): Pick<Journal, 'summarise'> {
  const lastDay = store.prepare<{ day: bigint }>("SELECT day FROM upkeep WHERE name = 'summarise'");
  const finish = store.prepare(
    `INSERT INTO upkeep (name, day) VALUES ('summarise', $day) ON CONFLICT (name) DO UPDATE SET day = excluded.day`,
  );
  const sums = daySums(store);
  const steps = [iterationFolder(store, sums), orderFolder(store, sums), holdingsPruner(store)];
  const pruneTraces = tracePruner(store);
  return {
    summarise(nowMs) {
      const day = BigInt(moscowMidnight(nowMs));
      if (lastDay.get({})?.day === day) return false;
      return store.write(() => {
        if (steps.some((step) => step(nowMs))) return true;
        pruneTraces(nowMs);
        finish.run({ day });
        return false;
      });
    },
  };
}

/** What an account held before legs whose orders are all settled. */
function holdingsPruner(store: Store): (nowMs: number) => boolean {
  const old = store.prepare<{ iteration: string; leg: bigint }>(
    `SELECT iteration, leg FROM legs WHERE pruned = 0 AND at < $before AND NOT EXISTS (
       SELECT 1 FROM orders WHERE orders.iteration = legs.iteration AND state IN ${OPEN_STATES})
     ORDER BY at LIMIT ${LEGS_AT_ONCE}`,
  );
  const remove = store.prepare('DELETE FROM holdings_before WHERE iteration = $iteration AND leg = $leg');
  const mark = store.prepare('UPDATE legs SET pruned = 1 WHERE iteration = $iteration AND leg = $leg');
  return (nowMs) => {
    const legs = old.all({ before: BigInt(moscowMidnight(nowMs) - HOLDINGS_KEPT_DAYS * DAY_MS) });
    for (const { iteration, leg } of legs) {
      remove.run({ iteration, leg });
      mark.run({ iteration, leg });
    }
    return legs.length > 0;
  };
}

/** A price's age is counted from its account's latest: one that was not run for months has forgotten none. */
function tracePruner(store: Store): (nowMs: number) => void {
  const alerts = store.prepare('DELETE FROM alerts WHERE at < $before');
  const pending = store.prepare('DELETE FROM pending_orders WHERE expires_at < $before');
  const prices = store.prepare(
    `DELETE FROM accepted_prices WHERE at <
       (SELECT max(latest.at) FROM accepted_prices AS latest WHERE latest.account = accepted_prices.account) - $kept`,
  );
  const kept = BigInt(TRACES_KEPT_DAYS * DAY_MS);
  return (nowMs) => {
    const before = BigInt(nowMs) - kept;
    alerts.run({ before });
    pending.run({ before });
    prices.run({ kept });
  };
}
