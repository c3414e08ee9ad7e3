// A last story of some seeds, once an account is in order and everything else has been judged: a person asks for money to be
// kept aside, later withdraws a part of it, and looks at what the venue's books have then. Judged by those alone.
// Requires: one plain account that trades now and for long enough. Guarantees: nothing else is looked at any more.

import { together } from '../check.ts';
import { PAPERS, type SimAccount } from '../generate/generate-accounts.ts';
import { isJump } from '../invariants/told.ts';
import { diceOf } from '../world/streams.ts';
import type { World } from '../world/world.ts';
import { calmAccount, isInOrder, lookMs, looksAgain, tradesAt } from './calm-account.ts';

const NANO = 1_000_000_000;
const DAY_MS = 86_400_000;
/** Weekends and holidays left out these are more days of trading than money takes. */
const LATER_DAYS = 12;
/** What is asked for, of the total, and what is withdrawn of that. */
const ASKED = 0.4;
const WITHDRAWN = 0.5;
/** Prices move, lots are whole, and a difference that small is not worth a trade. */
const ROOM = 0.03;

interface Books {
  readonly cash: number;
  readonly total: number;
}

export function withdrawal(world: World): void {
  const account = whose(world);
  const dice = diceOf(world.seed, 'withdrawal');
  if (account === null || !dice.chance(0.1)) return;
  world.checks = together([]);
  const asked = Math.floor(ASKED * booksOf(world, account).total);
  if (dice.chance(0.3) && !asksForLater(world, account, asked)) return;
  if (!asks(world, [String(asked), '--account', account.id]) || !looksCalmly(world, account)) return;
  compare(world, account, asked, 'were asked for');
  const taken = Math.floor(WITHDRAWN * asked);
  if (booksOf(world, account).cash < taken) return;
  world.exchange.withdraw(account.brokerAccount, String(taken));
  // What was withdrawn is taken off once, however often it is looked at.
  for (let looks = 0; looks < 2 && looksCalmly(world, account); looks += 1)
    compare(world, account, asked - taken, `are left of them, ${taken} withdrawn`);
}

/** What is asked for in weeks is not raised yet; then the person thinks better of it. False: nothing more can be said. */
function asksForLater(world: World, account: SimAccount, asked: number): boolean {
  const later = new Date(world.timeline.now() + LATER_DAYS * DAY_MS).toISOString().slice(0, 10);
  if (!asks(world, [String(asked), '--by', later, '--account', account.id])) return false;
  if (!looksCalmly(world, account)) return false;
  compare(world, account, 0, `are to be there yet, ${asked} by ${later}`);
  return asks(world, ['--cancel', '--account', account.id]);
}

function asks(world: World, words: readonly string[]): boolean {
  const { code, said } = world.person.run(['raise-cash', ...words]);
  world.coverage.count('person', 'raise-cash');
  world.note(`raise-cash ${words.join(' ')}: ${said.trim()}`);
  if (code !== 0) world.violate('raise-cash', `"raise-cash ${words.join(' ')}" ends with ${code}: ${said}`);
  return code === 0;
}

/** A calm account where nothing but its wallet, and no limit of a day, says what it holds, while trading goes on for long enough. */
function whose(world: World): SimAccount | null {
  const calm = calmAccount(world);
  if (calm === null) return null;
  const { account, last } = calm;
  const { plain, patient, block } = account;
  if (!plain || patient || Number(block.max_day_turnover_percent) < 400) return null;
  if (block.unlisted_positions === 'sell' || last.held_back.some(({ rule }) => HELD.test(rule))) return null;
  const isOpen = [0, 1, 2].every((looks) => tradesAt(world, world.timeline.now() + lookMs(account, looks)));
  return isOpen ? account : null;
}

/** What does not move leaves nothing to say. */
const HELD = /not_tradable|foreign|price|min_one_lot|no_new_risk|drawdown|turnover/;

/** Whether it has had one more iteration, is in order, and no price leapt since the last. */
function looksCalmly(world: World, account: SimAccount): boolean {
  const before = world.records.at(-1);
  const sinceMs = before === undefined ? world.timeline.now() : world.beganMs(before.record);
  if (!looksAgain(world, account)) return false;
  const last = world.records.at(-1);
  if (last === undefined || !isInOrder(last.record)) return false;
  const isHeld = last.record.held_back.some(({ rule }) => HELD.test(rule));
  return !isHeld && !hasLeapt(world, account, sinceMs, last.atMs);
}

/** A paper whose price at the venue leapt between two looks is not sold before a person has taken the price. */
function hasLeapt({ exchange }: World, account: SimAccount, sinceMs: number, untilMs: number): boolean {
  return Object.keys(account.wallet).some((ticker) => {
    if (ticker === 'RUB') return false;
    const instrument = exchange.instrument(ticker);
    const [from, to] = [sinceMs, untilMs].map((atMs) => exchange.market.last(instrument, atMs)?.price);
    return from !== undefined && to !== undefined && isJump(account, from, to);
  });
}

function booksOf({ exchange, timeline }: World, { brokerAccount, wallet }: SimAccount): Books {
  const books = exchange.registry.account(brokerAccount);
  const cash = Number(books.cash()) / NANO;
  const worths = Object.keys(wallet).flatMap((ticker) => {
    if (ticker === 'RUB') return [];
    const instrument = exchange.instrument(ticker);
    const price = exchange.market.last(instrument, timeline.now())?.price ?? 0n;
    return Number(books.pieces(instrument.uid) * price) / NANO;
  });
  return { cash, total: worths.reduce((sum, worth) => sum + worth, cash) };
}

/** What is kept is there, and of the rest no more than the wallet says is RUB. */
function compare(world: World, account: SimAccount, kept: number, words: string): void {
  const { cash, total } = booksOf(world, account);
  const { wallet } = account;
  const sum = Object.values(wallet).reduce((all, percent) => all + percent, 0);
  const lots = Object.keys(wallet).flatMap(
    (ticker) => (PAPERS[ticker]?.price ?? 0) * (PAPERS[ticker]?.lot ?? 0),
  );
  const room = ROOM * total + 2 * Math.max(...lots);
  const most = kept + ((wallet.RUB ?? 0) / sum) * (total - kept) + room;
  if (cash < kept - ROOM * total || cash > most)
    world.violate(
      'raise-cash',
      `${account.id} has ${cash} of ${total} RUB; ${kept} ${words}, at most ${most} may be there`,
    );
}
