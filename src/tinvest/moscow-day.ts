// The calendar day in Moscow, which is the venue's day: lists and schedules are read once in it.

const QUARTER_MS = 15 * 60_000;

let format: Intl.DateTimeFormat | undefined;
/** The latest answers: days of all time zones begin, and their offsets change, at a quarter of an hour. */
const known = new Map<number, string>();
const KNOWN_MAX = 200;

/** "2026-11-21" */
export function moscowDay(ms: number): string {
  const quarter = Math.floor(ms / QUARTER_MS);
  const day = known.get(quarter) ?? formatted(ms);
  if (known.size >= KNOWN_MAX) known.clear();
  known.set(quarter, day);
  return day;
}

function formatted(ms: number): string {
  // Made at the first use: loading time zones takes longer than the rest of a start.
  format ??= new Intl.DateTimeFormat('sv-SE', {
    timeZone: 'Europe/Moscow',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
  });
  return format.format(ms);
}
