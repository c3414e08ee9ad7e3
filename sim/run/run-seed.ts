// One seed from its first instant to its verdict. Phase one: the swarm is on. Phase two: everything that was broken is
// whole again, and the bot must get its accounts in order or say loudly why it cannot.
// Guarantees: a pure function of its options; the same options give the same trace hash.

import type { IterationRecord } from '../../src/core/iteration-record.ts';
import { isTrading } from '../../src/exchange/calendar.ts';
import { moscowDay } from '../../src/exchange/moscow.ts';
import { allChecks } from '../all-checks.ts';
import type { Kept } from '../faults/swarm.ts';
import type { SimAccount } from '../generate/generate-accounts.ts';
import { mayStand } from '../invariants/liveness.ts';
import type { Coverage } from '../report/coverage.ts';
import type { SimJournal } from '../world/sim-journal.ts';
import { diceOf } from '../world/streams.ts';
import { StandStill } from '../world/timeline.ts';
import { type Violation, World } from '../world/world.ts';
import { fallFromPeak } from './fall-from-peak.ts';
import { forgottenOrder } from './forgotten-order.ts';
import { withdrawal } from './withdrawal.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
/** A weekend and a day more. */
const DAYS_MAX = 3;
/** A person who resumes an account may have to do so again: more accounts, more orders, more causes. */
const HELPED_MAX = 4;
const REACTS_AFTER_MS = 2 * MINUTE_MS;

export interface SeedOptions {
  readonly seed: number;
  readonly store: SimJournal;
  readonly kept?: Kept;
  readonly traced?: boolean;
  readonly calm?: boolean;
  readonly onlyAccount?: string | null;
}

export interface SeedResult {
  readonly seed: number;
  readonly violations: readonly Violation[];
  readonly hash: string;
  readonly events: number;
  /** Names of the faults that fired, in order. */
  readonly fired: readonly string[];
  readonly faults: number;
  readonly simulatedMs: number;
  readonly coverage: Coverage;
  readonly trace: readonly string[];
  readonly world: World;
}

export function runSeed(options: SeedOptions): SeedResult {
  const world = new World({
    seed: options.seed,
    kept: options.kept ?? null,
    traced: options.traced ?? false,
    calm: options.calm ?? false,
    onlyAccount: options.onlyAccount ?? null,
    store: options.store,
    checks: allChecks,
  });
  const startMs = world.timeline.now();
  try {
    live(world);
  } catch (error) {
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    world.violate(error instanceof StandStill ? 'liveness' : 'harness', text);
  }
  world.close();
  const { coverage, trace, swarm } = world;
  return {
    seed: options.seed,
    violations: world.violations,
    // Most runs are never compared with another one.
    get hash() {
      return trace.hash();
    },
    events: trace.events,
    fired: swarm.fired,
    faults: Object.values(coverage.tables.faults).reduce((sum, count) => sum + count, 0),
    simulatedMs: world.timeline.now() - startMs,
    coverage,
    trace: trace.kept(),
    world,
  };
}

function live(world: World): void {
  const { timeline, accounts } = world;
  const broken = (): boolean => world.violations.length > 0;
  const intervalMs = accounts[0]?.intervalMs ?? HOUR_MS;
  world.start();
  const stuck = (): boolean => broken() || world.swarm.isEnough || world.halted.size === accounts.length;
  timeline.run(timeline.now() + phaseOneMs(world, intervalMs), stuck);
  if (broken()) return;
  calmDown(world);
  const leapsAgain = leaperOf(world);
  for (let helps = HELPED_MAX; !broken(); helps -= 1) {
    // A program that is down tells nobody anything: a person reacts to what the next one says.
    const isCalled = (): boolean =>
      (world.halted.size > 0 && world.life?.alive === true) || isShortOfMoney(world);
    settle(world, intervalMs, () => broken() || (helps > 0 && isCalled()));
    if (isCalled()) timeline.run(timeline.now() + REACTS_AFTER_MS, broken);
    if (helps === 0 || broken() || !(restartShort(world) || world.person.act() || leapsAgain())) break;
    // What was before a person's word says nothing of how the accounts are after it.
    world.calmAtMs = timeline.now();
  }
  if (!broken()) world.person.judge();
  if (!broken() && lingers(world))
    timeline.run(timeline.now() + intervalMs + MINUTE_MS, again(world, broken));
  if (broken()) return;
  world.checks.atEnd();
  if (!broken()) withdrawal(world);
  if (!broken()) fallFromPeak(world);
  if (!broken()) forgottenOrder(world);
}

/** Lets time pass until every account is in order or stands still, or there is another reason to look. */
function settle(world: World, intervalMs: number, isEnough: () => boolean): void {
  const { timeline } = world;
  let looked = -1;
  let quiet = false;
  const settled = (): boolean => {
    if (looked !== world.records.length) quiet = isQuiet(world);
    looked = world.records.length;
    return isEnough() || quiet;
  };
  const settleMs = 3 * intervalMs + 40 * MINUTE_MS;
  timeline.run(timeline.now() + settleMs, settled);
  // What happens at night waits for the morning.
  for (let days = 0; days < DAYS_MAX && !settled() && !isOpen(world); days += 1)
    timeline.run(nextOpening(world) + settleMs, settled);
}

/** Where prices stand still an iteration after the one that ended balanced has nothing to do: some seeds wait for it. */
const lingers = ({ seed, liveliness }: World): boolean =>
  liveliness === 0 && diceOf(seed, 'linger').chance(0.15);

/** Of some seeds: a price that a person has accepted leaps again, once, and is another one that they have to accept. */
function leaperOf(world: World): () => boolean {
  const { accounts, coverage, exchange, person, timeline } = world;
  let isOver = !diceOf(world.seed, 'leaps again').chance(0.35);
  return () => {
    const ticker = person.acceptedTicker;
    if (isOver || ticker === null) return false;
    isOver = true;
    const limits = accounts.map(({ block }) => Number(block.max_price_jump_percent ?? DEFAULT_JUMP_PERCENT));
    const factor = (1.08 + Math.max(...limits) / 100).toFixed(4);
    world.note(`${ticker} leaps again: ${factor}`);
    coverage.count('faults', 'price_gap');
    exchange.gapPrice(ticker, factor);
    world.cameBackMs = timeline.now();
    return true;
  };
}

const DEFAULT_JUMP_PERCENT = 30;

/** Whether every account has had one more iteration. */
function again({ records, accounts }: World, broken: () => boolean): () => boolean {
  const from = records.length;
  return () =>
    broken() ||
    (records.length >= from + accounts.length &&
      accounts.every(({ id }) => records.slice(from).some(({ record }) => record.account === id)));
}

function calmDown(world: World): void {
  world.note('faults end');
  world.calmAtMs = world.timeline.now();
  world.swarm.end();
  world.events.end();
  // A person puts right what a process cannot: a life with stopped accounts, or with a wrong schedule for the day, is
  // ended and begun anew.
  const stopped =
    isStoppedSince(world, 0) ||
    world.records.some(({ record }) => record.reason?.includes('the journal failed'));
  if (
    world.life?.alive &&
    (stopped || world.faults.spoiltTheDay || diceOf(world.seed, 'restart').chance(0.06))
  )
    world.life.terminate();
  else world.events.lifeEnded(1_000);
  // What the venue had answered by now may stop an account yet.
  const { life, calmAtMs } = world;
  world.timeline.at(calmAtMs + ON_ITS_WAY_MS, () => {
    if (world.life === life && isStoppedSince(world, calmAtMs)) life?.terminate();
  });
}

/** The longest that an answer is on its way, and that its leg waits for others' that were told to come again in a minute. */
const ON_ITS_WAY_MS = 3 * MINUTE_MS;

const isStoppedSince = ({ alerts }: World, sinceMs: number): boolean =>
  alerts.some(({ alert, atMs }) => atMs >= sinceMs && STOPPED.has(alert.event));

/**
 * A price that rises between two orders of a leg may leave the last one short of own money. Where the broker would lend
 * it refuses that as unconfirmed margin, which stops the account: a person starts the program anew.
 */
const isShortOfMoney = ({ alerts, calmAtMs, life }: World): boolean =>
  life?.alive === true &&
  alerts.some(
    ({ alert, atMs }) =>
      atMs >= Math.max(calmAtMs, life.startedMs) &&
      alert.event === 'account_stopped' &&
      alert.message.includes(' 30240 '),
  );

function restartShort(world: World): boolean {
  // Ended meanwhile for the same reason, it is about to begin anew.
  if (world.life?.alive !== true) return true;
  if (!isShortOfMoney(world)) return false;
  world.life?.terminate();
  return true;
}

const STOPPED: ReadonlySet<string> = new Set(['account_stopped', 'contract_changed']);

/** Less than an interval: one or two iterations are struck, and what is struck is tried again sooner. */
function phaseOneMs(world: World, intervalMs: number): number {
  const dice = diceOf(world.seed, 'phase one');
  return Math.floor(intervalMs * (0.05 + 0.7 * dice.random()) + dice.random() * 2 * MINUTE_MS);
}

const IN_ORDER: ReadonlySet<string> = new Set(['balanced', 'nothing_to_do', 'planned']);

/** Longer than orders stay out of sight and an absence proof takes together: what is unknown by then waits for a person. */
const PROVED_BY_MS = 40 * MINUTE_MS;

/** Every account's last iteration began after the faults had ended, and left nothing to do, or nothing that time mends. */
function isQuiet(world: World): boolean {
  return world.accounts.every((account) => {
    const last = world.records.findLast(({ record }) => record.account === account.id)?.record;
    if (last === undefined) return false;
    const sinceMs = world.beganMs(last) - world.calmAtMs;
    if (sinceMs < 0) return false;
    // One that waits for Monday beside one that trades on the weekend.
    if (world.records.length >= LONG && !last.exchange_open) return true;
    // Only a person ends a halt. The verdict says whether the account stands still loudly.
    if (world.halted.has(account.id)) return true;
    if (last.status === 'unknown_outcome') return sinceMs >= PROVED_BY_MS;
    // Some trade while the exchange by which they go is closed, or plan all night.
    if (last.status === 'balanced') return true;
    if (IN_ORDER.has(last.status) && iterationsSince(world, account) >= NIGHT_MAX) return true;
    return last.exchange_open && (IN_ORDER.has(last.status) || stays(world, account, last));
  });
}

/** An order that waits in the book may do so in every iteration; and what only a person or another day mends stays. */
function stays(world: World, account: SimAccount, last: IterationRecord): boolean {
  const waits = last.status === 'partial' && account.patient;
  if (!waits && (last.status === 'unknown_outcome' || !mayStand(world, last))) return false;
  return iterationsSince(world, account) >= 2;
}

/** How many have ended since the faults have. */
const iterationsSince = ({ records, calmAtMs }: World, { id }: SimAccount): number =>
  records.filter(({ record, atMs }) => record.account === id && atMs >= calmAtMs).length;

/** Iterations of a run after which nobody waits for an exchange to open. */
const LONG = 60;

/** More of the same iteration says no more. */
const NIGHT_MAX = 6;

/** The exchange by whose hours accounts trade unless told otherwise. */
const isOpen = ({ exchange, timeline }: World): boolean =>
  isTrading(exchange.market.calendar.phase('MOEX', timeline.now()));

function nextOpening({ exchange, timeline }: World): number {
  const { calendar } = exchange.market;
  const today = moscowDay(timeline.now());
  for (let day = today; day < today + 7; day += 1) {
    const span = calendar
      .spans('MOEX', day)
      .find(({ startMs, phase }) => isTrading(phase) && startMs > timeline.now());
    if (span !== undefined) return span.startMs;
  }
  return timeline.now() + DAY_MS;
}
