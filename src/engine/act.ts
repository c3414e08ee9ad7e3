// Turns a plan into orders: sells, wait until every one is final, look again, buys, wait, and once more what the
// reserve left over. Guarantees: no buy while a sell is not final; every leg is sized from the account as it then is.

import { borrowable, debtLimitOf } from '../core/debt-limit.ts';
import { decide } from '../core/decide.ts';
import { isFinal } from '../core/order.ts';
import type { PlannedOrder } from '../core/plan.ts';
import { commissionOf } from '../core/policy.ts';
import type { Snapshot } from '../core/portfolio.ts';
import { isLess, negate } from '../core/units.ts';
import { type JournaledOrder, WorldError } from '../ports.ts';
import type { AccountContext, Refusal } from './account-context.ts';
import { allEnded } from './all-ended.ts';
import { checkBooks, UNFILLED, unfilled } from './book-check.ts';
import { buysAfter } from './buys-after.ts';
import { isPurchase, noteMoney, withCaution } from './caution.ts';
import { observeExplained } from './explained.ts';
import { following } from './following.ts';
import { approve } from './gate.ts';
import { noteMarginRefused } from './margin-refused.ts';
import type { Observation, ObserveOptions } from './observe.ts';
import { forbidden } from './permission.ts';
import { splitOwnMoney } from './split-own-money.ts';
import { assertStillFresh } from './still-fresh.ts';
import {
  drop,
  endsTrading,
  type Follow,
  journaled,
  type Submitted,
  submitInTurn,
  submitTogether,
} from './submit.ts';
import { HOUR_MS, tellOnce } from './tell-once.ts';
import { turnoverLeft } from './turnover.ts';
import { type Planned, withinToday } from './within-today.ts';

const SELLS = 0;
const BUYS = 1;
const LEFT_OVER = 2;

type Orders = readonly PlannedOrder[];

export interface Acted {
  /** The account after the last order that became final. */
  readonly observation: Observation;
  readonly warnings: readonly string[];
  /** Planned and not attempted, with the reason. */
  readonly notMade: readonly string[];
  /** Purchases that money did not pay for whole at what their books ask, by ticker. */
  readonly short: ReadonlyMap<string, string>;
  /** An order whose fate is not known yet: the account is blocked until it is. */
  readonly unfinished: boolean;
  /** The account could not be looked at after its last order: the observation is from before. */
  readonly unseen?: boolean;
  /** The venue's refusal that ends trading for this account, this token or altogether. */
  readonly stop: Refusal | null;
}

export async function act(
  context: AccountContext,
  iteration: string,
  options: ObserveOptions,
  start: Observation,
  planned: Planned,
): Promise<Acted> {
  const { plan, ...today } = withinToday(context, start, planned);
  const excluded = new Map([...options.excluded, ...today.leftOut]);
  const told = notedFrom(today.notMade);
  const { warnings, notMade, short } = told;
  let { observation } = today;
  let tooLittleMoney = false;
  let latest: Planned = plan;

  const leg = async (number: number, orders: Orders): Promise<Acted | null> => {
    const isUrgent = number === SELLS && coversDebt(context, observation.snapshot, plan);
    const checked = await checkBooks(context, orders, observation.snapshot, { ...options, isUrgent });
    warnings.push(...checked.warnings);
    notMade.push(...checked.dropped);
    for (const [ticker, why] of checked.short) short.set(ticker, why);
    if (checked.orders.length === 0) return null;
    const before = context.memory.shortOfMoney;
    const done = await runLeg(context, iteration, number, checked.orders, observation);
    notMade.push(...done.refused);
    for (const [uid, reason] of done.skipped) excluded.set(uid, reason);
    for (const uid of unfilled(checked, done.orders)) excluded.set(uid, UNFILLED);
    const unfinished = done.orders.some((order) => !isFinal(order.state));
    if (unfinished) warnings.push(...stopWords(done));
    if (!unfinished && done.sent) {
      const seen = await lookAgain(context, iteration, { ...options, excluded }, done);
      if (seen === null) return { ...told, observation, unfinished, unseen: true, stop: done.stop };
      observation = seen;
      warnings.push(...observation.warnings);
    }
    tooLittleMoney ||= done.tooLittleMoney;
    if (tooLittleMoney) observation = withCaution(context, observation, before);
    const end = { ...told, observation, unfinished, stop: done.stop };
    return unfinished || done.stop || forbidden(context) !== null ? end : null;
  };
  const buysNow = (): Orders => {
    const stage = buysAfter(plan, context.journal.ordersOf(iteration), latest);
    const decision = decide(observation.snapshot, context.settings.policy, stage);
    if (decision.kind !== 'plan') notMade.push(`the purchases were not made: ${decision.because}`);
    latest = decision.kind === 'plan' ? decision.plan : { orders: [] };
    return latest.orders;
  };
  const split = (orders: Orders) => splitOwnMoney(context.settings.policy, observation.snapshot, orders);
  const sells = plan.orders.filter((order) => order.side === 'sell');
  let buys: Orders = plan.orders.filter((order) => order.side === 'buy');
  if (sells.length > 0) {
    const end = await leg(SELLS, sells);
    if (end) return end;
    buys = buys.length > 0 ? buysNow() : [];
  }
  const apart = split(buys).own;
  if (apart.length > 0) {
    const end = await leg(BUYS, apart);
    if (end) return end;
    buys = buysNow();
  }
  const after = apart.length > 0 ? 1 : 0;
  buys = split(buys).rest;
  if (buys.length > 0) {
    const more = () => leg(LEFT_OVER + after, explained(context, iteration, split(buysNow()).rest));
    const end = (await leg(BUYS + after, buys)) ?? (await more());
    if (end) return end;
  }
  return { ...told, observation, unfinished: false, stop: null };
}

const notedFrom = (notMade: readonly string[]) => ({
  warnings: Array.of<string>(),
  notMade: [...notMade],
  short: new Map<string, string>(),
});

/** Who sees two orders in one instrument is told why. */
function explained({ log, settings }: AccountContext, iteration: string, orders: Orders): Orders {
  const tickers = orders.map(({ ticker }) => ticker);
  const because =
    'what the first purchases left over buys more: they cost less than was reserved for commission and a price step, or were not filled whole';
  if (orders.length > 0) log.info({ account: settings.id, iteration, tickers }, because);
  return orders;
}

/** The account after a leg; `null` where that fails and trading ends anyway: a failed look must not hide why. */
async function lookAgain(
  context: AccountContext,
  iteration: string,
  options: ObserveOptions,
  { stop }: LegResult,
): Promise<Observation | null> {
  try {
    return await observeExplained(context, iteration, options);
  } catch (error) {
    if (stop === null || !(error instanceof WorldError)) throw error;
    return null;
  }
}

/** Debt that may not be owed is covered at the market, whatever the book. */
function coversDebt(
  { settings }: AccountContext,
  snapshot: Snapshot,
  plan: { readonly aim?: unknown },
): boolean {
  const { cash, facts } = snapshot;
  if (plan.aim === undefined) return true;
  if (!facts.deleverage && facts.margin !== null) return false;
  const { most } = debtLimitOf(snapshot, settings.policy);
  return isLess(cash, negate(most));
}

/** A refusal that an order of unknown fate would hide. */
const stopWords = ({ stop }: LegResult): string[] =>
  stop ? [`${stop.order.ticker}: ${stop.order.error ?? 'refused'}`] : [];

interface LegResult {
  readonly orders: readonly JournaledOrder[];
  /** Something left this process. */
  readonly sent: boolean;
  /** Instruments to leave out of the rest of this iteration, by uid. */
  readonly skipped: ReadonlyMap<string, string>;
  readonly stop: Acted['stop'];
  /** The venue found too little money for an order. */
  readonly tooLittleMoney: boolean;
  /** What the gate refused, with the reason. */
  readonly refused: readonly string[];
}

async function runLeg(
  context: AccountContext,
  iteration: string,
  leg: number,
  orders: Orders,
  observation: Observation,
): Promise<LegResult> {
  const { settings, journal, clock, brokerAccount } = context;
  const { snapshot } = observation;
  const gate = approve({
    account: settings.id,
    brokerAccount,
    iteration,
    leg,
    snapshot,
    commission: commissionOf(snapshot, settings.policy),
    borrowable: borrowable(settings.policy.margin, snapshot.facts),
    orders,
    turnoverLeft: turnoverLeft(context, snapshot),
  });
  const refused = gate.refused.map(
    ({ order, because }) => `${order.side} of ${order.ticker} was not sent: ${because}`,
  );
  const skipped = new Map(gate.refused.map(({ order, because }) => [order.uid, because]));
  if (gate.refused.length > 0) {
    tellOnce(context, 'order_refused', refused.join('; '), HOUR_MS);
  }
  if (gate.approved.length === 0)
    return { orders: [], sent: false, skipped, stop: null, tooLittleMoney: false, refused };

  assertStillFresh(context, observation, orders);
  const pieces = new Map(snapshot.holdings.map((holding) => [holding.uid, holding.pieces]));
  journal.plan(settings.id, iteration, leg, gate.approved, { cash: snapshot.cash, pieces }, clock.now());
  const { follow, endOf, allOver } = following(context);
  context.memory.lasting = null;
  const submitted = await send(context, gate.approved, follow).finally(allOver);
  // Before the others are waited for: that may fail, and what a refusal means stays.
  for (const each of submitted) note(context, each, skipped);
  noteMarginRefused(
    context,
    submitted.map(({ order }) => order),
  );
  const stop = stopOf(submitted);
  // The account may never be looked at again, where the venue hangs while the program ends: why trading ended is known.
  if (stop !== null) context.memory.refusal = { iteration, stop };
  const final = await allEnded(submitted.map(({ order }) => endOf(order.request.key)));
  // A refusal may come with a later look as well as with the reply.
  for (const [index, order] of final.entries())
    if (order.state === 'rejected' && submitted[index]?.reaction === null)
      note(context, { order, reaction: 'skip' }, skipped);
  // While one was waited for a person may have resolved another.
  const ended = final.map(({ request }) => journaled(context, request.key));
  const tooLittleMoney = submitted.some(({ reaction }) => reaction === 'reobserve');
  // Here already: that something was bought stays so where the account cannot be looked at next.
  noteMoney(context, tooLittleMoney, ended.some(isPurchase));
  throwLasting(context, stop);
  return {
    orders: ended,
    sent: final.some(({ attempts }) => attempts > 0),
    skipped,
    stop,
    tooLittleMoney,
    refused,
  };
}

/** A venue that refuses for good to be asked about orders is none to send more to. */
function throwLasting({ memory }: AccountContext, stop: Refusal | null): void {
  const { lasting } = memory;
  memory.lasting = null;
  if (lasting !== null && (stop === null || lasting.kind === 'contract')) throw lasting;
}

/** Of several that end trading the one that ends most of it: a token may be good again in minutes. */
function stopOf(submitted: readonly Submitted[]): Refusal | null {
  const stops = submitted.flatMap(({ reaction, order }) =>
    reaction !== null && endsTrading(reaction) ? [{ reaction, order }] : [],
  );
  return stops.toSorted((a, b) => gravity(b.reaction) - gravity(a.reaction))[0] ?? null;
}

const gravity = (reaction: Refusal['reaction']): number =>
  reaction === 'stop_all' ? 2 : reaction === 'stop_token' ? 0 : 1;

async function send(
  context: AccountContext,
  orders: Parameters<typeof submitTogether>[1],
  follow: Follow,
): Promise<Submitted[]> {
  if (forbidden(context) !== null) return orders.map((order) => drop(context, order.request.key));
  const pauseMs = context.settings.sleepBetweenOrdersMs;
  return pauseMs === 0
    ? submitTogether(context, orders, follow)
    : submitInTurn(context, orders, pauseMs, follow);
}

/** What a refusal means for the instrument: nothing more in this iteration, never again, or one more try. */
function note(context: AccountContext, { order, reaction }: Submitted, skipped: Map<string, string>): void {
  if (reaction === null || reaction === 'reobserve' || reaction === 'reprice') return;
  const reason = `the venue refused an order in it: ${order.error ?? order.state}`;
  skipped.set(order.request.uid, reason);
  if (reaction !== 'skip_for_good' || context.memory.barred.has(order.request.uid)) return;
  context.memory.barred.set(order.request.uid, reason);
  context.notifier.alert({
    account: context.settings.id,
    event: 'instrument_barred',
    message: `${order.ticker} is not for this investor (${order.error ?? 'refused'}): it is left out from now on`,
  });
}
