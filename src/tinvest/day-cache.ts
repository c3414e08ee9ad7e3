// Keeps what is read once per Moscow day. Callers who ask at the same time share one reading; a failed one is not kept.

import { moscowDate } from '../core/moscow-day.ts';
import type { Clock } from '../ports.ts';

export interface DayCache<Value> {
  /** @throws what `read` throws; the next caller reads anew */
  get(key: string, read: () => Promise<Value>): Promise<Value>;
}

export function createDayCache<Value>(clock: Clock): DayCache<Value> {
  let day = '';
  let kept = new Map<string, Promise<Value>>();
  return {
    get(key, read) {
      const today = moscowDate(clock.now());
      if (today !== day) {
        day = today;
        kept = new Map();
      }
      const known = kept.get(key);
      if (known) return known;
      const home = kept;
      const reading = read().catch((error: unknown) => {
        home.delete(key);
        throw error;
      });
      kept.set(key, reading);
      return reading;
    },
  };
}
