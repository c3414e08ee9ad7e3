import { describe, expect, test } from 'bun:test';
import { Bug } from '../../src/core/assert.ts';
import type { OrderState } from '../../src/core/order.ts';
import { lotSize, lots, money, price, raw, shares } from '../../src/core/units.ts';
import { openJournal } from '../../src/journal/journal.ts';
import type { Transition } from '../../src/ports.ts';
import { tempDirs } from '../support/temp-dir.ts';
import { AT, BEFORE, NOTHING, sampleIntent } from './sample.ts';
import { planOne, rows, to, withJournal as withJournalIn } from './with-journal.ts';

const newDir = tempDirs();
const withJournal = withJournalIn(newDir);

describe('plan', () => {
  test('keeps every field of an intent and of what was held, across a restart', () => {
    const dir = newDir();
    const intent = sampleIntent({
      side: 'sell',
      leg: 0,
      part: 3,
      sizedAt: price(123_456_789n),
      request: {
        lots: lots(4_000_000_000n),
        lot: lotSize(100n),
        type: 'limit',
        limit: price(9_007_199_254_740_993n),
        confirmMargin: true,
      },
    });
    const first = openJournal(dir);
    planOne(first, intent);
    first.close();
    const second = openJournal(dir);
    expect(second.order(intent.request.key)).toEqual({
      ...intent,
      state: 'intent',
      executed: lots(0n),
      value: null,
      commission: null,
      orderId: null,
      attempts: 0,
      firstSentMs: null,
      lastSentMs: null,
      lastSentSteadyMs: null,
      error: null,
    });
    expect(second.holdingsBefore('i-1', 0)).toEqual(BEFORE);
    second.close();
  });

  test('keeps integers beyond 2^53 exactly and refuses those beyond 64 bits', () =>
    withJournal((journal) => {
      const most = 2n ** 63n - 1n;
      const before = { cash: money(-most), pieces: new Map([['uid-a', shares(most)]]) };
      const intent = sampleIntent({ sizedAt: price(most) });
      journal.plan('one', 'i-1', 1, [intent], before, AT);
      expect(journal.holdingsBefore('i-1', 1)).toEqual(before);
      expect(raw(journal.order(intent.request.key)!.sizedAt)).toBe(most);
      const beyond = { ...NOTHING, cash: money(most + 1n) };
      expect(() => journal.plan('one', 'i-2', 1, [], beyond, AT)).toThrow(RangeError);
      expect(journal.holdingsBefore('i-2', 1)).toBeNull();
    }));

  test('records nothing of a leg when one of its intents is refused', () =>
    withJournal((journal) => {
      planOne(journal, sampleIntent());
      const fresh = sampleIntent({ uid: 'uid-b', iteration: 'i-2' });
      const known = sampleIntent({ iteration: 'i-2', request: { key: sampleIntent().request.key } });
      expect(() => journal.plan('one', 'i-2', 1, [fresh, known], BEFORE, AT)).toThrow(Bug);
      expect(journal.order(fresh.request.key)).toBeNull();
      expect(journal.ordersOf('i-2')).toEqual([]);
      expect(journal.holdingsBefore('i-2', 1)).toBeNull();
      planOne(journal, fresh);
      expect(journal.ordersOf('i-2')).toHaveLength(1);
    }));

  test.each([
    ['the identical request', 10n],
    ['another fingerprint', 11n],
  ])('refuses a key that exists with %s', (_, count) =>
    withJournal((journal) => {
      planOne(journal, sampleIntent());
      const again = sampleIntent({
        leg: 2,
        request: { key: sampleIntent().request.key, lots: lots(count) },
      });
      expect(() => planOne(journal, again)).toThrow(/UNIQUE constraint failed: orders\.key/);
    }),
  );

  test.each([
    ['account', { account: 'two' }],
    ['iteration', { iteration: 'i-2' }],
    ['leg', { leg: 2 }],
  ])('refuses an intent of another %s', (_, change) =>
    withJournal((journal) => {
      expect(() => journal.plan('one', 'i-1', 1, [sampleIntent(change)], NOTHING, AT)).toThrow(Bug);
    }),
  );

  test.each([
    ['no lots', { request: { lots: lots(0n) } }],
    ['a limit of zero', { request: { limit: price(0n) } }],
    ['a price of zero', { sizedAt: price(0n) }],
    ['a negative part', { part: -1 }],
    ['a negative leg', { leg: -1 }],
  ])('refuses an intent with %s', (_, change) =>
    withJournal((journal) => {
      expect(() => planOne(journal, sampleIntent(change))).toThrow(Bug);
    }),
  );

  test('plans a leg once', () =>
    withJournal((journal) => {
      journal.plan('one', 'i-1', 1, [], NOTHING, AT);
      expect(() => journal.plan('one', 'i-1', 1, [], NOTHING, AT)).toThrow(Bug);
      journal.plan('one', 'i-1', 2, [], NOTHING, AT);
    }));

  test('tells nothing about a leg that was never planned', () =>
    withJournal((journal) => {
      expect(journal.holdingsBefore('i-1', 1)).toBeNull();
      journal.plan('one', 'i-1', 1, [], NOTHING, AT);
      expect(journal.holdingsBefore('i-1', 1)).toEqual(NOTHING);
    }));
});

describe('attempt', () => {
  test('moves an intent to sending and counts later attempts in sending and unknown', () =>
    withJournal((journal, dir) => {
      const key = planOne(journal, sampleIntent());
      journal.attempt([key], AT + 1);
      expect(journal.order(key)).toMatchObject({
        state: 'sending',
        attempts: 1,
        firstSentMs: AT + 1,
        lastSentMs: AT + 1,
      });
      journal.attempt([key], AT + 2);
      journal.settle(to(key, 'unknown'), AT + 3);
      journal.attempt([key], AT + 4, 1_234.5);
      expect(journal.order(key)).toMatchObject({
        state: 'unknown',
        attempts: 3,
        firstSentMs: AT + 1,
        lastSentMs: AT + 4,
        lastSentSteadyMs: 1_234,
      });
      expect(rows(dir, 'SELECT n, at FROM attempts ORDER BY n')).toEqual([
        { n: 1, at: AT + 1 },
        { n: 2, at: AT + 2 },
        { n: 3, at: AT + 4 },
      ]);
    }));

  test('keeps the earliest and the latest instant when the clock steps back', () =>
    withJournal((journal) => {
      const key = planOne(journal, sampleIntent());
      journal.attempt([key], AT + 9);
      journal.attempt([key], AT + 1);
      expect(journal.order(key)).toMatchObject({ firstSentMs: AT + 1, lastSentMs: AT + 9 });
    }));

  const paths: [OrderState, Transition['to'][]][] = [
    ['live', ['live']],
    ['cancelling', ['live', 'cancelling']],
    ['filled', ['live', 'filled']],
    ['cancelled', ['live', 'cancelled']],
    ['rejected', ['rejected']],
    ['absent', ['unknown', 'absent']],
  ];
  test.each(paths)('refuses to send an order again that is %s', (state, path) =>
    withJournal((journal) => {
      const key = planOne(journal, sampleIntent());
      journal.attempt([key], AT);
      for (const step of path) journal.settle(to(key, step, step === 'filled' ? 10n : 0n), AT);
      expect(() => journal.attempt([key], AT)).toThrow(Bug);
      expect(journal.order(key)).toMatchObject({ state, attempts: 1 });
    }),
  );

  test('lets stand what a person said in another process meanwhile: no row, no change, no error', () =>
    withJournal((journal, dir) => {
      const key = planOne(journal, sampleIntent());
      journal.attempt([key], AT);
      journal.settle(to(key, 'unknown', 0n), AT);
      const hand = openJournal(dir);
      const said = hand.settle(to(key, 'operator', 3n), AT + 1);
      hand.close();
      journal.attempt([key], AT + 2);
      for (const step of ['absent', 'filled', 'live', 'rejected'] as const)
        expect(journal.settle(to(key, step, step === 'filled' ? 10n : 0n), AT + 3)).toEqual(said);
      expect(journal.order(key)).toEqual(said);
    }));

  test('refuses an order dropped before its first attempt', () =>
    withJournal((journal) => {
      const key = planOne(journal, sampleIntent());
      journal.settle(to(key, 'absent', 0n, { evidence: 'never sent' }), AT);
      expect(() => journal.attempt([key], AT)).toThrow(Bug);
      expect(journal.order(key)!.attempts).toBe(0);
    }));

  test('records all keys or none', () =>
    withJournal((journal) => {
      const first = planOne(journal, sampleIntent());
      expect(() => journal.attempt([first, 'no-such-key'], AT)).toThrow(/no-such-key is not in the journal/);
      expect(() => journal.attempt([first, first], AT)).toThrow(Bug);
      expect(journal.order(first)).toMatchObject({ state: 'intent', attempts: 0, firstSentMs: null });
    }));
});

describe('settle', () => {
  test('records a transition with its evidence and returns the order as it then is', () =>
    withJournal((journal, dir) => {
      const key = planOne(journal, sampleIntent());
      journal.attempt([key], AT + 1);
      const live = journal.settle(
        to(key, 'live', 4n, { orderId: '77', value: money(26n), commission: money(1n), trackingId: 't-1' }),
        AT + 2,
      );
      expect(live).toMatchObject({ state: 'live', orderId: '77', value: money(26n), commission: money(1n) });
      const done = journal.settle(
        to(key, 'cancelled', 4n, { evidence: 'look-up by key', code: '30099', error: 'session over' }),
        AT + 3,
      );
      expect(done).toMatchObject({
        state: 'cancelled',
        orderId: '77',
        value: money(26n),
        error: 'session over',
      });
      expect(journal.order(key)).toEqual(done);
      expect(rows(dir, 'SELECT * FROM transitions ORDER BY seq')).toEqual([
        {
          key,
          seq: 1,
          at: AT + 1,
          from_state: 'intent',
          to_state: 'sending',
          executed: 0,
          evidence: 'first attempt',
          code: null,
          tracking_id: null,
        },
        {
          key,
          seq: 2,
          at: AT + 2,
          from_state: 'sending',
          to_state: 'live',
          executed: 4,
          evidence: 'reply',
          code: null,
          tracking_id: 't-1',
        },
        {
          key,
          seq: 3,
          at: AT + 3,
          from_state: 'live',
          to_state: 'cancelled',
          executed: 4,
          evidence: 'look-up by key',
          code: '30099',
          tracking_id: null,
        },
      ]);
    }));

  test('keeps worth and commission while nothing more is executed, and forgets those of fewer lots', () =>
    withJournal((journal) => {
      const key = planOne(journal, sampleIntent());
      journal.attempt([key], AT);
      journal.settle(to(key, 'live', 4n, { value: money(26n), commission: money(1n) }), AT);
      expect(journal.settle(to(key, 'live', 4n, { value: null }), AT)).toMatchObject({
        value: money(26n),
        commission: money(1n),
      });
      expect(journal.settle(to(key, 'live', 5n, { value: money(33n) }), AT)).toMatchObject({
        value: money(33n),
        commission: null,
      });
      expect(journal.settle(to(key, 'filled', 10n), AT)).toMatchObject({ value: null, commission: null });
    }));

  const impossible: [string, Transition['to'][], OrderState, bigint][] = [
    ['an arrow that does not exist', [], 'live', 0n],
    ['a way out of a final state', ['rejected'], 'live', 0n],
    ['executed lots that fall', ['live'], 'cancelled', 2n],
    ['executed lots beyond the request', ['live'], 'live', 11n],
    ['a fill that is not full', ['live'], 'filled', 9n],
    ['an attempt by another name', [], 'sending', 0n],
  ];
  test.each(impossible)('refuses %s and changes nothing', (_, path, state, executed) =>
    withJournal((journal, dir) => {
      const key = planOne(journal, sampleIntent());
      if (path.length > 0) journal.attempt([key], AT);
      for (const step of path) journal.settle(to(key, step, step === 'live' ? 3n : 0n), AT);
      const before = [journal.order(key), rows(dir, 'SELECT * FROM transitions')];
      expect(() => journal.settle(to(key, state, executed), AT)).toThrow(Bug);
      expect([journal.order(key), rows(dir, 'SELECT * FROM transitions')]).toEqual(before);
    }),
  );

  test('wants evidence and a known order', () =>
    withJournal((journal) => {
      const key = planOne(journal, sampleIntent());
      expect(() => journal.settle(to(key, 'absent', 0n, { evidence: '' }), AT)).toThrow(Bug);
      expect(journal.order(key)!.state).toBe('intent');
      expect(() => journal.settle(to('no-such-key', 'absent'), AT)).toThrow(Bug);
    }));
});
