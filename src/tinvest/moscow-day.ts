// The calendar day in Moscow, which is the venue's day: lists and schedules are read once in it.

let format: Intl.DateTimeFormat | undefined;

/** "2026-11-21" */
export function moscowDay(ms: number): string {
  // Made at the first use: loading time zones takes longer than the rest of a start.
  format ??= new Intl.DateTimeFormat('sv-SE', {
    timeZone: 'Europe/Moscow',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
  });
  return format.format(ms);
}
