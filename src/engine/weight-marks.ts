// The weights that `diff` compares with, kept in the journal so that a restart changes nothing: those of the day's last
// iteration that traded, or those of 00:00 Moscow time. Guarantees: a mark of another day, wallet or mode is none; dry
// runs leave no mark; where the weights of midnight cannot be rebuilt the day's first known weights stand in all day.

import type { Facts, WeightReference } from '../core/facts.ts';
import type { FundFacts } from '../core/fund-facts.ts';
import { moscowMidnight } from '../core/moscow-day.ts';
import type { Plan } from '../core/plan.ts';
import type { Policy } from '../core/policy.ts';
import { baseWeights } from '../core/target-weights.ts';
import { isPositive } from '../core/units.ts';
import { dayOf } from '../core/weights/close-window.ts';
import type { WeightLimit } from '../core/weights/weighting-policy.ts';
import type { FundNeed, WeightMark } from '../ports.ts';
import type { AccountContext } from './account-context.ts';
import { modeFundNeeds } from './fact-needs.ts';
import type { FactsInput } from './facts-input.ts';

export interface ReferenceInput extends FactsInput {
  /** As just read. */
  readonly now: Pick<Facts, 'funds' | 'closes' | 'closeProblems'>;
  /** Fund data of an earlier instant. */
  then(needs: readonly FundNeed[], atMs: number): Promise<ReadonlyMap<string, FundFacts>>;
}

export async function referenceOf(
  context: AccountContext,
  input: ReferenceInput,
): Promise<WeightReference | null> {
  const { settings, journal } = context;
  const { diff } = settings.policy;
  if (diff.mode === 'off') return null;
  const dayMs = moscowMidnight(input.nowMs);
  const fingerprint = fingerprintOf(settings.policy);
  const mark = journal.weightMark(settings.id, diff.mode);
  if (mark !== null && mark.dayMs === dayMs && mark.fingerprint === fingerprint) return mark;
  if (diff.mode === 'iteration') return null;
  const found = await weightsOfDay(context, input, dayMs);
  if (found !== null && !input.dryRun)
    journal.setWeightMark(settings.id, 'day', { ...found, dayMs, fingerprint });
  return found;
}

/** After an iteration that executed something: what the day's next one is compared with. */
export function markIteration(context: AccountContext, iteration: string, plan: Plan): void {
  const { settings, journal, clock } = context;
  if (settings.policy.diff.mode !== 'iteration') return;
  if (!journal.ordersOf(iteration).some(({ executed }) => isPositive(executed))) return;
  const atMs = clock.now();
  journal.setWeightMark(settings.id, 'iteration', {
    dayMs: moscowMidnight(atMs),
    atMs,
    fingerprint: fingerprintOf(settings.policy),
    weights: plan.weighing.base,
  });
}

async function weightsOfDay(
  { settings, log }: AccountContext,
  { now, then, nowMs }: ReferenceInput,
  dayMs: number,
): Promise<Pick<WeightMark, 'atMs' | 'weights'> | null> {
  const { policy } = settings;
  const needs = modeFundNeeds(policy);
  const funds = needs.length === 0 ? new Map<string, FundFacts>() : await then(needs, dayMs);
  const today = dayOf(dayMs);
  const closes = new Map(
    [...now.closes].map(([ticker, days]) => [ticker, days.filter((close) => close.dayMs < today)]),
  );
  const midnight = baseWeights(policy, { ...now, funds, closes }, dayMs);
  if (midnight.kind === 'weights') return { atMs: dayMs, weights: midnight.weights };
  log.warn({ problem: midnight.because }, 'the weights of 00:00 Moscow time could not be rebuilt');
  const first = baseWeights(policy, now, nowMs);
  return first.kind === 'weights' ? { atMs: nowMs, weights: first.weights } : null;
}

/** Stands for everything in the configuration that weights come from. */
function fingerprintOf({ mode, wallet, weighting }: Policy): string {
  const { caps, floors, ...rest } = weighting;
  const sorted = (limits: ReadonlyMap<string, number>) => [...limits].sort(([a], [b]) => (a < b ? -1 : 1));
  const limit = (each: WeightLimit) => (each === null || typeof each === 'number' ? each : sorted(each));
  return JSON.stringify([mode, sorted(wallet), limit(caps), limit(floors), Object.entries(rest).sort()]);
}
