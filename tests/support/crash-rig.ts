// One bot and its venue for tests that kill: accounts of funds and shares with lots, prices that move so that every life
// has orders to send, and the books of both sides to judge it by.

import { join } from 'node:path';
import type { Random } from '../../src/ports.ts';
import { block, configure, type Running, TOKEN, type VenueProcess, type Workshop } from './bot-process.ts';
import { checkedRecords } from './iteration-schema.ts';
import { type JournalRows, journalRows } from './journal-rows.ts';

const FIRST_ACCOUNT = 2_000_000_001;
/** Prices move by at most this: far from what counts as a jump. */
const SWING = 0.08;
const TICKERS = ['TMOS', 'TBRU', 'TRUR', 'TGLD', 'SBER', 'GAZP', 'AFKS', 'FEES'];
const PIECES = { TMOS: 40_000, TRUR: 10_000, SBER: 400, GAZP: 2_000, FEES: 2_000_000 };

/** Orders together, in turn with a pause, and of another type. */
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

export interface CrashRig {
  readonly venue: VenueProcess;
  readonly accounts: readonly string[];
  readonly journal: JournalRows;
  /** The daemon, or what else `args` say; a proxy may stand between it and the venue. */
  start(args?: readonly string[], endpoint?: string): Running;
  /** What is wrong so far by the venue's and the journal's books. */
  faults(settled?: boolean): Promise<string[]>;
}

/** @param ids of the accounts: "a", "b", "c" */
export async function openRig(shop: Workshop, ids: readonly string[] = ['a', 'b', 'c']): Promise<CrashRig> {
  const dir = shop.dir();
  const blocks = BLOCKS.filter(({ id }) => ids.includes(String(id))).map((keys, at) =>
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
  return {
    venue,
    accounts: ids,
    journal: journalRows(stateDir),
    start: (args = ['start', '--json'], endpoint = venue.endpoint) =>
      shop.start(args, dir, { env: { TINVEST_ENDPOINT: endpoint } }),
    faults: async (settled = false) =>
      (await venue.tell(settled ? 'books settled' : 'books')).faults as string[],
  };
}

async function deposit({ venue }: CrashRig, random: Random): Promise<void> {
  const account = venue.accounts[Math.floor(random() * venue.accounts.length)]!;
  if (random() < 0.15) await venue.tell(`deposit ${account} ${Math.ceil(random() * 20_000)}`);
}

/**
 * For a rig between two lives: moves prices around where they began, and now and then pays in, so that the accounts are
 * out of balance. Instruments with an order in flight stay: a resend that has become too dear is refused, which after an
 * unclear attempt proves nothing, so that its account would wait a quarter of an hour for the proof of absence.
 */
export function unbalancer(rig: CrashRig): (random: Random) => Promise<void> {
  const factors = new Map<string, number>();
  return async (random) => {
    const inFlight = new Set(rig.journal.openOrders().map(({ ticker }) => ticker));
    for (const ticker of TICKERS) {
      const wanted = 1 - SWING + random() * 2 * SWING;
      if (random() < 0.4 || inFlight.has(ticker)) continue;
      const factor = wanted / (factors.get(ticker) ?? 1);
      factors.set(ticker, wanted);
      await rig.venue.tell(`gap ${ticker} ${factor.toFixed(6)}`);
    }
    await deposit(rig, random);
  };
}

/** The same beside a running bot: prices only fall, so that no order on its way becomes too dear. */
export async function letFall(rig: CrashRig, random: Random): Promise<void> {
  for (const ticker of TICKERS)
    if (random() < 0.5) await rig.venue.tell(`gap ${ticker} ${(1 - random() * SWING).toFixed(6)}`);
  await deposit(rig, random);
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
