// Fund data, daily closes and the weights that `diff` compares with.
// Guarantees: asks for nothing that no mode or rule reads; never ends an iteration because a source of fund data fails.

import type { Facts } from '../core/facts.ts';
import { type FundFacts, unknownFacts } from '../core/fund-facts.ts';
import type { FundNeed, FundQuestion } from '../ports.ts';
import { WorldError } from '../ports.ts';
import type { AccountContext } from './account-context.ts';
import { readCloses } from './close-readings.ts';
import { factNeeds } from './fact-needs.ts';
import type { FactsInput } from './facts-input.ts';
import type { WalletListing } from './listings.ts';
import { referenceOf } from './weight-marks.ts';

export type FundReadings = Pick<Facts, 'funds' | 'closes' | 'closeProblems' | 'reference'>;

export async function fundReadings(context: AccountContext, input: FactsInput): Promise<FundReadings> {
  const { policy } = context.settings;
  const { nowMs } = input;
  const weighed = input.wallet.filter(({ ticker }) => (policy.wallet.get(ticker) ?? 0) > 0);
  const needs = factNeeds(policy, nowMs);
  const questions = questionsOf(weighed, input, policy.maxPriceAgeMs);
  const [funds, closes] = await Promise.all([
    needs.fund.size === 0
      ? new Map<string, FundFacts>()
      : factsOf(context, weighed, () => context.fundData.facts(questions, needs.fund)),
    readCloses(context, weighed, { windows: needs.closes, nowMs }),
  ]);
  const then = (wanted: readonly FundNeed[], atMs: number) =>
    factsOf(context, weighed, () => context.fundData.factsAt(questions, new Set(wanted), atMs));
  const now = { funds, ...closes };
  return { ...now, reference: await referenceOf(context, { ...input, now, then }) };
}

/**
 * Whatever no longer resolves cannot be asked about. The last accepted price serves for as long as it would be traded
 * on: one quote that was refused is no reason to balance nothing. An old price is, and so is one that the venue has
 * leapt away from: after a split it would make a market cap out of new units and an old price.
 */
function questionsOf(
  weighed: readonly WalletListing[],
  { holdings }: FactsInput,
  maxPriceAgeMs: number,
): FundQuestion[] {
  const held = new Map(holdings.map((holding) => [holding.uid, holding]));
  return weighed.flatMap(({ ticker, listing }) => {
    if (listing === null) return [];
    const holding = held.get(listing.uid);
    const { price = null, priceTimeMs = null, priceAgeMs = null } = holding ?? {};
    const leapt = holding?.hold?.rule === 'max_price_jump_percent';
    const trusted = !leapt && priceAgeMs !== null && priceAgeMs <= maxPriceAgeMs;
    return [{ ticker, listing, price: trusted ? price : null, priceTimeMs }];
  });
}

/** One answer per ticker: what nobody could say is unknown, and why. */
async function factsOf(
  { log }: AccountContext,
  weighed: readonly WalletListing[],
  ask: () => Promise<ReadonlyMap<string, FundFacts>>,
): Promise<ReadonlyMap<string, FundFacts>> {
  const answers = await ask().catch((error: unknown) => {
    if (!(error instanceof WorldError)) throw error;
    log.warn({ problem: error.message }, 'fund data could not be read');
    return error;
  });
  return new Map(
    weighed.map(({ ticker, hold }) => {
      if (answers instanceof WorldError) return [ticker, unknownFacts(ticker, answers.message)];
      return [
        ticker,
        answers.get(ticker) ?? unknownFacts(ticker, hold ?? 'the sources of fund data say nothing of it'),
      ];
    }),
  );
}
