// From weights to RUB targets: how much exposure the own money carries, and how low RUB may go.
// Requires: a positive total. Guarantees: targets add up to the total; without margin the floor is never below zero;
// with it debt stays within `max_margin_size` and the multiplier, and within what may stay overnight once trading ends.

import { debtLimit, multiplierOf } from './debt-limit.ts';
import type { Facts } from './facts.ts';
import { marginWarnings } from './margin-warnings.ts';
import type { MarginPolicy, Policy } from './policy.ts';
import { type Holding, RUB, type Snapshot } from './portfolio.ts';
import {
  add,
  allocate,
  integerWeight,
  isLess,
  isPositive,
  kopecks,
  larger,
  type Money,
  money,
  NANO,
  NO_MONEY,
  negate,
  type Rate,
  raw,
  smaller,
  subtract,
  total,
} from './units.ts';
import type { TargetWeights } from './weights/weighting.ts';

export interface Exposure {
  /** RUB target per ticker, RUB included. */
  readonly targets: ReadonlyMap<string, Money>;
  /** Spendable RUB must not end below this; what the owner keeps aside included. */
  readonly cashFloor: Money;
  /** The same without what the owner keeps aside: what has to be reached even where the owner's rules give way for it. */
  readonly leastFloor: Money;
  /** Debt that the rules allow at all now; 0 without margin. */
  readonly debtLimit: Money;
  /** Purchases may not leave RUB below zero, although some debt may stay. */
  readonly ownMoneyOnly: boolean;
  /** How often what trades cost is reserved, so that they do not make the debt too large for the total that they leave. */
  readonly costWeight: Rate;
  readonly warnings: readonly string[];
}

export interface ExposureInput {
  readonly equity: Money;
  /** What takes part, RUB apart. */
  readonly holdings: readonly Holding[];
  readonly weights: TargetWeights;
  readonly policy: Policy;
  readonly facts: Facts;
  /** Spendable RUB now. */
  readonly cash: Snapshot['cash'];
  /** RUB that orders or a withdrawal on its way hold: it is kept aside already. */
  readonly blockedCash?: Snapshot['blockedCash'];
}

export function exposureOf(given: ExposureInput): Exposure {
  const input = { ...given, facts: withDoubts(given) };
  const { policy, facts, equity } = input;
  const invested = larger(NO_MONEY, subtract(equity, facts.setAside));
  const limit = debtLimit(input, equity);
  const shares = sharesOf(input.holdings, input.weights);
  const kept = larger(NO_MONEY, add(policy.limits.cashReserve, facts.setAside));
  const borrows = isPositive(kept) ? null : policy.margin;
  const { exposure, wanted } = exposedTo(invested, shares, limit.most, borrows, facts);
  const targets = withReserve(targetsOf(invested, exposure, shares), invested, shares, policy);
  const limited = isLess(exposure, wanted)
    ? [
        `margin_trading: collateral carries an exposure of ${kopecks(exposure)} RUB, not of ${kopecks(wanted)} RUB (min_funds_sufficiency ${policy.margin?.minFundsSufficiency})`,
      ]
    : [];
  const leastFloor = negate(limit.most);
  return {
    targets: new Map([...targets, [RUB, subtract(equity, total(targets.map(([, target]) => target)))]]),
    cashFloor: isPositive(kept)
      ? larger(NO_MONEY, subtract(kept, input.blockedCash ?? NO_MONEY))
      : leastFloor,
    leastFloor,
    debtLimit: limit.most,
    ownMoneyOnly: limit.ownMoneyOnly,
    costWeight: limit.costWeight,
    warnings: [...marginWarnings(policy.margin, facts), ...limited],
  };
}

/** A holding that waits for a person to believe its price is worth nobody knows what: nothing new is borrowed against it. */
function withDoubts({ facts, holdings }: ExposureInput): Facts {
  const doubted = holdings.filter(
    ({ hold, pieces }) => hold?.rule === 'max_price_jump_percent' && isPositive(pieces),
  );
  if (doubted.length === 0 || facts.margin?.kind !== 'enabled') return facts;
  const names = doubted.map(({ ticker }) => ticker).join(', ');
  return { ...facts, margin: { kind: 'unknown', because: `the price of ${names} is in doubt` } };
}

/** The floor while weights or the total are unknown: no target, nothing kept aside, only what may be owed. */
export function coveringOnly(
  input: Pick<ExposureInput, 'policy' | 'facts' | 'cash'>,
  equity: Money | null,
): Exposure {
  const { most, costWeight } = debtLimit(input, equity);
  const floor = negate(most);
  return {
    targets: new Map(),
    cashFloor: floor,
    leastFloor: floor,
    debtLimit: most,
    ownMoneyOnly: true,
    costWeight,
    warnings: marginWarnings(input.policy.margin, input.facts),
  };
}

interface Share {
  readonly ticker: string;
  readonly weight: number;
  /** Part of its worth that is needed as own money; `null`: all of it, and it is no collateral. */
  readonly marginRate: Holding['marginRate'];
}

/** In the order of the names, so that the nano-ruble that is left over does not depend on the order of the holdings. */
function sharesOf(holdings: readonly Holding[], weights: TargetWeights): Share[] {
  return [
    ...holdings.map(({ ticker, marginRate }) => ({ ticker, marginRate })),
    { ticker: RUB, marginRate: null },
  ]
    .sort((a, b) => Number(a.ticker === RUB) - Number(b.ticker === RUB) || (a.ticker < b.ticker ? -1 : 1))
    .map((share) => ({ ...share, weight: weights.get(share.ticker) ?? 0 }));
}

/**
 * E = max(Q, min(multiplier × Q, (Q + debt) / (1 - r))), and Q if r = 1; where it borrows, no more than leaves
 * `min_funds_sufficiency` of collateral.
 */
function exposedTo(
  own: Money,
  shares: readonly Share[],
  debt: Money,
  margin: MarginPolicy | null,
  { margin: state }: Facts,
): { readonly exposure: Money; readonly wanted: Money } {
  const ownOnly = { exposure: own, wanted: own };
  if (margin === null || state === null || state.kind === 'disabled') return ownOnly;
  const whole = sum(shares);
  const invested = sum(shares.filter(({ ticker }) => ticker !== RUB));
  if (invested === 0n) return ownOnly;
  const carriedBy = (amount: Money): Money => money((raw(amount) * whole) / invested);
  const most = smaller(money((raw(own) * raw(multiplierOf(margin))) / NANO), carriedBy(add(own, debt)));
  // What borrows nothing needs no collateral.
  const secured = larger(carriedBy(own), collateralised(own, shares, margin));
  const wanted = larger(own, most);
  return { exposure: state.kind === 'assumed' ? wanted : smaller(wanted, larger(own, secured)), wanted };
}

const sum = (shares: readonly Share[]): bigint =>
  shares.reduce((whole, { weight }) => whole + integerWeight(weight), 0n);

/** Exact arithmetic in billionths of billionths: rates and the sufficiency are parts of one. */
const SQUARE = NANO * NANO;
/** Fees and steps of the way there take a little of the collateral. */
const CLEARANCE = 1005n;

/** E at which liquid = Q - (what is no collateral) is `min_funds_sufficiency` times the starting margin of the rest. */
function collateralised(own: Money, shares: readonly Share[], margin: MarginPolicy): Money {
  const sufficiency = BigInt(Math.round(margin.minFundsSufficiency * 1e9));
  const needed = shares
    .filter(({ ticker }) => ticker !== RUB)
    .reduce((all, { weight, marginRate }) => {
      const part = marginRate === null ? SQUARE : sufficiency * raw(marginRate);
      return all + integerWeight(weight) * part;
    }, 0n);
  return needed === 0n ? own : money((raw(own) * sum(shares) * SQUARE * 1000n) / (needed * CLEARANCE));
}

type Targets = readonly (readonly [ticker: string, target: Money])[];

/** Targets of everything but RUB, which takes the rest. */
function targetsOf(own: Money, exposure: Money, shares: readonly Share[]): Targets {
  const amounts = allocate(
    larger(own, exposure),
    shares.map(({ weight }) => weight),
  );
  return shares.flatMap(({ ticker }, index) =>
    ticker === RUB ? [] : [[ticker, amounts[index] ?? NO_MONEY] as const],
  );
}

/** `cash_reserve_rub` is RUB's least target: the others share what is left. */
function withReserve(targets: Targets, own: Money, shares: readonly Share[], { limits }: Policy): Targets {
  const free = larger(NO_MONEY, subtract(own, limits.cashReserve));
  if (!isLess(free, total(targets.map(([, target]) => target)))) return targets;
  const others = shares.filter(({ ticker }) => ticker !== RUB);
  if (raw(limits.cashReserve) <= 0n || sum(others) === 0n) return targets;
  const amounts = allocate(
    free,
    others.map(({ weight }) => weight),
  );
  return others.map(({ ticker }, index) => [ticker, amounts[index] ?? NO_MONEY] as const);
}
