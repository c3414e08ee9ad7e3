// What the simulator says to people: a failure in three lines, and the table of what was covered.

import { BARS, type Bar, underBars } from './bars.ts';
import type { Counts } from './coverage.ts';
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
    ...BARS.flatMap((bar) => tableOf(bar, coverage.tables[bar.table])),
    `a person typed: ${
      Object.entries(coverage.tables.person)
        .map(([word, times]) => `${word} ${times}`)
        .join(', ') || 'nothing'
    }`,
    `effects at which it could have died: ${Object.keys(coverage.reached).length} kinds, ` +
      `${Object.keys(coverage.tables['died at']).length} of them did it die at`,
    ...underBars(coverage, seeds).map((row) => `under its bar: ${row}`),
  ];
  return `${lines.join('\n')}\n`;
}

/** Every row that there must be, those that were never met too. */
function tableOf({ table, rows: names }: Bar, counts: Counts): string[] {
  const all = { ...Object.fromEntries(names.map((name) => [name, 0])), ...counts };
  const rows =
    table === 'crash points' ? Object.entries(all) : Object.entries(all).sort(([a], [b]) => (a < b ? -1 : 1));
  return [
    `${table} (${rows.length}):`,
    ...rows.map(([row, count]) => `  ${row.padEnd(34)} ${String(count).padStart(8)}`),
  ];
}
