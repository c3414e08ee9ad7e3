// What may be bought and sold at all: `do_not_sell`, `do_not_buy`, `buy_only`, `unlisted_positions`, minimum profit, premium
// over NAV, the moving average. Judged when a plan becomes durable, by the venue's books, cost, NAV and closes.
// Selling rules give way to a debt that must go (README, "When rules contradict each other"); what forbids buying never does.

import { raw } from '../../src/core/units.ts';
import { candlesOf } from '../../src/exchange/candles.ts';
import { DAY_MS, moscowDay } from '../../src/exchange/moscow.ts';
import { STEP_MS } from '../../src/exchange/tape.ts';
import type { Intent } from '../../src/ports.ts';
import type { Check, PlannedLeg } from '../check.ts';
import type { SimAccount } from '../generate/generate-accounts.ts';
import type { World } from '../world/world.ts';
import { isClear, keyOf, listOf, MINUTE_MS, mustCover, NANO, sightOf } from './rules-books.ts';

export function directionChecks(world: World): Check {
  function bought(intent: Intent, account: SimAccount): void {
    const { ticker } = intent;
    if ((account.wallet[ticker] ?? 0) <= 0)
      world.violate('desired_wallet', `${account.id} buys ${ticker}, of which it wants none`);
    if (listOf(account, 'do_not_buy').includes(ticker))
      world.violate('do_not_buy', `${account.id} buys ${ticker}`);
    premium(intent, account);
    if (keyOf(account, 'below_moving_average', 'limits') === 'no_buys' && isBelowAverage(intent, account))
      world.violate('limits.below_moving_average', `${account.id} buys ${ticker} at ${raw(intent.sizedAt)}`);
  }

  function premium({ ticker, sizedAt }: Intent, account: SimAccount): void {
    const most = keyOf(account, 'max_premium_percent', 'limits');
    const fund = world.exchange.instrument(ticker);
    if (most === undefined || fund.kind !== 'etf') return;
    // NAV moves while an iteration is under way: it is judged by the highest of its last minutes.
    const nowMs = world.timeline.now();
    const navs = Array.from(
      { length: 1 + (5 * MINUTE_MS) / STEP_MS },
      (_, steps) => world.exchange.funds.navAt(fund, nowMs - steps * STEP_MS) ?? 0n,
    );
    for (const { nav, untilMs } of navsMet.get(ticker) ?? [])
      if (nowMs - untilMs <= 5 * MINUTE_MS) navs.push(nav);
    const nav = navs.reduce((highest, each) => (each > highest ? each : highest), 0n);
    const allowed = (nav * BigInt(Math.round((100 + Number(most)) * 1e7))) / NANO;
    if (raw(sizedAt) > allowed + 1n && isClear(world, account))
      world.violate(
        'limits.max_premium_percent',
        `${account.id} buys ${ticker} at ${raw(sizedAt)}, its NAV is ${nav}`,
      );
  }

  /** NAV as it was at every call, by ticker: a price that jumped twice within a step leaves only the last in its history. */
  const navsMet = new Map<string, { readonly nav: bigint; untilMs: number }[]>();

  function meetNavs(): void {
    const atMs = world.timeline.now();
    for (const account of world.accounts) {
      if (keyOf(account, 'max_premium_percent', 'limits') === undefined) continue;
      for (const ticker of Object.keys(account.wallet)) {
        const fund = ticker === 'RUB' ? null : world.exchange.instrument(ticker);
        const nav = fund?.kind === 'etf' ? world.exchange.funds.navAt(fund, atMs) : null;
        if (nav === null) continue;
        const met = navsMet.get(ticker) ?? [];
        navsMet.set(ticker, met);
        const last = met.at(-1);
        if (last?.nav === nav) last.untilMs = atMs;
        else met.push({ nav, untilMs: atMs });
      }
    }
  }

  function isBelowAverage({ ticker, sizedAt }: Intent, account: SimAccount): boolean {
    const days = Number(keyOf(account, 'moving_average_days', 'limits') ?? 200);
    const nowMs = world.timeline.now();
    const instrument = world.exchange.instrument(ticker);
    const range = { fromMs: nowMs - (3 * days + 20) * DAY_MS, toMs: nowMs, lengthMs: DAY_MS, nowMs };
    const closes = candlesOf(instrument, world.exchange.market, range)
      .filter(({ startMs, complete }) => complete && startMs < moscowDay(nowMs) * DAY_MS)
      .slice(-days);
    const sum = closes.reduce((all, { close }) => all + close, 0n);
    return closes.length < days || raw(sizedAt) * BigInt(days) < sum;
  }

  function sold(intent: Intent, account: SimAccount, covers: () => boolean): void {
    const { ticker } = intent;
    if (account.block.unlisted_positions === 'keep' && !(ticker in account.wallet))
      world.violate('unlisted_positions', `${account.id} sells ${ticker}, which its wallet does not name`);
    const rule = listOf(account, 'do_not_sell').includes(ticker)
      ? 'do_not_sell'
      : account.block.buy_only === true
        ? 'buy_only'
        : earnsTooLittle(intent, account)
          ? 'min_profit_percent_for_close_position'
          : null;
    if (rule !== null && !covers())
      world.violate(rule, `${account.id} sells ${ticker} at ${raw(intent.sizedAt)}`);
  }

  /** Of the whole position, price only, by FIFO: the venue's own cost of it. */
  function earnsTooLittle({ request, sizedAt }: Intent, account: SimAccount): boolean {
    const least = account.block.min_profit_percent_for_close_position;
    if (least === undefined || !isClear(world, account)) return false;
    const cost = world.exchange.registry.account(account.brokerAccount).basis(request.uid).fifo();
    return cost <= 0n || raw(sizedAt) * NANO < cost * BigInt(Math.round((100 + Number(least)) * 1e7)) - NANO;
  }

  /** RUB in the venue's books when positions were shown the last two times: a payment may have come since. */
  const shown = new Map<string, readonly bigint[]>();

  function owes(account: SimAccount, leg: PlannedLeg): boolean {
    const sight = sightOf(world, account, leg);
    const before = (shown.get(account.brokerAccount) ?? []).map((cash) => ({ ...sight, cash }));
    return [sight, ...before].some((each) => mustCover(world, account, each));
  }

  return {
    onCall({ call: { method, accountId } }, phase) {
      meetNavs();
      if (
        phase === 'applied' &&
        method === 'GetPositions' &&
        accountId !== null &&
        world.accountOf(accountId)
      )
        shown.set(accountId, [
          ...(shown.get(accountId) ?? []).slice(-1),
          world.exchange.registry.account(accountId).cash(),
        ]);
    },
    onPlan(leg: PlannedLeg) {
      const account = world.accounts.find(({ id }) => id === leg.account);
      if (account === undefined) return;
      const covers = () => owes(account, leg);
      for (const intent of leg.intents)
        if (intent.request.side === 'buy') bought(intent, account);
        else sold(intent, account, covers);
    },
  };
}
