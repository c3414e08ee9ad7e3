// What people read of a computed mode: the numbers behind the targets, their age, and what `diff` added.

import { describe, expect, test } from 'bun:test';
import { visibleWidth } from '../../src/cli/amounts.ts';
import { age, scaled } from '../../src/cli/magnitude.ts';
import { createPaint } from '../../src/cli/paint.ts';
import { renderIteration } from '../../src/cli/render-iteration.ts';
import { weighingLines } from '../../src/cli/render-weighing.ts';
import { blankRecord, type IterationRecord, type PositionRecord } from '../../src/core/iteration-record.ts';

const AT = Date.parse('2026-11-20T10:00:00Z');
const position = (ticker: string, more: Partial<PositionRecord> = {}): PositionRecord => ({
  ticker,
  lots_before: 1,
  lots_after: 1,
  lot_size: 1,
  price_rub: '6.50',
  value_before_rub: '6.50',
  value_after_rub: '6.50',
  before_percent: 50,
  target_percent: 51.234,
  after_percent: 50,
  ...more,
});
const record = (...positions: readonly PositionRecord[]): IterationRecord => ({
  ...blankRecord({
    iteration: '0',
    account: 'a',
    mode: 'decorrelation',
    dryRun: true,
    exchangeOpen: true,
    atMs: AT,
  }),
  positions,
});
const METRICS = {
  market_cap_rub: '11850000000.00',
  aum_rub: '11400000000.00',
  premium_percent: 3.9474,
  metrics_as_of: '2026-11-20T07:00:00.000Z',
};
const DIFF = { base_percent: 50, reference_percent: 48.5, diff_percent: 3.0928 };

describe('the weighing block', () => {
  test('lists what is known of each fund with its age', () => {
    const lines = weighingLines(
      record(
        position('TMOS', METRICS),
        position('TBRU', { market_cap_rub: '950000000.00', metrics_as_of: '2026-11-20T09:59:00.000Z' }),
        position('RUB'),
      ),
      80,
    );
    expect(lines).toEqual([
      'TMOS   cap 11.85 bn  AUM 11.40 bn  premium +3.95 %    3 h ago',
      'TBRU  cap 950.00 mn                                 1 min ago',
    ]);
  });

  test('shows what diff compared and added', () => {
    expect(weighingLines(record(position('TMOS', DIFF)), 80)).toEqual([
      'TMOS  base 50.00 %  reference 48.50 %  diff +3.09 %  target 51.23 %',
    ]);
  });

  test.each([
    [0.004, '0.00'],
    [-0.004, '0.00'],
    [0.006, '+0.01'],
    [-0.006, '-0.01'],
  ])('a premium of %d is shown as %s %', (premium, text) => {
    const [line] = weighingLines(record(position('TMOS', { ...METRICS, premium_percent: premium })), 80);
    expect(line).toContain(`premium ${text} %`);
  });

  test('is not there for what needs none', () => {
    expect(weighingLines(record(position('TMOS'), position('RUB')), 80)).toEqual([]);
  });

  test.each([40, 60, 80])('fits %d columns', (width) => {
    const text = renderIteration(record(position('TMOS', { ...METRICS, ...DIFF })), {
      paint: createPaint(false),
      width,
      dayNamed: false,
    });
    expect(text).toMatch(/premium\s+\+3\.95 %/);
    for (const line of text.split('\n')) expect(visibleWidth(line)).toBeLessThanOrEqual(width);
  });
});

test.each([
  ['999999.99', '999 999'],
  ['1000000.00', '1.00 mn'],
  ['999999999.99', '999.99 mn'],
  ['1000000000.00', '1.00 bn'],
  ['1234567890123.45', '1.23 tn'],
  ['12345678901234567.00', '12 345.67 tn'],
])('%s rubles are shortened to %s', (rubles, text) => {
  expect(scaled(rubles)).toBe(text);
});

test.each([
  [-5_000, '0 min'],
  [119 * 60_000, '119 min'],
  [120 * 60_000, '2 h'],
  [47 * 3_600_000, '47 h'],
  [48 * 3_600_000, '2 d'],
])('an age of %d ms is %s', (ms, text) => {
  expect(age(ms)).toBe(text);
});
