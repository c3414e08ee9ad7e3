// `diff`: a target goes on the way that its weight has gone since the reference, by product.md's formula; the reference is
// what an iteration of the same day traded by, or what weighed at midnight. Read off what a record promises of its targets,
// reckoned again from its own earlier records and from the venue's truth; no targets but the shifted ones can be in a record.

import type { IterationRecord, PositionRecord } from '../../src/core/iteration-record.ts';
import { dayStartMs, moscowDay } from '../../src/exchange/moscow.ts';
import type { Check } from '../check.ts';
import type { SimAccount } from '../generate/generate-accounts.ts';
import type { World } from '../world/world.ts';
import { reserveOf } from './rules-books.ts';

/** Percentages are rounded to ten-thousandths, a change of a small one in percent of it much more. */
const ROUNDED = 0.0002;
/** Keys by which something else moves targets as well. */
const OTHERS = ['max_weight_percent', 'min_weight_percent'];

interface Reference {
  readonly day: number;
  readonly weights: ReadonlyMap<string, number>;
}

export function shiftChecks(world: World): Check {
  /** By account: the weights by which the day's last iteration traded. */
  const traded = new Map<string, Reference>();
  const wrong = (text: string): void => world.violate('diff', text);

  function shifted(account: SimAccount, { iteration, positions }: IterationRecord): void {
    const shift = Number(account.block.diff_multiplier ?? 0) / 100;
    const rows = positions.filter(({ ticker }) => ticker !== 'RUB');
    const moved = rows.map(({ base_percent: base = 0, reference_percent: reference = 0, ...row }) => {
      const diff = reference > 0 ? ((base - reference) / reference) * 100 : base;
      // The smaller the reference beside the base, the more its own rounding tells.
      const slack = reference > 0 ? (100 * ROUNDED * (2 + base / reference)) / reference : ROUNDED;
      if (Math.abs(diff - (row.diff_percent ?? 0)) > slack)
        wrong(
          `${iteration}: ${row.ticker} has changed by ${row.diff_percent} %, from ${reference} to ${base} it is ${diff}`,
        );
      return Math.max(0, base + (row.diff_percent ?? 0) * shift);
    });
    if (isMoved(account)) return;
    const whole = moved.reduce((sum, weight) => sum + weight, 0);
    const share = positions.find(({ ticker }) => ticker === 'RUB')?.target_percent ?? 0;
    if (whole <= 0) return;
    for (const [at, { ticker, target_percent: target }] of rows.entries()) {
      const is = ((moved[at] ?? 0) / whole) * (100 - share);
      if (Math.abs(is - target) > 20 * ROUNDED)
        wrong(`${iteration}: the target of ${ticker} is ${target} %, diff makes it ${is}`);
    }
  }

  /** What they were compared with. */
  function compared(account: SimAccount, record: IterationRecord): void {
    const day = moscowDay(world.timeline.now());
    if (world.skewMs !== 0 || moscowDay(world.skewedAtMs) === day) return;
    const known = account.block.diff === 'day' ? atMidnight(account, day) : traded.get(account.id);
    if (known?.day !== day) return;
    const room = account.block.diff === 'day' ? 0.01 : ROUNDED;
    for (const { ticker, reference_percent: reference } of record.positions)
      if (reference !== undefined && Math.abs(reference - (known.weights.get(ticker) ?? 0)) > room)
        wrong(
          `${record.iteration} compares ${ticker} with ${reference} %, it was ${known.weights.get(ticker)}`,
        );
  }

  /** By the prices of that instant. `null` where the mode is not reckoned, or goes by what nobody knew then. */
  function atMidnight(account: SimAccount, day: number): Reference | null {
    const { exchange } = world;
    // What is compared are weights inside caps and floors.
    if (OTHERS.some((key) => key in account.block)) return null;
    const mode = String(account.block.desired_mode ?? account.block.rebalance_mode ?? 'manual');
    if (mode !== 'marketcap' && mode !== 'marketcap_aum') return null;
    const atMs = dayStartMs(day);
    const among = Object.keys(account.wallet).filter(
      (ticker) => ticker !== 'RUB' && (account.wallet[ticker] ?? 0) > 0,
    );
    const funds = among.map((ticker) => exchange.instrument(ticker));
    const caps = funds.map((fund) =>
      Number((exchange.market.last(fund, atMs)?.price ?? 0n) * exchange.funds.unitsAt(fund, atMs)),
    );
    const whole = caps.reduce((sum, cap) => sum + cap, 0);
    const sum = Object.values(account.wallet).reduce((all, percent) => all + percent, 0);
    const share = (100 * (account.wallet.RUB ?? 0)) / sum;
    return {
      day,
      weights: new Map(
        among.map((ticker, at) => [ticker, ((caps[at] ?? 0) / whole) * (100 - share)] as const),
      ),
    };
  }

  const basesOf = (positions: readonly PositionRecord[]): ReadonlyMap<string, number> | null =>
    positions.some(({ base_percent: base }) => base !== undefined)
      ? new Map(
          positions.flatMap(({ ticker, base_percent: base }) =>
            base === undefined ? [] : [[ticker, base] as const],
          ),
        )
      : null;

  return {
    onRecord(record) {
      const account = world.accounts.find(({ id }) => id === record.account);
      if (account?.block.diff === undefined || record.positions.length === 0) return;
      const bases = basesOf(record.positions);
      if (bases !== null) {
        shifted(account, record);
        compared(account, record);
      }
      if (account.dryRun || !record.orders.some(({ filled_lots: lots }) => lots > 0)) return;
      // Without a reference nothing is shifted: its targets are what it weighs itself.
      const own = new Map(
        record.positions.map(({ ticker, target_percent: target }) => [ticker, target] as const),
      );
      const isShare = !isMoved(account);
      const weights = bases ?? (isShare ? own : null);
      if (weights === null) traded.delete(account.id);
      else traded.set(account.id, { day: moscowDay(world.timeline.now()), weights });
    },
    onRestore: () => traded.clear(),
  };
}

/** Whether what a ticker weighs and its target are two things without `diff`, too. */
const isMoved = (account: SimAccount): boolean =>
  account.borrows || reserveOf(account) > 0n || OTHERS.some((key) => key in account.block);
