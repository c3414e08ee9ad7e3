// Large amounts and ages as people say them: "11.85 bn", "3 h".

import { parseNano } from '../core/units.ts';
import { grouped } from './amounts.ts';

/** "3 h": minutes below two hours, days from two days on. */
export function age(ms: number): string {
  const minutes = Math.max(0, Math.round(ms / 60_000));
  if (minutes < 120) return `${minutes} min`;
  return minutes < 2 * 1440 ? `${Math.round(minutes / 60)} h` : `${Math.round(minutes / 1440)} d`;
}

const NANO = 1_000_000_000n;
const SCALES = [
  [1_000_000_000_000n, 'tn'],
  [1_000_000_000n, 'bn'],
  [1_000_000n, 'mn'],
] as const;

/** "11850000000.00" -> "11.85 bn"; cut, never rounded up. */
export function scaled(rubles: string): string {
  const whole = parseNano(rubles) / NANO;
  const scale = SCALES.find(([from]) => whole >= from);
  if (!scale) return grouped(whole.toString(), 0);
  const [size, name] = scale;
  const hundredths = ((whole % size) * 100n) / size;
  return `${grouped(`${whole / size}.${hundredths.toString().padStart(2, '0')}`)} ${name}`;
}
