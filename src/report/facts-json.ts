// What a decision rests on besides positions and prices, as JSON at the top of a snapshot. All of it optional: what is
// not there is what an account without such rules has. Guarantees: what is written is read back the same.

import { z } from 'zod';
import { type Facts, NO_FACTS } from '../core/facts.ts';
import { decimal, lots, raw } from '../core/units.ts';
import { instant, iso, moneyOf, rubles, rublesFromZero, whole } from './json-values.ts';

const weight = z.number().min(0);
const side = z.enum(['buy', 'sell']);

export const factsShape = {
  reference: z.strictObject({ at: instant, weights: z.record(z.string(), weight) }).nullish(),
  /** Missing: nobody asked the broker. */
  margin: z
    .discriminatedUnion('kind', [
      z.strictObject({ kind: z.literal('disabled'), because: z.string() }),
      z.strictObject({ kind: z.literal('unknown'), because: z.string() }),
      z.strictObject({ kind: z.literal('assumed') }),
      z.strictObject({
        kind: z.literal('enabled'),
        liquid_rub: rubles,
        starting_rub: rublesFromZero,
        minimal_rub: rublesFromZero,
      }),
    ])
    .nullish(),
  deleverage: z.boolean().default(false),
  timing: z
    .strictObject({
      calendar_due: z.boolean(),
      calendar: z.string(),
      blocked: z.string().nullable(),
      blocked_by: z.enum(['rebalance.window', 'rebalance.cooldown']).optional(),
    })
    .nullish(),
  turnover_today_rub: rublesFromZero.default('0.00'),
  orders_today: z.record(z.string(), z.int().min(0)).default({}),
  set_aside_rub: rubles
    .refine((text) => !text.startsWith('-'), 'what is kept aside is not below zero')
    .default('0.00'),
  approvals: z
    .array(z.strictObject({ ticker: z.string(), side, lots: whole, amount_rub: rublesFromZero }))
    .default([]),
};

const shape = z.strictObject(factsShape);
export type FactsJson = z.infer<typeof shape>;
/** The rest is written per instrument. */
type AccountFacts = Omit<Facts, 'funds' | 'closes' | 'closeProblems'>;

export function factsToJson(facts: AccountFacts): FactsJson {
  const { reference, margin, timing } = facts;
  return {
    reference: reference && {
      at: iso(reference.atMs),
      weights: Object.fromEntries(reference.weights),
    },
    margin:
      margin?.kind === 'enabled'
        ? {
            kind: 'enabled',
            liquid_rub: decimal(margin.liquid),
            starting_rub: decimal(margin.starting),
            minimal_rub: decimal(margin.minimal),
          }
        : margin,
    deleverage: facts.deleverage,
    timing: {
      calendar_due: timing.calendarDue,
      calendar: timing.calendar,
      blocked: timing.blocked,
      ...(timing.blockedBy ? { blocked_by: timing.blockedBy } : {}),
    },
    turnover_today_rub: decimal(facts.turnoverToday),
    orders_today: Object.fromEntries(facts.ordersToday),
    set_aside_rub: decimal(facts.setAside),
    approvals: facts.approvals.map((each) => ({
      ticker: each.ticker,
      side: each.side,
      lots: String(raw(each.lots)),
      amount_rub: decimal(each.amount),
    })),
  };
}

export function factsOf(json: FactsJson): AccountFacts {
  const { reference, margin, timing } = json;
  return {
    reference: reference
      ? { atMs: Date.parse(reference.at), weights: new Map(Object.entries(reference.weights)) }
      : null,
    margin:
      margin === undefined ? { kind: 'assumed' } : margin?.kind === 'enabled' ? enabled(margin) : margin,
    deleverage: json.deleverage,
    timing: timing
      ? {
          calendarDue: timing.calendar_due,
          calendar: timing.calendar,
          blocked: timing.blocked,
          ...(timing.blocked_by ? { blockedBy: timing.blocked_by } : {}),
        }
      : NO_FACTS.timing,
    turnoverToday: moneyOf(json.turnover_today_rub),
    ordersToday: new Map(Object.entries(json.orders_today)),
    setAside: moneyOf(json.set_aside_rub),
    approvals: json.approvals.map(({ ticker, side, lots: count, amount_rub }) => ({
      ticker,
      side,
      lots: lots(BigInt(count)),
      amount: moneyOf(amount_rub),
    })),
  };
}

const enabled = (json: { liquid_rub: string; starting_rub: string; minimal_rub: string }) => ({
  kind: 'enabled' as const,
  liquid: moneyOf(json.liquid_rub),
  starting: moneyOf(json.starting_rub),
  minimal: moneyOf(json.minimal_rub),
});
