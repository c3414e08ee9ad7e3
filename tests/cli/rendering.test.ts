// What people read: amounts stay whole, lines fit the terminal, numbers line up, colours are for terminals.

import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { aligned } from '../../src/cli/aligned.ts';
import { folded, inMoscowTime, rub, visibleWidth } from '../../src/cli/amounts.ts';
import { createPaint } from '../../src/cli/paint.ts';
import { renderIteration, renderQuiet } from '../../src/cli/render-iteration.ts';
import type { IterationRecord } from '../../src/core/iteration-record.ts';

const SEED = Number(process.env.SEED ?? 20261121);
const PLAIN = createPaint(false);
const page = (width: number, paint = PLAIN) => ({ paint, width, dayNamed: false });

describe('folded', () => {
  test.each([
    ['an amount is not broken', 'equity 999 488.03 RUB', 12, 'equity\n  999 488.03 RUB'],
    ['a line that fits stays', 'drift 0.06 pp', 13, 'drift 0.06 pp'],
    ['one column less folds, the unit with its number', 'drift 0.06 pp', 12, 'drift\n  0.06 pp'],
    ['what it begins with is kept', '    because it is so', 12, '    because\n  it is so'],
    ['a long word stays whole', 'see https://example.org/a/b/c', 10, 'see\n  https://example.org/a/b/c'],
    ['each line is a line', 'a b\nc d', 3, 'a b\nc d'],
  ] as const)('%s', (_, text, width, expected) => {
    expect(folded(text, width)).toBe(expected);
  });

  test('loses and adds nothing but line breaks', () => {
    fc.assert(
      fc.property(
        fc.array(fc.stringMatching(/^[a-zA-Z0-9.,]{1,20}$/)),
        fc.integer({ min: 10, max: 90 }),
        (words, width) => {
          const text = words.join(' ');
          expect(folded(text, width, '').replaceAll('\n', ' ')).toBe(text);
        },
      ),
      { seed: SEED },
    );
  });

  test('colours take no room', () => {
    const paint = createPaint(true);
    expect(folded(`${paint.good('balanced')} now`, 12)).not.toContain('\n');
  });
});

test('instants in a sentence are in Moscow time', () => {
  expect(inMoscowTime('MOEX is closed, opens 2026-11-16T07:00:00.000Z')).toBe(
    'MOEX is closed, opens 2026-11-16 10:00 MSK',
  );
});

test('kopecks are cut, never rounded up', () => {
  expect([rub('0.999'), rub('-1234567.8'), rub('5')]).toEqual(['0.99 RUB', '-1 234 567.80 RUB', '5.00 RUB']);
});

test('columns line up and an empty one takes no room', () => {
  expect(
    aligned(
      [
        ['a', '', '1'],
        ['bb', '', '10'],
      ],
      ['left', 'left', 'right'],
      ' ',
    ),
  ).toEqual(['a   1', 'bb 10']);
});

const RECORD: IterationRecord = {
  schema: 1,
  iteration: '0',
  account: 'main',
  broker_account: '2000000001',
  started_at: '2026-11-16T07:00:00.000Z',
  finished_at: '2026-11-16T07:00:01.000Z',
  mode: 'manual',
  exchange_open: true,
  dry_run: false,
  status: 'partial',
  reason: 'sell TMOS partially_filled: the exchange opens again 2026-11-17T07:00:00.000Z',
  equity_rub: '1000000.37',
  positions: [
    position('TMOS', 1, '6.50', 49_230, 38_461, '319995.00', '249996.50', 32, 25, 25),
    position('SBER', 10, '300.67', 0, 3, '0.00', '9020.10', 0, 0.9, 1),
    position('RUB', 1, '1.00', 250_000.37, 250_000.37, '250000.37', '250000.37', 25, 25, 25),
  ],
  apart: [{ ticker: 'TSPX', pieces: '1200', value_rub: null }],
  orders: [
    order(
      'TMOS',
      'sell',
      10_769,
      10_000,
      '6.50',
      '65100.00',
      'partially_filled',
      'the rest was cancelled after 30 s',
    ),
    order('SBER', 'buy', 3, 3, '300.67', '9020.40', 'filled', null),
    order(
      'SBER',
      'buy',
      1,
      0,
      '300.67',
      '3006.70',
      'rejected',
      '30079: Instrument is not available for trading',
    ),
  ],
  held_back: [
    { ticker: 'TGLD', rule: 'rounding', detail: 'one lot is dear' },
    { ticker: 'TBRU', rule: 'rounding', detail: 'one lot is dear' },
  ],
  warnings: ['a price is old'],
  tracking_error_pp: { before: 14, after: 0.02 },
};

function position(
  ticker: string,
  lot: number,
  price: string,
  before: number,
  after: number,
  worth: string,
  then: string,
  was: number,
  target: number,
  is: number,
): IterationRecord['positions'][number] {
  return {
    ticker,
    lots_before: before,
    lots_after: after,
    lot_size: lot,
    price_rub: price,
    value_before_rub: worth,
    value_after_rub: then,
    before_percent: was,
    target_percent: target,
    after_percent: is,
  };
}

function order(
  ticker: string,
  direction: 'sell' | 'buy',
  lots: number,
  filled: number,
  price: string,
  amount: string,
  status: IterationRecord['orders'][number]['status'],
  error: string | null,
): IterationRecord['orders'][number] {
  return {
    ticker,
    direction,
    lots,
    price_rub: price,
    amount_rub: amount,
    status,
    filled_lots: filled,
    commission_rub: '35.00',
    idempotency_key: null,
    order_id: null,
    error,
  };
}

describe('an iteration', () => {
  test('reads so at 80 columns', () => {
    expect(renderIteration(RECORD, page(80))).toBe(
      [
        '2026-11-16 10:00 MSK main: partial',
        'TMOS: -7.00%: 32.00% -> 25.00% (25.00%)  38 461  -10 769  249 996.50 RUB',
        'SBER: +1.00%:  0.00% ->  1.00%  (0.90%)       3       +3    9 020.10 RUB',
        'RUB:      0%: 25.00% -> 25.00% (25.00%)                   250 000.37 RUB',
        'apart TSPX: 1 200 pieces',
        'sell TMOS 10 000 of 10 769 lots at   6.51 65 100.00 fee 35.00 partially filled',
        '     the rest was cancelled after 30 s',
        'buy  SBER                3 lots at 300.68  9 020.40 fee 35.00 filled',
        'buy  SBER           0 of 1 lot  at 300.67  3 006.70 fee 35.00 rejected',
        '     30079: Instrument is not available for trading',
        'held back TGLD, TBRU: rounding: one lot is dear',
        'warning: a price is old',
        'because: sell TMOS partially_filled: the exchange opens again 2026-11-17',
        '  10:00 MSK',
        'drift 14.00 -> 0.02 pp, equity 1 000 000.37 RUB',
        '',
      ].join('\n'),
    );
  });

  test('a quiet one is a line', () => {
    const quiet = { ...RECORD, orders: [], warnings: [], status: 'nothing_to_do', reason: null } as const;
    expect(renderQuiet(quiet, { ...page(80), dayNamed: true })).toBe(
      '10:00 main: nothing to do, drift 14.00 -> 0.02 pp, equity 1 000 000.37 RUB\n',
    );
  });

  test('colours appear only where the terminal shows them, and change no text', () => {
    const coloured = renderIteration(RECORD, page(80, createPaint(true)));
    expect(coloured).toContain('\u001b[');
    expect(Bun.stripANSI(coloured)).toBe(renderIteration(RECORD, page(80)));
  });

  test('fits any terminal of 50 columns or more, for amounts up to trillions', () => {
    const amount = fc
      .bigInt({ min: 0n, max: 10n ** 14n })
      .map((kop) => `${kop / 100n}.${String(kop % 100n).padStart(2, '0')}`);
    const lots = fc.integer({ min: 0, max: 10 ** 9 });
    fc.assert(
      fc.property(
        amount,
        amount,
        lots,
        lots,
        fc.integer({ min: 50, max: 120 }),
        (worth, price, before, after, width) => {
          const positions = RECORD.positions.map((row) => ({
            ...row,
            value_after_rub: worth,
            lots_before: before,
            lots_after: after,
            before_percent: 100,
          }));
          const orders = RECORD.orders.map((one) => ({
            ...one,
            lots: after + 1,
            amount_rub: worth,
            price_rub: price,
            commission_rub: worth,
          }));
          const text = renderIteration({ ...RECORD, positions, orders }, page(width));
          for (const line of text.split('\n')) expect(visibleWidth(line)).toBeLessThanOrEqual(width);
        },
      ),
      { seed: SEED, numRuns: 200 },
    );
  });
});
