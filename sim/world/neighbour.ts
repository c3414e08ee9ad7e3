// An account of the same configuration and the same journal that this program leaves alone: it is halted, and its owner has
// stopped it besides. Whatever a person says of another account changes nothing of that.

import type { Halt } from '../../src/ports.ts';
import type { World } from './world.ts';

const ID = 'neighbour';
const TICKER = 'LQDT';
const HALT: Omit<Halt, 'atMs'> = { cause: 'drawdown', detail: 'it has fallen too far' };

export class Neighbour {
  private isThere = false;

  constructor(private readonly world: World) {}

  /** Its block of CONFIG.json. */
  readonly block = {
    id: ID,
    name: ID,
    t_invest_token: 't.sim-neighbour_9kQzR4vXw2Lm7TdBnHs0',
    account_id: '2000000099',
    desired_wallet: { [TICKER]: 100 },
  };

  moveIn(): void {
    if (this.isThere) return;
    this.isThere = true;
    const { killSwitch, store, timeline } = this.world;
    store.journal.setHalt(ID, { ...HALT, atMs: timeline.now() });
    store.journal.allowJump(ID, TICKER, timeline.now());
    killSwitch.engage(ID, timeline.now());
  }

  /** After a command that was about somebody else. */
  check(words: readonly string[]): void {
    const { killSwitch, store, violate } = this.world;
    const typed = words.join(' ');
    const wrong = (text: string): void => violate.call(this.world, 'isolation', `"${typed}" ${text}`);
    if (store.journal.halt(ID)?.detail !== HALT.detail) wrong('has lifted the halt of another account');
    if (killSwitch.engaged(ID) === null) wrong('has let another account go on that was stopped');
    if (store.journal.allowedJumps(ID).join() !== TICKER)
      wrong(`has changed which prices of another account are taken`);
  }
}
