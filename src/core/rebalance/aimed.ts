// What the solver goes for: the targets themselves, or as far as the aim goes towards them.
// What left its band goes to the target or to the edge; the rest stays where it is, but for surplus RUB, which goes to what
// is most under target and may be bought, and for RUB that is missing, which comes from what is most above it.
// Guarantees: on the way to the targets, never past them, except where cash below its floor must be covered.

import type { BoundContext } from '../bounds/bound.ts';
import { priceTrouble } from '../bounds/no-price.ts';
import { type Band, commissionOf, type Policy } from '../policy.ts';
import { type Holding, lotsHeld, RUB } from '../portfolio.ts';
import {
  absolute,
  add,
  allocate,
  isLess,
  isPositive,
  larger,
  type Money,
  money,
  NANO,
  NO_MONEY,
  percentOf,
  portionUp,
  raw,
  smaller,
  subtract,
  times,
  total,
} from '../units.ts';
import type { BandInput } from './bands.ts';
import { level } from './level.ts';
import { purchaseRooms } from './purchase-room.ts';

export type AimedInput = BandInput & Pick<BoundContext, 'aim' | 'exposure' | 'stage'>;

/** RUB worth to go for per ticker, RUB included. The targets themselves where nothing holds the aim back. */
export function aimedTargets(input: AimedInput): ReadonlyMap<string, Money> {
  const { aim, policy, targets, snapshot } = input;
  if (aim.kind === 'balance' && !policy.limits.buyOnly) return carried(input, targets);
  const most = mostWorth(input);
  const aimed = aimedAt(input, most, NO_MONEY);
  if (aim.kind !== 'breached' || policy.rebalance.to === 'target') return aimed;
  // An edge is a share of the total that the trades leave, or they break the band anew by what they have cost.
  return aimedAt(input, most, portionUp(tradedTo(input, aimed), commissionOf(snapshot, policy)));
}

/** @param fees what reaching it takes of the total */
function aimedAt(input: AimedInput, most: ReadonlyMap<string, Money>, fees: Money): Aimed {
  const { aim } = input;
  const aimed = new Map(input.balanced.map(({ ticker }) => [ticker, worthNow(input, ticker)]));
  if (aim.kind === 'breached') moveBreached(input, aim.bands, aimed, most, fees);
  if (aim.kind !== 'quiet' || aim.idle !== true) {
    invest(input, aimed, most);
    // What nobody may buy is counted as bought: RUB that is left would be one more thing to sell for.
    invest(input, aimed, input.targets);
  }
  raise(input, aimed);
  return aimed.set(RUB, cashLeft(input, aimed));
}

/** Purchases may not take RUB below this: a plan that only invests a surplus spends no more than that, and borrows nothing. */
export function aimedFloor({ aim, exposure, snapshot, aimed }: BoundContext): Money {
  if (aim.kind !== 'quiet') return exposure.cashFloor;
  const goal = larger(NO_MONEY, aimed.get(RUB) ?? NO_MONEY);
  const kept =
    aim.idle === true ? snapshot.cash : smaller(snapshot.cash, subtract(goal, snapshot.blockedCash));
  return larger(exposure.cashFloor, kept);
}

/** Of what may be owed. */
const NEAR_PERCENT = 95n;

/** The targets of the total that fees leave, where that is what limits the debt: the next plan finds them reached. */
function carried(input: AimedInput, targets: ReadonlyMap<string, Money>): ReadonlyMap<string, Money> {
  const { exposure, equity, snapshot, policy } = input;
  const owes = -raw(targetOf(input, RUB));
  // With a share of RUB that fees do not use up the limit is not reached anyway.
  if (raw(exposure.costWeight) === NANO || owes * 100n < raw(exposure.debtLimit) * NEAR_PERCENT)
    return targets;
  const tickers = input.balanced.map(({ ticker }) => ticker);
  const left = subtract(equity, portionUp(tradedTo(input, targets), commissionOf(snapshot, policy)));
  if (!isPositive(left)) return targets;
  const part = (target: Money): Money => money((raw(target) * raw(left)) / raw(equity));
  return new Map([...tickers, RUB].map((ticker) => [ticker, part(targetOf(input, ticker))]));
}

/** RUB that is traded on the way there. */
const tradedTo = (input: AimedInput, goals: ReadonlyMap<string, Money>): Money =>
  total(
    input.balanced.map(({ ticker }) =>
      absolute(subtract(goals.get(ticker) ?? NO_MONEY, worthNow(input, ticker))),
    ),
  );

type Aimed = Map<string, Money>;
const worthNow = ({ values }: AimedInput, ticker: string): Money => values.get(ticker) ?? NO_MONEY;
const targetOf = ({ targets }: AimedInput, ticker: string): Money => targets.get(ticker) ?? NO_MONEY;

/** RUB once everything is worth what is aimed at. */
const cashWith = (input: AimedInput, aimed: Aimed): Money =>
  input.balanced.reduce(
    (cash, { ticker }) => add(cash, subtract(worthNow(input, ticker), aimed.get(ticker) ?? NO_MONEY)),
    worthNow(input, RUB),
  );

/** Purchases leave RUB what sells are to keep it at, as far as it has that: what is not sold pays for none of them. */
function cashLeft(input: AimedInput, aimed: Aimed): Money {
  const rest = cashWith(input, aimed);
  const kept = wantedCash(input);
  return kept === null
    ? rest
    : larger(rest, smaller(worthNow(input, RUB), smaller(targetOf(input, RUB), kept)));
}

/** What each may be worth at most by what the rules let be bought of it; absent: no rule bounds it. */
const mostWorth = (input: AimedInput): ReadonlyMap<string, Money> =>
  new Map([...purchaseRooms(input)].map(([ticker, room]) => [ticker, add(worthNow(input, ticker), room)]));

function moveBreached(
  input: AimedInput,
  bands: ReadonlyMap<string, Band>,
  aimed: Aimed,
  most: ReadonlyMap<string, Money>,
  fees: Money,
): void {
  const { rebalance, limits } = input.policy;
  for (const { ticker } of input.balanced) {
    const band = bands.get(ticker);
    if (!band?.breached) continue;
    const wanted = rebalance.to === 'edge' ? edgeFor(input, ticker, band, fees) : targetOf(input, ticker);
    const goal = smaller(wanted, most.get(ticker) ?? wanted);
    aimed.set(ticker, limits.buyOnly ? larger(goal, worthNow(input, ticker)) : goal);
  }
  if (limits.buyOnly) payFromSurplus(input, aimed);
}

/** Where nothing is sold nothing would bring RUB back: purchases share what it has above its target, the largest gap first. */
function payFromSurplus(input: AimedInput, aimed: Aimed): void {
  const gaps = input.balanced.map(({ ticker }) =>
    subtract(aimed.get(ticker) ?? NO_MONEY, worthNow(input, ticker)),
  );
  for (const { ticker } of input.balanced) aimed.set(ticker, worthNow(input, ticker));
  shift(input, aimed, level(subtract(worthNow(input, RUB), targetOf(input, RUB)), gaps), add);
}

/**
 * The edge that the worth lies beyond; the worth itself where it is inside by now. A weight of 0 goes to 0.
 * @param fees lower the upper edge; the lower one stays: fees that turn out less would leave it above
 */
function edgeFor(input: AimedInput, ticker: string, { low, high }: Band, fees: Money): Money {
  const target = targetOf(input, ticker);
  if (!isPositive(target) && ticker !== RUB) return NO_MONEY;
  const value = worthNow(input, ticker);
  const half = partOf(input.equity, (high - low) / 2);
  const upper = subtract(add(target, half), partOf(fees, high));
  return larger(subtract(target, half), smaller(value, upper));
}

/** @param percent 0 or more; to a millionth of a percent, downwards, so that an edge is inside its band. */
const partOf = (whole: Money, percent: number): Money =>
  Number.isFinite(percent) ? money((raw(whole) * BigInt(Math.floor(percent * 1e6))) / 100_000_000n) : whole;

/** RUB above its target goes to what is most under its own, up to `most`. A quiet plan borrows nothing for that. */
function invest(input: AimedInput, aimed: Aimed, most: ReadonlyMap<string, Money>): void {
  const goal = targetOf(input, RUB);
  const ceiling = input.aim.kind === 'quiet' ? larger(NO_MONEY, goal) : goal;
  const surplus = subtract(cashWith(input, aimed), ceiling);
  if (!isPositive(surplus)) return;
  const gaps = input.balanced.map(({ ticker }) => {
    const target = targetOf(input, ticker);
    const reach = smaller(target, most.get(ticker) ?? target);
    return larger(NO_MONEY, subtract(reach, aimed.get(ticker) ?? NO_MONEY));
  });
  shift(input, aimed, level(surplus, gaps), add);
}

/** RUB that is missing comes from what is most above its target; below the floor from everything that may be sold. */
function raise(input: AimedInput, aimed: Aimed): void {
  const floor = add(input.exposure.cashFloor, input.snapshot.blockedCash);
  const wanted = wantedCash(input);
  // Without such a wish sells pay for no purchase: only what is missing already is raised.
  const have =
    wanted === null ? larger(cashWith(input, aimed), worthNow(input, RUB)) : cashWith(input, aimed);
  const need = subtract(larger(floor, wanted ?? floor), have);
  if (!isPositive(need)) return;
  const sellable = input.balanced.map((holding) => maySell(holding, input.policy));
  const gaps = input.balanced.map(({ ticker }, index) =>
    sellable[index]
      ? larger(NO_MONEY, subtract(aimed.get(ticker) ?? NO_MONEY, targetOf(input, ticker)))
      : NO_MONEY,
  );
  shift(input, aimed, level(need, gaps), subtract);
  const missing = subtract(floor, larger(cashWith(input, aimed), worthNow(input, RUB)));
  const worths = input.balanced.map(({ ticker }, index) =>
    sellable[index] ? (aimed.get(ticker) ?? NO_MONEY) : NO_MONEY,
  );
  if (isPositive(missing) && worths.some(isPositive)) {
    const whole = total(worths);
    const parts = allocate(
      smaller(missing, whole),
      worths.map((worth) => percentOf(worth, whole)),
    );
    shift(input, aimed, parts, subtract);
  }
}

/** What sells of the rest are to keep RUB at; `null` where none is sold for that. Once they are done: what the plan leaves. */
function wantedCash(input: AimedInput): Money | null {
  const { aim, policy, stage } = input;
  if (aim.kind !== 'breached') return null;
  if (stage.kind === 'buys') {
    const left = stage.planned?.get(RUB);
    return left === undefined ? null : times(money(NANO), left);
  }
  const value = worthNow(input, RUB);
  const target = targetOf(input, RUB);
  const band = aim.bands.get(RUB);
  if (band?.breached && isLess(value, target))
    return policy.rebalance.to === 'edge' ? edgeFor(input, RUB, band, NO_MONEY) : target;
  return policy.rebalance.scope === 'all' ? smaller(target, value) : null;
}

const maySell = (holding: Holding, policy: Policy): boolean =>
  holding.hold === null &&
  holding.sellable &&
  isPositive(lotsHeld(holding)) &&
  priceTrouble(holding, policy.maxPriceAgeMs) === null;

function shift(
  input: AimedInput,
  aimed: Aimed,
  parts: readonly Money[],
  by: (worth: Money, part: Money) => Money,
): void {
  input.balanced.forEach(({ ticker }, index) => {
    aimed.set(ticker, by(aimed.get(ticker) ?? NO_MONEY, parts[index] ?? NO_MONEY));
  });
}
