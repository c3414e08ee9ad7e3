// Fills are numbered as they become known: what a look at the account has shown does not depend on any clock. A journal
// from before has nothing but its times, and gets numbers by them, whatever version it is of.

import type { Database } from 'bun:sqlite';
import { describe, expect, test } from 'bun:test';
import { money } from '../../src/core/units.ts';
import { openDatabase } from '../../src/journal/database.ts';
import { openJournal } from '../../src/journal/journal.ts';
import { MIGRATIONS } from '../../src/journal/migrations.ts';
import type { Journal } from '../../src/ports.ts';
import { tempDirs } from '../support/temp-dir.ts';
import { AT, sampleIntent, sampleIteration } from './sample.ts';
import { planOne, to, withJournal } from './with-journal.ts';

const newDir = tempDirs();
const inJournal = withJournal(newDir);
const NEWEST = MIGRATIONS.length;
/** The last version without numbers. */
const UNNUMBERED = 5;

/** An order that becomes known as filled at that time. */
function fill(journal: Journal, iteration: string, atMs: number, account = 'one', executed = 10n): string {
  const key = planOne(journal, sampleIntent({ iteration, account }), AT);
  journal.attempt([key], AT);
  journal.settle(to(key, 'live', executed), atMs);
  return key;
}

const look = (journal: Journal, atMs: number, account = 'one'): void => {
  const fill = journal.newestFill(account);
  const fillBefore = journal.lastSeen(account)?.fill ?? fill;
  const holdings = { cash: money(1n), pieces: new Map() };
  journal.setLastSeen(account, { holdings, atMs, fill, fillBefore, reversals: 0 });
};

const keysAfter = (journal: Journal, fill: number, account = 'one'): string[] =>
  journal.fillsAfter(account, fill).map(({ request }) => request.key);

const unseen = (journal: Journal, account = 'one'): string[] =>
  keysAfter(journal, journal.lastSeen(account)?.fill ?? -1, account);

describe('what a look has not shown', () => {
  test('is what was filled after it, whatever clocks said', () =>
    inJournal((journal) => {
      expect(journal.newestFill('one')).toBe(0);
      fill(journal, 'i-1', AT + 3_600_000);
      fill(journal, 'i-2', AT + 3_600_000, 'two');
      look(journal, AT);
      expect(unseen(journal)).toEqual([]);
      const earlier = fill(journal, 'i-3', AT - 3_600_000);
      expect(unseen(journal)).toEqual([earlier]);
      expect(journal.newestFill('one')).toBe(2);
      expect(journal.newestFill('two')).toBe(1);
    }));

  test('is no order that only ends: it is one again when it fills further', () =>
    inJournal((journal) => {
      const ends = fill(journal, 'i-1', AT, 'one', 3n);
      const fills = fill(journal, 'i-2', AT, 'one', 3n);
      fill(journal, 'i-3', AT, 'one', 0n);
      look(journal, AT);
      journal.settle(to(ends, 'cancelled', 3n), AT + 1);
      expect(unseen(journal)).toEqual([]);
      journal.settle(to(fills, 'filled', 10n), AT + 1);
      expect(unseen(journal)).toEqual([fills]);
    }));

  test('keeps its numbers when older orders are gone: none is given twice', () => {
    const dir = newDir();
    const first = openJournal(dir);
    fill(first, 'i-1', AT);
    fill(first, 'i-2', AT);
    look(first, AT);
    first.close();
    const db = openVersion(dir, NEWEST);
    for (const table of ['transitions', 'attempts', 'orders']) db.run(`DELETE FROM ${table}`);
    db.close(true);
    const again = openJournal(dir);
    const key = fill(again, 'i-3', AT);
    expect(again.newestFill('one')).toBe(3);
    expect(unseen(again)).toEqual([key]);
    again.close();
  });
});

const openVersion = (dir: string, version: number): Database =>
  openDatabase(dir, { readOnly: false, busyTimeoutMs: 0, migrations: MIGRATIONS.slice(0, version) });

const columnsOf = (db: Database, schema: string, table: string): string[] =>
  db
    .query<{ name: string }, [string, string]>('SELECT name FROM pragma_table_info(?, ?)')
    .all(table, schema)
    .map(({ name }) => name);

/** The same journal as a program of that version would have written it. */
function asOfVersion(donor: string, version: number): string {
  const dir = newDir();
  const db = openVersion(dir, version);
  db.run(`ATTACH '${donor}/tiebb.sqlite' AS donor`);
  const tables = db
    .query<{ name: string }, []>("SELECT name FROM main.sqlite_schema WHERE type = 'table' ORDER BY rowid")
    .all();
  for (const { name } of tables) {
    const columns = columnsOf(db, 'main', name).join(', ');
    db.run(`INSERT INTO main.${name} (${columns}) SELECT ${columns} FROM donor.${name}`);
  }
  db.run('DETACH donor');
  db.close(true);
  return dir;
}

/** Two iterations, the second with fills before, in and after its looks; another account, one of them never looked at. */
function pastOf(journal: Journal) {
  const record = (iteration: string, startedAtMs: number, dryRun = false) =>
    journal.record(
      sampleIteration({ iteration, startedAtMs, finishedAtMs: startedAtMs + 60, dryRun, counted: true }),
    );
  fill(journal, 'i-1', AT + 10);
  look(journal, AT + 60);
  record('i-1', AT);
  const recovered = fill(journal, 'i-2', AT + 1_005);
  look(journal, AT + 1_010);
  const own = fill(journal, 'i-3', AT + 1_020);
  journal.setLastSeen('one', {
    ...journal.lastSeen('one')!,
    fill: journal.newestFill('one'),
    atMs: AT + 1_060,
  });
  record('i-3', AT + 1_000);
  record('i-dry', AT + 1_030, true);
  const after = fill(journal, 'i-4', AT + 2_000);
  fill(journal, 'i-5', AT + 5, 'two');
  look(journal, AT + 5, 'two');
  const never = fill(journal, 'i-6', AT + 5, 'three');
  return { recent: [recovered, own, after], after: [after], never: [never] };
}

describe('an older journal', () => {
  test.each([...Array(UNNUMBERED).keys()].map((index) => index + 1))(
    'of version %d gets the numbers that its times make',
    (version) => {
      const donor = newDir();
      const made = openJournal(donor);
      const { recent, after, never } = pastOf(made);
      const seen = made.lastSeen('one');
      made.close();
      const journal = openJournal(asOfVersion(donor, version));
      // The first version knew of no looks.
      const known = version > 1;
      expect(journal.lastSeen('one')).toEqual(known ? seen : null);
      expect(journal.newestFill('one')).toBe(4);
      expect([journal.newestFill('two'), journal.newestFill('three')]).toEqual([1, 1]);
      expect(keysAfter(journal, 3)).toEqual(after);
      expect(unseen(journal, 'three')).toEqual(never);
      if (known) {
        expect(unseen(journal)).toEqual(after);
        expect(keysAfter(journal, journal.lastSeen('one')!.fillBefore)).toEqual(recent);
        expect(unseen(journal, 'two')).toEqual([]);
      }
      const next = fill(journal, 'i-7', AT);
      expect(keysAfter(journal, 4)).toEqual([next]);
      journal.close();
    },
  );

  test('without a file is a new one, whose fills are numbered from 1 on', () => {
    const dir = newDir();
    openVersion(dir, 0).close(true);
    const journal = openJournal(dir);
    fill(journal, 'i-1', AT);
    expect(journal.newestFill('one')).toBe(1);
    journal.close();
  });

  test('that was seen while a clock was ahead is as it was: its times are all that it has', () => {
    const donor = newDir();
    const made = openJournal(donor);
    const ahead = fill(made, 'i-1', AT + 3_600_000);
    look(made, AT);
    expect(unseen(made)).toEqual([]);
    made.close();
    const journal = openJournal(asOfVersion(donor, UNNUMBERED));
    expect(unseen(journal)).toEqual([ahead]);
    look(journal, AT + 1);
    expect(unseen(journal)).toEqual([]);
    journal.close();
  });
});
