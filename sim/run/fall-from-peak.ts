// A last story of some seeds, once everything else has been judged: all prices rise in small steps and fall back to where they
// were. An account with `max_drawdown_percent` has lost nothing by that but what its peak was worth, and has to be halted.
// Judged by the venue's books at its last prices. Guarantees: nothing else is looked at any more.

import type { IterationRecord } from '../../src/core/iteration-record.ts';
import { together } from '../check.ts';
import type { SimAccount } from '../generate/generate-accounts.ts';
import { isJump } from '../invariants/told.ts';
import { diceOf } from '../world/streams.ts';
import type { World } from '../world/world.ts';
import { calmAccount, lookMs, looksAgain, tradesAt } from './calm-account.ts';

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
  // As the account has seen it: right after its looks.
  let peak = 0;
  for (let step = 0; step < TIMES; step += 1) {
    if (!moves(world, account, UP)) return;
    peak = Math.max(peak, worthOf(world, account));
  }
  for (let step = 0; step < TIMES; step += 1) if (!moves(world, account, DOWN)) return;
  const fallen = (1 - worthOf(world, account) / peak) * 100;
  // Nothing at all, or only what the wallet does not name, falls by no percent.
  if (!(peak > 0 && fallen >= limit + SLACK_PERCENT)) return;
  for (let look = 0; look < LOOKS; look += 1) if (!looksAgain(world, account)) return;
  if (world.store.journal.halt(account.id) === null && !isHeld(world.records.at(-1)?.record))
    world.violate(
      'drawdown',
      `${account.id} goes on, ${fallen.toFixed(2)} % below its peak, ${limit} % are allowed`,
    );
}

/** A calm account with a limit that such a fall passes, while trading goes on for long enough. */
function whose(world: World): SimAccount | null {
  const calm = calmAccount(world);
  if (calm === null || isHeld(calm.last)) return null;
  const { account } = calm;
  const limit = Number(account.block.max_drawdown_percent ?? Number.POSITIVE_INFINITY);
  const nowMs = world.timeline.now();
  const isOpen = [nowMs, nowMs + lookMs(account, 2 * TIMES + LOOKS + 1)].every((atMs) =>
    tradesAt(world, atMs),
  );
  return limit <= 5 && isOpen ? account : null;
}

/** What waits for a person keeps the price that they know. */
const isHeld = (record: IterationRecord | undefined): boolean =>
  record === undefined ||
  record.status === 'skipped' ||
  record.held_back.some(({ rule }) => /not_tradable|foreign|price/.test(rule));

/** All prices change by so much; whether the account has looked at them, and none has leapt. */
function moves(world: World, account: SimAccount, factor: string): boolean {
  const before = pricesOf(world, account, world.timeline.now());
  for (const ticker of papersOf(account)) world.exchange.gapPrice(ticker, factor);
  if (!looksAgain(world, account)) return false;
  const after = pricesOf(world, account, world.timeline.now());
  return !before.some((price, index) => isJump(account, price, after[index] ?? price));
}

const papersOf = ({ wallet }: SimAccount): readonly string[] =>
  Object.keys(wallet).filter((ticker) => ticker !== 'RUB');

const pricesOf = ({ exchange }: World, account: SimAccount, atMs: number): readonly bigint[] =>
  papersOf(account).map((ticker) => exchange.market.last(exchange.instrument(ticker), atMs)?.price ?? 0n);

/** What is balanced, in nano, at the prices of its last look. */
function worthOf(world: World, account: SimAccount): number {
  const books = world.exchange.registry.account(account.brokerAccount);
  const prices = pricesOf(world, account, world.records.at(-1)?.atMs ?? world.timeline.now());
  return papersOf(account).reduce((sum, ticker, index) => {
    const { uid } = world.exchange.instrument(ticker);
    return sum + Number(books.pieces(uid) * (prices[index] ?? 0n));
  }, Number(books.cash()));
}
