// `rebalance`: whether this iteration goes to the targets, and with which instruments. Nothing to do is always explained.
// `threshold`: when a band is broken; `calendar`: when it is due; `hybrid`: at every check that finds a band broken, or with
// a calendar at its instants only. The window and the cooldown stop all of it. Where bands are set, `rebalance_to: edge`
// and `rebalance_scope: breached` hold under every trigger, `always` included.

import type { Aim, Policy, Stage } from '../policy.ts';
import { unreachable } from '../unreachable.ts';
import { type BandInput, hasBands, type Standing, standingsOf } from './bands.ts';

export interface AimInput extends BandInput {
  readonly stage: Stage;
}

const BALANCE: Aim = { kind: 'balance', because: null };

export function aimOf(input: AimInput): Aim {
  const { stage, policy, snapshot } = input;
  if (stage.kind === 'buys' && stage.aim) return stage.aim;
  const { timing } = snapshot.facts;
  const { trigger } = policy.rebalance;
  if (trigger === 'always' && timing.blocked === null && !isPartial(policy)) return BALANCE;
  const standings = standingsOf(input);
  if (timing.blocked !== null) {
    const rule = timing.blockedBy ?? 'rebalance';
    return { kind: 'quiet', rule, idle: true, because: withDrift(timing.blocked, standings) };
  }
  if (waitsForCalendar(policy, timing)) {
    const next = timing.calendar === '' ? '' : `, ${timing.calendar}`;
    const because = withDrift(`the calendar is not due${next}`, standings);
    return { kind: 'quiet', rule: 'rebalance.calendar', because };
  }
  return needsBreach(policy) ? byBands(policy, standings) : BALANCE;
}

/** Less than everything, all the way. */
const isPartial = (policy: Policy): boolean =>
  hasBands(policy) && (policy.rebalance.to === 'edge' || policy.rebalance.scope === 'breached');

/** @param calendar when it is due next, in words; empty without a calendar. */
function waitsForCalendar(
  policy: Policy,
  { calendarDue, calendar }: { calendarDue: boolean; calendar: string },
): boolean {
  const { trigger } = policy.rebalance;
  switch (trigger) {
    case 'always':
    case 'threshold':
      return false;
    case 'calendar':
      return !calendarDue;
    case 'hybrid':
      return calendar !== '' && !calendarDue;
    default:
      return unreachable(trigger);
  }
}

function needsBreach(policy: Policy): boolean {
  const { trigger } = policy.rebalance;
  return trigger === 'threshold' || trigger === 'hybrid' || isPartial(policy);
}

function byBands(policy: Policy, standings: readonly Standing[]): Aim {
  const broken = standings.filter(({ breached }) => breached);
  if (broken.length === 0) {
    const stuck = standings.filter(({ outside }) => outside).map(({ ticker }) => ticker);
    const but = stuck.length === 0 ? '' : ` (${stuck.join(', ')} cannot be moved back now)`;
    return { kind: 'quiet', because: withDrift(`no band is broken${but}`, standings) };
  }
  const because = withUnscaled(broken.map(drifted).join('; '), standings);
  if (!isPartial(policy)) return { kind: 'balance', because };
  const bands = standings.map(
    ({ ticker, low, high, breached }) => [ticker, { low, high, breached }] as const,
  );
  return { kind: 'breached', bands: new Map(bands), because };
}

function withDrift(said: string, standings: readonly Standing[]): string {
  const [largest] = standings.toSorted(
    (a, b) => Math.abs(b.drift) - Math.abs(a.drift) || (a.ticker < b.ticker ? -1 : 1),
  );
  return withUnscaled(largest ? `${said}: largest drift ${drifted(largest)}` : said, standings);
}

/** "TMOS +2.10 pp, band 5 pp" */
function drifted({ ticker, drift, half }: Standing): string {
  const band = Number.isFinite(half) ? `band ${trimmed(half)} pp` : 'no band';
  return `${ticker} ${drift < 0 ? '-' : '+'}${Math.abs(drift).toFixed(2)} pp, ${band}`;
}

const trimmed = (points: number): string => String(Math.round(points * 100) / 100);

/** A band that should follow volatility and cannot is said to be as wide as it is written. */
function withUnscaled(said: string, standings: readonly Standing[]): string {
  const unscaled = standings.flatMap(({ ticker, unscaled: why }) =>
    why === null ? [] : [`${ticker} (${why})`],
  );
  return unscaled.length === 0 ? said : `${said}; not adjusted to volatility: ${unscaled.join(', ')}`;
}
