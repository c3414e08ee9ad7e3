// With the total unknown nothing is balanced; a debt that is not allowed is still covered, in proportion to value.

import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { decide } from '../../src/core/decide.ts';
import { larger, parseNano, price, raw } from '../../src/core/units.ts';
import { holding, policyOf, snapshotOf } from '../support/snapshot-builder.ts';

const SEED = Number(process.env.SEED ?? 20261121);

const known = (ticker: string, pieces: number, rubles: string) => holding(ticker, rubles, pieces);
const unknown = () => holding('NEW', null, 10, { priceProblem: 'no price came' });

const policy = policyOf({ AAA: 30, BBB: 30, NEW: 40 });
const decided = (cash: string, holdings: ReturnType<typeof holding>[]) =>
  decide(snapshotOf(cash, holdings), policy);

describe('risk only', () => {
  test('a debt is covered in proportion to value while the total is unknown', () => {
    const decision = decided('-300', [known('AAA', 100, '10.00'), known('BBB', 200, '10.00'), unknown()]);
    if (decision.kind !== 'risk_only') throw new Error(`expected risk_only, found ${decision.kind}`);
    const sold = Object.fromEntries(decision.orders.map((order) => [order.ticker, Number(raw(order.lots))]));
    expect(Object.keys(sold)).toEqual(['AAA', 'BBB']);
    expect(sold.AAA! + sold.BBB!).toBe(31);
    expect(sold.BBB! / sold.AAA!).toBeGreaterThan(1.7);
    expect(decision.because).toContain('NEW');
  });

  test('without a debt an unknown total is a skip', () => {
    expect(decided('0', [known('AAA', 100, '10.00'), known('BBB', 0, '10.00'), unknown()]).kind).toBe('skip');
    expect(decided('-0.01', [known('AAA', 100, '10.00'), known('BBB', 0, '10.00'), unknown()]).kind).toBe(
      'risk_only',
    );
  });

  test('what cannot be sold is not, and with nothing to sell it is a skip', () => {
    const frozen = {
      ...known('AAA', 100, '10.00'),
      hold: { rule: 'not_tradable', detail: 'halted' } as const,
    };
    expect(decided('-300', [frozen, known('BBB', 0, '10.00'), unknown()]).kind).toBe('skip');
  });

  test('a known total covers a debt by balancing, not by risk only', () => {
    expect(
      decided('-300', [known('AAA', 100, '10.00'), known('BBB', 200, '10.00'), known('NEW', 10, '5.00')])
        .kind,
    ).toBe('plan');
  });

  test(`sells cover the debt where they can, and overshoot by less than a lot of each (seed ${SEED})`, () => {
    const holdings = fc.array(
      fc.record({
        pieces: fc.integer({ min: 0, max: 5_000 }),
        kopecks: fc.integer({ min: 10, max: 500_000 }),
      }),
      { minLength: 1, maxLength: 8 },
    );
    fc.assert(
      fc.property(holdings, fc.integer({ min: 1, max: 50_000_000 }), (list, debtKopecks) => {
        const held = list.map(({ pieces, kopecks }, index) => ({
          ...holding(`T${index}`, '1.00', pieces),
          price: price(BigInt(kopecks) * 10_000_000n),
        }));
        const wallet = policyOf({ ...Object.fromEntries(held.map(({ ticker }) => [ticker, 10])), NEW: 10 });
        const cash = `-${Math.floor(debtKopecks / 100)}.${String(debtKopecks % 100).padStart(2, '0')}`;
        const decision = decide(snapshotOf(cash, [...held, unknown()]), wallet);
        if (decision.kind === 'skip') return held.every(({ pieces }) => raw(pieces) === 0n);
        if (decision.kind !== 'risk_only') return false;
        let brought = 0n;
        for (const order of decision.orders) {
          const owner = held.find(({ ticker }) => ticker === order.ticker)!;
          if (order.side !== 'sell' || raw(order.lots) > raw(owner.pieces)) return false;
          brought += raw(order.amount);
        }
        const all = held.every((owner) => {
          const order = decision.orders.find(({ ticker }) => ticker === owner.ticker);
          return raw(owner.pieces) === (order ? raw(order.lots) : 0n);
        });
        const costliest = held.reduce((most, { price: each }) => larger(most, each!), price(0n));
        const debt = -parseNano(cash);
        // 0.3 % commission, a step a piece: what a sale may fail to bring.
        const reserve =
          brought / 100n +
          BigInt(decision.orders.reduce((n, order) => n + Number(raw(order.lots)), 0)) * parseNano('0.02');
        return (
          (brought >= debt || all) &&
          (all || brought <= debt + reserve + raw(costliest) * BigInt(decision.orders.length + 1))
        );
      }),
      { seed: SEED, numRuns: 500 },
    );
  });
});
