// The simulated journal remembers what it read until something is written, by whoever.

import { beforeEach, describe, expect, test } from 'bun:test';
import { copyOf, restore } from '../../sim/faults/old-journal.ts';
import { openSimJournal } from '../../sim/world/sim-journal.ts';
import { lots } from '../../src/core/units.ts';
import { NOTHING, sampleIntent } from '../journal/sample.ts';

const store = openSimJournal();
const { db, journal } = store;
const intent = sampleIntent({ account: 'main', iteration: 'one' });
const { key } = intent.request;

beforeEach(() => {
  store.reset();
  journal.plan('main', 'one', 1, [intent], NOTHING, 1);
});

describe('a read', () => {
  test('is not made again while nothing was written', () => {
    expect(journal.order(key)).toBe(journal.order(key));
    expect(journal.openOrders('main')).toBe(journal.openOrders('main'));
  });

  test('is not made again for a write to another table', () => {
    const before = journal.order(key);
    journal.setHalt('main', { cause: 'drawdown', detail: 'tested', atMs: 2 });
    expect(journal.order(key)).toBe(before);
    expect(journal.halt('main')?.cause).toBe('drawdown');
  });

  test('of one order is not made again for a write to another one', () => {
    const other = sampleIntent({ account: 'main', iteration: 'two' });
    journal.plan('main', 'two', 1, [other], NOTHING, 1);
    const before = journal.order(key);
    journal.attempt([other.request.key], 2);
    expect(journal.order(key)).toBe(before);
    expect(journal.order(other.request.key)?.state).toBe('sending');
    expect(journal.openOrders('main').map(({ state }) => state)).toEqual(['intent', 'sending']);
    journal.attempt([key], 3);
    expect(journal.order(key)?.state).toBe('sending');
  });

  test('sees every write that came before it', () => {
    expect(journal.order(key)?.state).toBe('intent');
    journal.attempt([key], 2);
    expect(journal.order(key)?.state).toBe('sending');
    expect(journal.openOrders('main').map(({ attempts }) => attempts)).toEqual([1]);
    journal.settle({ key, to: 'live', executed: lots(1n), evidence: 'reply' }, 3);
    expect(journal.order(key)?.executed).toBe(lots(1n));
    expect(journal.openOrders('other')).toEqual([]);
  });

  test('sees a write that returns what it has written', () => {
    const { uid, side, lots: count, lot } = intent.request;
    const waiting = {
      key,
      account: 'main',
      iteration: 'one',
      ticker: intent.ticker,
      uid,
      side,
      lots: count,
      lot,
    };
    const amount = NOTHING.cash;
    journal.addPending({
      ...waiting,
      price: intent.sizedAt,
      amount,
      createdAtMs: 1,
      expiresAtMs: 9,
      answer: 'none',
      answeredAtMs: null,
    });
    expect(journal.pendingOrders('main').map(({ answer }) => answer)).toEqual(['none']);
    expect(journal.answerPending(key, 'confirmed', 2)).toBe(true);
    expect(journal.pendingOrders('main').map(({ answer }) => answer)).toEqual(['confirmed']);
  });

  test('sees nothing of a write that was thrown away', () => {
    expect(journal.order(key)?.state).toBe('intent');
    let statements = 0;
    store.hooks = {
      statement() {
        statements += 1;
        // Inside the transaction, where the row is half changed.
        if (statements === 2) {
          expect(journal.order(key)?.state).toBe('sending');
          throw new Error('killed');
        }
      },
    };
    expect(() => journal.attempt([key], 2)).toThrow('killed');
    expect(statements).toBe(2);
    expect(journal.order(key)?.state).toBe('intent');
  });

  test('of what is thrown away is not remembered, though nothing of it was known before', () => {
    let seen: string | undefined;
    let statements = 0;
    store.hooks = {
      statement() {
        statements += 1;
        if (statements !== 2) return;
        seen = journal.order(key)?.state;
        throw new Error('killed');
      },
    };
    expect(() => journal.attempt([key], 2)).toThrow('killed');
    expect(seen).toBe('sending');
    expect(journal.order(key)?.state).toBe('intent');
  });

  test('sees what was written past the journal, once that is said', () => {
    const backup = copyOf(db);
    journal.attempt([key], 2);
    expect(journal.order(key)?.state).toBe('sending');
    restore(db, backup);
    store.changed();
    expect(journal.order(key)?.state).toBe('intent');
  });

  test('of another seed is not remembered', () => {
    expect(journal.order(key)).not.toBeNull();
    store.reset();
    expect(journal.order(key)).toBeNull();
  });
});
