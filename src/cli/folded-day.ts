// A day whose iterations are kept as sums, for people and for programs.

import { decimal, isPositive } from '../core/units.ts';
import type { FoldedDay, FoldedGroup, FoldedTicker } from '../ports.ts';
import { inMoscowTime, moscow, plural, rub } from './amounts.ts';
import type { Paint } from './paint.ts';
import { paintStatus } from './render-iteration.ts';

/** Reasons of a group that are shown to people. */
const REASONS_SHOWN = 2;

/** One line per outcome, and one per ticker whose orders are sums, too. */
export const dayWords = (day: FoldedDay, paint: Paint): string[] => [
  ...day.groups
    .filter(({ iterations }) => iterations > 0)
    .flatMap((group) => [
      `${moscow(day.dayMs, 'yyyy-MM-dd')}  ${plural(group.iterations, 'iteration')} ${paintStatus(group.status, paint)}${group.dryRun && group.status !== 'planned' ? ' (dry run)' : ''}${span(group)}`,
      ...mostOften(group).map(([reason, times]) => `    ${times} x ${inMoscowTime(reason)}`),
    ]),
  ...day.tickers.map((ticker) => `    ${ticker.ticker}: ${tickerWords(ticker)}`),
];

const span = ({ firstAtMs, lastAtMs, iterations }: FoldedGroup): string => {
  const [from, to] = [moscow(firstAtMs, 'HH:mm'), moscow(lastAtMs, 'HH:mm')];
  return iterations === 1 ? `, ${from}` : `, ${from} to ${to}`;
};

const mostOften = ({ reasons }: FoldedGroup): [string, number][] =>
  [...reasons].sort((a, b) => b[1] - a[1]).slice(0, REASONS_SHOWN);

const tickerWords = ({ orders, bought, sold, commission }: FoldedTicker): string =>
  [
    plural(orders, 'order'),
    ...(isPositive(bought) ? [`bought ${rub(decimal(bought))}`] : []),
    ...(isPositive(sold) ? [`sold ${rub(decimal(sold))}`] : []),
    `fees ${rub(decimal(commission))}`,
  ].join(', ');

/** `folded: true` tells it from an iteration's record. */
export const dayJson = ({ account, dayMs, groups, tickers, earned }: FoldedDay) => ({
  schema: 1,
  folded: true,
  account,
  day: moscow(dayMs, 'yyyy-MM-dd'),
  iterations: groups.map((group) => ({
    status: group.status,
    dry_run: group.dryRun,
    count: group.iterations,
    traded: group.traded,
    orders: group.orders,
    first_at: new Date(group.firstAtMs).toISOString(),
    last_at: new Date(group.lastAtMs).toISOString(),
    equity_rub: group.equity === null ? null : decimal(group.equity),
    reasons: Object.fromEntries(group.reasons),
  })),
  tickers: tickers.map((one) => ({
    ticker: one.ticker,
    orders: one.orders,
    filled: one.fills,
    bought_rub: decimal(one.bought),
    sold_rub: decimal(one.sold),
    commission_rub: decimal(one.commission),
  })),
  profit_rub: earned === null ? null : decimal(earned.profit),
  paid_in_rub: earned === null ? null : decimal(earned.flows),
});
