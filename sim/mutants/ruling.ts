// Bugs in the owner's rules: what may be bought and sold, how much, when.

import type { Mutant } from './mutant.ts';

const DIRECTION: readonly Mutant[] = [
  {
    name: 'do-not-sell-ignored',
    bug: 'what must not be sold is sold',
    file: 'core/bounds/one-way.ts',
    edits: [['if (limits.doNotSell.has(ticker))', 'if (limits.doNotSell.has(""))']],
  },
  {
    name: 'do-not-buy-ignored',
    bug: 'what must not be bought is bought',
    file: 'core/bounds/one-way.ts',
    edits: [['if (limits.doNotBuy.has(ticker))', 'if (limits.doNotBuy.has(""))']],
  },
  {
    name: 'buy-only-sells',
    bug: 'an account that only buys sells, too',
    file: 'core/bounds/one-way.ts',
    edits: [['else if (limits.buyOnly)', 'else if (limits.buyOnly && limits.doNotSell.size > 99)']],
  },
  {
    name: 'loss-for-profit',
    bug: 'the least profit is asked of the price instead of the cost',
    file: 'core/profit.ts',
    edits: [
      [
        'return raw(price) * 100n * SCALE >= cost * (100n * SCALE + least);',
        'return cost * 100n * SCALE >= raw(price) * (100n * SCALE + least);',
      ],
    ],
  },
  {
    name: 'losers-pay',
    bug: 'what has lost is sold for purchases that only what has earned may pay',
    file: 'core/steps/funding-sales.ts',
    edits: [
      [
        'isProfitable(entry, minProfitPercent),\n  );',
        'isProfitable(entry, minProfitPercent) || true,\n  );',
      ],
    ],
  },
  {
    name: 'unlisted-sold',
    bug: 'what the wallet does not name is sold although it is to be kept',
    file: 'core/decide.ts',
    edits: [["policy.unlistedPositions === 'sell' && !holding.vanished", '!holding.vanished']],
  },
  {
    name: 'premium-below',
    bug: 'a premium is taken for a discount',
    file: 'core/bounds/premium.ts',
    edits: [['if (above <= most) return null;', 'if (-above <= most) return null;']],
  },
  {
    name: 'average-of-yesterday',
    bug: 'the moving average is that of the last day',
    file: 'core/bounds/moving-average.ts',
    edits: [['const sum = closes.reduce(', 'const sum = BigInt(days) * closes.slice(-1).reduce(']],
  },
];

const LIMITS: readonly Mutant[] = [
  {
    name: 'small-trades-made',
    bug: 'orders below the least are sent',
    file: 'core/steps/small-trades.ts',
    edits: [['isLess(move.amount, least) && !isExempt', 'isLess(least, NO_LOTS as never) && !isExempt']],
  },
  {
    name: 'max-trade-of-one-side',
    bug: 'the most that one instrument moves holds for sells only',
    file: 'core/bounds/max-trade.ts',
    edits: [['        max: add(held, count),\n', '']],
  },
  {
    name: 'turnover-per-leg',
    bug: 'the turnover of the first leg does not count in the next',
    file: 'core/steps/turnover-cap.ts',
    edits: [
      [
        "stage.kind === 'buys' ? (stage.traded ?? NO_MONEY) : NO_MONEY",
        'stage.kind === "buys" ? NO_MONEY : NO_MONEY',
      ],
    ],
  },
  {
    name: 'turnover-of-day-forgotten',
    bug: "the day's turnover begins anew in every iteration",
    file: 'core/steps/turnover-cap.ts',
    edits: [
      [
        'subtract(percentPart(equity, maxDayTurnoverPercent), snapshot.facts.turnoverToday)',
        'percentPart(equity, maxDayTurnoverPercent)',
      ],
    ],
  },
  {
    name: 'max-orders-per-leg',
    bug: 'the orders of the first leg do not count in the next',
    file: 'core/steps/order-cap.ts',
    edits: [["maxOrders - (stage.kind === 'buys' ? (stage.sent ?? 0) : 0)", 'maxOrders']],
  },
  {
    name: 'reserve-spent',
    bug: 'what is kept aside is spent',
    file: 'core/leverage.ts',
    edits: [
      ['      ? larger(NO_MONEY, subtract(kept, input.blockedCash ?? NO_MONEY))', '      ? leastFloor'],
    ],
  },
  {
    name: 'margin-size-ignored',
    bug: 'debt is limited by the multiplier alone',
    file: 'core/debt-limit.ts',
    edits: [['smaller(margin.maxMarginSize, above)', 'above']],
  },
  {
    name: 'caps-ignored',
    bug: 'no weight is capped',
    file: 'core/weights/limits.ts',
    edits: [['cap: limitFor(policy.caps, ticker) ?? 100,', 'cap: 100,']],
  },
  {
    name: 'floors-ignored',
    bug: 'no weight has a floor',
    file: 'core/weights/limits.ts',
    edits: [['floor: limitFor(policy.floors, ticker) ?? 0,', 'floor: 0,']],
  },
  {
    name: 'own-money-borrowed',
    bug: 'what is to be paid with own money is bought on margin',
    file: 'config/account-rules.ts',
    edits: [['fundingOf(block.buy_requires_total_marginal_sell, aliases)', 'null']],
  },
  {
    name: 'nobody-asked',
    bug: 'a large order does not wait for a person',
    file: 'core/steps/confirmations.ts',
    edits: [
      ['large.filter((move) => !move.agreed && !isUrgent(draft, move.ticker, urgent))', 'large.slice(0, 0)'],
    ],
  },
];

const WHEN: readonly Mutant[] = [
  {
    name: 'window-ignored',
    bug: 'it is traded outside the window',
    file: 'engine/rebalance-timing.ts',
    edits: [
      [
        'const outside = window === null ? null : outsideOf(window, nowMs);',
        'const outside = window === null ? null : null as string | null;',
      ],
    ],
  },
  {
    name: 'cooldown-ignored',
    bug: 'it is traded again before the time between two iterations has passed',
    file: 'engine/rebalance-timing.ts',
    edits: [['nowMs - tradedAtMs >= cooldownMs', 'nowMs - tradedAtMs >= 0 * cooldownMs']],
  },
  {
    name: 'calendar-always-due',
    bug: "what was before an account's first iteration is due",
    file: 'engine/rebalance-timing.ts',
    edits: [
      [
        'dealtWithMs !== null && dealtWithMs < lastInstant(calendar, nowMs)',
        'dealtWithMs === null || dealtWithMs <= lastInstant(calendar, nowMs)',
      ],
    ],
  },
  {
    name: 'half-a-band',
    bug: 'a band is half as wide as it is written',
    file: 'core/rebalance/bands.ts',
    edits: [
      [
        'const outside = leaving || Math.abs(drift) > half + GRAIN;',
        'const outside = leaving || Math.abs(drift) > half / 2 + GRAIN;',
      ],
    ],
  },
  {
    name: 'half-of-each-band',
    bug: 'a weight below its target never leaves its band',
    file: 'core/rebalance/bands.ts',
    edits: [['Math.abs(drift) > half + GRAIN', 'drift > half + GRAIN']],
  },
  {
    name: 'scope-all',
    bug: 'what did not leave its band moves as well',
    file: 'core/rebalance/aim.ts',
    edits: [
      [
        "hasBands(policy) && (policy.rebalance.to === 'edge' || policy.rebalance.scope === 'breached')",
        "hasBands(policy) && policy.rebalance.to === 'edge'",
      ],
    ],
  },
  {
    name: 'edge-is-target',
    bug: 'what left its band goes all the way back',
    file: 'core/rebalance/aimed.ts',
    edits: [
      [
        "const wanted = rebalance.to === 'edge' ? edgeFor(input, ticker, band, fees) : targetOf(input, ticker);",
        'const wanted = targetOf(input, ticker);',
      ],
    ],
  },
  {
    name: 'no-sleep',
    bug: 'orders leave without a pause between them',
    file: 'engine/act.ts',
    edits: [
      [
        'const pauseMs = context.settings.sleepBetweenOrdersMs;',
        'const pauseMs = 0 * context.settings.sleepBetweenOrdersMs;',
      ],
    ],
  },
  {
    name: 'rests-for-ever',
    bug: 'an order rests ten times as long as it may',
    file: 'engine/await-final.ts',
    edits: [
      [
        'const endMs = steady(clock) + settings.orderWaitMs + lookUpMs;',
        'const endMs = steady(clock) + 10 * settings.orderWaitMs + 60_000 + lookUpMs;',
      ],
      [
        'Math.min(steady(clock) + settings.orderWaitMs, patience',
        'Math.min(steady(clock) + 10 * settings.orderWaitMs + 60_000, patience',
      ],
    ],
  },
  {
    name: 'always-open',
    bug: 'the hours of the exchange are not looked at',
    file: 'engine/cycle.ts',
    edits: [
      [
        "if (!open && settings.closure.mode === 'skip_iteration')",
        "if (!open && settings.closure.mode === 'skip_iteration' && sessions.length > 99)",
      ],
    ],
  },
  {
    name: 'debt-overnight',
    bug: 'debt stays when trading ends',
    file: 'core/debt-limit.ts',
    edits: [
      [
        "const closing = facts.deleverage && margin.strategy !== 'keep';",
        "const closing = facts.deleverage && margin.strategy === 'keep';",
      ],
    ],
  },
  {
    name: 'small-debt-grows',
    bug: 'before trading ends as much may be borrowed as may stay',
    file: 'core/debt-limit.ts',
    edits: [['limit(smaller(usual, smaller(margin.freeThreshold, owed)), true)', 'limit(usual, false)']],
  },
];

const ORDERS: readonly Mutant[] = [
  {
    name: 'best-price-for-all',
    bug: 'market orders go out as best price',
    file: 'core/order-choice.ts',
    edits: [["if (wanted === 'market' && allowed.market) return 'market';", '']],
  },
  {
    name: 'limit-far-off',
    bug: 'a purchase offers five steps more than the price it is sized at',
    file: 'core/order-choice.ts',
    edits: [
      [
        "return price(side === 'buy' || down === 0n ? up : down);",
        "return price(side === 'buy' ? up + 5n * grid : down === 0n ? up : down);",
      ],
    ],
  },
  {
    name: 'book-not-read',
    bug: 'outside the main session the book is not looked at',
    file: 'engine/book-check.ts',
    edits: [['(thin || isMore(order.amount, LARGE))', '(thin && isMore(order.amount, LARGE))']],
  },
  {
    name: 'default-price-age',
    bug: 'the oldest price that is traded on is always an hour old',
    file: 'config/account-block.ts',
    edits: [['durationMs(block.max_price_age) ?? 0', '3_600_000']],
  },
  {
    name: 'default-price-jump',
    bug: 'a jump is always one of thirty percent',
    file: 'config/account-block.ts',
    edits: [['maxPriceJumpPercent: block.max_price_jump_percent', 'maxPriceJumpPercent: 30']],
  },
  {
    name: 'other-contour',
    bug: 'cancels of sandbox orders go to the live contour',
    file: 'tinvest/methods.ts',
    edits: [
      [
        'sandbox: { ...SANDBOX, margin: null }',
        'sandbox: { ...SANDBOX, cancelOrder: LIVE.cancelOrder, margin: null }',
      ],
    ],
  },
  {
    name: 'bound-twice',
    bug: 'the limit of a bad book is twice as far as the bound',
    file: 'engine/book-bound.ts',
    edits: [
      [
        'const limit = limitAt(reference, holding.step, order.side, percent);',
        'const limit = limitAt(reference, holding.step, order.side, 3 * percent);',
      ],
    ],
  },
  {
    name: 'wider-band',
    bug: 'of two bands the wider one counts',
    file: 'core/rebalance/bands.ts',
    edits: [['(absolute !== null && absolute <= relative)', '(absolute !== null && absolute >= relative)']],
  },
  {
    name: 'window-in-utc',
    bug: 'the window is in UTC',
    file: 'engine/rebalance-timing.ts',
    edits: [
      ['const sinceMidnight = nowMs - moscowMidnight(nowMs);', 'const sinceMidnight = nowMs % 86_400_000;'],
    ],
  },
];

export const RULING: readonly Mutant[] = [...DIRECTION, ...LIMITS, ...WHEN, ...ORDERS];
