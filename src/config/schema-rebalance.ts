// The `rebalance` section of an account block: when it is traded, in which bands, and how far.

import { z } from 'zod';
import { choice, documented, duration, flag, list, positive, section, TIMER_MAX } from './schema-kinds.ts';

export const WEEKDAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;
const clockTime = () =>
  z
    .string({ error: 'a time such as "10:30"' })
    .regex(/^([01]\d|2[0-3]):[0-5]\d$/, { error: 'a time such as "10:30"' });
const isZone = (name: string): boolean => {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
};
const zone = () =>
  z
    .string({ error: 'a time zone such as "Europe/Moscow"' })
    .refine(isZone, { error: 'a time zone such as "Europe/Moscow"' });

export const rebalance = section({
  trigger: documented(
    choice(['always', 'threshold', 'calendar', 'hybrid']).default('always'),
    'when it is traded: at every interval, once a weight leaves its band, by the calendar, or at the calendar only where a band is broken',
  ),
  threshold_percent: documented(
    positive(100, 'percentage points').optional(),
    'band around a target in percentage points of the total',
    'off',
  ),
  relative_threshold_percent: documented(
    positive(1000, 'percent').optional(),
    'band in percent of the target (5/25: 5 points or 25 %, whichever is broken first); none for RUB and targets under 1 %',
    'off',
  ),
  volatility_adjusted: documented(
    flag().default(false),
    'bands widen and narrow with recent over long-run volatility, by 0.5 to 2',
  ),
  rebalance_to: documented(
    choice(['target', 'edge']).default('target'),
    'to the target, or only to the nearest edge of the band',
  ),
  rebalance_scope: documented(
    choice(['all', 'breached']).default('all'),
    'everything, or only what left its band',
  ),
  calendar: documented(
    section({
      every: documented(
        choice(['daily', 'weekly', 'monthly', 'quarterly', 'yearly']).default('monthly'),
        'how often',
      ),
      weekday: documented(
        choice(WEEKDAYS).optional(),
        'day of the week, for weekly (else Monday); for the longer ones the first such day of the period',
        '-',
      ),
      time: documented(clockTime().default('11:00'), 'not before this time of the day'),
      time_zone: documented(zone().default('Europe/Moscow'), 'whose time'),
    }).optional(),
    'for `calendar` and `hybrid`; a holiday moves it to the next session',
    '-',
  ),
  window: documented(
    section({
      days: documented(
        list(choice(WEEKDAYS), 'a list of days such as ["mon", "fri"]').default([...WEEKDAYS]),
        'days on which it is traded',
      ),
      from: documented(clockTime().default('00:00'), 'from this time, Moscow'),
      to: documented(clockTime().default('23:59'), 'to this time, Moscow'),
    }).optional(),
    'days and hours in which trading is allowed',
    'always',
  ),
  cooldown: documented(duration(0, TIMER_MAX).default(0), 'time between two iterations that trade'),
});
