// The iteration's own state machine (safety.md §1), read off what happens: plans, attempts, outcomes and looks at the
// account. An iteration goes along its arrows, each of its legs once; one of an account never overlaps the next.

import type { Check } from '../check.ts';
import { arrowNames } from '../report/coverage.ts';
import type { World } from '../world/world.ts';

type State =
  | 'START'
  | 'OBSERVED'
  | 'PLANNED'
  | 'SELLING'
  | 'SELLS_SETTLED'
  | 'REOBSERVED'
  | 'BUYING'
  | 'SETTLED'
  | 'RECORDED'
  | 'ABORTED'
  | 'HALTED';

/**
 * The graph of safety.md §1, with those ends that can come of each state: a halt comes of a look at the account, before
 * anything is planned, be it for an order that an earlier iteration left unknown; while orders of its own are open an
 * iteration is recorded as aborted only.
 */
const ARROWS: Readonly<Record<State, readonly State[]>> = {
  START: ['OBSERVED', 'RECORDED', 'ABORTED'],
  OBSERVED: ['PLANNED', 'RECORDED', 'ABORTED', 'HALTED'],
  PLANNED: ['SELLING', 'BUYING', 'RECORDED', 'ABORTED'],
  SELLING: ['SELLS_SETTLED', 'ABORTED'],
  SELLS_SETTLED: ['REOBSERVED', 'RECORDED', 'ABORTED'],
  REOBSERVED: ['BUYING', 'RECORDED', 'ABORTED'],
  BUYING: ['SETTLED', 'ABORTED'],
  SETTLED: ['REOBSERVED', 'RECORDED', 'ABORTED'],
  RECORDED: [],
  ABORTED: [],
  HALTED: [],
};
export const ITERATION_ARROWS = arrowNames(ARROWS);

interface Progress {
  state: State;
  iteration: string | null;
  readonly legs: Set<number>;
}

const OPEN = new Set(['intent', 'sending', 'live', 'unknown', 'cancelling']);

export function iterationChecks(world: World): Check {
  const progress = new Map<string, Progress>();
  const of = (account: string): Progress => {
    const known = progress.get(account) ?? { state: 'START', iteration: null, legs: new Set<number>() };
    progress.set(account, known);
    return known;
  };

  function go(account: string, to: State): void {
    const at = of(account);
    const ends = to === 'RECORDED' || to === 'ABORTED' || to === 'HALTED';
    if (!ARROWS[at.state].includes(to))
      world.violate('I15', `an iteration of ${account} went from ${at.state} to ${to}`);
    world.coverage.count('iteration arrows', `${at.state} -> ${to}`);
    at.state = to;
    if (ends) progress.delete(account);
  }

  const accountOfOrder = (key: string) => world.store.journal.order(key);

  return {
    onReply(method, request) {
      if (method !== 'GetPositions') return;
      const account = world.accountNamedIn(request);
      if (account === null) return;
      const { state } = of(account.id);
      if (state === 'START') go(account.id, 'OBSERVED');
      else if (state === 'SELLS_SETTLED' || state === 'SETTLED') go(account.id, 'REOBSERVED');
    },
    onPlan({ account, iteration, leg }) {
      const at = of(account);
      if (at.iteration !== null && at.iteration !== iteration)
        world.violate('I15', `iteration ${iteration} of ${account} overlaps ${at.iteration}`);
      at.iteration = iteration;
      if (at.legs.has(leg)) world.violate('I15', `leg ${leg} of ${iteration} was planned twice`);
      at.legs.add(leg);
      if (at.state === 'OBSERVED') go(account, 'PLANNED');
    },
    onAttempt(keys) {
      const order = keys[0] === undefined ? null : accountOfOrder(keys[0]);
      if (order === null) return;
      if (order.iteration !== of(order.account).iteration) {
        // Only what was sent before may leave again after its iteration: a plan is never resumed.
        if (order.attempts === 1)
          world.violate(
            'rule 4',
            `${keys[0]} was planned in ${order.iteration}, which is over, and leaves now`,
          );
        return;
      }
      const { state } = of(order.account);
      const to = order.leg === 0 ? 'SELLING' : 'BUYING';
      if (state !== to) go(order.account, to);
    },
    onSettle({ after }) {
      const at = of(after.account);
      if (after.iteration !== at.iteration || OPEN.has(after.state)) return;
      if (at.state !== 'SELLING' && at.state !== 'BUYING') return;
      const leg = world.store.journal.ordersOf(after.iteration).filter((each) => each.leg === after.leg);
      if (leg.every(({ state }) => !OPEN.has(state)))
        go(after.account, at.state === 'SELLING' ? 'SELLS_SETTLED' : 'SETTLED');
    },
    onHalt: (account) => go(account, 'HALTED'),
    onRecord({ account, status }) {
      if (status === 'failed' || status === 'unknown_outcome') go(account, 'ABORTED');
      else go(account, 'RECORDED');
    },
    onDeath() {
      for (const [account, { state }] of [...progress]) if (state !== 'START') go(account, 'ABORTED');
      progress.clear();
    },
  };
}
