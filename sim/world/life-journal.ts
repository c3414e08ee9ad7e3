// The journal as one life sees it: its writes are numbered effects, at which the life may end or the disk be full.
// Guarantees: a dead life's calls throw; a write that is reported to the checks has been committed; one of several
// statements that is no transaction breaks an invariant.

import type { Journal } from '../../src/ports.ts';
import { effectName } from './effect-names.ts';
import type { Life } from './life.ts';

/** Calls that write. The first four are what recovery depends on. */
const WRITES = [
  'plan',
  'attempt',
  'settle',
  'record',
  'pinBrokerAccount',
  'pinInstrument',
  'acceptPrices',
  'manage',
  'setHalt',
  'noteAlert',
  'forgetAlert',
  'setEquityMarks',
  'setLastSeen',
  'planNextIteration',
] as const satisfies readonly (keyof Journal)[];
const IS_WRITE: ReadonlySet<string> = new Set(WRITES);

type Member = (...args: readonly unknown[]) => unknown;

/** The named boundary: a journal is a record of functions, each wrapped as a whole. */
export function lifeJournal(life: Life): Journal {
  const real = life.world.store.journal as unknown as Readonly<Record<string, Member>>;
  const wrapped: Record<string, Member> = {};
  for (const [name, member] of Object.entries(real))
    wrapped[name] =
      name === 'close' ? () => {} : IS_WRITE.has(name) ? writer(life, name, member) : reader(life, member);
  return wrapped as unknown as Journal;
}

const reader =
  (life: Life, member: Member): Member =>
  (...args) => {
    life.assertAlive();
    return member(...args);
  };

function writer(life: Life, name: string, member: Member): Member {
  const { world } = life;
  const watch = world.journalWatch;
  return (...args) => {
    life.assertAlive();
    // Forgetting what nobody noted writes nothing, and is most of all calls.
    if (name === 'forgetAlert' && !isNoted(life, args)) return;
    world.effect(effectName(name, 'before'), life);
    life.assertAlive();
    const seen = watch.before(name, args);
    let statements = 0;
    world.store.hooks = {
      statement() {
        statements += 1;
        watch.writing(name);
        if (statements !== 2) return;
        // What is committed statement by statement can be cut in two by a kill.
        if (!world.store.db.inTransaction) world.violate('W', `${name} is not one transaction`);
        world.effect(effectName(name, 'inside'), life);
        life.assertAlive();
      },
    };
    const result = whileHooked(life, () => member(...args));
    watch.written(name, args, result, seen);
    world.effect(effectName(name, 'after'), life);
    life.assertAlive();
    return result;
  };
}

const isNoted = ({ world }: Life, [account, event]: readonly unknown[]): boolean =>
  world.store.journal.lastAlert(String(account), String(event)) !== null;

function whileHooked<Result>(life: Life, work: () => Result): Result {
  try {
    return work();
  } finally {
    life.world.store.hooks = NO_HOOKS;
  }
}

const NO_HOOKS = { statement() {} };
