import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import {
  ARROWS,
  isFinal,
  newOrder,
  type OrderFacts,
  type OrderState,
  orderKey,
  transition,
  uuidV5,
} from '../../src/core/order.ts';
import { lots, raw } from '../../src/core/units.ts';

const SEED = { seed: Number(process.env.SEED ?? 20261121), numRuns: 500 };

/** The graph as safety.md draws it, written down apart from the code. */
const ALLOWED = `
  intent -> sending, intent -> absent
  sending -> live, sending -> unknown, sending -> rejected
  unknown -> live, unknown -> filled, unknown -> cancelled, unknown -> rejected, unknown -> absent, unknown -> operator
  live -> live, live -> cancelling, live -> filled, live -> cancelled, live -> rejected
  cancelling -> cancelling, cancelling -> filled, cancelling -> cancelled, cancelling -> rejected
`
  .split(/[,\n]/)
  .map((arrow) => arrow.trim())
  .filter((arrow) => arrow !== '');

const STATES: OrderState[] = [
  'intent',
  'sending',
  'live',
  'unknown',
  'cancelling',
  'filled',
  'cancelled',
  'rejected',
  'absent',
  'operator',
];
const FINAL = ['filled', 'cancelled', 'rejected', 'absent', 'operator'];

describe('states', () => {
  const pairs = STATES.flatMap((from) => STATES.map((to) => [from, to] as const));

  test('the table covers every state', () => {
    expect(Object.keys(ARROWS).sort()).toEqual([...STATES].sort());
    expect(ALLOWED).toHaveLength(20);
  });

  test.each(pairs)('%s -> %s is allowed only where the graph has the arrow', (from, to) => {
    const before = { state: from, requested: lots(5n), executed: lots(to === 'absent' ? 0n : 5n) };
    const move = () => transition(before, to);
    if (ALLOWED.includes(`${from} -> ${to}`)) expect(move().state).toBe(to);
    else expect(move).toThrow(`${from} cannot become ${to}`);
  });

  test.each(STATES)('%s is final exactly when no arrow leaves it', (state) => {
    expect(isFinal(state)).toBe(FINAL.includes(state));
    expect(isFinal(state)).toBe(!ALLOWED.some((arrow) => arrow.startsWith(`${state} ->`)));
  });
});

describe('executed lots', () => {
  const at = (state: OrderState, executed: bigint) => ({
    state,
    requested: lots(5n),
    executed: lots(executed),
  });

  test.each([
    ['stay', 'live', 2n, 'live', 2n, null],
    ['grow', 'live', 2n, 'live', 3n, null],
    ['never fall', 'live', 2n, 'live', 1n, 'fell'],
    ['never fall on a cancel', 'cancelling', 2n, 'cancelled', 1n, 'fell'],
    ['may be all', 'live', 2n, 'filled', 5n, null],
    ['are all where the order is filled', 'live', 2n, 'filled', 4n, 'every lot'],
    ['never exceed the request', 'live', 2n, 'live', 6n, 'exceed'],
    ['may be some where it was cancelled', 'cancelling', 0n, 'cancelled', 4n, null],
    ['are none where it is absent', 'unknown', 0n, 'absent', 0n, null],
    ['deny an absence', 'unknown', 1n, 'absent', 1n, 'cannot be absent'],
  ] as const)('%s', (_, from, had, to, has, refusal) => {
    const move = () => transition(at(from, had), to, lots(has));
    if (refusal === null) expect(raw(move().executed)).toBe(has);
    else expect(move).toThrow(refusal);
  });

  test('never fall and never pass the request along any walk, and nothing leaves a final state', () => {
    const step = fc.record({ to: fc.constantFrom(...STATES), executed: fc.bigInt({ min: 0n, max: 6n }) });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
        let order = newOrder(lots(5n));
        for (const { to, executed } of steps) {
          const before = order;
          try {
            order = transition(order, to, lots(executed));
          } catch {
            continue;
          }
          expect(isFinal(before.state)).toBe(false);
          expect(raw(order.executed) >= raw(before.executed)).toBe(true);
          expect(raw(order.executed) <= 5n).toBe(true);
        }
      }),
      SEED,
    );
  });
});

describe('keys', () => {
  const facts: OrderFacts = {
    brokerAccount: '2000000001',
    iteration: '0b0a8a4e-0000-4000-8000-000000000001',
    leg: 1,
    uid: 'uid-TMOS',
    side: 'buy',
    part: 0,
  };
  const others: [keyof OrderFacts, Partial<OrderFacts>][] = [
    ['brokerAccount', { brokerAccount: '2000000002' }],
    ['iteration', { iteration: '0b0a8a4e-0000-4000-8000-000000000002' }],
    ['leg', { leg: 2 }],
    ['uid', { uid: 'uid-TBRU' }],
    ['side', { side: 'sell' }],
    ['part', { part: 1 }],
  ];

  test('the same facts give the same key for ever', () => {
    expect(orderKey({ ...facts })).toBe(orderKey(facts));
    expect(orderKey(facts)).toBe('504d863a-40d5-560b-a97b-b90360d70815');
  });

  test.each(others)('another %s gives another key', (_, change) => {
    expect(orderKey({ ...facts, ...change })).not.toBe(orderKey(facts));
  });

  test('every fact takes part', () => {
    expect(others.map(([name]) => name).sort()).toEqual(Object.keys(facts).sort() as (keyof OrderFacts)[]);
  });

  test('facts that run into one another when written together keep their keys apart', () => {
    expect(orderKey({ ...facts, leg: 1, part: 11 })).not.toBe(orderKey({ ...facts, leg: 11, part: 1 }));
    expect(orderKey({ ...facts, iteration: 'a","b' })).not.toBe(
      orderKey({ ...facts, brokerAccount: '2000000001","a', iteration: 'b' }),
    );
  });

  test('keys are version 5 UUIDs, all different', () => {
    const keys = new Set<string>();
    for (let part = 0; part < 2_000; part += 1) keys.add(orderKey({ ...facts, part }));
    expect(keys.size).toBe(2_000);
    for (const key of keys)
      expect(key).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  });

  test('uuidV5 gives the example of RFC 9562, appendix A.4', () => {
    expect(uuidV5('www.example.com', '6ba7b810-9dad-11d1-80b4-00c04fd430c8')).toBe(
      '2ed6657d-e927-568b-95e1-2665a8aea6a2',
    );
  });
});
