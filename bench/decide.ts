// How long one decision takes: random portfolios of 12, 100 and 500 instruments, every one decided from scratch.

import { monotonicMs } from '../src/clock.ts';
import { decide } from '../src/core/decide.ts';
import { type Facts, NO_FACTS } from '../src/core/facts.ts';
import { unknownFacts } from '../src/core/fund-facts.ts';
import type { Policy } from '../src/core/policy.ts';
import { NO_RULES } from '../src/core/policy.ts';
import type { Holding, Snapshot } from '../src/core/portfolio.ts';
import { lotSize, money, NO_SHARES, price, rate, raw, shares } from '../src/core/units.ts';
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

/** The same portfolio under every rule at once, with room enough that each has something to say. */
function withEveryRule(
  input: ReturnType<typeof randomCase>,
  random: () => number,
): ReturnType<typeof randomCase> {
  const { snapshot, policy } = input;
  const holdings = snapshot.holdings.map((holding, index) => ({
    ...holding,
    averagePrice: price(
      (raw(holding.price ?? price(1n)) * BigInt(900 + Math.floor(random() * 200))) / 1_000n,
    ),
    marginRate: index % 4 === 0 ? null : rate(200_000_000n),
  }));
  const worth = holdings.reduce((sum, each) => sum + raw(each.price ?? price(0n)) * raw(each.pieces), 0n);
  const equity = worth + raw(snapshot.cash);
  const part = (percent: bigint) => money((equity * percent) / 100n);
  const facts: Facts = {
    ...snapshot.facts,
    margin: { kind: 'enabled', liquid: part(75n), starting: part(15n), minimal: part(8n) },
    closes: new Map(
      holdings.map(({ ticker, price: now }) => [
        ticker,
        Array.from({ length: 260 }, (_, day) => ({
          dayMs: (day - 260) * 86_400_000,
          price: price((raw(now ?? price(1n)) * BigInt(950 + Math.floor(random() * 60))) / 1_000n),
        })),
      ]),
    ),
    funds: new Map(
      holdings.map(({ ticker, price: now }) => {
        const nav = {
          kind: 'known' as const,
          value: now ?? price(1n),
          asOfMs: 0,
          fetchedAtMs: 0,
          source: 'bench',
        };
        return [ticker, { ...unknownFacts(ticker, 'not asked'), nav }];
      }),
    ),
  };
  const tickers = holdings.map(({ ticker }) => ticker);
  return {
    snapshot: { ...snapshot, holdings, facts },
    policy: {
      ...policy,
      margin: {
        multiplier: 1.5,
        freeThreshold: part(1n),
        maxMarginSize: part(30n),
        strategy: 'keep_if_small',
        minFundsSufficiency: 1.2,
      },
      minProfitPercent: -5,
      funding: { instruments: new Set(tickers.slice(0, 2)), mode: 'equal_in_percents', minBuyPercent: 0.1 },
      confirmAbove: part(25n),
      rebalance: {
        trigger: 'threshold',
        thresholdPercent: 5,
        relativeThresholdPercent: 25,
        volatilityAdjusted: true,
        to: random() < 0.5 ? 'target' : 'edge',
        scope: random() < 0.5 ? 'all' : 'breached',
      },
      limits: {
        minTrade: part(0n),
        dustPercent: 0.02,
        maxTradePercent: 10,
        maxTurnoverPercent: 60,
        maxDayTurnoverPercent: 200,
        maxOrders: 8,
        maxPremiumPercent: 3,
        movingAverageDays: 20,
        buyOnly: false,
        doNotSell: new Set(tickers.slice(2, 3)),
        doNotBuy: new Set(tickers.slice(3, 4)),
        cashReserve: money(0n),
      },
    },
  };
}

export function benchDecide(seed: number): Row[] {
  return [...plain(seed), everyRule(seed)];
}

function everyRule(seed: number): Row {
  const random = seededRandom(seed);
  const inputs = Array.from({ length: 400 }, () => withEveryRule(randomCase(random, 12), random));
  for (const input of inputs.slice(0, 40)) decideOnce(input);
  const times = inputs.map((input) => Math.min(decideOnce(input), decideOnce(input), decideOnce(input)));
  return spread('decide, 12 instruments under every rule, best of 3 each', times, 'ms');
}

function plain(seed: number): Row[] {
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
