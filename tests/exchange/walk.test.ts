import { expect, test } from 'bun:test';
import { exponential, Walk } from '../../src/exchange/walk.ts';

test('a step does not depend on which steps were read before', () => {
  const steps = [50_000_000, 3, 50_000_001, 134_217_727, 0, 49_999_999, 50_000_000];
  const shared = new Walk(42);
  expect(steps.map((step) => shared.at(step))).toEqual(steps.map((step) => new Walk(42).at(step)));
});

test('the same seed gives the same walk and another seed another one', () => {
  expect(new Walk(1).at(1_000_000)).toBe(new Walk(1).at(1_000_000));
  expect(new Walk(1).at(1_000_000)).not.toBe(new Walk(2).at(1_000_000));
});

test('the variance of the walk grows with the distance', () => {
  for (const distance of [1, 16, 1024]) {
    let sum = 0;
    const samples = 3000;
    for (let seed = 0; seed < samples; seed += 1) {
      const walk = new Walk(seed * 7919 + 1);
      const from = 40_000_000 + seed * 17;
      sum += (walk.at(from + distance) - walk.at(from)) ** 2;
    }
    expect(sum / samples / distance).toBeGreaterThan(0.85);
    expect(sum / samples / distance).toBeLessThan(1.15);
  }
});

test('the exponential is right to twelve digits', () => {
  for (const x of [-2, -0.3, 0, 1e-9, 0.02, 1, 2.5])
    expect(Math.abs(exponential(x) / Math.exp(x) - 1)).toBeLessThan(1e-12);
});
