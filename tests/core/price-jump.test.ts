import { describe, expect, test } from 'bun:test';
import { jumpTrouble } from '../../src/core/price-jump.ts';
import { money, parseNano, price, shares } from '../../src/core/units.ts';

const move = (accepted: string, now: string, then: bigint | null, pieces: bigint, cash = '0') => ({
  accepted: price(parseNano(accepted)),
  now: price(parseNano(now)),
  piecesThen: then === null ? null : shares(then),
  piecesNow: shares(pieces),
  cashMoved: money(parseNano(cash)),
});

describe('a price that moved', () => {
  const rows: [string, string, number, boolean][] = [
    ['100', '130', 30, false],
    ['100', '130.000000001', 30, true],
    ['100', '70', 30, false],
    ['100', '69.999999999', 30, true],
    ['0.01', '0.01', 30, false],
    ['0.01', '0.02', 99.99, true],
    ['0.01', '0.02', 100, false],
    ['7.42', '7.43', 0.1, true],
    ['7.42', '7.43', 0.2, false],
  ];
  for (const [accepted, now, percent, troubled] of rows)
    test(`from ${accepted} to ${now} with a limit of ${percent} % is ${troubled ? 'not ' : ''}believed`, () => {
      for (const then of [null, 0n, 10n])
        expect(jumpTrouble(move(accepted, now, then, then ?? 10n), percent) !== null).toBe(troubled);
    });

  test('says how far it moved, with its sign, and names the key', () => {
    expect(jumpTrouble(move('10', '20', null, 1n), 30)).toBe(
      'its price moved +100.0 % at once, the limit is 30 % (max_price_jump_percent)',
    );
    expect(jumpTrouble(move('10', '1', null, 1n), 30)).toContain('moved -90.0 % at once');
  });
});

describe('a split', () => {
  const rows: [string, Parameters<typeof move>, boolean][] = [
    ['1:10 keeps its worth', ['100', '10', 7n, 70n], false],
    ['10:1 keeps its worth', ['10', '100', 70n, 7n], false],
    ['10:1 that leaves an odd piece behind', ['10', '100', 79n, 7n], false],
    ['3:2, in no whole number of parts', ['90', '60', 10n, 15n], true],
    ['1:2 of a single piece', ['100', '50', 1n, 2n], false],
    ['2:1 of an odd number of few', ['50', '100', 5n, 2n], false],
    ['to one piece less than whole parts', ['100', '50', 10n, 19n], true],
    ['2:1 down to one piece too many', ['50', '100', 10n, 6n], true],
    ["that is an owner's purchase, paid with RUB", ['100', '50', 10n, 20n, '-500'], true],
    ['with half of its new pieces paid', ['100', '50', 10n, 20n, '-250'], true],
    ['beside a smaller withdrawal', ['100', '50', 10n, 20n, '-249.99'], false],
    ['beside a deposit', ['100', '50', 10n, 20n, '5000'], false],
    ["that is an owner's sale, paid in RUB", ['50', '90', 20n, 10n, '900'], true],
    ['down to half, beside a smaller deposit', ['50', '90', 20n, 10n, '249.99'], false],
    ['down to half, beside a withdrawal', ['50', '90', 20n, 10n, '-900'], false],
    ['1:10 and a move within the limit up', ['100', '13', 7n, 70n], false],
    ['1:10 and a move beyond it up', ['100', '13.01', 7n, 70n], true],
    ['1:10 and a move within the limit down', ['100', '7', 7n, 70n], false],
    ['1:10 and a move beyond it down', ['100', '6.99', 7n, 70n], true],
    ['in pieces only by one', ['100', '10', 7n, 8n], true],
    ['the wrong way round', ['100', '10', 70n, 7n], true],
    ['of nothing', ['100', '10', 0n, 0n], true],
    ['of what was not held before', ['100', '10', 0n, 70n], true],
    ['of what is held no more', ['100', '10', 7n, 0n], true],
    ['of what nobody knows', ['100', '10', null, 70n], true],
  ];
  for (const [name, facts, troubled] of rows)
    test(`${name}: ${troubled ? 'a jump' : 'explained'}`, () => {
      expect(jumpTrouble(move(...facts), 30) !== null).toBe(troubled);
    });
});
