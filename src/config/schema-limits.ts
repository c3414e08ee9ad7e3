// The `limits` section of an account block: the least and the most that is traded, and at which prices.

import { z } from 'zod';
import { choice, documented, number, positive, rubles, section } from './schema-kinds.ts';

export const limits = section({
  min_trade_rub: documented(rubles().default(0), 'a smaller order is not worth it'),
  dust_percent: documented(
    number(0, 100, 'percent').default(0.02),
    'nor is one below this part of the total',
  ),
  max_trade_percent: documented(
    positive(100, 'percent').optional(),
    'the most of the total that one instrument moves in an iteration',
    'off',
  ),
  max_turnover_percent: documented(
    z
      .union(
        [
          positive(100_000, 'percent'),
          section({
            iteration: documented(positive(100_000, 'percent').optional(), 'in an iteration', 'off'),
            day: documented(positive(100_000, 'percent').optional(), 'in a Moscow day', 'off'),
          }),
        ],
        { error: 'a number above 0 (percent), or {"iteration": 50, "day": 100}' },
      )
      .optional(),
    'the most of the total that is traded, in an iteration and in a day: one number for both, or `{"iteration": 50, "day": 100}`',
    'off',
  ),
  max_orders: documented(
    z
      .int({ error: 'a whole number from 1 to 1000' })
      .min(1, { error: 'a whole number from 1 to 1000' })
      .max(1000, { error: 'a whole number from 1 to 1000' })
      .optional(),
    'orders in an iteration; the largest differences go first; a purchase and the sell that pays for it are two',
    'off',
  ),
  max_spread_percent: documented(
    positive(100, 'percent').default(1),
    'outside the main session, and for orders above 300,000 RUB: where the book is worse, `market` becomes a limit at this bound',
  ),
  max_premium_percent: documented(
    number(-100, 1000, 'percent').optional(),
    'a fund that trades this far above its NAV is not bought',
    'off',
  ),
  below_moving_average: documented(
    choice(['allow', 'no_buys']).default('allow'),
    'whether an instrument below its moving average is bought',
  ),
  moving_average_days: documented(
    z
      .int({ error: 'a whole number from 2 to 500' })
      .min(2, { error: 'a whole number from 2 to 500' })
      .max(500, { error: 'a whole number from 2 to 500' })
      .default(200),
    'trading days of that average',
  ),
});
