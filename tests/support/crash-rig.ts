// One bot and its venue for tests that kill: accounts of funds and shares with lots, prices that move before every life
// so that each has orders to send, and what the journal says about the moment of a death.

import { Database } from 'bun:sqlite';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { isFinal, type OrderState } from '../../src/core/order.ts';
import { JOURNAL_FILE } from '../../src/journal/database.ts';
import type { Random } from '../../src/ports.ts';
import { block, configure, type Running, TOKEN, type VenueProcess, type Workshop } from './bot-process.ts';
import { checkedRecords } from './iteration-schema.ts';

const FIRST_ACCOUNT = 2_000_000_001;
/** Price moves stay within this of where they began: far from what counts as a jump. */
const SWING = 0.08;
const TICKERS = ['TMOS', 'TBRU', 'TRUR', 'TGLD', 'SBER', 'GAZP', 'AFKS', 'FEES'];

/** Together, in turn with a pause, and resting kinds of orders. */
const BLOCKS: readonly Record<string, unknown>[] = [
  { id: 'a', desired_wallet: { TMOS: 25, TBRU: 20, GAZP: 20, AFKS: 15, RUB: 20 } },
  {
    id: 'b',
    desired_wallet: { TRUR: 30, TGLD: 20, FEES: 20, SBER: 25, RUB: 5 },
    sleep_between_orders: 15,
  },
  {
    id: 'c',
    desired_wallet: { TMOS: 20, TRUR: 20, GAZP: 20, FEES: 20, SBER: 20 },
    order_type: 'bestprice',
  },
];
const PIECES = { TMOS: 40_000, TRUR: 10_000, SBER: 400, GAZP: 2_000, FEES: 2_000_000 };

export interface OpenOrder {
  readonly account: string;
  readonly ticker: string;
  readonly state: OrderState;
  readonly attempts: number;
}

export interface CrashRig {
  readonly venue: VenueProcess;
  readonly dir: string;
  readonly accounts: readonly string[];
  /** The daemon, or what else `args` say; a proxy may stand between it and the venue. */
  start(args?: readonly string[], endpoint?: string): Running;
  /**
   * Moves prices (and now and then pays in), so that the accounts are out of balance. Instruments with an order in
   * flight stay: a resend that has become too dear is refused, which after an unclear attempt proves nothing, so that its
   * account would wait a quarter of an hour for the proof of absence.
   */
  unbalance(random: Random): Promise<void>;
  /** What is wrong so far by the venue's and the journal's books. */
  faults(settled?: boolean): Promise<string[]>;
  /** Orders that the journal does not call final; none before there is a journal. */
  openOrders(): OpenOrder[];
  /** Everything that the journal has about orders, for comparing. */
  orderRows(): unknown[][];
  /** How orders changed, by the evidence for it. */
  evidence(): Map<string, number>;
}

export async function openRig(shop: Workshop, count = BLOCKS.length): Promise<CrashRig> {
  const dir = shop.dir();
  const blocks = BLOCKS.slice(0, count).map((keys, at) =>
    block({
      name: String(keys.id),
      account_id: String(FIRST_ACCOUNT + at),
      balance_interval: 1000,
      order_wait_seconds: 1,
      max_day_turnover_percent: 100_000,
      ...keys,
    }),
  );
  configure(dir, blocks);
  const stateDir = join(dir, 'data');
  const venue = await shop.venue({
    accounts: blocks.map(({ account_id }) => ({
      token: TOKEN,
      id: String(account_id),
      cash: '400000',
      pieces: PIECES,
    })),
    limits: 'off',
    depthRub: '1000000000',
    watch: stateDir,
  });
  const factors = new Map<string, number>();
  const file = join(stateDir, JOURNAL_FILE);
  const query = (sql: string): Record<string, unknown>[] => {
    if (!existsSync(file)) return [];
    const db = new Database(file, { readonly: true, strict: true, safeIntegers: true });
    try {
      return db.query<Record<string, unknown>, []>(sql).all();
    } finally {
      db.close();
    }
  };
  const openOrders = (): OpenOrder[] =>
    query(
      `SELECT account, ticker, state, (SELECT count(*) FROM attempts WHERE attempts.key = orders.key) AS attempts
       FROM orders`,
    )
      .map(({ account, ticker, state, attempts }) => ({
        account: String(account),
        ticker: String(ticker),
        state: state as OrderState,
        attempts: Number(attempts),
      }))
      .filter(({ state }) => !isFinal(state));
  return {
    venue,
    dir,
    accounts: BLOCKS.slice(0, count).map(({ id }) => String(id)),
    start: (args = ['start', '--json'], endpoint = venue.endpoint) =>
      shop.start(args, dir, { env: { TINVEST_ENDPOINT: endpoint } }),
    async unbalance(random) {
      const inFlight = new Set(openOrders().map(({ ticker }) => ticker));
      for (const ticker of TICKERS) {
        const wanted = 1 - SWING + random() * 2 * SWING;
        if (random() < 0.4 || inFlight.has(ticker)) continue;
        const factor = wanted / (factors.get(ticker) ?? 1);
        factors.set(ticker, wanted);
        await venue.tell(`gap ${ticker} ${factor.toFixed(6)}`);
      }
      const account = venue.accounts[Math.floor(random() * venue.accounts.length)]!;
      if (random() < 0.15) await venue.tell(`deposit ${account} ${Math.ceil(random() * 20_000)}`);
    },
    faults: async (settled = false) =>
      (await venue.tell(settled ? 'books settled' : 'books')).faults as string[],
    openOrders,
    orderRows: () =>
      ['orders', 'attempts', 'transitions', 'legs', 'holdings_before'].map((table) =>
        query(`SELECT * FROM ${table}`),
      ),
    evidence: () =>
      new Map(
        query('SELECT evidence, count(*) AS n FROM transitions GROUP BY evidence ORDER BY evidence').map(
          (row) => [String(row.evidence), Number(row.n)],
        ),
      ),
  };
}

/** At most this many iterations of each account until all are balanced. */
const ITERATIONS_MAX = 4;

/**
 * Runs the bot once after another, without faults, until every account is balanced to a percentage point.
 * Returns what is not, in words; empty = all are.
 */
export async function unbalanced(rig: CrashRig): Promise<string[]> {
  let left: string[] = [];
  for (let turn = 0; turn < ITERATIONS_MAX; turn += 1) {
    const { code, out, err } = await rig.start(['start', '--once', '--json']).ended;
    const records = checkedRecords(out);
    left = rig.accounts.flatMap((account) => {
      const record = records.find((one) => one.account === account);
      const drift = record?.tracking_error_pp?.after ?? Number.POSITIVE_INFINITY;
      const well = record?.status === 'balanced' || record?.status === 'nothing_to_do';
      return well && drift < 1 ? [] : [`${account}: ${record?.status} ${record?.reason}, ${drift} pp off`];
    });
    if (left.length === 0 && code === 0) return [];
    left.push(`exit code ${code}: ${err}`);
  }
  return left;
}
