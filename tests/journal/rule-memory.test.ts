import { describe, expect, test } from 'bun:test';
import { lotSize, lots, money, NO_MONEY, price } from '../../src/core/units.ts';
import { openJournal } from '../../src/journal/journal.ts';
import type { CashRequest, Journal, PendingOrder } from '../../src/ports.ts';
import { tempDirs } from '../support/temp-dir.ts';
import { AT, BEFORE, sampleIntent } from './sample.ts';
import { planOne, rows, withJournal } from './with-journal.ts';

const newDir = tempDirs();
const journaled = withJournal(newDir);

const waiting = (change: Partial<PendingOrder> = {}): PendingOrder => ({
  key: 'key-1',
  account: 'one',
  iteration: 'i-1',
  ticker: 'TMOS',
  uid: 'uid-a',
  side: 'buy',
  lots: lots(9_007_199_254_740_993n),
  lot: lotSize(10n),
  price: price(6_540_000_001n),
  amount: money(9_007_199_254_740_993n),
  createdAtMs: AT,
  expiresAtMs: AT + 1000,
  answer: 'none',
  answeredAtMs: null,
  ...change,
});
const keys = (journal: Journal, account = 'one') => journal.pendingOrders(account).map(({ key }) => key);

describe('orders that wait for a person', () => {
  test('there are none of an account that it never met', () =>
    journaled((journal) => expect(journal.pendingOrders('one')).toEqual([])));

  test('come back exactly, newest first, per account, across a restart', () => {
    const dir = newDir();
    const first = openJournal(dir);
    const orders = [
      waiting(),
      waiting({ key: 'key-2', side: 'sell', createdAtMs: AT + 1 }),
      waiting({ key: 'key-3', account: 'two', answer: 'rejected', answeredAtMs: AT + 5 }),
    ];
    for (const order of orders) first.addPending(order);
    first.close();
    const second = openJournal(dir);
    expect(second.pendingOrders('one')).toEqual([orders[1]!, orders[0]!]);
    expect(second.pendingOrders('two')).toEqual([orders[2]!]);
    second.close();
  });

  test('are one per instrument and side: a later one replaces it, answer and all', () =>
    journaled((journal, dir) => {
      journal.addPending(waiting());
      journal.answerPending('key-1', 'confirmed', AT + 1);
      journal.addPending(waiting({ key: 'key-2', side: 'sell' }));
      journal.addPending(waiting({ key: 'key-3', uid: 'uid-b' }));
      journal.addPending(waiting({ key: 'key-4', createdAtMs: AT + 1 }));
      expect(keys(journal).sort()).toEqual(['key-2', 'key-3', 'key-4']);
      expect(journal.pendingOrders('one')[0]).toMatchObject({
        key: 'key-4',
        answer: 'none',
        answeredAtMs: null,
      });
      expect(rows(dir, 'SELECT count(*) AS n FROM pending_orders')).toEqual([{ n: 3 }]);
    }));

  test('a key serves one order: nothing of the other account is replaced by it', () =>
    journaled((journal) => {
      journal.addPending(waiting());
      expect(() => journal.addPending(waiting({ account: 'two' }))).toThrow();
      expect([keys(journal), keys(journal, 'two')]).toEqual([['key-1'], []]);
    }));

  const ANSWERS: readonly [PendingOrder['answer'], 'confirmed' | 'rejected', boolean][] = [
    ['none', 'confirmed', true],
    ['none', 'rejected', true],
    ['confirmed', 'rejected', true],
    ['confirmed', 'confirmed', false],
    ['rejected', 'confirmed', false],
    ['rejected', 'rejected', false],
  ];
  test.each(ANSWERS)('%s, then %s: taken is %p', (before, said, taken) =>
    journaled((journal) => {
      journal.addPending(waiting({ answer: before, answeredAtMs: before === 'none' ? null : AT }));
      journal.addPending(waiting({ key: 'key-2', side: 'sell' }));
      expect(journal.answerPending('key-1', said, AT + 7)).toBe(taken);
      const [row] = journal.pendingOrders('one').filter(({ key }) => key === 'key-1');
      expect([row!.answer, row!.answeredAtMs]).toEqual(
        taken ? [said, AT + 7] : [before, before === 'none' ? null : AT],
      );
      expect(journal.pendingOrders('one').find(({ key }) => key === 'key-2')!.answer).toBe('none');
    }),
  );

  test('what was taken off the list takes no answer', () =>
    journaled((journal) => {
      journal.addPending(waiting());
      journal.removePending('key-1');
      journal.removePending('never-there');
      expect(journal.answerPending('key-1', 'confirmed', AT)).toBe(false);
      expect(keys(journal)).toEqual([]);
    }));

  test('an order of no lots is refused, and what waited stays', () =>
    journaled((journal) => {
      journal.addPending(waiting());
      expect(() => journal.addPending(waiting({ key: 'key-2', lots: lots(0n) }))).toThrow();
      expect(keys(journal)).toEqual(['key-1']);
    }));
});

describe('money kept aside', () => {
  const request = (change: Partial<CashRequest> = {}): CashRequest => ({
    id: 'r-1',
    account: 'one',
    amount: money(9_007_199_254_740_993n),
    byMs: null,
    createdAtMs: AT,
    ...change,
  });

  test('comes back exactly, oldest first, per account, across a restart', () => {
    const dir = newDir();
    const first = openJournal(dir);
    const all = [
      request({ id: 'r-2', createdAtMs: AT + 1, byMs: AT + 5 }),
      request(),
      request({ id: 'r-3', account: 'two' }),
    ];
    for (const each of all) first.addCashRequest(each);
    first.close();
    const second = openJournal(dir);
    expect(second.cashRequests('one')).toEqual([all[1]!, all[0]!]);
    expect(second.cashRequests('two')).toEqual([all[2]!]);
    expect(second.cashRequests('three')).toEqual([]);
    second.close();
  });

  test.each([
    [1n, ['r-1', 'r-2']],
    [0n, ['r-2']],
    [-1n, ['r-2']],
  ] as const)('lowered to %p, leaves %p', (amount, left) =>
    journaled((journal) => {
      journal.addCashRequest(request());
      journal.addCashRequest(request({ id: 'r-2', createdAtMs: AT + 1 }));
      journal.setCashRequest('r-1', money(amount));
      journal.setCashRequest('never-there', money(5n));
      expect(journal.cashRequests('one').map(({ id }) => id)).toEqual([...left]);
      if (amount > 0n) expect(journal.cashRequests('one')[0]!.amount).toEqual(money(amount));
    }),
  );

  test('of nothing is refused', () =>
    journaled((journal) => {
      expect(() => journal.addCashRequest(request({ amount: NO_MONEY }))).toThrow();
      expect(journal.cashRequests('one')).toEqual([]);
    }));
});

describe('what rebalance remembers', () => {
  test('nothing at first, then the last of each, per account', () =>
    journaled((journal) => {
      expect(journal.rebalanceMarks('one')).toEqual({ tradedAtMs: null, calendarAtMs: null });
      journal.setRebalanceMarks('one', { tradedAtMs: AT, calendarAtMs: null });
      journal.setRebalanceMarks('two', { tradedAtMs: null, calendarAtMs: AT + 2 });
      journal.setRebalanceMarks('one', { tradedAtMs: AT + 1, calendarAtMs: AT });
      expect(journal.rebalanceMarks('one')).toEqual({ tradedAtMs: AT + 1, calendarAtMs: AT });
      expect(journal.rebalanceMarks('two')).toEqual({ tradedAtMs: null, calendarAtMs: AT + 2 });
    }));

  test('counts orders by their first sending: neither retries, nor what was never sent, nor other accounts', () =>
    journaled((journal) => {
      const first = planOne(journal, sampleIntent());
      journal.attempt([first], AT);
      journal.settle({ key: first, to: 'unknown', executed: lots(0n), evidence: 'x' }, AT);
      const send = (atMs: number, change: Parameters<typeof sampleIntent>[0]) => {
        const intent = sampleIntent(change);
        journal.plan(intent.account, intent.iteration, intent.leg, [intent], BEFORE, atMs);
        journal.attempt([intent.request.key], atMs);
      };
      send(AT + 10, { iteration: 'i-2' });
      send(AT + 20, { iteration: 'i-3', ticker: 'TBRU', uid: 'uid-b', side: 'sell' });
      send(AT + 20, { iteration: 'i-4', account: 'two' });
      planOne(journal, sampleIntent({ iteration: 'i-5' }), AT + 30);
      expect([...journal.ordersSince('one', AT)].sort()).toEqual([
        ['TBRU', 1],
        ['TMOS', 2],
      ]);
      expect([...journal.ordersSince('one', AT + 1)].sort()).toEqual([
        ['TBRU', 1],
        ['TMOS', 1],
      ]);
      expect([...journal.ordersSince('one', AT + 21)]).toEqual([]);
      expect([...journal.ordersSince('two', 0)]).toEqual([['TMOS', 1]]);
    }));
});
