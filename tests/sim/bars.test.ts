// What the coverage table must reach, and the kills that are aimed at orders.

import { describe, expect, test } from 'bun:test';
import { OrderKills } from '../../sim/faults/order-kills.ts';
import { BARS, underBars } from '../../sim/report/bars.ts';
import { Coverage } from '../../sim/report/coverage.ts';
import { summaryText } from '../../sim/report/report.ts';
import { newSummary } from '../../sim/report/summary.ts';
import type { Life } from '../../sim/world/life.ts';
import { diceOf } from '../../sim/world/streams.ts';
import { ARROWS } from '../../src/core/order.ts';

function full(): Coverage {
  const coverage = new Coverage();
  for (const { table, rows, least } of BARS) for (const row of rows) coverage.count(table, row, least);
  return coverage;
}

describe('the bars', () => {
  test('are met where every row was met often enough', () => {
    expect(underBars(full(), 10_000)).toEqual([]);
  });

  test('name each row that was met once too seldom', () => {
    for (const { table, rows, least } of BARS)
      for (const row of rows) {
        const coverage = full();
        coverage.count(table, row, -1);
        expect(underBars(coverage, 10_000)).toEqual([
          `${table}: ${row} ${least - 1} times, expected at least ${least}`,
        ]);
      }
  });

  test('ask a share of fewer seeds', () => {
    expect(underBars(new Coverage(), 10)).toEqual([]);
    expect(underBars(new Coverage(), 1_000).length).toBe(
      BARS.reduce((sum, { rows }) => sum + rows.length, 0),
    );
  });

  test('know every arrow that an order may go', () => {
    const arrows = Object.entries(ARROWS).flatMap(([from, ends]) => ends.map((to) => `${from} -> ${to}`));
    const bar = BARS.find(({ table }) => table === 'order arrows');
    expect([...(bar?.rows ?? [])].sort()).toEqual(arrows.sort());
  });

  test('are shown with the rows that nothing met', () => {
    const text = summaryText({ ...newSummary(), seeds: 1_000 }, 1);
    for (const { rows } of BARS) for (const row of rows) expect(text).toMatch(new RegExp(`  ${row} +0\n`));
    expect(text).toContain('under its bar: crash points: before W1 0 times, expected at least 3');
  });
});

describe('a kill that is aimed', () => {
  const life = {} as Life;

  test('waits for the n-th effect of orders, whatever else happens', () => {
    const kills = new OrderKills();
    const struck: string[] = [];
    kills.later(3, (name) => struck.push(name));
    for (const name of [
      'Etfs leaves',
      'plan before',
      'record before',
      'PostOrder leaves',
      'settle inside',
      'settle after',
    ])
      kills.reached(name, life);
    expect(struck).toEqual(['settle inside']);
  });

  test('strikes once at most, and in some aim at every kind of effect of orders', () => {
    const struck = new Map<string, number>();
    for (let seed = 1; seed <= 400; seed += 1) {
      const kills = new OrderKills();
      let times = 0;
      kills.aim(diceOf(seed, 'aim'), (name) => {
        times += 1;
        struck.set(name, (struck.get(name) ?? 0) + 1);
      });
      for (let round = 0; round < 4; round += 1)
        for (const effect of [
          'plan',
          'attempt',
          'PostOrder',
          'settle',
          'GetOrderState',
          'CancelOrder',
          'record',
        ])
          for (const phase of ['before', 'after']) kills.reached(`${effect} ${phase}`, life);
      expect(times).toBeLessThanOrEqual(1);
    }
    expect(struck.size).toBeGreaterThanOrEqual(14);
  });
});
