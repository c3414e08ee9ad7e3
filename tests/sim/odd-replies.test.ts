// What is odd about a reply: nothing is added or lost where a venue has a habit, and a reply about another order says so in
// one field alone.

import { expect, test } from 'bun:test';
import { habitsOf, OTHERS } from '../../sim/faults/odd-replies.ts';

const SEEDS = Array.from({ length: 400 }, (_, nth) => nth + 1);

test('most venues have no habits, some answer backwards, some book fees later', () => {
  const found = SEEDS.flatMap((seed) => [...habitsOf(seed).keys()]);
  const count = (method: string): number => found.filter((each) => each === method).length;
  expect(count('GetLastPrices')).toBe(count('GetTradingStatuses'));
  for (const method of ['GetLastPrices', 'PostOrder']) {
    expect(count(method)).toBeGreaterThan(SEEDS.length * 0.03);
    expect(count(method)).toBeLessThan(SEEDS.length * 0.4);
  }
});

test('prices that come backwards are the same prices', () => {
  const backwards = SEEDS.flatMap((seed) => habitsOf(seed).get('GetLastPrices') ?? [])[0];
  const lastPrices = [{ instrumentUid: 'a' }, { instrumentUid: 'b' }];
  expect(backwards?.({ lastPrices })).toEqual({ lastPrices: lastPrices.toReversed() });
});

const REPLY = {
  orderId: '7',
  orderRequestId: 'key',
  instrumentUid: 'uid',
  direction: 1,
  lotsRequested: 3,
  lotsExecuted: 3,
  executionReportStatus: 1,
};

test.each([
  ['other_key', 'orderRequestId'],
  ['other_instrument', 'instrumentUid'],
  ['other_side', 'direction'],
  ['other_size', 'lotsRequested'],
])('%s is told by its %s alone', (name, field) => {
  const told = OTHERS.get('PostOrder')?.find(([each]) => each === name)?.[1](REPLY) as Record<
    string,
    unknown
  >;
  const ours = ['orderRequestId', 'instrumentUid', 'direction', 'lotsRequested'] as const;
  expect(ours.filter((each) => told[each] !== REPLY[each]).join()).toBe(field);
  expect(told.lotsExecuted).toBe(0);
});
