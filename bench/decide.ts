// How long one decision takes: random portfolios of 12, 100 and 500 instruments, every one decided from scratch.

import { monotonicMs } from '../src/clock.ts';
import { decide } from '../src/core/decide.ts';
import { NO_FACTS } from '../src/core/facts.ts';
import type { Policy } from '../src/core/policy.ts';
import { NO_RULES } from '../src/core/policy.ts';
import type { Holding, Snapshot } from '../src/core/portfolio.ts';
import { lotSize, money, NO_SHARES, price, rate, shares } from '../src/core/units.ts';
import { seededRandom } from '../src/random.ts';
import { type Row, spread } from './spread.ts';

const LOTS = [1n, 1n, 1n, 10n, 100n, 1_000n, 10_000n];

function randomCase(random: () => number, size: number): { snapshot: Snapshot; policy: Policy } {
  const equity = 3_000 * 10 ** (random() * 5);
  const holdings = Array.from({ length: size }, (_, index): Holding => {
    const lot = LOTS[Math.floor(random() * LOTS.length)] ?? 1n;
    const kopecks = BigInt(Math.max(1, Math.round(10 ** (random() * 6))));
    const each = kopecks * 10_000_000n;
    const worth = BigInt(Math.round((equity / size) * random() * 2 * 1e9));
    return {
      ticker: `T${index}`,
      name: `T${index}`,
      uid: `uid-${index}`,
      isin: '',
      lot: lotSize(lot),
      step: price(10_000_000n),
      price: price(each),
      priceTimeMs: 0,
      priceAgeMs: 0,
      priceProblem: null,
      pieces: shares((worth / (each * lot)) * lot),
      blockedPieces: NO_SHARES,
      averagePrice: null,
      marginRate: null,
      buyable: true,
      sellable: true,
      orderTypes: { market: true, limit: true, bestPrice: true },
      hold: null,
      listed: true,
      vanished: false,
    };
  });
  const weights = holdings.map(() => random());
  const sum = weights.reduce((all, weight) => all + weight, 0) * 1.1;
  const wallet = new Map(
    holdings.map((holding, index) => [holding.ticker, ((weights[index] ?? 0) / sum) * 100]),
  );
  wallet.set('RUB', 100 / 11);
  return {
    snapshot: {
      account: 'bench',
      takenAtMs: 0,
      exchangeOpen: true,
      cash: money(BigInt(Math.round(equity * random() * 1e9))),
      blockedCash: money(0n),
      holdings,
      commissionSeen: null,
      facts: NO_FACTS,
    },
    policy: {
      ...NO_RULES,
      mode: 'manual',
      wallet,
      unlistedPositions: 'keep',
      minOneLot: true,
      minImprovementPp: 0.25,
      orderType: 'market',
      commission: rate(3_000_000n),
      maxPriceAgeMs: 3_600_000,
    },
  };
}

export function benchDecide(seed: number): Row[] {
  return [
    [12, 400],
    [100, 100],
    [500, 40],
  ].map(([size = 0, cases = 0]) => {
    const random = seededRandom(seed + size);
    for (let warm = 0; warm < 10; warm += 1) decideOnce(randomCase(random, size));
    const inputs = Array.from({ length: cases }, () => randomCase(random, size));
    const times = inputs.map((input) => Math.min(decideOnce(input), decideOnce(input), decideOnce(input)));
    return spread(`decide, ${size} instruments, best of 3 each`, times, 'ms');
  });
}

function decideOnce({ snapshot, policy }: ReturnType<typeof randomCase>): number {
  const startedAt = monotonicMs();
  decide(snapshot, policy);
  return monotonicMs() - startedAt;
}
