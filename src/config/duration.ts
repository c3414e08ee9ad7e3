// Spans of time as the configuration writes them: milliseconds as a number, or "500ms", "30s", "15m", "1h", "1d".

const UNIT_MS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

export const DURATION = /^(\d+(?:\.\d+)?) ?(ms|s|m|h|d)$/;

/** Milliseconds, rounded; `null` for anything else. */
export function durationMs(written: number | string): number | null {
  if (typeof written === 'number') return Math.round(written);
  const match = DURATION.exec(written);
  const unit = UNIT_MS[match?.[2] ?? ''];
  return match === null || unit === undefined ? null : Math.round(Number(match[1]) * unit);
}

/** The shortest exact writing: 3600000 is "1h", 1500 is "1500ms". */
export function durationText(ms: number): string {
  const [name, size] = Object.entries(UNIT_MS)
    .reverse()
    .find(([, unit]) => ms >= unit && ms % unit === 0) ?? ['ms', 1];
  return `${ms / size}${name}`;
}
