// Journal first, send second: one order from its intent to the first answer.
// Guarantees: an attempt row is durable before each send; a retry sends the identical request; what the venue leaves
// unclear stays unknown, and after one unclear attempt a later refusal proves nothing.

import { assert } from '../core/assert.ts';
import { isFinal } from '../core/order.ts';
import type { JournaledOrder, PostOutcome, Reaction } from '../ports.ts';
import type { AccountContext } from './account-context.ts';
import { allEnded } from './all-ended.ts';
import type { ApprovedOrder } from './gate.ts';
import { withFee } from './late-fee.ts';
import { forbidden } from './permission.ts';
import { adoptReport, settleRefused } from './settle-order.ts';
import { steady } from './steady.ts';

/** The venue refuses for its rate limit at most this often in a row before the order is given up (never sent in effect). */
const THROTTLED_MAX = 10;
/** How often one that waits looks whether it still may. */
const LOOK_MS = 1_000;

/** Refusals after which this account sends nothing more. */
const ENDS_TRADING: ReadonlySet<Reaction> = new Set<Reaction>([
  'stop_account',
  'stop_token',
  'stop_all',
  'bug',
]);
export const endsTrading = (reaction: Reaction | null): boolean =>
  reaction !== null && ENDS_TRADING.has(reaction);

export interface Submitted {
  readonly order: JournaledOrder;
  /** What to do about a definite refusal. */
  readonly reaction: Reaction | null;
}

/** Sends one journaled order. `first`: its attempt row has just been written together with its neighbours'. */
export async function submit(context: AccountContext, key: string, first = false): Promise<Submitted> {
  const { journal, broker, clock, memory } = context;
  let written = first;
  for (let throttled = 0; ; throttled += 1) {
    const order = journaled(context, key);
    // A person may have resolved it while this waited: what they said stands.
    if (isFinal(order.state)) return { order, reaction: null };
    const because = written ? null : forbidden(context);
    if (because !== null) return withheld(context, order, because);
    if (!written) journal.attempt([key], clock.now(), steady(clock));
    written = false;
    const mayLeave = () =>
      forbidden(context) ?? resolved(context, key) ?? shown(context, key) ?? besideUnknown(context, key);
    const outcome = await broker.post(order.request, mayLeave);
    memory.lastOrderMs = steady(clock);
    const again = throttled < THROTTLED_MAX && waitsItsTurn(context, key);
    if (outcome.kind === 'throttled' && again) {
      context.log.info(
        { key, waitMs: outcome.waitMs, code: outcome.refusal.code },
        'the rate limit holds an order back',
      );
      await itsTurn(context, key, outcome.waitMs);
      if (!context.stop.aborted) continue;
    }
    const complete = outcome.kind === 'accepted' ? await withFee(context, order, outcome) : outcome;
    return settleOutcome(context, journaled(context, key), complete);
  }
}

const resolved = (context: AccountContext, key: string): string | null =>
  isFinal(journaled(context, key).state) ? 'a person has resolved it meanwhile' : null;

/** A question about an order beside it may have shown it while this one waited. */
const shown = ({ memory }: AccountContext, key: string): string | null =>
  memory.shownActive.has(key) ? 'the venue has it already' : null;

/** What is only waiting to be sent for the first time does not leave any more once another outcome is unknown. */
function besideUnknown(context: AccountContext, key: string): string | null {
  if (journaled(context, key).state !== 'sending') return null;
  const open = context.journal.openOrders(context.settings.id);
  return open.some(({ state }) => state === 'unknown') ? 'the outcome of another order is not known' : null;
}

/** Waits for the rate limit; not while another order is unknown, for that one is asked about only once this one is settled. */
async function itsTurn(context: AccountContext, key: string, waitMs: number): Promise<void> {
  const { clock, stop } = context;
  for (let leftMs = waitMs; leftMs > 0 && !stop.aborted; leftMs -= LOOK_MS) {
    if (besideUnknown(context, key) !== null) return;
    await clock.sleep(Math.min(LOOK_MS, leftMs), stop);
  }
}

/** Whether it may wait for the rate limit. A resend may not: when its turn came it could be too late for one. */
const waitsItsTurn = (context: AccountContext, key: string): boolean =>
  journaled(context, key).state === 'sending' && besideUnknown(context, key) === null;

/** A resend that may not be: an order that was sent before stays as it is, one that never was is dropped. */
function withheld(context: AccountContext, order: JournaledOrder, because: string): Submitted {
  context.log.warn({ key: order.request.key, because }, 'an order was held back');
  if (order.state === 'intent') return drop(context, order.request.key);
  if (order.state === 'unknown') return { order, reaction: null };
  const refusal = { code: 'WITHHELD', message: because, trackingId: null };
  return {
    order: settleRefused(context, order, 'rejected', 'held back before it left', refusal),
    reaction: null,
  };
}

function settleOutcome(context: AccountContext, order: JournaledOrder, outcome: PostOutcome): Submitted {
  switch (outcome.kind) {
    case 'accepted': {
      const settled = adoptReport(context, order, outcome.report, 'reply', outcome.trackingId);
      return { order: settled, reaction: settled.state === 'rejected' ? 'skip' : null };
    }
    case 'unknown':
      if (order.state === 'unknown') return { order, reaction: null };
      return {
        order: settleRefused(context, order, 'unknown', 'no clear reply', outcome.refusal),
        reaction: null,
      };
    case 'rejected':
      // After an unclear attempt this refusal may be about the second copy only: the first may stand.
      if (order.state === 'unknown') return { order, reaction: null };
      return {
        order: settleRefused(context, order, 'rejected', 'refused by the venue', outcome.refusal),
        reaction: outcome.reaction,
      };
    case 'throttled':
      if (order.state === 'unknown') return { order, reaction: null };
      return {
        order: settleRefused(context, order, 'rejected', 'never past the rate limit', outcome.refusal),
        reaction: 'skip',
      };
    case 'withheld':
      if (order.state === 'unknown' || isFinal(order.state)) return { order, reaction: null };
      return {
        order: settleRefused(context, order, 'rejected', 'withheld before it left', outcome.refusal),
        reaction: 'skip',
      };
  }
}

/** Told of each order that was sent once it is known what the venue said first. */
export type Follow = (key: string) => void;

/** Writes the attempt rows of a whole batch at once, then sends it together. */
export async function submitTogether(
  context: AccountContext,
  orders: readonly ApprovedOrder[],
  follow: Follow,
): Promise<Submitted[]> {
  if (orders.length === 0) return [];
  context.journal.attempt(
    orders.map((order) => order.request.key),
    context.clock.now(),
    steady(context.clock),
  );
  return allEnded(
    orders.map(async (order) => {
      const submitted = await submit(context, order.request.key, true);
      follow(order.request.key);
      return submitted;
    }),
  );
}

/**
 * Sends one after another with a pause between, and after the account's last one before. What is left when an outcome is unclear, the venue ends trading or the
 * program is told to stop is never sent.
 */
export async function submitInTurn(
  context: AccountContext,
  orders: readonly ApprovedOrder[],
  pauseMs: number,
  follow: Follow,
): Promise<Submitted[]> {
  const { clock, memory, stop } = context;
  const submitted: Submitted[] = [];
  let blocked = false;
  for (const order of orders) {
    const leftMs = (memory.lastOrderMs ?? Number.NEGATIVE_INFINITY) + pauseMs - steady(clock);
    if (leftMs > 0 && !blocked) await clock.sleep(leftMs, stop);
    if (blocked || forbidden(context) !== null) {
      submitted.push(drop(context, order.request.key));
      continue;
    }
    const result = await submit(context, order.request.key);
    follow(order.request.key);
    submitted.push(result);
    blocked = result.order.state === 'unknown' || endsTrading(result.reaction) || memory.lasting !== null;
  }
  return submitted;
}

/** An order that was planned and will not be sent: there is no attempt row, so it is provably absent. */
export function drop(context: AccountContext, key: string): Submitted {
  const order = journaled(context, key);
  return { order: settleRefused(context, order, 'absent', 'never sent', null), reaction: null };
}

export function journaled(context: AccountContext, key: string): JournaledOrder {
  const order = context.journal.order(key);
  assert(order !== null, `order ${key} is not in the journal`);
  return order;
}
