// The broker's tariff for a debt that stays overnight, per day and account, with the date from which it holds.
// Guarantees: T-Bank's table of August 2024 stands where the configuration names none.

import type { OvernightFees, OvernightTable } from '../core/policy.ts';
import { money, NANO, rate } from '../core/units.ts';
import { nanoOf } from './amount.ts';
import type { Problem } from './problem.ts';

/** As CONFIG.json writes it. */
export interface OvernightTableText {
  readonly from: string;
  /** [debt up to, fee] in RUB. */
  readonly steps: readonly (readonly [number, number])[];
  /** [debt up to, percent of it]; `null` = without an end. */
  readonly rates: readonly (readonly [number | null, number])[];
}

/** Tables must say what every debt costs: ascending, with a last rate that has no end, one table per day. */
export function overnightFeeProblems(tables: readonly OvernightTableText[]): Problem[] {
  const days = tables.map(({ from }) => from);
  return tables.flatMap((table, index) => {
    const path = `overnight_fees[${index}]`;
    const problem = (key: string, found: string, expected: string, fix: string): Problem => ({
      path: `${path}.${key}`,
      found,
      expected,
      fix,
    });
    const ends = [...table.steps.map(([upTo]) => upTo), ...table.rates.map(([upTo]) => upTo)];
    const mixed = ends.findIndex((end, at) => {
      const before = at === 0 ? 0 : ends[at - 1];
      return before === null || (end !== null && before !== undefined && end <= before);
    });
    return [
      ...(days.indexOf(table.from) === index
        ? []
        : [problem('from', table.from, 'one table per date', 'merge the two')]),
      ...(mixed < 0
        ? []
        : [
            problem(
              mixed < table.steps.length ? 'steps' : 'rates',
              `a debt up to ${ends[mixed]} after one up to ${mixed === 0 ? 0 : ends[mixed - 1]}`,
              'debts in ascending order, the steps before the rates',
              'sort them',
            ),
          ]),
      ...(table.rates.at(-1)?.[0] === null
        ? []
        : [
            problem(
              'rates',
              table.rates.length === 0 ? 'no rate' : 'no rate without an end',
              'a last rate for every larger debt',
              'add [null, 0.06] at the end',
            ),
          ]),
    ];
  });
}

const rubles = (amount: number) => money(BigInt(amount) * NANO);

export const DEFAULT_OVERNIGHT_FEES: OvernightFees = [
  {
    fromMs: 0,
    steps: [
      { upTo: rubles(5_000), fee: rubles(0) },
      { upTo: rubles(50_000), fee: rubles(40) },
      { upTo: rubles(100_000), fee: rubles(80) },
      { upTo: rubles(250_000), fee: rubles(200) },
      { upTo: rubles(500_000), fee: rubles(400) },
      { upTo: rubles(1_000_000), fee: rubles(785) },
      { upTo: rubles(2_500_000), fee: rubles(1_925) },
      { upTo: rubles(5_000_000), fee: rubles(3_800) },
      { upTo: rubles(10_000_000), fee: rubles(7_350) },
    ],
    rates: [
      { upTo: rubles(25_000_000), part: rate(710_000n) },
      { upTo: rubles(50_000_000), part: rate(690_000n) },
      { upTo: null, part: rate(600_000n) },
    ],
  },
];

/** The configured tables on top of the default one. */
export const overnightFeesOf = (tables: readonly OvernightTableText[]): OvernightFees => [
  ...DEFAULT_OVERNIGHT_FEES,
  ...tables.map(tableOf),
];

const tableOf = ({ from, steps, rates }: OvernightTableText): OvernightTable => ({
  fromMs: Date.parse(`${from}T00:00:00+03:00`),
  steps: steps.map(([upTo, fee]) => ({ upTo: money(nanoOf(upTo)), fee: money(nanoOf(fee)) })),
  rates: rates.map(([upTo, percent]) => ({
    upTo: upTo === null ? null : money(nanoOf(upTo)),
    part: rate(nanoOf(percent) / 100n),
  })),
});
