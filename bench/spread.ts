// One line of the benchmark's table: a figure's median, 95th percentile and worst.

export interface Row {
  readonly what: string;
  readonly figures: string;
}

export function spread(what: string, values: readonly number[], unit: string): Row {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (part: number) => sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))] ?? 0;
  const text = (value: number) => `${value.toFixed(2)} ${unit}`;
  return {
    what,
    figures: `median ${text(at(0.5))}, p95 ${text(at(0.95))}, worst ${text(at(1))} (${sorted.length} runs)`,
  };
}
