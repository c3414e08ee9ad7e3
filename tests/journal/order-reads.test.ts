import { Database } from 'bun:sqlite';
import { describe, expect, test } from 'bun:test';
import { join } from 'node:path';
import { Bug } from '../../src/core/assert.ts';
import { ARROWS, isFinal, type OrderState } from '../../src/core/order.ts';
import { money, rate } from '../../src/core/units.ts';
import { JOURNAL_FILE } from '../../src/journal/database.ts';
import { OPEN_STATES } from '../../src/journal/order-book.ts';
import type { Journal } from '../../src/ports.ts';
import { tempDirs } from '../support/temp-dir.ts';
import { AT, sampleIntent } from './sample.ts';
import { planOne, rows, to, withJournal as withJournalIn } from './with-journal.ts';

const withJournal = withJournalIn(tempDirs());

describe('reading orders', () => {
  test('knows nothing of a key that was never planned', () =>
    withJournal((journal) => expect(journal.order('no-such-key')).toBeNull()));

  test('lists the open orders of one account, in the order of planning even when the clock steps back', () =>
    withJournal((journal) => {
      const first = planOne(journal, sampleIntent({ uid: 'uid-z', iteration: 'i-1' }), AT);
      const second = planOne(journal, sampleIntent({ uid: 'uid-a', iteration: 'i-2' }), AT - 5000);
      const other = planOne(journal, sampleIntent({ account: 'two', iteration: 'i-3' }), AT);
      const gone = planOne(journal, sampleIntent({ iteration: 'i-4' }), AT);
      journal.settle(to(gone, 'absent'), AT);
      expect(journal.openOrders('one').map((order) => order.request.key)).toEqual([first, second]);
      expect(journal.openOrders('two').map((order) => order.request.key)).toEqual([other]);
      expect(journal.openOrders('three')).toEqual([]);
    }));

  test('lists the orders of one iteration, final ones too, in the order of planning', () =>
    withJournal((journal) => {
      const sell = planOne(journal, sampleIntent({ side: 'sell', leg: 0 }));
      journal.settle(to(sell, 'absent'), AT);
      const buy = planOne(journal, sampleIntent());
      planOne(journal, sampleIntent({ iteration: 'i-2' }));
      expect(journal.ordersOf('i-1').map((order) => order.request.key)).toEqual([sell, buy]);
    }));

  test('lists fills of one account that changed at or after an instant, in the order of planning', () =>
    withJournal((journal) => {
      const fill = (iteration: string, atMs: number, executed: bigint, account = 'one'): string => {
        const key = planOne(journal, sampleIntent({ iteration, account }), AT);
        journal.attempt([key], AT);
        journal.settle(to(key, 'live', executed), atMs);
        return key;
      };
      const first = fill('i-1', AT + 30, 10n);
      const second = fill('i-2', AT + 20, 1n);
      fill('i-3', AT + 19, 10n);
      fill('i-4', AT + 40, 0n);
      fill('i-5', AT + 40, 10n, 'two');
      const keys = (sinceMs: number) => journal.fillsSince('one', sinceMs).map((order) => order.request.key);
      expect(keys(AT + 20)).toEqual([first, second]);
      expect(keys(AT + 31)).toEqual([]);
      expect(keys(AT)).toHaveLength(3);
    }));

  test('names as open exactly the states that are not final', () => {
    const open = (Object.keys(ARROWS) as OrderState[]).filter((state) => !isFinal(state)).sort();
    const named: string[] = OPEN_STATES.match(/\w+/g)!;
    expect(named.sort()).toEqual(open);
  });

  test('refuses an order whose stored request was changed', () =>
    withJournal((journal, dir) => {
      const key = planOne(journal, sampleIntent());
      const db = new Database(join(dir, JOURNAL_FILE));
      db.run('UPDATE orders SET lots = 11');
      expect(() => journal.order(key)).toThrow(/is not the one that was planned/);
      db.run("UPDATE orders SET lots = 10, state = 'lost'");
      expect(() => journal.ordersOf('i-1')).toThrow(/is not the one that was planned/);
      db.run("UPDATE orders SET state = 'intent'");
      expect(journal.order(key)).not.toBeNull();
      db.close(true);
    }));

  test('finds what it asks for by an index', () =>
    withJournal((_, dir) => {
      const plan = (sql: string): string => JSON.stringify(rows(dir, `EXPLAIN QUERY PLAN ${sql}`));
      const open = plan(`SELECT * FROM orders WHERE account = 'a' AND state IN ${OPEN_STATES} ORDER BY seq`);
      expect(open).toContain('USING INDEX orders_open');
      expect(open).not.toContain('TEMP B-TREE');
      const fills = plan(
        `SELECT * FROM orders WHERE account = 'a' AND executed > 0 AND updated_at >= 5 ORDER BY seq`,
      );
      expect(fills).toContain('USING INDEX orders_with_fills (account=? AND updated_at>?)');
      const numbered = `FROM orders WHERE account = 'a' AND executed > 0`;
      expect(plan(`SELECT * ${numbered} AND fill_no > 5 ORDER BY seq`)).toContain(
        'USING INDEX orders_by_fill (account=? AND fill_no>?)',
      );
      expect(plan(`SELECT max(fill_no) ${numbered}`)).toContain('INDEX orders_by_fill (account=?)');
      expect(plan(`SELECT min(+fill_no) AS n ${numbered} AND updated_at >= 5`)).toContain(
        'USING INDEX orders_with_fills (account=? AND updated_at>?)',
      );
      expect(
        plan(
          `SELECT value_nano FROM orders WHERE account = 'a' AND executed > 0 AND value_nano > 0
           AND commission_nano IS NOT NULL ORDER BY seq DESC LIMIT 20`,
        ),
      ).toContain('USING INDEX orders_with_fees');
    }));
});

describe('commissionSeen', () => {
  /** Fills one order of the account completely. */
  const fill = (
    journal: Journal,
    name: string,
    value: bigint | null,
    commission: bigint | null,
    account = 'one',
  ) => {
    const key = planOne(journal, sampleIntent({ iteration: name, account }));
    journal.attempt([key], AT);
    journal.settle(to(key, 'live', 10n), AT);
    journal.settle(
      to(key, 'filled', 10n, {
        value: value === null ? null : money(value),
        commission: commission === null ? null : money(commission),
      }),
      AT,
    );
  };

  test('is the highest rate among the last fills, rounded up', () =>
    withJournal((journal) => {
      expect(journal.commissionSeen('one', 3)).toBeNull();
      fill(journal, 'f-1', 1000n, 500n);
      fill(journal, 'f-2', 1000n, 1n);
      fill(journal, 'f-3', 3n, 1n);
      fill(journal, 'f-4', 1000n, 0n);
      expect(journal.commissionSeen('one', 1)).toEqual(rate(0n));
      expect(journal.commissionSeen('one', 2)).toEqual(rate(333_333_334n));
      expect(journal.commissionSeen('one', 3)).toEqual(rate(333_333_334n));
      expect(journal.commissionSeen('one', 4)).toEqual(rate(500_000_000n));
      expect(() => journal.commissionSeen('one', 0)).toThrow(Bug);
    }));

  test('counts neither other accounts nor fills without a known worth and commission', () =>
    withJournal((journal) => {
      fill(journal, 'f-1', 1000n, 2n);
      fill(journal, 'f-2', 1000n, 900n, 'two');
      fill(journal, 'f-3', null, 900n);
      fill(journal, 'f-4', 1000n, null);
      fill(journal, 'f-5', 0n, 900n);
      planOne(journal, sampleIntent({ iteration: 'f-6' }));
      expect(journal.commissionSeen('one', 1)).toEqual(rate(2_000_000n));
    }));
});
