// The bot's clock where somebody sets it, or restarts the whole machine, while the venue's runs on.

import { runCycle } from '../../src/engine/cycle.ts';
import { openWorld, type World } from './engine-world.ts';

/** Out of balance, TMOS to be sold and nothing else to be expected. */
export async function openHeld(): Promise<World> {
  const world = await openWorld({
    accounts: [
      { wallet: { TMOS: 40, TBRU: 30, RUB: 30 }, cash: '100000.00', pieces: { TMOS: 500, TBRU: 500 } },
    ],
  });
  world.exchange.faults.delay('PostOrder', 50);
  return world;
}

/** Iterations by a clock that can be set; what a process remembers is forgotten with `world.restart`. */
export function byClock(world: World) {
  const { clock } = world;
  let lead = 0;
  let bootedMs = 0;
  return {
    setForward(ms: number) {
      lead += ms;
    },
    /** What nobody sets begins anew; `afterMs` is how long that takes. */
    async restartMachine(afterMs = 0) {
      world.restart();
      await clock.sleep(afterMs);
      bootedMs = clock.now();
    },
    async cycle() {
      const own = {
        now: () => clock.now() + lead,
        monotonic: () => clock.now() - bootedMs,
        sleep: clock.sleep.bind(clock),
      };
      const { record } = await runCycle({ ...world.context(), clock: own });
      world.records.push(record);
      return record;
    },
  };
}
