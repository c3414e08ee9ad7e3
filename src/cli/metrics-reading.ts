// Reads fund data and daily closes of tickers, and weighs them by every mode.
// Guarantees: what belongs together goes out together; a ticker that cannot be resolved is named, the others go on.

import type { AccountConfig } from '../config/config.ts';
import { tickerOf } from '../config/ticker-aliases.ts';
import type { Close } from '../core/close.ts';
import type { FundFacts } from '../core/fund-facts.ts';
import { DAY_MS } from '../core/moscow-day.ts';
import { RUB } from '../core/portfolio.ts';
import { weighWithin } from '../core/target-weights.ts';
import { dayOf } from '../core/weights/close-window.ts';
import { WEIGHTINGS, type WeightingMode } from '../core/weights/registry.ts';
import type { Weighed, WeightingInput } from '../core/weights/weighting.ts';
import type { WeightingPolicy } from '../core/weights/weighting-policy.ts';
import { type FundQuestion, type Listing, type Market, WorldError } from '../ports.ts';
import type { Connection } from './outside.ts';

export interface ModeWeights {
  readonly mode: WeightingMode;
  readonly weighed: Weighed;
}

export interface WalletWeights {
  /** Block of the configuration; `null`: the tickers that were asked for, in equal parts. */
  readonly account: string | null;
  readonly modes: readonly ModeWeights[];
}

export interface Metrics {
  readonly atMs: number;
  /** Per ticker, in the order asked. */
  readonly facts: ReadonlyMap<string, FundFacts>;
  /** Tickers whose AUM nobody can know: they are no funds. */
  readonly shares: ReadonlySet<string>;
  /** Tickers that mean nothing here, with the reason. */
  readonly unresolved: ReadonlyMap<string, string>;
  readonly wallets: readonly WalletWeights[];
}

export interface MetricsInput {
  readonly connection: Connection;
  readonly accounts: readonly AccountConfig[];
  /** `null`: whatever the wallets of `accounts` name. */
  readonly named: readonly string[] | null;
  readonly aliases: ReadonlyMap<string, string>;
  readonly nowMs: number;
}

/** Calendar days that hold a number of trading days, holidays included. */
const CALENDAR_DAYS = 1.6;

export async function readMetrics(input: MetricsInput): Promise<Metrics> {
  const { connection, accounts, nowMs } = input;
  const tickers = tickersOf(input);
  const resolutions = await connection.market.resolve(tickers);
  const listings = new Map<string, Listing>();
  const unresolved = new Map<string, string>();
  for (const [index, ticker] of tickers.entries()) {
    const resolution = resolutions[index];
    if (resolution?.kind === 'found') listings.set(ticker, resolution.listing);
    else unresolved.set(ticker, resolution?.because ?? 'the venue did not answer for it');
  }
  const longest = Math.max(...accounts.map(({ weighting: w }) => Math.max(w.volatilityDays, w.sharpeDays)));
  const fromMs = nowMs - (longest * CALENDAR_DAYS + 60) * DAY_MS;
  const [facts, closes] = await Promise.all([
    factsOf(connection, listings),
    closesOf(connection.market, listings, fromMs, dayOf(nowMs)),
  ]);
  const shares = new Set([...listings].filter(([, { kind }]) => kind === 'share').map(([ticker]) => ticker));
  const base = { funds: facts, closes, atMs: nowMs };
  return { atMs: nowMs, facts, shares, unresolved, wallets: walletsOf(input, [...listings.keys()], base) };
}

/** Nothing that a weighting needs is missing: market caps, and the AUM of funds. */
export const isComplete = ({ facts, shares, unresolved }: Metrics): boolean =>
  unresolved.size === 0 &&
  [...facts.values()].every(
    ({ ticker, marketCap, aum }) =>
      marketCap.kind === 'known' && (aum.kind === 'known' || shares.has(ticker)),
  );

function tickersOf({ accounts, named, aliases }: MetricsInput): string[] {
  const written =
    named ?? accounts.flatMap(({ wallet }) => [...wallet].filter(([, p]) => p > 0).map(([t]) => t));
  const tickers = written.map((ticker) => tickerOf(ticker.toUpperCase(), aliases));
  return [...new Set(tickers)].filter((ticker) => ticker !== RUB);
}

async function factsOf(
  { market, fundData }: Connection,
  listings: ReadonlyMap<string, Listing>,
): Promise<ReadonlyMap<string, FundFacts>> {
  const quotes = await market.lastPrices([...listings.values()].map(({ uid }) => uid));
  const questions = [...listings].map(([ticker, listing]): FundQuestion => {
    const quote = quotes.get(listing.uid);
    return { ticker, listing, price: quote?.price ?? null, priceTimeMs: quote?.timeMs ?? null };
  });
  return fundData.facts(questions, new Set(['market_cap', 'aum', 'nav']));
}

/** Of finished days, as an iteration reads them. A ticker whose candles cannot be read is left out: the modes that need them say so. */
async function closesOf(
  market: Market,
  listings: ReadonlyMap<string, Listing>,
  fromMs: number,
  toMs: number,
): Promise<ReadonlyMap<string, readonly Close[]>> {
  const read = await Promise.all(
    [...listings].map(async ([ticker, { uid }]) => {
      try {
        return [[ticker, await market.dailyCloses(uid, fromMs, toMs)] as const];
      } catch (error) {
        if (error instanceof WorldError) return [];
        throw error;
      }
    }),
  );
  return new Map(read.flat());
}

function walletsOf(
  { accounts, named }: MetricsInput,
  tickers: readonly string[],
  base: Pick<WeightingInput, 'funds' | 'closes' | 'atMs'>,
): WalletWeights[] {
  const [first] = accounts;
  if (!first) return [];
  if (named === null)
    return accounts.map((account) => ({
      account: account.id,
      modes: everyMode({ ...base, wallet: account.wallet, policy: account.weighting }),
    }));
  const wallet = new Map(tickers.map((ticker) => [ticker, 100 / tickers.length]));
  const policy: WeightingPolicy = { ...first.weighting, caps: null, floors: null };
  return [{ account: null, modes: everyMode({ ...base, wallet, policy }) }];
}

const everyMode = (input: WeightingInput): ModeWeights[] =>
  modes().map((mode) => ({ mode, weighed: weighWithin(mode, input) }));

const modes = (): WeightingMode[] =>
  Object.keys(WEIGHTINGS).filter((mode): mode is WeightingMode => Object.hasOwn(WEIGHTINGS, mode));
