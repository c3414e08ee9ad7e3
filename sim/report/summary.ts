// What many seeds add up to, as plain data that a child process can hand over.

import type { SeedResult } from '../run/run-seed.ts';
import { Coverage } from './coverage.ts';

export interface Failure {
  readonly seed: number;
  readonly invariant: string;
  readonly text: string;
  readonly faults: readonly string[];
  readonly repro: string;
}

export interface Summary {
  seeds: number;
  events: number;
  effects: number;
  calls: number;
  iterations: number;
  simulatedMs: number;
  /** Of the process that ran them. */
  cpuMs: number;
  /** How many seeds had how many faults. */
  faultsPerSeed: Record<string, number>;
  failures: Failure[];
  coverage: Coverage;
}

export const newSummary = (): Summary => ({
  seeds: 0,
  events: 0,
  effects: 0,
  calls: 0,
  iterations: 0,
  simulatedMs: 0,
  cpuMs: 0,
  faultsPerSeed: {},
  failures: [],
  coverage: new Coverage(),
});

export function addSeed(summary: Summary, result: SeedResult): void {
  const { world } = result;
  summary.seeds += 1;
  summary.events += result.events;
  summary.effects += world.effects;
  summary.calls += world.exchange.callCount();
  summary.iterations += world.records.length;
  summary.simulatedMs += result.simulatedMs;
  summary.faultsPerSeed[result.faults] = (summary.faultsPerSeed[result.faults] ?? 0) + 1;
  summary.coverage.add(result.coverage);
}

export function addSummary(sum: Summary, other: Summary): void {
  for (const name of ['seeds', 'events', 'effects', 'calls', 'iterations', 'simulatedMs', 'cpuMs'] as const)
    sum[name] += other[name];
  for (const [count, seeds] of Object.entries(other.faultsPerSeed))
    sum.faultsPerSeed[count] = (sum.faultsPerSeed[count] ?? 0) + seeds;
  sum.failures.push(...other.failures);
  sum.coverage.add(other.coverage);
}

export function medianFaults({ seeds, faultsPerSeed }: Summary): number {
  let passed = 0;
  for (const count of Object.keys(faultsPerSeed)
    .map(Number)
    .sort((a, b) => a - b)) {
    passed += faultsPerSeed[count] ?? 0;
    if (passed * 2 >= seeds) return count;
  }
  return 0;
}
