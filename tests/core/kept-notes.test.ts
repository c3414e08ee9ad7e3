import { expect, test } from 'bun:test';
import { decide } from '../../src/core/decide.ts';
import { NO_FACTS } from '../../src/core/facts.ts';
import { holding, ordersOf, planOf, policyOf, rub, snapshotOf } from '../support/snapshot-builder.ts';

const asking = (aside: string, cash = '0', blocked = '0') =>
  snapshotOf(cash, [holding('A', '100', 900), holding('B', '100', 100)], {
    blockedCash: rub(blocked),
    facts: { ...NO_FACTS, setAside: rub(aside) },
  });
const policy = policyOf({ A: 90, B: 10 });
const kept = (aside: string, cash?: string) =>
  planOf(decide(asking(aside, cash), policy)).warnings.filter((text) => text.includes('kept aside'));

test('what can be raised is not spoken of', () => {
  expect(kept('0')).toEqual([]);
  expect(kept('50000')).toEqual([]);
  expect(kept('90000')).toEqual([]);
});

test('more than there is, is: all is sold, and the rest named', () => {
  const plan = planOf(decide(asking('1000000'), policy));
  expect(ordersOf(plan)).toEqual({ A: -900, B: -100 });
  expect(kept('1000000')).toEqual([
    '1000000.00 RUB are to be kept aside, the plan reaches 99700.00 RUB: no more can be raised now',
  ]);
});

test('money that a withdrawal on its way holds is not raised a second time', () => {
  expect(ordersOf(planOf(decide(asking('50000', '0', '50000'), policy)))).toEqual({});
  expect(Object.keys(ordersOf(planOf(decide(asking('50000', '0', '20000'), policy))))).toEqual(['A', 'B']);
});
