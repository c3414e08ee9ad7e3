// What happened to the account without us, compared with how the last iteration left it: told, never undone; and when
// somebody undoes our own trades twice in a row, a halt, for another bot is at work.

import type { Side } from '../core/order.ts';
import {
  type OutsideChanges,
  outsideChanges,
  reversed,
  tradedBackAndForth,
} from '../core/outside-changes.ts';
import {
  add,
  isPositive,
  isZero,
  kopecks,
  type Money,
  NANO,
  NO_MONEY,
  NO_SHARES,
  negate,
  piecesIn,
  raw,
  type Shares,
  subtract,
} from '../core/units.ts';
import { type Holdings, type JournaledOrder, WorldError } from '../ports.ts';
import type { AccountContext } from './account-context.ts';
import { haltAccount } from './halt.ts';
import type { Observation } from './observe.ts';

/** Trades of ours that can still be undone: the venue's own memory of operations for the first look is as long. */
const LOOK_BACK_MS = 2 * 86_400_000;
/** Commission booked a little later is not worth a word. */
const NOTICEABLE = raw(NO_MONEY) + NANO;
const REVERSALS_MAX = 2;

export interface Outside {
  readonly warnings: readonly string[];
  /** RUB that came or went, not by trades of ours. */
  readonly cash: Money;
}

/** Compares, tells, and remembers how often our trades were undone. */
export async function watchOutside(context: AccountContext, observation: Observation): Promise<Outside> {
  const { journal, settings, clock } = context;
  const last = journal.lastSeen(settings.id);
  const now = holdingsOf(observation);
  if (last === null) {
    await checkFirstStart(context, observation);
    journal.setLastSeen(settings.id, { holdings: now, atMs: clock.now(), reversals: 0 });
    return { warnings: [], cash: NO_MONEY };
  }
  const fills = journal.fillsSince(settings.id, clock.now() - LOOK_BACK_MS);
  const since = journal.fillsSince(settings.id, last.atMs + 1);
  const changes = outsideChanges(withFills(last.holdings, since), now);
  const undone = reversed(changes.pieces, lastSides(fills));
  const reversals = undone.length > 0 ? last.reversals + 1 : 0;
  journal.setLastSeen(settings.id, { holdings: now, atMs: clock.now(), reversals });
  if (reversals >= REVERSALS_MAX) {
    const names = undone.map((uid) => nameOf(observation, uid)).join(', ');
    haltAccount(
      context,
      'another_bot',
      `somebody reverses our trades in ${names}: another bot seems to be at work`,
    );
  }
  return { warnings: wordsOf(observation, changes), cash: changes.cash };
}

/** The account as an iteration leaves it. */
export function rememberAccount(context: AccountContext, observation: Observation): void {
  const { journal, settings, clock } = context;
  const reversals = journal.lastSeen(settings.id)?.reversals ?? 0;
  journal.setLastSeen(settings.id, { holdings: holdingsOf(observation), atMs: clock.now(), reversals });
}

const holdingsOf = ({ snapshot }: Observation): Holdings => ({
  cash: add(snapshot.cash, snapshot.blockedCash),
  pieces: new Map(
    snapshot.holdings.filter(({ pieces }) => !isZero(pieces)).map(({ uid, pieces }) => [uid, pieces]),
  ),
});

function withFills(then: Holdings, fills: readonly JournaledOrder[]): Holdings {
  const pieces = new Map<string, Shares>(then.pieces);
  let { cash } = then;
  for (const { request, executed, value, commission } of fills) {
    const filled = piecesIn(executed, request.lot);
    const signed = request.side === 'buy' ? filled : subtract(NO_SHARES, filled);
    pieces.set(request.uid, add(pieces.get(request.uid) ?? NO_SHARES, signed));
    const paid = value ?? NO_MONEY;
    cash = subtract(add(cash, request.side === 'buy' ? negate(paid) : paid), commission ?? NO_MONEY);
  }
  return { cash, pieces };
}

const lastSides = (fills: readonly JournaledOrder[]): ReadonlyMap<string, Side> =>
  new Map(fills.map(({ request }) => [request.uid, request.side]));

function wordsOf(observation: Observation, { pieces, cash }: OutsideChanges): string[] {
  const moved = pieces.map(
    ({ uid, pieces: count }) =>
      `${nameOf(observation, uid)}: ${isPositive(count) ? '+' : ''}${raw(count)} pieces since the last iteration, not by this bot`,
  );
  const size = raw(cash) < 0n ? -raw(cash) : raw(cash);
  if (size < NOTICEABLE) return moved;
  return [
    ...moved,
    `RUB: ${isPositive(cash) ? '+' : ''}${kopecks(cash)} since the last iteration, not by this bot`,
  ];
}

const nameOf = (observation: Observation, uid: string): string =>
  observation.snapshot.holdings.find((holding) => holding.uid === uid)?.ticker ?? uid;

/** Before this bot's first trade: does something else already trade these instruments back and forth? */
async function checkFirstStart(context: AccountContext, observation: Observation): Promise<void> {
  const { broker, brokerAccount, clock, settings, log } = context;
  if (context.journal.iterations({ account: settings.id, limit: 1 }).some((row) => !row.dryRun)) return;
  try {
    const operations = await broker.operations(brokerAccount, clock.now() - LOOK_BACK_MS, clock.now());
    const trades = operations.flatMap(({ uid, kind, atMs }) =>
      kind === 'buy' || kind === 'sell' ? [{ uid, side: kind, atMs }] : [],
    );
    const listed = new Set(
      observation.snapshot.holdings.filter((held) => held.listed).map((held) => held.uid),
    );
    const names = tradedBackAndForth(trades)
      .filter((uid) => listed.has(uid))
      .map((uid) => nameOf(observation, uid));
    if (names.length === 0) return;
    const detail = `in the last two days something traded ${names.join(', ')} back and forth: make sure that no other bot is running`;
    haltAccount(context, 'another_bot', detail);
  } catch (error) {
    if (!(error instanceof WorldError) || error.kind === 'token') throw error;
    log.warn({ error: error.message }, 'the operations of the last two days could not be read');
  }
}
