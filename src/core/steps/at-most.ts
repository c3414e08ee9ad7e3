// A line of the problem that may end with no more than so many lots, a first lot that was granted it included.
// Guarantees: min <= max.

import type { Line } from '../lots.ts';
import { type Lots, smaller } from '../units.ts';

export function atMost(line: Line, most: Lots): Line {
  const max = smaller(line.max, most);
  return { ...line, min: smaller(line.min, max), max };
}

/** Nothing of it is bought. */
export const notBought = (line: Line): Line => atMost(line, line.held);
