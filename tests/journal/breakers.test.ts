// What the breakers remember: all of it survives a restart, an account sees only its own, and an older journal gets it.

import { describe, expect, test } from 'bun:test';
import { money, shares } from '../../src/core/units.ts';
import { openDatabase } from '../../src/journal/database.ts';
import { openJournal } from '../../src/journal/journal.ts';
import { MIGRATIONS } from '../../src/journal/migrations.ts';
import type { EquityMarks, Halt, HaltCause, Journal, LastSeen } from '../../src/ports.ts';
import { tempDirs } from '../support/temp-dir.ts';
import { AT, BEFORE, sampleIntent, sampleIteration } from './sample.ts';
import { rows, to, withJournal } from './with-journal.ts';

const newDir = tempDirs();
const inJournal = withJournal(newDir);

const halt = (cause: HaltCause = 'drawdown', detail = 'it fell'): Halt => ({ cause, detail, atMs: AT });
const MARKS: EquityMarks = { start: money(-1n), peak: money(10n ** 17n + 1n), flowsSinceMs: AT };
const SEEN: LastSeen = {
  holdings: {
    cash: money(-123_456_789_012_345_678n),
    pieces: new Map([
      ['uid-a', shares(9_007_199_254_740_993n)],
      ['uid-b', shares(-1n)],
    ]),
  },
  atMs: AT,
  fill: 7,
  fillBefore: 5,
  reversals: 1,
};

function fill(journal: Journal, account: string): void {
  journal.setHalt(account, halt());
  journal.noteAlert(account, 'paused', AT);
  journal.allowJump(account, 'TMOS', AT);
  journal.setEquityMarks(account, MARKS);
  journal.setLastSeen(account, SEEN);
}

function everything(journal: Journal, account: string) {
  return {
    halt: journal.halt(account),
    alert: journal.lastAlert(account, 'paused'),
    jumps: journal.allowedJumps(account),
    marks: journal.equityMarks(account),
    seen: journal.lastSeen(account),
  };
}

const NOTHING = { halt: null, alert: null, jumps: [], marks: null, seen: null };
const ALL = { halt: halt(), alert: AT, jumps: ['TMOS'], marks: MARKS, seen: SEEN };

describe('what the breakers remember', () => {
  test('is nothing at first, exactly what was written then, also after reopening, for this account only', () => {
    const dir = newDir();
    const first = openJournal(dir);
    expect(everything(first, 'a')).toEqual(NOTHING);
    fill(first, 'a');
    expect(everything(first, 'a')).toEqual(ALL);
    first.close();
    const again = openJournal(dir);
    expect(everything(again, 'a')).toEqual(ALL);
    expect(everything(again, 'b')).toEqual(NOTHING);
    again.close();
    const reader = openJournal(dir, { readOnly: true });
    expect(everything(reader, 'a')).toEqual(ALL);
    reader.close();
  });

  test('is replaced as a whole: pieces that are no longer held are gone', () =>
    inJournal((journal, dir) => {
      journal.setLastSeen('a', SEEN);
      journal.setLastSeen('b', SEEN);
      const next = { ...SEEN, holdings: { ...SEEN.holdings, pieces: new Map([['uid-c', shares(1n)]]) } };
      journal.setLastSeen('a', next);
      expect(journal.lastSeen('a')).toEqual(next);
      expect(journal.lastSeen('b')).toEqual(SEEN);
      expect(rows(dir, 'SELECT * FROM last_seen_pieces')).toHaveLength(3);
    }));
});

describe('a halt', () => {
  test('keeps its first cause until it is cleared', () =>
    inJournal((journal) => {
      journal.setHalt('a', halt('another_bot', 'first'));
      journal.setHalt('a', halt('drawdown', 'second'));
      expect(journal.halt('a')).toMatchObject({ cause: 'another_bot', detail: 'first' });
      journal.clearHalt('a');
      expect(journal.halt('a')).toBeNull();
      journal.setHalt('a', halt('drawdown', 'second'));
      expect(journal.halt('a')).toMatchObject({ cause: 'drawdown', detail: 'second' });
    }));

  const rowsOfCauses: [HaltCause | null, boolean, number][] = [
    ['drawdown', true, 1],
    ['another_bot', false, 0],
    ['unresolved_order', false, 1],
    [null, false, 1],
  ];
  for (const [cause, forgets, reversals] of rowsOfCauses)
    test(`of cause ${cause}, cleared, forgets only what it was measured by`, () =>
      inJournal((journal) => {
        for (const account of ['a', 'b']) {
          journal.setEquityMarks(account, MARKS);
          journal.setLastSeen(account, SEEN);
        }
        if (cause !== null) journal.setHalt('a', halt(cause));
        journal.clearHalt('a');
        expect(journal.equityMarks('a')).toEqual(forgets ? null : MARKS);
        expect(journal.lastSeen('a')).toEqual({ ...SEEN, reversals });
        expect(everything(journal, 'b')).toMatchObject({ marks: MARKS, seen: SEEN });
      }));

  test('of a cause that a later version made still halts', () =>
    inJournal((journal, dir) => {
      journal.setHalt('a', halt());
      const db = openDatabase(dir, { readOnly: false, busyTimeoutMs: 1_000, migrations: MIGRATIONS });
      db.run("UPDATE halts SET cause = 'comet'");
      db.close(true);
      expect(journal.halt('a')?.detail).toBe('it fell');
    }));
});

describe('alerts and accepted jumps', () => {
  test('an alert is remembered by account and event, newest time, until forgotten', () =>
    inJournal((journal) => {
      journal.noteAlert('a', 'paused', AT);
      journal.noteAlert('a', 'paused', AT + 5);
      journal.noteAlert('a', 'other', AT + 7);
      expect(journal.lastAlert('a', 'paused')).toBe(AT + 5);
      journal.forgetAlert('a', 'paused');
      journal.forgetAlert('a', 'paused');
      expect(journal.lastAlert('a', 'paused')).toBeNull();
      expect(journal.lastAlert('a', 'other')).toBe(AT + 7);
    }));

  test('a jump is allowed once per ticker, until it ended', () =>
    inJournal((journal) => {
      journal.allowJump('a', 'TMOS', AT);
      journal.allowJump('a', 'TMOS', AT + 1);
      journal.allowJump('a', 'TBRU', AT);
      expect(journal.allowedJumps('a')).toEqual(['TBRU', 'TMOS']);
      journal.endJump('a', 'TMOS');
      journal.endJump('a', 'TMOS');
      expect(journal.allowedJumps('a')).toEqual(['TBRU']);
      expect(journal.allowedJumps('b')).toEqual([]);
    }));
});

test('a journal of the first version keeps its rows and gets the breakers', () => {
  const dir = newDir();
  const old = openDatabase(dir, { readOnly: false, busyTimeoutMs: 0, migrations: MIGRATIONS.slice(0, 1) });
  expect(old.query('PRAGMA user_version').get()).toEqual({ user_version: 1n });
  old.close(true);
  // Its rows are written by today's program on a copy, and carried over: the first step's columns have not changed.
  const donor = newDir();
  const journal = openJournal(donor);
  const intent = sampleIntent();
  journal.plan('one', 'i-1', 1, [intent], BEFORE, AT);
  journal.attempt([intent.request.key], AT + 1);
  journal.settle(to(intent.request.key, 'unknown'), AT + 2);
  journal.record(sampleIteration());
  journal.pinBrokerAccount('one', '2000000001', AT);
  // It knew of one clock only.
  const orders = journal.openOrders('one').map((order) => ({ ...order, lastSentSteadyMs: null }));
  const before = { orders, rows: journal.iterations({}) };
  journal.close();
  const db = openDatabase(dir, { readOnly: false, busyTimeoutMs: 0, migrations: MIGRATIONS.slice(0, 1) });
  db.run(`ATTACH '${donor}/tiebb.sqlite' AS donor`);
  const tables = [
    'legs',
    'holdings_before',
    'orders',
    'attempts',
    'transitions',
    'iterations',
    'broker_account_pins',
  ];
  for (const table of tables) {
    const columns = db
      .query<{ name: string }, []>(`SELECT name FROM pragma_table_info('${table}', 'main')`)
      .all()
      .map(({ name }) => name)
      .join(', ');
    db.run(`INSERT INTO main.${table} (${columns}) SELECT ${columns} FROM donor.${table}`);
  }
  db.run('DETACH donor');
  db.close(true);

  const upgraded = openJournal(dir);
  expect({ orders: upgraded.openOrders('one'), rows: upgraded.iterations({}) }).toEqual(before);
  expect(before.orders).toHaveLength(1);
  expect(upgraded.brokerAccountPin('one')).toBe('2000000001');
  expect(everything(upgraded, 'one')).toEqual(NOTHING);
  fill(upgraded, 'one');
  upgraded.close();
  const again = openJournal(dir);
  expect(everything(again, 'one')).toEqual(ALL);
  again.close();
});
