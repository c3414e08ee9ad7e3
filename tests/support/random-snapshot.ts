// Random accounts for properties of `decide`: fast-check arbitraries that print what they drew when a property fails.
// Guarantees: every total is known and positive enough to balance; holds, odd lots, debt, blocked cash and pieces, zero
// weights and prices that are none (never of what is held) all occur.

import fc from 'fast-check';
import type { Policy } from '../../src/core/policy.ts';
import type { Holding, Snapshot } from '../../src/core/portfolio.ts';
import { lotSize, money, price, rate, raw, shares } from '../../src/core/units.ts';
import { holding, policyOf, snapshotOf } from './snapshot-builder.ts';

export interface Account {
  readonly snapshot: Snapshot;
  readonly policy: Policy;
}

const KOPECK = 10_000_000n;
const kinds = [
  'free',
  'free',
  'free',
  'free',
  'halted',
  'stale',
  'no buys',
  'no sells',
  'blocked',
  'no price',
] as const;
type Kind = (typeof kinds)[number];

const instrument = fc.record({
  kind: fc.constantFrom(...kinds),
  step: fc.constantFrom(KOPECK, KOPECK, 5n * KOPECK, 100_000n),
  steps: fc.integer({ min: 200, max: 200_000 }),
  lot: fc.constantFrom(1n, 1n, 1n, 1n, 10n, 100n, 1_000n, 10_000n),
  rubles: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 400_000 })),
  odd: fc.integer({ min: 0, max: 3 }),
  weight: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 40 })),
});
type Drawn = typeof instrument extends fc.Arbitrary<infer T> ? T : never;

const account = fc.record({
  instruments: fc.array(instrument, { minLength: 1, maxLength: 8 }),
  cashWeight: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 40 })),
  kopecks: fc.integer({ min: 10_000, max: 30_000_000 }),
  debtPart: fc.constantFrom(0, 0, 0, 0.01, 0.2),
  blockedKopecks: fc.constantFrom(0, 0, 0, 12_345),
  seen: fc.constantFrom(null, 0n, 400_000n, 3_000_000n),
  minOneLot: fc.boolean(),
  minImprovementPp: fc.constantFrom(0, 0.25),
  orderType: fc.constantFrom('market', 'bestprice', 'limit'),
});

export interface AccountShape {
  /** Without holds, blocks and debt. */
  readonly free?: boolean;
}

export const accounts = ({ free = false }: AccountShape = {}): fc.Arbitrary<Account> =>
  account.map((drawn) => {
    const holdings = drawn.instruments.map((each, index) =>
      holdingOf(free ? { ...each, kind: 'free' } : each, index),
    );
    const worth = holdings.reduce((sum, each) => sum + raw(each.price ?? price(0n)) * raw(each.pieces), 0n);
    const debt = free || worth < 1_000n * 100n * KOPECK ? 0 : drawn.debtPart;
    const cash = debt > 0 ? -(worth * BigInt(debt * 100)) / 100n : BigInt(drawn.kopecks) * KOPECK;
    const weights = drawn.instruments.map((each) => each.weight);
    const given = weights.reduce((a, b) => a + b, drawn.cashWeight);
    const whole = given === 0 ? 1 : given;
    const wallet = Object.fromEntries(
      holdings.map((each, index) => [each.ticker, ((weights[index] ?? 0) / whole) * 100] as const),
    );
    const rubWeight = given === 0 ? 100 : (drawn.cashWeight / whole) * 100;
    const { minOneLot, minImprovementPp, orderType } = drawn;
    return {
      snapshot: snapshotOf('0', holdings, {
        cash: money(cash),
        blockedCash: money(free ? 0n : BigInt(drawn.blockedKopecks) * KOPECK),
        commissionSeen: drawn.seen === null ? null : rate(drawn.seen),
      }),
      policy: policyOf({ ...wallet, RUB: rubWeight }, { minOneLot, minImprovementPp, orderType }),
    };
  });

function holdingOf(drawn: Drawn, index: number): Holding {
  const { kind, step, lot } = drawn;
  const nano = BigInt(drawn.steps) * step;
  const whole = (BigInt(drawn.rubles) * 1_000_000_000n) / (nano * lot);
  const pieces = kind === 'no price' ? 0n : whole * lot + (lot > 1n ? BigInt(drawn.odd) : 0n);
  const ticker = `T${index}`;
  return holding(ticker, '1', pieces, {
    price: kind === 'no price' ? ([null, price(0n), price(-1n)] as const)[index % 3]! : price(nano),
    step: price(step),
    lot: lotSize(lot),
    ...unusual(kind, pieces),
  });
}

function unusual(kind: Kind, pieces: bigint): Partial<Holding> {
  switch (kind) {
    case 'free':
    case 'no price':
      return {};
    case 'halted':
      return { hold: { rule: 'not_tradable', detail: 'halted' } };
    case 'stale':
      return { priceAgeMs: 3_600_001 };
    case 'no buys':
      return { buyable: false };
    case 'no sells':
      return { sellable: false };
    case 'blocked':
      return { blockedPieces: shares((pieces * 2n) / 3n) };
  }
}
