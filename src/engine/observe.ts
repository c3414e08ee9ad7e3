// One look at the account: everything `decide` sees, read from the venue in one round of calls.
// Guarantees: positions, active orders, prices and statuses go out together (four calls); a datum that the venue
// answers wrongly holds its instrument, it never becomes an order.

import type { IterationRecord } from '../core/iteration-record.ts';
import { type Holding, holdingValue, type Snapshot } from '../core/portfolio.ts';
import {
  absolute,
  add,
  decimal,
  isMore,
  kopecks,
  MONEY_MAX,
  type Money,
  NO_MONEY,
  NO_SHARES,
  raw,
  subtract,
  total,
} from '../core/units.ts';
import { type Listing, type OrderReport, type Positions, type Session, WorldError } from '../ports.ts';
import type { AccountContext } from './account-context.ts';
import { afterFills } from './after-fills.ts';
import { type BrokerTerms, readTerms } from './broker-terms.ts';
import { readFacts } from './facts.ts';
import { type Held, makeHolding, newlyAccepted, type Seen } from './holding.ts';
import { type WalletListing, walletListings } from './listings.ts';
import { type Matched, matchPositions } from './match-positions.ts';
import { type Instant, instantOf, steady } from './steady.ts';

/** The newest fills that say what commission this account pays. */
const RECENT_FILLS = 20;

export type Apart = IterationRecord['apart'];

export interface Observation {
  readonly snapshot: Snapshot;
  /** When the snapshot was taken, by a clock that nobody sets. */
  readonly takenSteadyMs: number;
  readonly positions: Positions;
  /** When they came: what crosses the account's border later is in none of them. */
  readonly positionsAtMs: number;
  /** When they were asked for, and when they came. */
  readonly positionsWithin: readonly [Instant, Instant];
  readonly warnings: readonly string[];
  /** Held, but outside the balance. */
  readonly apart: Apart;
  /**
   * Remembers its prices. Only for a look that shows what it must: in one that lags behind our own fills a price that leaps
   * can pass for a split.
   */
  acceptPrices(): void;
}

export interface ObserveOptions {
  readonly exchangeOpen: boolean;
  /** Plan as if everything were tradable (a dry run on a closed exchange). */
  readonly asIfTradable: boolean;
  /** Sessions of an exchange, `null` where its schedule cannot be read. */
  /** Sessions in which this account trades. */
  readonly ownSessions: readonly Session[];
  sessions(exchange: string): Promise<readonly Session[] | null>;
  /** Instruments left out of this iteration, by uid, with the reason. */
  readonly excluded: ReadonlyMap<string, string>;
}

export async function observe(context: AccountContext, options: ObserveOptions): Promise<Observation> {
  const { broker, market, brokerAccount, journal, memory, settings } = context;
  const wallet = await walletListings(context);
  const asked = new Set([
    ...wallet.map((entry) => entry.listing?.uid ?? entry.pin.uid),
    ...memory.unlisted.keys(),
  ]);
  const [cameWith, activeOrders, quotes, statuses, terms] = await Promise.all([
    readPositions(context),
    broker.activeOrders(brokerAccount),
    market.lastPrices([...asked]),
    market.tradingStatuses([...asked]),
    readTerms(context),
  ]);
  const { positions } = cameWith;
  const matched = await matchPositions(context, wallet, positions.securities);
  const strangers = matched.unlisted.map(({ listing }) => listing.uid).filter((uid) => !asked.has(uid));
  const listings = [
    ...wallet.flatMap((entry) => entry.listing ?? []),
    ...matched.unlisted.map(({ listing }) => listing),
  ];
  const [moreQuotes, moreStatuses, sessions] = await Promise.all([
    strangers.length > 0 ? market.lastPrices(strangers) : new Map(),
    strangers.length > 0 ? market.tradingStatuses(strangers) : new Map(),
    sessionsOf(listings, options),
  ]);
  const managed = new Set(journal.managedTickers(settings.id));
  const takenSteadyMs = steady(context.clock);
  const seen: Seen = {
    ...standing(context, options, add(positions.cash, positions.blockedCash)),
    quotes: new Map([...quotes, ...moreQuotes]),
    statuses: new Map([...statuses, ...moreStatuses]),
    sessions,
    foreignOrders: new Set(activeOrders.map((order) => order.uid)),
  };
  const held = [...walletHeld(wallet, matched, terms), ...unlistedHeld(matched, managed, terms)];
  const holdings = held.map((each) => makeHolding(seen, each));
  assertPlausible(holdings, positions);
  const facts = await readFacts(context, {
    nowMs: seen.nowMs,
    dryRun: settings.dryRun || options.asIfTradable,
    wallet,
    holdings,
    cash: add(positions.cash, positions.blockedCash),
    sessions: options.ownSessions,
    margin: terms.margin,
  });
  return {
    snapshot: {
      account: settings.id,
      takenAtMs: seen.nowMs,
      exchangeOpen: options.exchangeOpen,
      cash: positions.cash,
      blockedCash: positions.blockedCash,
      holdings,
      commissionSeen: journal.commissionSeen(settings.id, RECENT_FILLS),
      facts,
    },
    takenSteadyMs,
    ...cameWith,
    warnings: [
      ...wallet.flatMap((entry) => entry.warning ?? []),
      ...terms.warnings,
      ...vanishedWarnings(holdings),
      ...foreignWarnings(context, activeOrders, holdings),
    ],
    apart: apartOf(context, holdings, matched, positions),
    acceptPrices: () => accept(context, holdings, seen),
  };
}

async function readPositions({
  broker,
  brokerAccount,
  clock,
}: AccountContext): Promise<Pick<Observation, 'positions' | 'positionsAtMs' | 'positionsWithin'>> {
  const asking = instantOf(clock);
  const positions = await broker.positions(brokerAccount);
  const came = instantOf(clock);
  return { positions, positionsAtMs: came.wallMs, positionsWithin: [asking, came] };
}

/** More than the journal can hold is no account, whatever the venue says. */
function assertPlausible(holdings: readonly Holding[], { cash, blockedCash }: Positions): void {
  const values = holdings.map((holding) => holdingValue(holding) ?? NO_MONEY);
  const sum = total([absolute(cash), blockedCash, ...values]);
  if (!isMore(sum, MONEY_MAX)) return;
  throw new WorldError(
    'refused_data',
    `the broker's data cannot be trusted: positions, prices and cash come to ${kopecks(sum)} RUB; expected at most ${kopecks(MONEY_MAX)}`,
    'soon',
  );
}

type Standing = Omit<Seen, 'quotes' | 'statuses' | 'sessions' | 'foreignOrders'>;

/** What is known without asking: settings, and what is remembered of earlier looks. */
function standing(context: AccountContext, options: ObserveOptions, cash: Money): Standing {
  const { journal, memory, settings } = context;
  const last = journal.lastSeen(settings.id);
  const then = last === null ? null : afterFills(context, last);
  return {
    nowMs: context.clock.now(),
    accepted: journal.acceptedPrices(settings.id),
    maxPriceAgeMs: settings.policy.maxPriceAgeMs,
    maxPriceJumpPercent: settings.maxPriceJumpPercent,
    allowedJumps: new Set(journal.allowedJumps(settings.id)),
    piecesThen: then?.pieces ?? null,
    cashMoved: then === null ? null : subtract(cash, then.cash),
    excluded: new Map([...memory.barred, ...options.excluded]),
    asIfTradable: options.asIfTradable,
    byExchangeHours: settings.exchange === 'auto',
    isIis: context.isIis,
  };
}

/** Prices taken at face value are remembered; one that a person accepted beforehand is taken now, the next one anew. */
function accept({ journal, settings }: AccountContext, holdings: readonly Holding[], seen: Seen): void {
  journal.acceptPrices(settings.id, newlyAccepted(holdings, seen), seen.nowMs);
  for (const { ticker, price, priceProblem } of holdings)
    if (seen.allowedJumps.has(ticker) && price !== null && priceProblem === null)
      journal.endJump(settings.id, ticker);
}

async function sessionsOf(
  listings: readonly Listing[],
  options: ObserveOptions,
): Promise<ReadonlyMap<string, readonly Session[]>> {
  const exchanges = [...new Set(listings.map((listing) => listing.exchange))];
  const lists = await Promise.all(exchanges.map((exchange) => options.sessions(exchange)));
  return new Map(
    exchanges.flatMap((exchange, index) => {
      const sessions = lists[index];
      return sessions ? [[exchange, sessions] as const] : [];
    }),
  );
}

const walletHeld = (wallet: readonly WalletListing[], matched: Matched, terms: BrokerTerms): Held[] =>
  wallet.map((entry) => {
    const owned = matched.wallet.get(entry.ticker);
    const uid = entry.listing?.uid ?? entry.pin.uid;
    const frozen = matched.apart.some(({ position }) => position.uid === uid && position.frozen);
    return {
      ...entry,
      hold: entry.hold ?? (frozen ? 'pieces of it are frozen' : null),
      pieces: owned?.pieces ?? NO_SHARES,
      blocked: owned?.blocked ?? NO_SHARES,
      average: terms.costOf(owned?.uids ?? []),
      listed: true,
      vanished: false,
    };
  });

const unlistedHeld = (matched: Matched, managed: ReadonlySet<string>, terms: BrokerTerms): Held[] =>
  matched.unlisted.map(({ listing, pin, owned }) => ({
    ticker: listing.ticker,
    listing,
    pin,
    size: listing,
    hold: null,
    pieces: owned.pieces,
    blocked: owned.blocked,
    average: terms.costOf(owned.uids),
    listed: false,
    vanished: managed.has(listing.ticker),
  }));

/** A ticker that left the wallet is not sold in silence: its owner may only have mistyped. */
const vanishedWarnings = (holdings: readonly Holding[]): string[] =>
  holdings
    .filter((holding) => holding.vanished)
    .map(({ ticker }) => `${ticker} left desired_wallet and is kept: write "${ticker}": 0 there to sell it`);

function foreignWarnings(
  { journal }: AccountContext,
  activeOrders: readonly OrderReport[],
  holdings: readonly Holding[],
): string[] {
  const foreign = activeOrders.filter(({ key }) => key === null || journal.order(key) === null);
  return foreign.map(({ uid, side, orderId }) => {
    const name = holdings.find((holding) => holding.uid === uid)?.ticker ?? uid;
    return `${name}: an active ${side} order (${orderId}) is not ours; the instrument is left as it is`;
  });
}

function apartOf(
  context: AccountContext,
  holdings: readonly Holding[],
  matched: Matched,
  positions: Positions,
): Apart {
  const kept =
    context.settings.policy.unlistedPositions === 'keep' ? holdings.filter((held) => !held.listed) : [];
  return [
    ...kept.map((holding) => {
      const value = holdingValue(holding);
      return {
        ticker: holding.ticker,
        pieces: String(raw(holding.pieces)),
        value_rub: value && decimal(value),
      };
    }),
    ...matched.apart.map(({ name, position, because }) => ({
      ticker: `${name} (${because})`,
      pieces: String(raw(position.pieces)),
      value_rub: null,
    })),
    ...positions.foreignCash.map(({ currency, amount }) => ({
      ticker: currency.toUpperCase(),
      pieces: decimal(amount),
      value_rub: null,
    })),
  ];
}
