// One finished iteration as data: what `--json` prints, the journal stores and the terminal renders.

import { assert } from './assert.ts';
import { type FundFacts, premiumPercent } from './fund-facts.ts';
import type { Side } from './order.ts';
import type { HeldBack, Plan, PlanRow } from './plan.ts';
import { RUB } from './portfolio.ts';
import type { Weighing } from './target-weights.ts';
import { decimal, type LotSize, type Lots, lotValue, type Money, type Price, raw, times } from './units.ts';
import { diffPercent } from './weights/diff.ts';

export type IterationStatus =
  | 'balanced'
  | 'planned'
  | 'nothing_to_do'
  | 'skipped'
  | 'partial'
  | 'failed'
  | 'unknown_outcome';

/** How the reason of an iteration begins that only covered a debt: it did all that could be done. */
export const RISK_ONLY = 'risk_only';

export interface PositionRecord {
  readonly ticker: string;
  readonly lots_before: number;
  readonly lots_after: number;
  readonly lot_size: number;
  readonly price_rub: string | null;
  readonly value_before_rub: string;
  readonly value_after_rub: string;
  readonly before_percent: number;
  readonly target_percent: number;
  readonly after_percent: number;
  /** Where the mode read them. */
  readonly market_cap_rub?: string;
  readonly aum_rub?: string;
  /** Market cap over AUM, less one (the cap at the close of the AUM's own date where that is known). */
  readonly premium_percent?: number;
  /** The oldest instant that these three describe. */
  readonly metrics_as_of?: string;
  /** Under `diff`: the weight before it, what it was compared with, and the change in percent. */
  readonly base_percent?: number;
  readonly reference_percent?: number;
  readonly diff_percent?: number;
}

export type OrderRecordStatus =
  | 'planned'
  | 'filled'
  | 'partially_filled'
  | 'rejected'
  | 'cancelled'
  | 'unknown';

export interface OrderRecord {
  readonly ticker: string;
  readonly direction: Side;
  readonly lots: number;
  readonly price_rub: string;
  readonly amount_rub: string;
  readonly status: OrderRecordStatus;
  readonly filled_lots: number;
  readonly commission_rub: string;
  readonly idempotency_key: string | null;
  readonly order_id: string | null;
  readonly error: string | null;
}

export interface IterationRecord {
  readonly schema: 1;
  readonly iteration: string;
  readonly account: string;
  readonly broker_account: string | null;
  readonly started_at: string;
  readonly finished_at: string;
  readonly mode: string;
  readonly exchange_open: boolean;
  readonly dry_run: boolean;
  readonly status: IterationStatus;
  readonly reason: string | null;
  readonly equity_rub: string | null;
  readonly positions: readonly PositionRecord[];
  /** Held, but no part of the balance: shown apart. */
  readonly apart: readonly {
    readonly ticker: string;
    readonly pieces: string;
    readonly value_rub: string | null;
  }[];
  readonly orders: readonly OrderRecord[];
  readonly held_back: readonly HeldBack[];
  readonly warnings: readonly string[];
  readonly tracking_error_pp: { readonly before: number; readonly after: number } | null;
  /** Expected of the plan before anything was done; absent where there was no plan. */
  readonly costs?: CostsRecord;
}

export interface CostsRecord {
  readonly fees_rub: string;
  /** Bought and sold together. */
  readonly turnover_rub: string;
  /** Debt after the plan, and what it costs if it stays overnight. */
  readonly debt_rub: string;
  readonly overnight_rub: string;
}

/** JSON numbers are doubles: a count beyond 2^53 would be rounded in silence. */
function count(lots: Lots | LotSize): number {
  const value = Number(raw(lots));
  assert(Number.isSafeInteger(value), `${raw(lots)} lots do not fit a JSON number`);
  return value;
}

/** Percentages and errors are for people and scripts: ten-thousandths of a point are enough. */
const rounded = (value: number): number => Math.round(value * 10_000) / 10_000;

export const positionRecord = (row: PlanRow): PositionRecord => ({
  ticker: row.ticker,
  lots_before: row.ticker === RUB ? rubles(row.valueBefore) : count(row.lotsBefore),
  lots_after: row.ticker === RUB ? rubles(row.valueAfter) : count(row.lotsAfter),
  lot_size: count(row.lot),
  price_rub: row.price === null ? null : decimal(row.price),
  value_before_rub: decimal(row.valueBefore),
  value_after_rub: decimal(row.valueAfter),
  before_percent: rounded(row.beforePercent),
  target_percent: rounded(row.targetPercent),
  after_percent: rounded(row.afterPercent),
});

/** RUB's "lots" carry their kopecks, so that lots × lot_size × price_rub is the value in every row. */
const rubles = (amount: Money): number => Number(decimal(amount, 0));

export const positionsOf = ({ rows, weighing }: Plan): PositionRecord[] =>
  rows.map((row) => ({
    ...positionRecord(row),
    ...metricsRecord(weighing.funds.get(row.ticker)),
    ...diffRecord(row.ticker, weighing),
  }));

function metricsRecord(facts: FundFacts | undefined): Partial<PositionRecord> {
  if (facts === undefined) return {};
  const { marketCap, aum } = facts;
  const premium = premiumPercent(facts);
  const asOf = [marketCap, aum].flatMap((found) => (found.kind === 'known' ? [found.asOfMs] : []));
  return {
    ...(marketCap.kind === 'known' ? { market_cap_rub: decimal(marketCap.value) } : {}),
    ...(aum.kind === 'known' ? { aum_rub: decimal(aum.value) } : {}),
    ...(premium === null ? {} : { premium_percent: rounded(premium) }),
    ...(asOf.length === 0 ? {} : { metrics_as_of: new Date(Math.min(...asOf)).toISOString() }),
  };
}

function diffRecord(ticker: string, { base, reference }: Weighing): Partial<PositionRecord> {
  if (ticker === RUB || reference === null) return {};
  const [weight, then] = [base.get(ticker) ?? 0, reference.weights.get(ticker) ?? 0];
  return {
    base_percent: rounded(weight),
    reference_percent: rounded(then),
    diff_percent: rounded(diffPercent(weight, then)),
  };
}

export const trackingErrorRecord = (error: { before: number; after: number }) => ({
  before: rounded(error.before),
  after: rounded(error.after),
});

export const costsRecord = ({ fees, costs }: Plan): CostsRecord => ({
  fees_rub: decimal(fees),
  turnover_rub: decimal(costs.turnover),
  debt_rub: decimal(costs.debt),
  overnight_rub: decimal(costs.overnight),
});

export interface OrderFacts {
  readonly ticker: string;
  readonly side: Side;
  readonly lots: Lots;
  readonly lot: LotSize;
  readonly price: Price;
  readonly status: OrderRecordStatus;
  readonly filled: Lots;
  /** Worth of what was filled; `null`: not known, the planned price stands in. */
  readonly value: Money | null;
  readonly commission: Money | null;
  readonly key: string | null;
  readonly orderId: string | null;
  readonly error: string | null;
}

export const orderRecord = (order: OrderFacts): OrderRecord => ({
  ticker: order.ticker,
  direction: order.side,
  lots: count(order.lots),
  price_rub: decimal(order.price),
  amount_rub: decimal(order.value ?? times(lotValue(order.price, order.lot), order.lots)),
  status: order.status,
  filled_lots: count(order.filled),
  commission_rub: order.commission === null ? '0.00' : decimal(order.commission),
  idempotency_key: order.key,
  order_id: order.orderId,
  error: order.error,
});

/** A record before anything is known: failed until it is told otherwise. */
export function blankRecord(facts: {
  readonly iteration: string;
  readonly account: string;
  readonly mode: string;
  readonly dryRun: boolean;
  readonly exchangeOpen: boolean;
  readonly atMs: number;
}): IterationRecord {
  const at = new Date(facts.atMs).toISOString();
  return {
    schema: 1,
    iteration: facts.iteration,
    account: facts.account,
    broker_account: null,
    started_at: at,
    finished_at: at,
    mode: facts.mode,
    exchange_open: facts.exchangeOpen,
    dry_run: facts.dryRun,
    status: 'failed',
    reason: null,
    equity_rub: null,
    positions: [],
    apart: [],
    orders: [],
    held_back: [],
    warnings: [],
    tracking_error_pp: null,
  };
}
