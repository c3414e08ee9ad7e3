// A last story of some seeds, once everything else has been judged: all prices rise in small steps and fall back to where they
// were. An account with `max_drawdown_percent` has lost nothing by that but what its peak was worth, and has to be halted.
// Judged by the venue's books at its last prices. Guarantees: nothing else is looked at any more.

import type { IterationRecord } from '../../src/core/iteration-record.ts';
import { isTrading } from '../../src/exchange/calendar.ts';
import { together } from '../check.ts';
import type { SimAccount } from '../generate/generate-accounts.ts';
import { isJump } from '../invariants/told.ts';
import { diceOf } from '../world/streams.ts';
import type { World } from '../world/world.ts';

const MINUTE_MS = 60_000;
/** Less than any price has to leap for a person to be asked. */
const UP = '1.025';
const DOWN = '0.975';
const TIMES = 3;
/** Looks after the last step: the breaker may wait for one where RUB has moved. */
const LOOKS = 2;
/** Prices that live move between a look and the next. */
const SLACK_PERCENT = 1;

export function fallFromPeak(world: World): void {
  const account = whose(world);
  if (account === null || !diceOf(world.seed, 'fall from peak').chance(0.15)) return;
  world.checks = together([]);
  const limit = Number(account.block.max_drawdown_percent);
  world.note(`prices rise and fall back, ${account.id} may fall by ${limit} %`);
  world.coverage.count('person', 'rise and fall');
  let peak = worthOf(world, account);
  for (let step = 0; step < TIMES; step += 1) {
    if (!moves(world, account, UP)) return;
    peak = Math.max(peak, worthOf(world, account));
  }
  for (let step = 0; step < TIMES; step += 1) if (!moves(world, account, DOWN)) return;
  const fallen = (1 - worthOf(world, account) / peak) * 100;
  // Nothing at all, or only what the wallet does not name, falls by no percent.
  if (!(fallen >= limit + SLACK_PERCENT)) return;
  for (let look = 0; look < LOOKS; look += 1) if (!looksAgain(world, account)) return;
  if (world.store.journal.halt(account.id) === null && !isHeld(world.records.at(-1)?.record))
    world.violate(
      'drawdown',
      `${account.id} goes on, ${fallen.toFixed(2)} % below its peak, ${limit} % are allowed`,
    );
}

/** The only account of its world, in order, with a limit that such a fall passes, while trading goes on for long enough. */
function whose({ accounts, exchange, halted, killSwitch, life, records, timeline, skewMs }: World) {
  const [account, another] = accounts;
  const last = records.at(-1)?.record;
  if (account === undefined || another !== undefined || last === undefined) return null;
  const { block, dryRun, id, intervalMs } = account;
  const limit = Number(block.max_drawdown_percent ?? Number.POSITIVE_INFINITY);
  if (limit > 5 || dryRun || block.exchange !== undefined || skewMs !== 0) return null;
  const calm = life?.alive === true && life.stoppedMs === null && !halted.has(id);
  if (!calm || killSwitch.engaged(id) !== null || !last.exchange_open) return null;
  if ((last.status !== 'balanced' && last.status !== 'nothing_to_do') || isHeld(last)) return null;
  const untilMs = timeline.now() + (2 * TIMES + LOOKS + 1) * (intervalMs + 5 * MINUTE_MS);
  const isOpen = (atMs: number) => isTrading(exchange.market.calendar.phase('MOEX', atMs));
  return isOpen(timeline.now()) && isOpen(untilMs) ? account : null;
}

/** What waits for a person keeps the price that they know. */
const isHeld = (record: IterationRecord | undefined): boolean =>
  record?.held_back.some(({ rule }) => /not_tradable|foreign|price/.test(rule)) ?? true;

/** All prices change by so much; whether the account has looked at them, and none has leapt. */
function moves(world: World, account: SimAccount, factor: string): boolean {
  const before = pricesOf(world, account);
  for (const ticker of papersOf(account)) world.exchange.gapPrice(ticker, factor);
  if (!looksAgain(world, account)) return false;
  const after = pricesOf(world, account);
  return !before.some((price, index) => isJump(account, price, after[index] ?? price));
}

/** Whether it has had one more iteration; a halted one has not, and is what is wanted. */
function looksAgain({ records, timeline }: World, { intervalMs }: SimAccount): boolean {
  const from = records.length;
  timeline.run(timeline.now() + intervalMs + 5 * MINUTE_MS, () => records.length > from);
  return records.length > from;
}

const papersOf = ({ wallet }: SimAccount): readonly string[] =>
  Object.keys(wallet).filter((ticker) => ticker !== 'RUB');

const pricesOf = ({ exchange, timeline }: World, account: SimAccount): readonly bigint[] =>
  papersOf(account).map(
    (ticker) => exchange.market.last(exchange.instrument(ticker), timeline.now())?.price ?? 0n,
  );

/** What is balanced, in nano. */
function worthOf(world: World, account: SimAccount): number {
  const books = world.exchange.registry.account(account.brokerAccount);
  const prices = pricesOf(world, account);
  return papersOf(account).reduce((sum, ticker, index) => {
    const { uid } = world.exchange.instrument(ticker);
    return sum + Number(books.pieces(uid) * (prices[index] ?? 0n));
  }, Number(books.cash()));
}
