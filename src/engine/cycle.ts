// One iteration of one account, the same live, on paper and dry: settle leftovers, observe, decide, act, record.
// Guarantees: whatever happens ends in exactly one record, interrupted and failed iterations included; a WorldError is
// caught here and nowhere deeper; a Bug is not caught (the daemon stops the account).

import { decide } from '../core/decide.ts';
import type { IterationRecord } from '../core/iteration-record.ts';
import { isFinal } from '../core/order.ts';
import { type Session, WorldError } from '../ports.ts';
import type { AccountContext } from './account-context.ts';
import { act } from './act.ts';
import { type Draft, type Ending, finish, recordStatus } from './draft.ts';
import { observeExplained } from './explained.ts';
import type { ObserveOptions } from './observe.ts';
import { openingOf, sessionReader } from './opening.ts';
import { recover } from './recover.ts';

/** What the loop must do after an iteration. */
export type Afterwards =
  | { readonly kind: 'go_on' }
  /** Ask again soon: an outcome is unknown, or a read failed. */
  | { readonly kind: 'soon'; readonly afterMs: number }
  /** The token is refused: re-check now and then, nothing else. */
  | { readonly kind: 'token_refused' }
  | { readonly kind: 'stop_account'; readonly because: string }
  | { readonly kind: 'stop_all'; readonly because: string };

export interface CycleResult {
  readonly record: IterationRecord;
  readonly counted: boolean;
  /** Sessions as read; `null` where they are not known. */
  readonly sessions: readonly Session[] | null;
  readonly afterwards: Afterwards;
}

/** An unresolved order is asked about again this soon, whatever the interval. */
const UNKNOWN_AGAIN_MS = 60_000;

/** A stopping program records what it has after this long; it must be gone within ten seconds. */
const STOPPING_MS = 7_500;

interface Outcome {
  readonly ending: Ending;
  readonly sessions: readonly Session[] | null;
  readonly counted: boolean;
  readonly afterwards: Afterwards;
}

export async function runCycle(context: AccountContext): Promise<CycleResult> {
  const { settings, clock, journal } = context;
  const draft: Draft = {
    iteration: context.newIterationId(),
    startedAtMs: clock.now(),
    exchangeOpen: false,
    dryRun: settings.dryRun,
    plan: null,
    settled: null,
    observation: null,
    warnings: [],
  };
  let outcome: Outcome;
  try {
    outcome = await unlessStuck(context, draft, iterate(context, draft));
  } catch (error) {
    if (!(error instanceof WorldError)) throw error;
    outcome = fromWorldError(context, draft, error);
  }
  const { record, equity, turnover, commission } = finish(context, draft, outcome.ending);
  journal.record({
    iteration: draft.iteration,
    account: settings.id,
    brokerAccount: context.brokerAccount,
    startedAtMs: draft.startedAtMs,
    finishedAtMs: clock.now(),
    status: record.status,
    reason: record.reason,
    dryRun: draft.dryRun,
    counted: outcome.counted,
    equity,
    turnover,
    commission,
    record: JSON.stringify(record),
  });
  return { record, counted: outcome.counted, sessions: outcome.sessions, afterwards: outcome.afterwards };
}

/** A venue that hangs must not keep a stopping program alive: what is known then is recorded, the next start recovers. */
async function unlessStuck(context: AccountContext, draft: Draft, work: Promise<Outcome>): Promise<Outcome> {
  const { stop, clock } = context;
  const finished = new AbortController();
  const stuck = new Promise<'stuck'>((resolve) => {
    const give = () => void clock.sleep(STOPPING_MS, finished.signal).then(() => resolve('stuck'));
    if (stop.aborted) give();
    else stop.addEventListener('abort', give, { once: true, signal: finished.signal });
  });
  const first = await Promise.race([work, stuck]).finally(() => finished.abort());
  if (first !== 'stuck') return first;
  work.catch((error) => context.log.warn({ error: String(error) }, 'abandoned work ended after the stop'));
  const sent = context.journal.ordersOf(draft.iteration).filter((order) => order.attempts > 0);
  const unknown = sent.some((order) => !isFinal(order.state));
  const status = unknown ? 'unknown_outcome' : 'partial';
  const ending: Ending = { status, reason: 'interrupted: the venue did not answer in time' };
  return { ending, sessions: null, counted: true, afterwards: { kind: 'go_on' } };
}

async function iterate(context: AccountContext, draft: Draft): Promise<Outcome> {
  const { settings, stop } = context;
  if (!settings.dryRun) {
    const blocked = await recover(context);
    const first = blocked[0];
    if (first) {
      const reason = `${blocked.length} order(s) of an earlier iteration are still unresolved, e.g. ${first.ticker} ${first.request.key}`;
      return unresolved(reason, null);
    }
  }
  const opening = await openingOf(context);
  draft.exchangeOpen = opening.open;
  const { sessions } = opening;
  const counted = opening.open || settings.closure.counts;
  if (!opening.open && settings.closure.mode === 'skip_iteration') {
    return {
      ending: { status: 'skipped', reason: opening.because },
      sessions,
      counted,
      afterwards: { kind: 'go_on' },
    };
  }
  if (!opening.open && settings.closure.mode === 'dry_run') draft.dryRun = true;
  if (!opening.open && opening.because) draft.warnings.push(opening.because);

  const options: ObserveOptions = {
    exchangeOpen: opening.open,
    asIfTradable: !opening.open && draft.dryRun,
    sessions: sessionReader(context),
    excluded: new Map(),
  };
  const observation = await observeExplained(context, draft.iteration, options);
  draft.observation = observation;
  draft.warnings.push(...observation.warnings);
  context.saveSnapshot?.(draft.iteration, observation.snapshot);
  const decision = decide(observation.snapshot, settings.policy);
  if (decision.kind === 'skip') {
    const ending: Ending = { status: 'skipped', reason: decision.because };
    return { ending, sessions, counted, afterwards: { kind: 'go_on' } };
  }
  draft.plan = decision.plan;
  const end = (ending: Ending, afterwards: Afterwards = { kind: 'go_on' }): Outcome => ({
    ending,
    sessions,
    counted,
    afterwards,
  });
  if (draft.dryRun) return end({ status: 'planned', reason: null });
  context.journal.manage(settings.id, settings.tickers, context.clock.now());
  if (decision.plan.orders.length === 0) return end({ status: 'nothing_to_do', reason: null });
  if (stop.aborted) return end({ status: 'partial', reason: 'interrupted before the first order' });

  const acted = await act(context, draft.iteration, options, observation, decision.plan);
  draft.observation = acted.observation;
  draft.warnings.push(...acted.warnings);
  const settled = decide(acted.observation.snapshot, settings.policy);
  draft.settled = settled.kind === 'plan' ? settled.plan : null;
  if (settled.kind === 'skip')
    draft.warnings.push(`the account after trading could not be valued: ${settled.because}`);
  if (acted.unfinished)
    return { ...unresolved('the outcome of an order is not known yet', sessions), counted };
  if (acted.stop) return end(...stopped(acted.stop));
  return end(traded(context, draft));
}

function traded(context: AccountContext, draft: Draft): Ending {
  const orders = context.journal.ordersOf(draft.iteration);
  const short = orders.filter((order) => recordStatus(order) !== 'filled');
  if (context.stop.aborted) return { status: 'partial', reason: 'interrupted: the program was told to stop' };
  const first = short[0];
  if (!first) return { status: 'balanced', reason: null };
  const what = short
    .map((order) => `${order.request.side} ${order.ticker} ${recordStatus(order)}`)
    .join(', ');
  return { status: 'partial', reason: first.error ? `${what}: ${first.error}` : what };
}

function stopped(stop: NonNullable<Awaited<ReturnType<typeof act>>['stop']>): [Ending, Afterwards] {
  const reason = `${stop.order.ticker}: ${stop.order.error ?? 'refused'}`;
  const ending: Ending = { status: 'failed', reason };
  if (stop.reaction === 'stop_token') return [ending, { kind: 'token_refused' }];
  if (stop.reaction === 'stop_all') return [ending, { kind: 'stop_all', because: reason }];
  return [ending, { kind: 'stop_account', because: reason }];
}

const unresolved = (reason: string, sessions: readonly Session[] | null): Outcome => ({
  ending: { status: 'unknown_outcome', reason },
  sessions,
  counted: true,
  afterwards: { kind: 'soon', afterMs: UNKNOWN_AGAIN_MS },
});

/** The world failed: the iteration says so. Refused data is a skip, not a failure; orders already sent stay on record. */
function fromWorldError(context: AccountContext, draft: Draft, error: WorldError): Outcome {
  const orders = context.journal.ordersOf(draft.iteration);
  const reason = [error.code, error.message, error.trackingId && `(tracking id ${error.trackingId})`]
    .filter(Boolean)
    .join(' ');
  const sent = orders.some((order) => order.attempts > 0);
  const unknown = orders.some((order) => order.attempts > 0 && !isFinal(order.state));
  const status = unknown
    ? 'unknown_outcome'
    : sent
      ? 'partial'
      : error.kind === 'refused_data'
        ? 'skipped'
        : 'failed';
  return {
    ending: { status, reason },
    sessions: null,
    counted: true,
    afterwards: afterError(error, unknown),
  };
}

function afterError(error: WorldError, unknown: boolean): Afterwards {
  switch (error.kind) {
    case 'token':
      return { kind: 'token_refused' };
    case 'account':
      return { kind: 'stop_account', because: error.message };
    case 'contract':
      return { kind: 'stop_all', because: error.message };
    case 'request':
      return { kind: 'go_on' };
    case 'unreachable':
    case 'refused_data':
      return unknown ? { kind: 'soon', afterMs: UNKNOWN_AGAIN_MS } : { kind: 'go_on' };
  }
}
