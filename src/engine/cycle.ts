// One iteration of one account, the same live, on paper and dry: settle leftovers, observe, decide, act, record.
// Guarantees: whatever happens ends in exactly one record, interrupted and failed iterations included; a WorldError is
// caught here and nowhere deeper; a defect is recorded and thrown on (the daemon stops the account).

import { heldWarnings } from '../core/attribution.ts';
import { decide } from '../core/decide.ts';
import { type IterationRecord, RISK_ONLY } from '../core/iteration-record.ts';
import type { Decision, Plan } from '../core/plan.ts';
import { nothingToDo } from '../core/rebalance/nothing-to-do.ts';
import { decimal } from '../core/units.ts';
import { type Notifier, type Session, WorldError } from '../ports.ts';
import type { AccountContext } from './account-context.ts';
import { act } from './act.ts';
import { planAsKnown } from './as-known.ts';
import { awaitPerson, tellHow } from './await-person.ts';
import { asLearned } from './caution.ts';
import { watchDebt, watchDebtLeft } from './debt-watch.ts';
import { type Draft, finish } from './draft.ts';
import { watchDrawdown } from './drawdown-watch.ts';
import {
  type Afterwards,
  afterBrake,
  afterDefect,
  afterHanging,
  afterTrading,
  afterWorldError,
  type Outcome,
  outcome,
  stillOpen,
  unresolved,
} from './ending.ts';
import { observeExplained } from './explained.ts';
import { watchFreeFunds } from './free-fund-watch.ts';
import { tellHalt } from './halt.ts';
import { jumpWords, watchJumps } from './jump-watch.ts';
import { watchMargin } from './margin-watch.ts';
import type { Observation, ObserveOptions } from './observe.ts';
import { openingOf, sessionReader } from './opening.ts';
import { orderCountWarnings } from './order-count.ts';
import { rememberAccount, watchOutside } from './outside-watch.ts';
import { watchPause } from './pause.ts';
import { braked } from './permission.ts';
import { markRebalance } from './rebalance-marks.ts';
import { recover, settledStories } from './recover.ts';
import { untilStop } from './until-stop.ts';
import { markIteration } from './weight-marks.ts';

export interface CycleResult {
  readonly record: IterationRecord;
  readonly counted: boolean;
  /** Sessions as read; `null` where they are not known. */
  readonly sessions: readonly Session[] | null;
  readonly afterwards: Afterwards;
}

/** An iteration that a defect ended: recorded like any other. */
export class IterationDefect extends Error {
  override readonly name = 'IterationDefect';
  constructor(
    readonly result: CycleResult,
    cause: unknown,
  ) {
    super(result.record.reason ?? 'a defect', { cause });
  }
}

/** A schedule that could not be read may be readable in a while: the day's trading is not waited away. */
const SCHEDULE_AGAIN: Afterwards = { kind: 'soon', afterMs: 5 * 60_000 };
/** @throws {IterationDefect} for everything that is not the world's failure; the bare error where not even that can be recorded. */
export async function runCycle(context: AccountContext): Promise<CycleResult> {
  const draft: Draft = {
    iteration: context.newIterationId(),
    startedAtMs: context.clock.now(),
    exchangeOpen: false,
    counted: true,
    dryRun: context.settings.dryRun,
    expected: false,
    plan: null,
    riskOnly: null,
    settled: null,
    short: new Map(),
    inherited: [],
    observation: null,
    warnings: [],
  };
  const telling = { ...context, notifier: alsoWarning(context, draft) };
  try {
    const ended = await unlessStuck(telling, draft, iterate(telling, draft));
    await watchDebtLeft(telling, draft.startedAtMs, ended);
    return record(telling, draft, ended);
  } catch (error) {
    if (error instanceof WorldError) return record(telling, draft, afterWorldError(telling, draft, error));
    throw defect(telling, draft, error);
  }
}

/** An alert is a warning of its iteration, too. */
const alsoWarning = ({ notifier }: AccountContext, draft: Draft): Notifier => ({
  alert(alert) {
    draft.warnings.push(alert.message);
    notifier.alert(alert);
  },
});

function defect(context: AccountContext, draft: Draft, error: unknown): unknown {
  try {
    return new IterationDefect(record(context, draft, afterDefect(context, draft, error)), error);
  } catch {
    return error;
  }
}

function record(context: AccountContext, draft: Draft, ended: Outcome): CycleResult {
  const { settings, clock, journal } = context;
  const { plan, observation } = draft;
  draft.warnings.unshift(...settledStories(context, draft.inherited));
  if (plan && !draft.dryRun) markIteration(context, draft.iteration, plan);
  if (plan && observation && !draft.settled && !draft.dryRun && plan.orders.length > 0) {
    draft.settled = planAsKnown(observation.snapshot, journal.ordersOf(draft.iteration), settings.policy);
  }
  // Of an account that stops a person is told that it does.
  if (ended.afterwards.kind !== 'stop_account')
    watchPause(context, finish(context, draft, ended.ending).record, draft.expected);
  const finished = finish(context, draft, ended.ending);
  journal.record({
    iteration: draft.iteration,
    account: settings.id,
    brokerAccount: context.brokerAccount,
    startedAtMs: draft.startedAtMs,
    finishedAtMs: clock.now(),
    status: finished.record.status,
    reason: finished.record.reason,
    dryRun: draft.dryRun,
    counted: draft.counted,
    equity: finished.equity,
    turnover: finished.turnover,
    commission: finished.commission,
    record: JSON.stringify(finished.record),
  });
  const { sessions, afterwards } = ended;
  return { record: finished.record, counted: draft.counted, sessions, afterwards };
}

/** A venue that hangs must not keep a stopping program alive. */
async function unlessStuck(context: AccountContext, draft: Draft, work: Promise<Outcome>): Promise<Outcome> {
  const first = await untilStop(context, work);
  if (first !== 'stuck') return first;
  // What was traded before it hung has been traded.
  if (draft.plan && draft.observation && !draft.dryRun)
    markRebalance(context, draft.iteration, draft.observation.snapshot, draft.plan, false);
  return afterHanging(context, draft);
}

async function iterate(context: AccountContext, draft: Draft): Promise<Outcome> {
  const { settings } = context;
  if (!settings.dryRun) {
    tellHalt(context);
    draft.inherited = context.journal.openOrders(settings.id);
    const unfinished = await recover(context, draft.inherited);
    if (unfinished.length > 0) {
      const reason = `${unfinished.length} order(s) of an earlier iteration are still unresolved: ${stillOpen(unfinished)}`;
      return unresolved(reason, null);
    }
  }
  const brake = settings.dryRun ? null : braked(context);
  if (brake !== null) return held(context, draft, brake);
  const { open, because, sessions, known } = await openingOf(context);
  draft.exchangeOpen = open;
  draft.counted = open || settings.closure.counts;
  if (!open && settings.closure.mode === 'skip_iteration') {
    draft.expected = known;
    return outcome('skipped', because, sessions, known ? undefined : SCHEDULE_AGAIN);
  }
  if (!open && settings.closure.mode === 'dry_run') draft.dryRun = true;
  if (!open && because) draft.warnings.push(because);

  const options: ObserveOptions = {
    exchangeOpen: open,
    asIfTradable: !open && draft.dryRun,
    ownSessions: sessions,
    sessions: sessionReader(context),
    excluded: new Map(),
  };
  return observeAndDecide(context, draft, options);
}

async function observeAndDecide(
  context: AccountContext,
  draft: Draft,
  options: ObserveOptions,
): Promise<Outcome> {
  const { settings } = context;
  const sessions = options.ownSessions;
  const observation = asLearned(context, await observeExplained(context, draft.iteration, options));
  draft.observation = observation;
  draft.warnings.push(...observation.warnings);
  context.saveSnapshot?.(draft.iteration, observation.snapshot);
  if (!draft.dryRun) watchJumps(context, observation.snapshot);
  if (!draft.dryRun) watchMargin(context, observation.snapshot);
  const decision = decide(observation.snapshot, settings.policy);
  if (decision.kind !== 'plan') draft.warnings.push(...jumpWords(context, observation.snapshot));
  if (decision.kind === 'skip') return outcome('skipped', decision.because, sessions);
  if (decision.kind === 'risk_only') return coverDebtOnly(context, draft, options, decision, sessions);
  draft.plan = decision.plan;
  draft.warnings.push(...decision.plan.warnings, ...heldWarnings(decision.plan.heldBack));
  draft.warnings.push(...orderCountWarnings(observation.snapshot, decision.plan));
  if (draft.dryRun) {
    tellHow(context, draft);
    return outcome('planned', nothingToDo(decision.plan), sessions);
  }
  return trade(context, draft, options, observation, decision.plan);
}

/** The plan is meant: what the world did meanwhile is looked at, then orders go out. */
async function trade(
  context: AccountContext,
  draft: Draft,
  options: ObserveOptions,
  observation: Observation,
  plan: Plan,
): Promise<Outcome> {
  const { settings, stop } = context;
  const sessions = options.ownSessions;
  const outside = await watchOutside(context, observation);
  draft.warnings.push(...outside.warnings);
  draft.warnings.push(...(await watchDrawdown(context, observation, outside)));
  const halted = braked(context);
  if (halted !== null) return afterBrake(context, draft, halted);
  context.journal.manage(settings.id, settings.tickers, context.clock.now());
  if (plan.orders.length === 0) {
    markRebalance(context, draft.iteration, observation.snapshot, plan, true);
    return awaitPerson(context, draft, outcome('nothing_to_do', nothingToDo(plan), sessions));
  }
  if (stop.aborted) return outcome('partial', 'interrupted before the first order', sessions);

  logCosts(context, plan);
  const mark = (whole: boolean) => markRebalance(context, draft.iteration, observation.snapshot, plan, whole);
  const acted = await act(context, draft.iteration, options, observation, plan).catch((error: unknown) => {
    // What was traded before the venue failed has been traded: the cooldown counts from it.
    if (error instanceof WorldError) mark(false);
    throw error;
  });
  draft.warnings.push(...acted.warnings, ...acted.notMade);
  draft.short = acted.short;
  mark(!acted.unfinished && acted.unseen !== true && !stop.aborted);
  watchFreeFunds(context, draft.iteration);
  if (!acted.unfinished && !acted.unseen) {
    const settled = decide(acted.observation.snapshot, settings.policy);
    if (settled.kind === 'plan') {
      draft.observation = acted.observation;
      draft.settled = settled.plan;
    } else draft.warnings.push(`the account after trading could not be valued: ${settled.because}`);
    rememberAccount(context, acted.observation);
  }
  return awaitPerson(context, draft, afterTrading(context, draft, acted, sessions));
}

/** Before anything is done: what it is expected to cost. */
function logCosts({ log }: AccountContext, { orders, fees, costs }: Plan): void {
  const { turnover, debt, overnight } = costs;
  const facts = {
    fees: decimal(fees),
    turnover: decimal(turnover),
    debt: decimal(debt),
    overnight: decimal(overnight),
  };
  log.info(facts, `${orders.length} order(s) are planned`);
}

/** A person's brake is on. A halted account's debt is told of before the day's trading ends. */
async function held(context: AccountContext, draft: Draft, because: string): Promise<Outcome> {
  const ended = afterBrake(context, draft, because);
  if (ended.ending.status !== 'failed') return ended;
  const { open, sessions } = await openingOf(context);
  draft.exchangeOpen = open;
  const wakeMs = await watchDebt(context, sessions);
  if (wakeMs === null) return ended;
  return { ...ended, afterwards: { kind: 'soon', afterMs: wakeMs - context.clock.now() } };
}

/** The total or the weights are unknown: only a debt that is not allowed is covered, nothing is balanced. */
async function coverDebtOnly(
  context: AccountContext,
  draft: Draft,
  options: ObserveOptions,
  decision: Extract<Decision, { kind: 'risk_only' }>,
  sessions: readonly Session[],
): Promise<Outcome> {
  const { observation } = draft;
  const reason = `${RISK_ONLY}: ${decision.because}`;
  draft.riskOnly = decision.orders;
  draft.warnings.push(...decision.warnings);
  if (draft.dryRun || !observation) return outcome('planned', reason, sessions);
  const acted = await act(context, draft.iteration, options, observation, decision);
  draft.warnings.push(...acted.warnings, ...acted.notMade);
  if (!acted.unfinished && !acted.unseen) draft.observation = acted.observation;
  const after = afterTrading(context, draft, acted, sessions);
  return after.ending.status === 'balanced' ? outcome('partial', reason, sessions) : after;
}
