// Backups and old schemas in the simulator: what is put back is what was copied, and a migration that dies at any
// statement leaves the journal as it was.

import { beforeEach, describe, expect, test } from 'bun:test';
import {
  blankOf,
  copyOf,
  downgrade,
  NEWEST,
  olderCopyOf,
  restore,
  schemaTrouble,
  upgrade,
  versionOf,
} from '../../sim/faults/old-journal.ts';
import { openSimJournal } from '../../sim/world/sim-journal.ts';
import { lots } from '../../src/core/units.ts';
import { NOTHING, sampleIntent } from '../journal/sample.ts';

const { db, journal, reset, changed } = openSimJournal();
const intent = sampleIntent({ account: 'main', iteration: 'one' });
const { key } = intent.request;

beforeEach(() => {
  reset();
  journal.plan('main', 'one', 1, [intent], NOTHING, 1);
  journal.attempt([key], 2);
});

describe('a backup', () => {
  test('brings back the rows of its time, and nothing of later', () => {
    const backup = copyOf(db);
    journal.settle({ key, to: 'live', executed: lots(0n), evidence: 'reply' }, 3);
    journal.setHalt('main', { cause: 'drawdown', detail: 'later', atMs: 4 });
    restore(db, backup);
    changed();
    expect(journal.order(key)?.state).toBe('sending');
    expect(journal.halt('main')).toBeNull();
    expect(copyOf(db)).toEqual(backup);
  });
});

describe('a journal of an older version', () => {
  const versions = Array.from({ length: NEWEST }, (_, version) => version);

  test.each(versions)('of version %d without rows is upgraded to what a new one is', (version) => {
    reset();
    downgrade(db, version);
    expect(versionOf(db)).toBe(version);
    expect(schemaTrouble(db)).not.toBeNull();
    upgrade(db, () => {});
    expect(versionOf(db)).toBe(NEWEST);
    expect(schemaTrouble(db)).toBeNull();
  });

  test('is whole again, orders and all, wherever its migration died', () => {
    const before = journal.order(key);
    for (let killedAt = 1, isKilled = true; isKilled; killedAt += 1) {
      downgrade(db, NEWEST - 1);
      let left = killedAt;
      isKilled = false;
      try {
        upgrade(db, () => {
          left -= 1;
          if (left === 0) throw new Error('killed');
        });
      } catch {
        isKilled = true;
        expect(versionOf(db)).toBe(NEWEST - 1);
        upgrade(db, () => {});
      }
      expect(schemaTrouble(db)).toBeNull();
      expect(journal.order(key)).toEqual(before);
    }
  });

  test('is another one: the journal itself stays as it is', () => {
    const before = copyOf(db);
    const old = olderCopyOf(db, NEWEST - 1);
    expect(versionOf(old)).toBe(NEWEST - 1);
    upgrade(old, () => {});
    expect(schemaTrouble(old)).toBeNull();
    expect([...copyOf(old).keys()]).toEqual([...before.keys()]);
    expect(copyOf(old).get('orders')).toEqual(before.get('orders'));
    expect(schemaTrouble(db)).toBeNull();
    expect(copyOf(db)).toEqual(before);
    old.close();
  });

  test.each(versions)('of version %d without a row is at hand', (version) => {
    const blank = blankOf(version);
    expect(versionOf(blank)).toBe(version);
    upgrade(blank, () => {});
    expect(schemaTrouble(blank)).toBeNull();
    blank.close();
  });
});
