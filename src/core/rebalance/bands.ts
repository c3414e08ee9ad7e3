// The band of every weight: absolute points, percent of the target, whichever is narrower, scaled by volatility.
// Guarantees: RUB has only the absolute band, a target under 1 % has no relative one; the edge itself is inside;
// what cannot move the way back is outside its band but breaks nothing.

import { priceTrouble } from '../bounds/no-price.ts';
import type { Band, Policy } from '../policy.ts';
import { type Holding, lotsHeld, RUB, type Snapshot } from '../portfolio.ts';
import { isPositive, isZero, type Money, NO_MONEY, percentOf } from '../units.ts';
import { volatilityScale } from './volatility-scale.ts';

export interface BandInput {
  readonly snapshot: Snapshot;
  readonly policy: Policy;
  /** The holdings that take part in the balance. */
  readonly balanced: readonly Holding[];
  readonly equity: Money;
  /** RUB target per ticker, RUB included. */
  readonly targets: ReadonlyMap<string, Money>;
  /** Present worth per ticker, RUB included. */
  readonly values: ReadonlyMap<string, Money>;
}

export type BandRule = 'rebalance.threshold_percent' | 'rebalance.relative_threshold_percent';

/** A band with where its weight stands, in percentage points of the total. */
export interface Standing extends Band {
  readonly ticker: string;
  readonly drift: number;
  /** Half the band's width; infinite without a band. */
  readonly half: number;
  readonly rule: BandRule | null;
  /** Outside the band, whether it may move or not. */
  readonly outside: boolean;
  /** Why volatility does not scale it although it should; `null` otherwise. */
  readonly unscaled: string | null;
}

/** A relative band around less than this is narrower than trading it is worth. */
const LEAST_RELATIVE_TARGET = 1;
/** What doubles may be off by: a weight on its edge is inside. */
const GRAIN = 1e-9;

export const hasBands = ({ rebalance }: Policy): boolean =>
  rebalance.thresholdPercent !== null || rebalance.relativeThresholdPercent !== null;

/** One per balanced holding, RUB last. */
export function standingsOf(input: BandInput): Standing[] {
  return [
    ...input.balanced.map((holding) => standingOf(input, holding.ticker, holding)),
    standingOf(input, RUB, null),
  ];
}

function standingOf(input: BandInput, ticker: string, holding: Holding | null): Standing {
  const { policy, equity, snapshot } = input;
  const target = percentOf(input.targets.get(ticker) ?? NO_MONEY, equity);
  const weight = percentOf(input.values.get(ticker) ?? NO_MONEY, equity);
  const scaled = policy.rebalance.volatilityAdjusted && holding !== null && hasBands(policy);
  const scale = scaled ? volatilityScale(ticker, snapshot.facts, snapshot.takenAtMs) : NO_SCALE;
  const { half, rule } = bandWidth(policy, holding !== null, target, scale.factor);
  const leaving = holding !== null && target === 0 && !isZero(lotsHeld(holding)) && hasBands(policy);
  const drift = weight - target;
  const outside = leaving || Math.abs(drift) > half + GRAIN;
  return {
    ticker,
    low: target - half,
    high: target + half,
    drift,
    half,
    rule,
    outside,
    breached: outside && (holding === null ? rubMoves(policy, drift) : moves(policy, holding, drift)),
    unscaled: scale.problem,
  };
}

const NO_SCALE = { factor: 1, problem: null };

/** Half a band's width in points of the total, and the key that sets it. @param target percent of the total */
export function bandWidth(
  { rebalance }: Policy,
  instrument: boolean,
  target: number,
  factor: number,
): { half: number; rule: BandRule | null } {
  const absolute = rebalance.thresholdPercent;
  const relative =
    instrument && target >= LEAST_RELATIVE_TARGET && rebalance.relativeThresholdPercent !== null
      ? (rebalance.relativeThresholdPercent * target) / 100
      : null;
  if (absolute === null && relative === null) return { half: Number.POSITIVE_INFINITY, rule: null };
  if (relative === null || (absolute !== null && absolute <= relative))
    return { half: (absolute ?? 0) * factor, rule: 'rebalance.threshold_percent' };
  return { half: relative * factor, rule: 'rebalance.relative_threshold_percent' };
}

/** Whether anything could be done about this drift: what is halted or vetoed would otherwise break its band for ever. */
function moves({ limits, maxPriceAgeMs }: Policy, holding: Holding, drift: number): boolean {
  if (holding.hold !== null || priceTrouble(holding, maxPriceAgeMs) !== null) return false;
  if (drift < 0) return holding.buyable && !limits.doNotBuy.has(holding.ticker);
  return (
    holding.sellable &&
    !limits.buyOnly &&
    !limits.doNotSell.has(holding.ticker) &&
    isPositive(lotsHeld(holding))
  );
}

/** RUB below its target is raised by sells only. */
const rubMoves = ({ limits }: Policy, drift: number): boolean => drift > 0 || !limits.buyOnly;
