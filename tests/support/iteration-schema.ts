// The iteration record as product.md promises it to scripts: every key, no other, each of its type.

import { z } from 'zod';

const rubles = z.string().regex(/^-?\d+\.\d{2,9}$/);
const percent = z.number();
const uuid = z.uuid();
const MODES = [
  'manual',
  'marketcap',
  'aum',
  'marketcap_aum',
  'decorrelation',
  'equal',
  'inverse_volatility',
  'sharpe',
] as const;
const utc = z.iso.datetime({ offset: false });

export const iterationSchema = z.strictObject({
  schema: z.literal(1),
  iteration: uuid,
  account: z.string().min(1),
  broker_account: z.string().regex(/^\d+$/).nullable(),
  started_at: utc,
  finished_at: utc,
  mode: z.enum(MODES),
  exchange_open: z.boolean(),
  dry_run: z.boolean(),
  status: z.enum(['balanced', 'planned', 'nothing_to_do', 'skipped', 'partial', 'failed', 'unknown_outcome']),
  reason: z.string().min(1).nullable(),
  equity_rub: rubles.nullable(),
  positions: z.array(
    z.strictObject({
      ticker: z.string().min(1),
      lots_before: z.number(),
      lots_after: z.number(),
      lot_size: z.int().min(1),
      price_rub: rubles.nullable(),
      // Beyond the promise: what each position is worth, so that nobody multiplies doubles.
      value_before_rub: rubles,
      value_after_rub: rubles,
      before_percent: percent,
      target_percent: percent,
      after_percent: percent,
      // Where the mode reads fund data.
      market_cap_rub: rubles.optional(),
      aum_rub: rubles.optional(),
      premium_percent: percent.optional(),
      metrics_as_of: utc.optional(),
      // Where `diff` has something to compare with.
      base_percent: percent.optional(),
      reference_percent: percent.optional(),
      diff_percent: percent.optional(),
    }),
  ),
  // Beyond the promise: holdings outside the balance.
  apart: z.array(z.strictObject({ ticker: z.string(), pieces: z.string(), value_rub: rubles.nullable() })),
  orders: z.array(
    z.strictObject({
      ticker: z.string().min(1),
      direction: z.enum(['sell', 'buy']),
      lots: z.int().min(1),
      price_rub: rubles,
      amount_rub: rubles,
      status: z.enum(['planned', 'filled', 'partially_filled', 'rejected', 'cancelled', 'unknown']),
      filled_lots: z.int().min(0),
      commission_rub: rubles,
      idempotency_key: uuid.nullable(),
      order_id: z.string().nullable(),
      error: z.string().nullable(),
    }),
  ),
  held_back: z.array(
    z.strictObject({ ticker: z.string(), rule: z.string(), detail: z.string(), lots: z.int().optional() }),
  ),
  warnings: z.array(z.string()),
  tracking_error_pp: z.strictObject({ before: percent, after: percent }).nullable(),
  // Beyond the promise: what the plan was expected to cost.
  costs: z
    .strictObject({ fees_rub: rubles, turnover_rub: rubles, debt_rub: rubles, overnight_rub: rubles })
    .optional(),
});

/** @throws where a line is not exactly such a record. */
export const checkedRecords = (out: string) =>
  out
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => iterationSchema.parse(JSON.parse(line)));
