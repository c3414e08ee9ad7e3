import { describe, expect, test } from 'bun:test';
import type { Close } from '../../../src/core/close.ts';
import { decide } from '../../../src/core/decide.ts';
import { type Facts, NO_FACTS } from '../../../src/core/facts.ts';
import { NO_RULES } from '../../../src/core/policy.ts';
import { volatilityScale } from '../../../src/core/rebalance/volatility-scale.ts';
import { price, rate } from '../../../src/core/units.ts';
import { holding, NOON_MS, planOf, policyOf, snapshotOf } from '../../support/snapshot-builder.ts';

const DAY_MS = 86_400_000;
const TODAY = Math.floor(NOON_MS / DAY_MS) * DAY_MS;

/** Daily closes that swing by these percents up and down in turn: `long` days, then `recent` days, up to yesterday. */
function closes(long: [number, number], recent: [number, number]): Close[] {
  const swings = [...Array<number>(long[0]).fill(long[1]), ...Array<number>(recent[0]).fill(recent[1])];
  let level = 1_000_000_000_000;
  const prices = swings.map((swing, index) => {
    level = index % 2 === 0 ? level * (1 + swing / 100) : level / (1 + swing / 100);
    return price(BigInt(Math.round(level)));
  });
  return prices.map((each, index) => ({ dayMs: TODAY - (prices.length - index) * DAY_MS, price: each }));
}

const factsWith = (ofA: Close[] | null, problem?: string): Facts => ({
  ...NO_FACTS,
  closes: new Map(ofA === null ? [] : [['A', ofA]]),
  ...(problem === undefined ? {} : { closeProblems: new Map([['A', problem]]) }),
});

describe('how volatility scales a band', () => {
  test.each<[string, [number, number], [number, number], number, number]>([
    ['the same as ever leaves it', [223, 1], [30, 1], 0.98, 1.02],
    ['calmer narrows it', [223, 1], [30, 0.7], 0.6, 0.8],
    ['very calm halves it at most', [223, 2], [30, 0.1], 0.5, 0.5],
    ['livelier widens it', [223, 1], [30, 1.5], 1.2, 1.5],
    ['wild doubles it at most', [223, 0.2], [30, 5], 2, 2],
  ])('%s', (_, long, recent, least, most) => {
    const { factor, problem } = volatilityScale('A', factsWith(closes(long, recent)), NOON_MS);
    expect(problem).toBeNull();
    expect(factor).toBeGreaterThanOrEqual(least);
    expect(factor).toBeLessThanOrEqual(most);
  });

  test.each<[string, Facts, string]>([
    ['too few closes', factsWith(closes([221, 1], [30, 5])), '253 daily closes'],
    ['none', factsWith(null), 'its daily closes are not there'],
    ['a reading that failed', factsWith(null, 'the venue did not answer'), 'the venue did not answer'],
    ['a price that stands still', factsWith(closes([223, 0], [30, 0])), 'has not moved'],
  ])('%s leaves it, and says so', (_, facts, words) => {
    const scale = volatilityScale('A', facts, NOON_MS);
    expect(scale.factor).toBe(1);
    expect(scale.problem).toContain(words);
  });
});

describe('a band that follows volatility', () => {
  const planFor = (facts: Facts, weight: number) =>
    planOf(
      decide(
        snapshotOf('0', [holding('A', '1', weight * 1000), holding('B', '1', (100 - weight) * 1000)], {
          facts,
        }),
        policyOf(
          { A: 50, B: 50 },
          {
            commission: rate(0n),
            rebalance: {
              ...NO_RULES.rebalance,
              trigger: 'threshold',
              thresholdPercent: 6,
              volatilityAdjusted: true,
            },
          },
        ),
      ),
    );
  const same = closes([223, 1], [30, 1]);
  const wild = closes([223, 0.2], [30, 5]);
  const both = (ofA: Close[], ofB: Close[]): Facts => ({
    ...NO_FACTS,
    closes: new Map([
      ['A', ofA],
      ['B', ofB],
    ]),
  });

  test('is twice as wide for what is wild, and each fund has its own', () => {
    expect(planFor(both(same, same), 58).orders).not.toEqual([]);
    expect(planFor(both(wild, wild), 58).orders).toEqual([]);
    expect(planFor(both(wild, wild), 62.1).orders).not.toEqual([]);
    expect(planFor(both(wild, same), 58).orders).not.toEqual([]);
  });

  test('is as wide as it is written where closes are missing, said in words', () => {
    const plan = planFor(NO_FACTS, 55);
    expect(plan.orders).toEqual([]);
    expect(plan.aim.because).toMatch(/band 6 pp; not adjusted to volatility: A \(.*\), B \(/);
  });
});
