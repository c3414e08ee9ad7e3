// What the simulator says to people: a failure in three lines, and the table of what was covered.

import type { Counts, Table } from './coverage.ts';
import { FAULT_KINDS } from './fault-kinds.ts';
import { type Failure, medianFaults, type Summary } from './summary.ts';

export const failureText = ({ seed, invariant, text, faults, repro }: Failure): string =>
  `SIM FAIL ${invariant} seed ${seed} faults ${faults.join(' ') || 'none'}\n  ${text}\n  repro: ${repro}\n`;

export function summaryText(summary: Summary, realMs: number): string {
  const { seeds, failures, simulatedMs, cpuMs, iterations, calls, effects, coverage } = summary;
  const days = (simulatedMs / 86_400_000).toFixed(0);
  const lines = [
    `${seeds} seeds, ${failures.length} failed, in ${(realMs / 1_000).toFixed(1)} s (${(cpuMs / seeds).toFixed(1)} ms of CPU per seed)`,
    `${iterations} iterations, ${calls} calls, ${effects} numbered effects; ${days} simulated days, ` +
      `${Math.round(simulatedMs / realMs).toLocaleString('en')} x real time`,
    `faults per seed: median ${medianFaults(summary)}`,
    ...tableOf('faults', { ...zeros(FAULT_KINDS), ...coverage.tables.faults }),
    ...tableOf('order arrows', coverage.tables['order arrows']),
    ...tableOf('iteration arrows', coverage.tables['iteration arrows']),
    ...tableOf('crash points', coverage.tables['crash points']),
    `effects at which it could have died: ${Object.keys(coverage.reached).length} kinds, ` +
      `${Object.keys(coverage.tables['crash points']).length} of them did it die at`,
  ];
  return `${lines.join('\n')}\n`;
}

const zeros = (names: readonly string[]): Counts => Object.fromEntries(names.map((name) => [name, 0]));

function tableOf(name: Table, counts: Counts): string[] {
  const rows = Object.entries(counts).sort(([a], [b]) => (a < b ? -1 : 1));
  return [
    `${name} (${rows.length}):`,
    ...rows.map(([row, count]) => `  ${row.padEnd(34)} ${String(count).padStart(8)}`),
  ];
}
