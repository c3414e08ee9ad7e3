// Watches the calls of the journal: what is written, by the bot or by a person, becomes lines of the trace, coverage and
// what the checks are told; a write that the disk has no room for fails here.
// Requires: `written` is called once its call has been committed.

import { asJournalError } from '../../src/journal/journal-error.ts';
import type { Halt, Holdings, Intent, IterationRow, JournaledOrder, Transition } from '../../src/ports.ts';
import { DiskFull } from './sim-journal.ts';
import type { World } from './world.ts';

export class JournalWatch {
  constructor(private readonly world: World) {}

  /** What a write is about to change, as far as a check wants to know. */
  before(name: string, args: readonly unknown[]): JournaledOrder | null {
    if (name !== 'settle') return null;
    return this.world.store.journal.order((args[0] as Transition).key);
  }

  /** @throws {JournalError} when the disk is full */
  writing(name: string): void {
    const { world } = this;
    if (world.diskFullFor <= 0) return;
    world.diskFullFor -= 1;
    world.unwritten += 1;
    world.note(`disk full in ${name}`);
    throw asJournalError(new DiskFull(), ':memory:');
  }

  /** The named boundary: what each call of the journal takes is in journal-port.ts. */
  written(name: string, args: readonly unknown[], result: unknown, before: JournaledOrder | null): void {
    const { world } = this;
    switch (name) {
      case 'plan': {
        const [account, iteration, leg, intents, holdings] = args as [
          string,
          string,
          number,
          readonly Intent[],
          Holdings,
        ];
        world.note(`plan ${iteration} leg ${leg}: ${intents.map(({ request }) => request.key).join(' ')}`);
        world.crashPoints.planned(account, iteration);
        world.checks.onPlan({ account, iteration, leg, intents, before: holdings });
        break;
      }
      case 'attempt':
        world.note(`attempt ${(args[0] as readonly string[]).join(' ')}`);
        world.checks.onAttempt(args[0] as readonly string[]);
        break;
      case 'settle': {
        const after = result as JournaledOrder;
        const change = args[0] as Transition;
        world.note(`settle ${change.key} ${before?.state} -> ${after.state} ${change.evidence}`);
        if (before !== null) world.checks.onSettle({ change, before, after });
        break;
      }
      case 'record':
        world.crashPoints.recorded((args[0] as IterationRow).account);
        break;
      case 'setHalt':
        world.note(`halt ${String(args[0])}`);
        world.halted.add(args[0] as string);
        world.checks.onHalt(args[0] as string, args[1] as Halt);
        break;
      case 'planNextIteration':
        world.checks.onAnnounce(args[0] as string, args[1] as number);
        break;
      default:
        break;
    }
  }
}
