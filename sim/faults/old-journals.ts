// Journals that are not as the last life left them: an old backup that a person put back, or a journal of an earlier
// schema version, on which a life begins and is killed in the middle of its migration.

import type { Database } from 'bun:sqlite';
import { IN_MIGRATION } from '../report/crash-points.ts';
import type { Life } from '../world/life.ts';
import type { World } from '../world/world.ts';
import {
  type Backup,
  blankOf,
  copyOf,
  NEWEST,
  olderCopyOf,
  restore,
  schemaTrouble,
  upgrade,
} from './old-journal.ts';

/** The last version before the newest that knows all that a running account depends on. */
const OLDER = NEWEST - 1;
const IN_A_MIGRATION = 0.06;
/** The statements of one step are about as many. */
const STATEMENTS = 7;

export class OldJournals {
  private copyDue = false;
  private backup: Backup | null = null;
  private restoreDue = false;
  /** What the next life finds instead of the journal, until it is upgraded. */
  private old: Database | null = null;
  /** Statements of the migration until the kill. */
  private left = Number.POSITIVE_INFINITY;

  constructor(private readonly world: World) {}

  /** A copy is made at the next effect that is no half-written one. */
  copySoon(): void {
    this.copyDue = true;
  }

  reached(name: string): void {
    if (!this.copyDue || name.endsWith(' inside')) return;
    this.copyDue = false;
    this.backup = copyOf(this.world.store.db);
    this.world.note('a backup of the journal is made');
  }

  /** The next life begins on the backup; false where there is none. */
  restoreNext(): boolean {
    this.restoreDue = this.backup !== null;
    return this.restoreDue;
  }

  starting(): void {
    if (this.restoreDue && this.backup !== null) this.putBack(this.backup);
    this.restoreDue = false;
    const { swarm, store, lives, options } = this.world;
    const dice = options.onlyAccount ? null : swarm.fires('kill_in_migration', IN_A_MIGRATION);
    if (dice === null) return;
    // An empty journal may be of any version, down to a file that has none yet.
    const version = lives.length === 0 ? dice.whole(0, OLDER) : OLDER;
    this.old ??= lives.length === 0 ? blankOf(version) : olderCopyOf(store.db, version);
    this.left = dice.whole(1, STATEMENTS);
    this.world.note(`the journal is of version ${version}`);
  }

  /** @param kill ends the life at a statement of its migration */
  opening(life: Life, kill: (where: string) => void): void {
    const { old } = this;
    if (old === null) return;
    upgrade(old, () => {
      this.left -= 1;
      if (this.left === 0) kill(IN_MIGRATION);
      life.assertAlive();
    });
    const trouble = schemaTrouble(old);
    if (trouble !== null) this.world.violate('migration', trouble);
    const { db, changed } = this.world.store;
    restore(db, copyOf(old));
    changed();
    this.close();
  }

  /** What is left of a migration that was killed. */
  close(): void {
    this.old?.close();
    this.old = null;
  }

  private putBack(backup: Backup): void {
    const { world } = this;
    const { db, journal, changed } = world.store;
    const sent = () =>
      new Map(
        db
          .prepare<{ key: string; attempts: bigint }, []>(
            'SELECT key, (SELECT count(*) FROM attempts a WHERE a.key = o.key) AS attempts FROM orders o',
          )
          .all()
          .map(({ key, attempts }) => [key, attempts]),
      );
    const before = sent();
    this.close();
    restore(db, backup);
    changed();
    const after = sent();
    for (const [key, attempts] of before) if (attempts !== (after.get(key) ?? 0n)) world.forgotten.add(key);
    world.halted.clear();
    for (const { id } of world.accounts) if (journal.halt(id) !== null) world.halted.add(id);
    world.note(`an old backup is put back, ${world.forgotten.size} orders are forgotten`);
    world.checks.onRestore();
  }
}
