// What T-Invest lets one user ask in a minute, how much of it this program uses, and how many iterations that is.

/** Requests a minute by group of methods; all accounts of a user share them. The venue's own word overrides them. */
export const REQUESTS_A_MINUTE = {
  instruments: 200,
  users: 100,
  operations: 200,
  marketdata: 600,
  orders: 100,
  getOrders: 200,
  postOrder: 300,
  cancelOrder: 100,
  sandbox: 200,
} as const;

/** The part of a limit that is used. */
export const budgetOf = (limit: number): number => Math.max(1, Math.floor(0.8 * limit));

/** While more of a budget than this is used up no iteration begins; the rest is for those that are under way. */
export const PART_FOR_NEW_ITERATIONS = 0.75;

/** What an iteration that finds nothing to do asks. The sandbox counts positions and orders together. */
const READS_OF_ITERATION = {
  live: { operations: 1, getOrders: 1, marketdata: 2 },
  sandbox: { sandbox: 2, marketdata: 2 },
} as const;

/** Iterations a minute that one token's limits have room for, all its accounts together. */
export function iterationsAMinute(broker: 'live' | 'sandbox'): number {
  const counts: Partial<Record<keyof typeof REQUESTS_A_MINUTE, number>> = READS_OF_ITERATION[broker];
  const rates = Object.entries(REQUESTS_A_MINUTE).map(([group, limit]) => {
    const [, reads = 0] = Object.entries(counts).find(([name]) => name === group) ?? [];
    return reads === 0
      ? Number.POSITIVE_INFINITY
      : Math.floor(budgetOf(limit) * PART_FOR_NEW_ITERATIONS) / reads;
  });
  return Math.min(...rates);
}
