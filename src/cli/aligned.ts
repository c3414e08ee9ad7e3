// Cells in aligned columns: text to the left, numbers to the right. A column that is empty in every row takes no room.

import { visibleWidth } from './amounts.ts';

export type Align = 'left' | 'right';

export function aligned(
  rows: readonly (readonly string[])[],
  aligns: readonly Align[],
  gap: string,
): string[] {
  const widths = aligns.map((_, at) => Math.max(0, ...rows.map((row) => visibleWidth(row[at] ?? ''))));
  return rows.map((row) =>
    aligns
      .flatMap((align, at) => {
        const [cell, width] = [row[at] ?? '', widths[at] ?? 0];
        if (width === 0) return [];
        const blank = ' '.repeat(width - visibleWidth(cell));
        return [align === 'left' ? cell + blank : blank + cell];
      })
      .join(gap)
      .trimEnd(),
  );
}

/** The first layout whose every line fits `width`; the last one where none does. */
export function firstFitting(layouts: readonly (() => string[])[], width: number): string[] {
  let lines: string[] = [];
  for (const layout of layouts) {
    lines = layout();
    if (lines.every((line) => visibleWidth(line) <= width)) break;
  }
  return lines;
}
