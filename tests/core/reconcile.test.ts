import { describe, expect, test } from 'bun:test';
import type { OrderState } from '../../src/core/order.ts';
import type { OrderReport } from '../../src/core/order-report.ts';
import { type Evidence, type OpenOrder, repairFor } from '../../src/core/reconcile.ts';
import { lots, money, raw } from '../../src/core/units.ts';

const SENT = 1_000_000_000;
const SECOND = 1_000;
const MINUTE = 60 * SECOND;

const order = (change: Partial<OpenOrder> = {}): OpenOrder => ({
  state: 'unknown',
  executed: lots(0n),
  attempts: 1,
  firstSentMs: SENT,
  ...change,
});
const report = (change: Partial<OrderReport> = {}): OrderReport => ({
  key: 'key',
  orderId: 'id',
  status: 'new',
  uid: 'uid',
  side: 'buy',
  requested: lots(5n),
  executed: lots(0n),
  value: null,
  commission: null,
  message: '',
  ...change,
});
/** Of an order that was sent once. */
const evidence = (ageMs: number, change: Partial<Evidence> = {}): Evidence => ({
  byKey: null,
  active: null,
  sameSession: true,
  nowMs: SENT + ageMs,
  sentAgoMs: Math.max(0, ageMs),
  ...change,
});

describe('what was never sent is dropped', () => {
  test.each<[string, Partial<OpenOrder>]>([
    ['an intent', { state: 'intent', attempts: 0, firstSentMs: null }],
    ['sending without an attempt row', { state: 'sending', attempts: 0, firstSentMs: null }],
  ])('%s', (_, change) => {
    expect(repairFor(order(change), evidence(0)).kind).toBe('drop');
  });

  test('an attempt without a time is a bug, not a reason to send again', () => {
    expect(() => repairFor(order({ firstSentMs: null }), evidence(0))).toThrow('has a time');
  });
});

describe('R1 and R2: what the broker knows is adopted', () => {
  test('the look-up by key comes before the active orders', () => {
    const found = { byKey: report({ orderId: 'by key' }), active: report({ orderId: 'active' }) };
    expect(repairFor(order(), evidence(0, found))).toMatchObject({
      kind: 'adopt',
      report: { orderId: 'by key' },
      evidence: 'look-up by key',
    });
  });

  test('an active order is adopted where the look-up finds nothing', () => {
    expect(repairFor(order(), evidence(0, { active: report() }))).toMatchObject({
      kind: 'adopt',
      to: 'live',
      evidence: 'active orders',
    });
  });

  test.each([0, 60 * SECOND, 10 * MINUTE, 60 * MINUTE])('whatever its age: %p ms', (age) => {
    expect(repairFor(order(), evidence(age, { byKey: report({ status: 'filled' }) }))).toMatchObject({
      kind: 'adopt',
      to: 'filled',
    });
  });

  test.each<[OrderReport['status'], OrderState]>([
    ['new', 'live'],
    ['partial', 'live'],
    ['filled', 'filled'],
    ['cancelled', 'cancelled'],
    ['rejected', 'rejected'],
  ])('a report of "%s" makes it %s', (status, to) => {
    expect(repairFor(order(), evidence(0, { byKey: report({ status }) }))).toMatchObject({ to });
  });

  test.each([
    ['partial', 1n, 3n],
    ['cancelled', 1n, 3n],
    ['partial', 4n, 4n],
  ] as const)(
    'a report (%s, %p lots) never lowers the 3 lots already known',
    (status, executed, expected) => {
      const known = order({ state: 'live', executed: lots(3n) });
      const repair = repairFor(known, evidence(0, { byKey: report({ status, executed: lots(executed) }) }));
      expect(repair.kind === 'adopt' && raw(repair.report.executed)).toBe(expected);
    },
  );

  test('a report of fewer lots than are known says nothing of their worth and fee', () => {
    const known = order({ state: 'live', executed: lots(3n) });
    const behind = report({ status: 'partial', executed: lots(1n), value: money(7n), commission: money(1n) });
    const repair = repairFor(known, evidence(0, { byKey: behind }));
    expect(repair).toMatchObject({ kind: 'adopt', report: { value: null, commission: null } });
  });
});

describe('R3: the same bytes again, only while that still means the same', () => {
  test.each<[string, number, Partial<Evidence>, Partial<OpenOrder>, string]>([
    ['at once', 0, {}, {}, 'resend'],
    ['at 120 s', 120 * SECOND, {}, {}, 'resend'],
    ['a moment past 120 s', 120 * SECOND + 1, {}, {}, 'wait'],
    ['in another session', SECOND, { sameSession: false }, {}, 'wait'],
    ['with the clock behind the sending', -1, {}, {}, 'wait'],
    [
      'in the middle of sending, the reply lost in a restart',
      30 * SECOND,
      {},
      { state: 'sending' },
      'resend',
    ],
    ['what the broker had accepted', SECOND, {}, { state: 'live' }, 'wait'],
    ['what was being cancelled', SECOND, {}, { state: 'cancelling' }, 'wait'],
  ])('%s', (_, age, seen, change, kind) => {
    expect(repairFor(order(change), evidence(age, seen)).kind as string).toBe(kind);
  });

  test('the age counts from the first sending, however often it was sent since', () => {
    const resent = order({ attempts: 4 });
    const ago = (ms: number) => ({ sentAgoMs: ms });
    expect(repairFor(resent, evidence(120 * SECOND, ago(SECOND))).kind).toBe('resend');
    expect(repairFor(resent, evidence(120 * SECOND + 1, ago(SECOND))).kind).toBe('wait');
  });

  test('a clock that was set back makes it no younger than its last sending', () => {
    const { kind } = repairFor(order(), evidence(SECOND, { sentAgoMs: 120 * SECOND + 1 }));
    expect(kind).toBe('wait');
  });
});

describe('R4: no absence is believed before 15 minutes', () => {
  test.each([
    [120 * SECOND + 1, 'wait'],
    [15 * MINUTE - 1, 'wait'],
    [15 * MINUTE, 'prove_absence'],
    [24 * 60 * MINUTE, 'prove_absence'],
  ])('%p ms after the only sending: %s', (age, kind) => {
    expect(repairFor(order(), evidence(age)).kind as string).toBe(kind);
  });

  test('the 15 minutes count from the last sending', () => {
    const resent = order({ attempts: 2 });
    const sentAgoMs = 15 * MINUTE - 100 * SECOND;
    const wait = repairFor(resent, evidence(15 * MINUTE, { sentAgoMs }));
    expect(wait).toEqual({ kind: 'wait', leftMs: 100 * SECOND });
  });

  test('they are minutes that have passed, not minutes by which the clock was set', () => {
    const seen = evidence(24 * 60 * MINUTE, { sentAgoMs: 15 * MINUTE - 1 });
    expect(repairFor(order(), seen)).toEqual({ kind: 'wait', leftMs: 1 });
    expect(repairFor(order(), { ...seen, sentAgoMs: 15 * MINUTE }).kind).toBe('prove_absence');
  });

  test('an active order stops the proof however late it becomes visible', () => {
    expect(repairFor(order(), evidence(20 * MINUTE, { active: report() })).kind).toBe('adopt');
  });
});

test('R5: no age alone ever makes an order final', () => {
  const states: OrderState[] = ['sending', 'unknown', 'live', 'cancelling'];
  for (const state of states) {
    for (const sameSession of [true, false]) {
      for (const age of [-MINUTE, 0, 119, 121 * SECOND, 15 * MINUTE, 30 * 24 * 60 * MINUTE]) {
        const { kind } = repairFor(order({ state }), evidence(age, { sameSession }));
        expect(['resend', 'wait', 'prove_absence']).toContain(kind);
      }
    }
  }
});
