// What the iteration record says of the weights: only what the mode used, and the four numbers of `diff`.

import { expect, test } from 'bun:test';
import { decide } from '../../src/core/decide.ts';
import { NO_FACTS } from '../../src/core/facts.ts';
import { positionsOf } from '../../src/core/iteration-record.ts';
import type { Policy } from '../../src/core/policy.ts';
import { holding, NOON_MS, planOf, policyOf, snapshotOf } from '../support/snapshot-builder.ts';
import { fund, fundsOf, walletOf } from './weights/weighing-input.ts';

const funds = fundsOf(fund('A', '1039.4736842', '1000'), fund('B', '990', '1000'));
const reference = { atMs: NOON_MS, weights: walletOf({ A: 40, B: 40, RUB: 20 }) };
const rows = (policy: Partial<Policy>, facts: object = {}) =>
  positionsOf(
    planOf(
      decide(
        snapshotOf('1000', [holding('A', '10', 50), holding('B', '10', 50)], {
          facts: { ...NO_FACTS, funds, reference, ...facts },
        }),
        policyOf({ A: 40, B: 40, RUB: 20 }, policy),
      ),
    ),
  );
const KEYS = ['market_cap_rub', 'aum_rub', 'premium_percent', 'metrics_as_of'] as const;

test('market cap, AUM, premium and their date stand where the mode read them', () => {
  const [a, b, rub] = rows({ mode: 'decorrelation' });
  expect(a).toMatchObject({
    market_cap_rub: '1039.4736842',
    aum_rub: '1000.00',
    premium_percent: 3.9474,
    metrics_as_of: new Date(NOON_MS).toISOString(),
  });
  expect(b).toMatchObject({ premium_percent: -1, target_percent: 80 });
  expect(rub).not.toContainAnyKeys([...KEYS]);
});

test('the date is that of the older datum', () => {
  const older = fund('A', '1000', '1000');
  const aum = { ...older.aum, asOfMs: NOON_MS - 3_600_000 };
  const [a] = rows({ mode: 'marketcap_aum' }, { funds: new Map([...funds, ['A', { ...older, aum }]]) });
  expect(a?.metrics_as_of).toBe(new Date(NOON_MS - 3_600_000).toISOString());
});

test('what is not known is not there', () => {
  const known = fundsOf(fund('A', '1000'), fund('B', null, '1000'));
  const [a, b] = rows({ mode: 'marketcap_aum' }, { funds: known });
  expect(a).not.toContainAnyKeys(['aum_rub', 'premium_percent']);
  expect(b).not.toContainAnyKeys(['market_cap_rub', 'premium_percent']);
  expect(b?.aum_rub).toBe('1000.00');
});

test.each(['manual', 'equal'] as const)('%s reads no fund data, whatever a rule has read', (mode) => {
  for (const row of rows({ mode })) expect(row).not.toContainAnyKeys([...KEYS]);
});

test('diff shows base, reference, change and target, RUB apart', () => {
  const [a, , rub] = rows({ mode: 'marketcap_aum', diff: { mode: 'day', multiplier: 100 } });
  expect(a).toMatchObject({ base_percent: 40.9751, reference_percent: 40, diff_percent: 2.4378 });
  expect(a?.target_percent).toBeCloseTo(43.4129, 4);
  expect(rub).not.toContainAnyKeys(['base_percent', 'reference_percent', 'diff_percent']);
});

test('without diff, or without a reference, there is nothing of it', () => {
  const off = rows({ mode: 'marketcap_aum' });
  const first = rows({ diff: { mode: 'day', multiplier: 100 } }, { reference: null });
  for (const row of [...off, ...first]) expect(row).not.toContainAnyKeys(['base_percent', 'diff_percent']);
});
