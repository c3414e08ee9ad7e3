// The journal against the broker: what an order of uncertain fate needs next (safety.md's recovery R1-R5 as a decision).
// Requires: the look-up by key and the active orders, both fresh. Guarantees: an unknown order is resolved only by what
// the broker says, by a proof of absence, or by a person; a timer alone never resolves anything.

import { assert } from './assert.ts';
import type { OrderState } from './order.ts';
import { type OrderReport, stateOf } from './order-report.ts';
import { isLess, type Lots } from './units.ts';

/** A resend settles the question at once, at worst with an order this old. */
export const RESEND_WINDOW_MS = 120_000;
/** Orders become visible late: no absence is believed earlier. */
export const ABSENCE_AFTER_MS = 15 * 60_000;
/** An order that is neither found nor provably absent by then needs a person. Orders were seen 20 minutes late. */
export const HALT_AFTER_MS = 30 * 60_000;
/** Two readings of the account this far apart must agree before an order is taken to be absent. */
export const ABSENCE_READINGS_APART_MS = 60_000;

export interface OpenOrder {
  readonly state: OrderState;
  readonly executed: Lots;
  readonly attempts: number;
  readonly firstSentMs: number | null;
}

export interface Evidence {
  readonly byKey: OrderReport | null;
  readonly active: OrderReport | null;
  /** The session in which the order was first sent still runs. */
  readonly sameSession: boolean;
  readonly nowMs: number;
  /** Milliseconds that have certainly passed since the last sending, whoever set the clock. */
  readonly sentAgoMs: number;
}

export type Repair =
  /** Never sent: it is dropped, the next plan decides anew. */
  | { readonly kind: 'drop' }
  /** The broker knows it: adopt what it says. */
  | {
      readonly kind: 'adopt';
      readonly report: OrderReport;
      readonly to: OrderState;
      readonly evidence: string;
    }
  /** Fresh enough to send the identical bytes again. */
  | { readonly kind: 'resend' }
  /** Too old to resend, too young to be believed absent. */
  | { readonly kind: 'wait'; readonly leftMs: number }
  /** Old enough: compare the account with what it held before. */
  | { readonly kind: 'prove_absence' };

export function repairFor(order: OpenOrder, evidence: Evidence): Repair {
  if (order.state === 'intent' || order.attempts === 0) return { kind: 'drop' };
  if (evidence.byKey) return adopt(order, evidence.byKey, 'look-up by key');
  if (evidence.active) return adopt(order, evidence.active, 'active orders');
  const { firstSentMs: first } = order;
  const { nowMs, sentAgoMs, sameSession } = evidence;
  assert(first !== null, 'an order with an attempt has a time at which it was sent');
  const age = nowMs - first;
  const isYoung = age >= 0 && age <= RESEND_WINDOW_MS && sentAgoMs <= RESEND_WINDOW_MS;
  const mayNeverHaveArrived = order.state === 'sending' || order.state === 'unknown';
  if (mayNeverHaveArrived && sameSession && isYoung) return { kind: 'resend' };
  const leftMs = ABSENCE_AFTER_MS - sentAgoMs;
  return leftMs > 0 ? { kind: 'wait', leftMs } : { kind: 'prove_absence' };
}

function adopt(order: OpenOrder, report: OrderReport, evidence: string): Repair {
  // A report may lag behind fills that are already known: executed lots never fall, and of their worth it says nothing.
  const known = isLess(report.executed, order.executed)
    ? { ...report, executed: order.executed, value: null, commission: null }
    : report;
  return { kind: 'adopt', report: known, to: stateOf(report), evidence };
}
