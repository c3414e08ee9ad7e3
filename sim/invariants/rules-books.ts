// What the owner's rules are judged by: the venue's books of an account at the instant of a plan, what its iteration has
// executed, and what may be owed by product.md's formulas. Nothing here asks the program's own rule code.

import { raw } from '../../src/core/units.ts';
import { isTrading } from '../../src/exchange/calendar.ts';
import { moscowDay } from '../../src/exchange/moscow.ts';
import { isActive, type VenueOrder } from '../../src/exchange/order.ts';
import type { Intent } from '../../src/ports.ts';
import type { PlannedLeg } from '../check.ts';
import { type SimAccount, TICKERS } from '../generate/generate-accounts.ts';
import type { World } from '../world/world.ts';

export const NANO = 1_000_000_000n;
export const MINUTE_MS = 60_000;
/** A plan is made within this time of what it looked at, whatever the wire does. */
export const LOOKED_WITHIN_MS = 10 * MINUTE_MS;

export interface Row {
  readonly uid: string;
  readonly lot: bigint;
  readonly step: bigint;
  readonly pieces: bigint;
  /** What it is sized at in this plan, else the last one. */
  readonly price: bigint;
  readonly worth: bigint;
}

/** An account as a plan should have seen it. Amounts in nano. */
export interface Sight {
  readonly cash: bigint;
  /** Balanced total: RUB and what the wallet names, under `sell` everything. */
  readonly equity: bigint;
  /** What takes part, by ticker. */
  readonly rows: ReadonlyMap<string, Row>;
}

export const nanoOf = (rubles: unknown): bigint =>
  BigInt(Math.round(Number(rubles ?? 0) * 100)) * 10_000_000n;
/** A key of the block, or of one of its sections. */
export const keyOf = ({ block }: SimAccount, key: string, section?: string): unknown =>
  Reflect.get(section === undefined ? block : Object(block[section] ?? {}), key);
export const listOf = (account: SimAccount, key: string): readonly string[] =>
  (keyOf(account, key) as readonly string[] | undefined) ?? [];

export const amountOf = ({ request, sizedAt }: Intent): bigint =>
  raw(request.lots) * raw(request.lot) * raw(sizedAt);

/** A duration as the configuration writes it. */
export function msOf(written: unknown): number {
  const match = /^(\d+)(ms|s|m|h)$/.exec(String(written ?? 0));
  const units: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: MINUTE_MS, h: 60 * MINUTE_MS };
  return match === null ? Number(written ?? 0) : Number(match[1]) * (units[match[2] ?? 'ms'] ?? 1);
}

/** Worth of a leg's orders per ticker and side: what was split at the broker's cap is one order. */
export function movesOf(intents: readonly Intent[]): Map<string, { intent: Intent; amount: bigint }> {
  const moves = new Map<string, { intent: Intent; amount: bigint }>();
  for (const intent of intents) {
    const name = `${intent.request.side} ${intent.ticker}`;
    moves.set(name, { intent, amount: (moves.get(name)?.amount ?? 0n) + amountOf(intent) });
  }
  return moves;
}

export function sightOf({ exchange, timeline }: World, account: SimAccount, leg: PlannedLeg): Sight {
  const books = exchange.registry.account(account.brokerAccount);
  const sized = new Map(leg.intents.map(({ ticker, sizedAt }) => [ticker, raw(sizedAt)]));
  const everything = account.block.unlisted_positions === 'sell';
  const rows = new Map<string, Row>();
  let equity = books.cash();
  for (const ticker of TICKERS) {
    if (!everything && !(ticker in account.wallet)) continue;
    const { uid, lot, step } = exchange.instrument(ticker);
    const pieces = books.pieces(uid);
    const price =
      sized.get(ticker) ?? exchange.market.last(exchange.instrument(ticker), timeline.now())?.price;
    const worth = pieces * (price ?? 0n);
    equity += worth;
    rows.set(ticker, { uid, lot, step, pieces, price: price ?? 0n, worth });
  }
  return { cash: books.cash() - exchange.desk.blockedCash(account.brokerAccount, 'rub'), equity, rows };
}

/** Nobody else has touched the account or the bot's clock, and no price of it waits for a person's word. */
export const isClear = (world: World, account: SimAccount): boolean =>
  world.isUndisturbed(account.brokerAccount) &&
  world.skewMs === 0 &&
  // What waits for a person's word is worth what it was worth before, not what the venue says now.
  !world.alerts.some(({ alert }) => alert.account === account.id && alert.event === 'price_jump');

/** What is below the floor now was so when it was looked at, and the bot knows what time it is. */
export const isSteady = (world: World, { brokerAccount }: SimAccount): boolean =>
  world.skewMs === 0 &&
  world.timeline.now() - world.skewedAtMs > 2 * LOOKED_WITHIN_MS &&
  !world.outside.within(brokerAccount, LOOKED_WITHIN_MS / 2);

/** Prices that were made to jump, or to come back from it: what was looked at just before is not what is there now. */
export class Gaps {
  private seen = 0;
  private lastMs = Number.NEGATIVE_INFINITY;
  private lookedMs = Number.NEGATIVE_INFINITY;
  /** Of the last jump: the look that still found the price from before. */
  private beforeMs = Number.NEGATIVE_INFINITY;

  constructor(private readonly world: World) {}

  /** Between any two calls, for jumps happen there. */
  look(): void {
    const { exchange, timeline } = this.world;
    const { market } = exchange;
    // By the venue's own count: the fault's counter does not know when a price comes back.
    const count = market.all().reduce((sum, instrument) => sum + market.changesOf(instrument), 0);
    if (count !== this.seen) {
      this.beforeMs = this.lookedMs;
      this.lastMs = timeline.now();
    }
    this.lookedMs = timeline.now();
    this.seen = count;
  }

  /** None for so long that every plan has seen the prices of now. */
  get quiet(): boolean {
    this.look();
    return this.world.timeline.now() - this.lastMs > LOOKED_WITHIN_MS / 2;
  }

  /** What began then may have looked at prices from before a jump; one before its first call it has seen. */
  hasJumpedSince(beganMs: number): boolean {
    this.look();
    return this.beforeMs >= beganMs;
  }
}

// ---- what may be owed

export const reserveOf = (account: SimAccount): bigint => nanoOf(account.block.cash_reserve_rub);

/** When debt has to go: `surely` with every doubt for the bot, `maybe` with every doubt against it. */
export function closingOf(
  world: World,
  account: SimAccount,
  atMs: number = world.timeline.now(),
): { readonly surely: boolean; readonly maybe: boolean } {
  if (!account.borrows || keyOf(account, 'balancing_strategy', 'margin_trading') === 'keep')
    return { surely: false, maybe: false };
  const { calendar } = world.exchange.market;
  const beforeMs = Number(keyOf(account, 'deleverage_minutes', 'margin_trading')) * MINUTE_MS;
  const spans = schedulesOf(world, account)
    .flatMap((name) => calendar.spans(name, moscowDay(atMs)))
    .filter(({ phase }) => isTrading(phase));
  // Before the day's first session it is still the night of the day before.
  const first = Math.min(...spans.map(({ startMs }) => startMs));
  const end = Math.max(...spans.map(({ endMs }) => endMs));
  return {
    surely: atMs - LOOKED_WITHIN_MS >= end - beforeMs && atMs - LOOKED_WITHIN_MS >= first && atMs < end,
    maybe: spans.length === 0 || atMs >= end - beforeMs || atMs < first + LOOKED_WITHIN_MS,
  };
}

/** Schedules by whose hours an account trades. */
export function schedulesOf({ exchange }: World, account: SimAccount): readonly string[] {
  const named = String(account.block.exchange ?? 'MOEX');
  if (named !== 'auto') return [named];
  const tickers = Object.keys(account.wallet).filter((ticker) => ticker !== 'RUB');
  return [...new Set(tickers.map((ticker) => exchange.instrument(ticker).exchange))];
}

/** The most that may be owed by the owner's own rules, with what may stay overnight where trading surely ends. */
export function debtMax(world: World, account: SimAccount, { equity, cash }: Sight): bigint {
  if (!account.borrows || reserveOf(account) > 0n) return 0n;
  const margin = (key: string) => keyOf(account, key, 'margin_trading');
  const thousandths = BigInt(Math.round((Number(margin('multiplier')) - 1) * 1000));
  const byMultiplier = (equity * thousandths) / 1000n;
  const bySize = nanoOf(margin('max_margin_size'));
  const most = byMultiplier < bySize ? byMultiplier : bySize;
  if (!closingOf(world, account).surely) return most;
  if (margin('balancing_strategy') === 'remove') return 0n;
  // What is owed already may stay as far as it is small; nothing is added to it.
  const small = nanoOf(margin('free_threshold') ?? margin('free_transfer_threshold') ?? 5_000);
  const owed = cash < 0n ? -cash : 0n;
  return [most, small, owed].reduce((least, each) => (each < least ? each : least));
}

/** RUB is, or may be, below what it must not be below: then sells cover it, whatever the owner's minimums say. */
export function mustCover(world: World, account: SimAccount, sight: Sight): boolean {
  if (sight.cash >= 0n) return false;
  // A broker that takes the margin away wants its money back, for as long as the bot thinks so.
  const isWithdrawn = 'margin_withdrawn' in world.coverage.tables.faults;
  if (!account.borrows || isWithdrawn || closingOf(world, account).maybe) return true;
  // A tenth of what may be owed, for a total that moved since it was looked at.
  return -sight.cash * 10n > debtMax(world, account, sight) * 9n;
}

/** The same, what the owner keeps aside included: limits on trading wait for that, too. */
export const isBelowFloor = (world: World, account: SimAccount, sight: Sight): boolean =>
  (reserveOf(account) > 0n && sight.cash < reserveOf(account)) ||
  // Collateral may ask for less debt than the owner's rules allow.
  (account.borrows ? sight.cash < 0n : mustCover(world, account, sight));

// ---- what an iteration has done

export interface Done {
  readonly account: string;
  /** Worth of fills per ticker. */
  readonly filled: Map<string, bigint>;
  /** Fills of sells per ticker, in pieces. */
  readonly sold: Set<string>;
  readonly legs: Set<number>;
}

/** Keeps the fills of our own orders by iteration and by Moscow day. */
export class Doings {
  private readonly iterations = new Map<string, Done>();
  private readonly ofKey = new Map<string, Intent>();
  private readonly counted = new Map<string, number>();
  /** Worth of fills per account and Moscow day, by order. */
  private readonly days = new Map<string, Map<string, bigint>>();

  constructor(private readonly world: World) {}

  of(iteration: string, account: string): Done {
    const known = this.iterations.get(iteration) ?? {
      account,
      filled: new Map<string, bigint>(),
      sold: new Set<string>(),
      legs: new Set<number>(),
    };
    this.iterations.set(iteration, known);
    return known;
  }

  /** What the bot may remember: a restored backup of its journal knows nothing of later orders. */
  today({ brokerAccount }: SimAccount): bigint {
    const { timeline, forgotten } = this.world;
    const traded =
      this.days.get(`${brokerAccount} ${moscowDay(timeline.now())}`) ?? new Map<string, bigint>();
    return [...traded].reduce((sum, [key, value]) => (forgotten.has(key) ? sum : sum + value), 0n);
  }

  intentOf(key: string): Intent | null {
    return this.ofKey.get(key) ?? null;
  }

  plan({ account, iteration, leg, intents }: PlannedLeg): void {
    this.of(iteration, account).legs.add(leg);
    for (const intent of intents) this.ofKey.set(intent.request.key, intent);
  }

  order(order: VenueOrder): void {
    if (order.foreign || (order.fills.length === 0 && isActive(order))) return;
    const from = this.counted.get(order.id) ?? 0;
    this.counted.set(order.id, order.fills.length);
    const intent = this.ofKey.get(order.key);
    for (const fill of order.fills.slice(from)) {
      const day = `${order.accountId} ${moscowDay(fill.atMs)}`;
      const traded = this.days.get(day) ?? new Map<string, bigint>();
      this.days.set(day, traded.set(order.key, (traded.get(order.key) ?? 0n) + fill.value));
      if (intent === undefined) continue;
      const { filled, sold } = this.of(intent.iteration, intent.account);
      filled.set(intent.ticker, (filled.get(intent.ticker) ?? 0n) + fill.value);
      if (order.side === 'sell') sold.add(intent.ticker);
    }
  }
}
