// A snapshot as JSON, so that any decision can be replayed and explained. Money is decimal strings.
// Guarantees: what `snapshotToJson` writes, `parseSnapshot` reads back into the same decision; a shape that is not a
// snapshot is refused with all its problems, never repaired.

import { z } from 'zod';
import type { Facts } from '../core/facts.ts';
import type { FundFacts } from '../core/fund-facts.ts';
import { type Holding, RUB, type Snapshot } from '../core/portfolio.ts';
import {
  decimal,
  lotSize,
  money,
  type Price,
  parseNano,
  price,
  type Rate,
  rate,
  raw,
  shares,
} from '../core/units.ts';
import { factsOf, factsShape, factsToJson } from './facts-json.ts';
import { closesOf, closesShape, closesToJson, fundOf, fundShape, fundToJson } from './fund-json.ts';
import {
  instant,
  isDecimal,
  iso,
  moneyOf,
  percentFromZero,
  positivePrice,
  rubles,
  rublesFromZero,
} from './json-values.ts';
import { snapshotProblems } from './snapshot-problems.ts';

const CLOCKS_APART_MS = 5 * 60_000;
/** From the year 0 to the year 9999, and more. */
const AGE_MAX_MS = 1e15;

const count = z.int().min(0, 'expected a whole number of pieces, 0 or more');
const orderTypes = z.strictObject({ market: z.boolean(), limit: z.boolean(), best_price: z.boolean() });

const instrument = z.strictObject({
  ticker: z.string().min(1),
  name: z.string().default(''),
  uid: z.string().min(1),
  isin: z.string().default(''),
  lot: z.int().min(1, 'a lot has at least one piece'),
  step_rub: rubles.refine((text) => !isDecimal(text) || parseNano(text) > 0n, 'a price step is above zero'),
  price_rub: rubles.nullish(),
  price_time: instant.nullish(),
  pieces: count,
  blocked_pieces: count.default(0),
  average_price_rub: rubles.nullish(),
  tradable: z.boolean(),
  reason: z.string().nullish(),
  hold_rule: z.enum(['not_tradable', 'foreign_order', 'max_price_jump_percent']).default('not_tradable'),
  price_age_ms: z.number().min(0).max(AGE_MAX_MS).nullish(),
  price_problem: z.string().nullish(),
  buyable: z.boolean().default(true),
  sellable: z.boolean().default(true),
  order_types: orderTypes.default({ market: true, limit: true, best_price: true }),
  listed: z.boolean().optional(),
  vanished: z.boolean().default(false),
  /** Part of its worth that a margin account brings as own money; missing: bought with own money only. */
  margin_rate_percent: percentFromZero.nullish(),
  fund: fundShape.nullish(),
  closes: closesShape.nullish(),
  closes_problem: z.string().nullish(),
});

const snapshot = z.strictObject({
  schema: z.literal(1),
  account: z.string().min(1),
  taken_at: instant,
  exchange_open: z.boolean(),
  cash_rub: rubles,
  blocked_rub: rublesFromZero.default('0.00'),
  commission_seen_percent: percentFromZero.nullish(),
  ...factsShape,
  instruments: z.array(instrument),
});

type InstrumentJson = z.infer<typeof instrument>;
export type SnapshotJson = z.infer<typeof snapshot>;

export type ParsedSnapshot =
  | { readonly ok: true; readonly snapshot: Snapshot }
  /** One line per problem: JSON path, what was expected. */
  | { readonly ok: false; readonly problems: readonly string[] };

/** @param wallet tickers of `desired_wallet`: says which instruments are listed where the snapshot does not. */
export function parseSnapshot(value: unknown, wallet: ReadonlySet<string>): ParsedSnapshot {
  const parsed = snapshot.safeParse(value);
  if (!parsed.success) return { ok: false, problems: snapshotProblems(parsed.error, value) };
  const json = parsed.data;
  const takenAtMs = Date.parse(json.taken_at);
  const problems = [...duplicates(json), ...json.instruments.flatMap(contradictions)];
  if (problems.length > 0) return { ok: false, problems };
  return {
    ok: true,
    snapshot: {
      account: json.account,
      takenAtMs,
      exchangeOpen: json.exchange_open,
      cash: moneyOf(json.cash_rub),
      blockedCash: moneyOf(json.blocked_rub),
      commissionSeen: rateOf(json.commission_seen_percent),
      facts: { ...factsOf(json), ...instrumentFacts(json, takenAtMs) },
      holdings: json.instruments.map((item) => holdingOf(item, takenAtMs, wallet)),
    },
  };
}

function holdingOf(item: InstrumentJson, takenAtMs: number, wallet: ReadonlySet<string>): Holding {
  const ticker = item.ticker.replace(/@$/, '');
  const quoted = positivePrice(item.price_rub);
  const timeMs = item.price_time == null ? null : Date.parse(item.price_time);
  const { market, limit, best_price } = item.order_types;
  return {
    ticker,
    name: item.name,
    uid: item.uid,
    isin: item.isin,
    lot: lotSize(BigInt(item.lot)),
    step: price(parseNano(item.step_rub)),
    price: quoted,
    priceTimeMs: timeMs,
    priceAgeMs: item.price_age_ms ?? (timeMs === null ? null : Math.max(0, takenAtMs - timeMs)),
    priceProblem:
      item.price_problem ?? (quoted === null ? 'no price above zero' : fromLater(timeMs, takenAtMs)),
    pieces: shares(BigInt(item.pieces)),
    blockedPieces: shares(BigInt(item.blocked_pieces)),
    averagePrice: positivePrice(item.average_price_rub),
    marginRate: rateOf(item.margin_rate_percent),
    buyable: item.buyable,
    sellable: item.sellable,
    orderTypes: { market, limit, bestPrice: best_price },
    hold: item.tradable
      ? null
      : { rule: item.hold_rule, detail: item.reason ?? 'not tradable when it was observed' },
    listed: item.listed ?? wallet.has(ticker),
    vanished: item.vanished,
  };
}

/** A price from after the snapshot is not what was known then; clocks may differ by a little. */
function fromLater(timeMs: number | null, takenAtMs: number): string | null {
  if (timeMs === null || timeMs - takenAtMs <= CLOCKS_APART_MS) return null;
  return `its price_time ${iso(timeMs)} is more than 5 minutes after taken_at`;
}

function instrumentFacts(
  json: SnapshotJson,
  takenAtMs: number,
): Pick<Facts, 'funds' | 'closes' | 'closeProblems'> {
  const named = json.instruments.map((item) => ({ ...item, ticker: item.ticker.replace(/@$/, '') }));
  const funds = named.flatMap(({ ticker, fund }): [string, FundFacts][] =>
    fund ? [[ticker, fundOf(ticker, fund, takenAtMs)]] : [],
  );
  const closes = named.flatMap(({ ticker, closes }) => (closes ? [[ticker, closesOf(closes)] as const] : []));
  const problems = named.flatMap(({ ticker, closes_problem }) =>
    closes_problem == null ? [] : [[ticker, closes_problem] as const],
  );
  return {
    funds: new Map(funds),
    closes: new Map(closes),
    ...(problems.length > 0 ? { closeProblems: new Map(problems) } : {}),
  };
}

export function snapshotToJson(taken: Snapshot): SnapshotJson {
  const { facts } = taken;
  return {
    schema: 1,
    account: taken.account,
    taken_at: iso(taken.takenAtMs),
    exchange_open: taken.exchangeOpen,
    cash_rub: decimal(taken.cash),
    blocked_rub: decimal(taken.blockedCash),
    commission_seen_percent: percentText(taken.commissionSeen),
    ...factsToJson(facts),
    instruments: taken.holdings.map((holding) => ({
      ticker: holding.ticker,
      name: holding.name,
      uid: holding.uid,
      isin: holding.isin,
      lot: Number(raw(holding.lot)),
      step_rub: decimal(holding.step),
      price_rub: priceText(holding.price),
      price_time: holding.priceTimeMs === null ? null : iso(holding.priceTimeMs),
      price_age_ms: holding.priceAgeMs,
      price_problem: holding.priceProblem,
      pieces: Number(raw(holding.pieces)),
      blocked_pieces: Number(raw(holding.blockedPieces)),
      average_price_rub: priceText(holding.averagePrice),
      tradable: holding.hold === null,
      reason: holding.hold?.detail ?? null,
      hold_rule: holding.hold?.rule ?? 'not_tradable',
      buyable: holding.buyable,
      sellable: holding.sellable,
      order_types: {
        market: holding.orderTypes.market,
        limit: holding.orderTypes.limit,
        best_price: holding.orderTypes.bestPrice,
      },
      listed: holding.listed,
      vanished: holding.vanished,
      margin_rate_percent: percentText(holding.marginRate),
      ...instrumentFactsToJson(holding.ticker, facts),
    })),
  };
}

/** Only what was read: most accounts need nothing of it. */
function instrumentFactsToJson(ticker: string, { funds, closes, closeProblems }: Facts) {
  const [fund, days, problem] = [funds.get(ticker), closes.get(ticker), closeProblems?.get(ticker)];
  return {
    ...(fund ? { fund: fundToJson(fund) } : {}),
    ...(days ? { closes: closesToJson(days) } : {}),
    ...(problem === undefined ? {} : { closes_problem: problem }),
  };
}

/** A rate of zero (nothing was charged) is known, and falsy. */
const percentText = (part: Rate | null): string | null =>
  part === null ? null : decimal(money(raw(part) * 100n));
const priceText = (each: Price | null): string | null => (each === null ? null : decimal(each));
const rateOf = (percent: string | null | undefined): Rate | null =>
  percent == null ? null : rate(parseNano(percent) / 100n);

function duplicates(json: SnapshotJson): string[] {
  const seen = new Set<string>();
  return json.instruments.flatMap((item, index) => {
    const ticker = item.ticker.replace(/@$/, '');
    const again = seen.has(ticker) || seen.has(item.uid);
    seen.add(ticker).add(item.uid);
    return again ? [`instruments[${index}]: ${item.ticker} (uid ${item.uid}) is there twice`] : [];
  });
}

function contradictions(item: InstrumentJson, index: number): string[] {
  const at = `instruments[${index}]`;
  return [
    ...(item.blocked_pieces > item.pieces
      ? [`${at}.blocked_pieces: ${item.blocked_pieces} of ${item.pieces} pieces cannot be blocked`]
      : []),
    ...(CASH_NAMES.has(item.ticker.replace(/@$/, ''))
      ? [`${at}.ticker: ${item.ticker} is the name of cash; expected an instrument, and rubles as cash_rub`]
      : []),
  ];
}

const CASH_NAMES: ReadonlySet<string> = new Set([RUB, 'RUR']);
