// How a life that ends by itself ends: with the exit code that README promises, by what is durable and by what it was told
// to do; of errors only those that a person can put right; and when it stops itself, in time.

import type { Check } from '../check.ts';
import type { Life } from '../world/life.ts';
import type { World } from '../world/world.ts';

const GONE_WITHIN_MS = 10_000;

export function exitChecks(world: World): Check {
  const wrong = (text: string): void => world.violate('exit', text);

  /** An order that was sent and is not known to have ended, as the journal has it. */
  const isUnknown = (): boolean =>
    world.accounts.some(({ id }) => world.store.journal.openOrders(id).some(({ attempts }) => attempts > 0));
  const stoppedBy = (life: Life, event: string): boolean =>
    world.alerts.some((told) => told.alert.event === event && told.atMs >= life.startedMs);

  function code(life: Life, found: number): void {
    const asked = life.stoppedMs !== null;
    const expected = isUnknown() ? 7 : asked ? 0 : 1;
    // Where a token is refused as everything ends, that is what its owner has to see to first.
    const isTokenToo = found === 3 && stoppedBy(life, 'contract_changed') && stoppedBy(life, 'token_refused');
    if (found !== expected && !isTokenToo)
      wrong(
        `life ${life.number} ended with code ${found}, expected ${expected} (${asked ? 'stopped' : 'by itself'})`,
      );
    if (asked || stoppedBy(life, 'account_stopped') || stoppedBy(life, 'contract_changed')) return;
    // A dry run wakes nobody: its log says it.
    if (world.accounts.every(({ dryRun }) => dryRun)) return;
    wrong(`life ${life.number} ended by itself and told nobody why`);
  }

  return {
    onDeath(life) {
      const { ending } = life;
      if (ending === null || ending.kind === 'killed') return;
      if (ending.kind === 'exit') return code(life, ending.code);
      const { error } = ending;
      const name = error instanceof Error ? error.name : String(error);
      // The outermost catch ends these with code 1 and their own words; anything else is a defect.
      if (name !== 'JournalError' && name !== 'LockHeld') wrong(`life ${life.number} ended by ${name}`);
    },
    onAlert({ event }) {
      const { life, timeline } = world;
      if (event !== 'contract_changed' || life === null) return;
      timeline.at(timeline.now() + GONE_WITHIN_MS, () => {
        if (life.alive) wrong(`life ${life.number} still runs after it stopped everything`);
      });
    },
  };
}
