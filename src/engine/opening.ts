// Is this account's exchange open, and what follows when it is not.
// Guarantees: a schedule that cannot be read counts as closed and is said aloud; an unreachable venue is a failure.

import { type Session, WorldError } from '../ports.ts';
import type { AccountContext } from './account-context.ts';
import { isOpen, nextOpen, union } from './schedule.ts';

export interface Opening {
  readonly open: boolean;
  readonly sessions: readonly Session[];
  /** Why it is closed, for the record. */
  readonly because: string | null;
  /** False where it only counts as closed, because nobody could say. */
  readonly known: boolean;
}

/** @throws {WorldError} where the venue cannot be reached at all. */
export async function openingOf(context: AccountContext): Promise<Opening> {
  const { exchange } = context.settings;
  const nowMs = context.clock.now();
  try {
    const { sessions, unread } =
      exchange === 'auto'
        ? await ownExchanges(context)
        : { sessions: await context.market.sessions(exchange), unread: null };
    if (isOpen(sessions, nowMs)) return { open: true, sessions, because: null, known: true };
    const because = [closed(exchange, sessions, nowMs), unread].filter((part) => part !== null).join('; ');
    return { open: false, sessions, because, known: unread === null };
  } catch (error) {
    if (!isRefusedData(error)) throw error;
    const because = `the schedule of ${exchange} could not be read (${error.message}): it counts as closed`;
    context.log.warn({ account: context.settings.id, exchange }, because);
    return { open: false, sessions: [], because, known: false };
  }
}

interface OwnSessions {
  readonly sessions: readonly Session[];
  /** Of a schedule that could not be read, in words. */
  readonly unread: string | null;
}

/** `auto`: every session of every instrument of the wallet. */
async function ownExchanges(context: AccountContext): Promise<OwnSessions> {
  const resolutions = await context.market.resolve(context.settings.tickers);
  const exchanges = new Set(
    resolutions.flatMap((found) => (found.kind === 'found' ? [found.listing.exchange] : [])),
  );
  const read = await Promise.allSettled([...exchanges].map((exchange) => context.market.sessions(exchange)));
  const failures = read.flatMap((one) => (one.status === 'rejected' ? [one.reason as unknown] : []));
  const [first] = failures;
  // A schedule that cannot be read costs only the instruments that trade by it, as long as another one can be.
  if (first !== undefined && (failures.length === read.length || !failures.every(isRefusedData))) throw first;
  return {
    sessions: union(read.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []))),
    unread: isRefusedData(first) ? `a schedule could not be read (${first.message})` : null,
  };
}

const isRefusedData = (error: unknown): error is WorldError =>
  error instanceof WorldError && error.kind === 'refused_data';

function closed(exchange: string, sessions: readonly Session[], nowMs: number): string {
  const opens = nextOpen(sessions, nowMs);
  const name = exchange === 'auto' ? 'every exchange of the wallet' : exchange;
  return `${name} is closed${opens === null ? ', no session in sight' : `, opens ${new Date(opens).toISOString()}`}`;
}

/** A reader for other exchanges' sessions: trouble there only costs the instruments that need it. */
export const sessionReader = (context: AccountContext) => async (exchange: string) => {
  try {
    return await context.market.sessions(exchange);
  } catch (error) {
    if (!(error instanceof WorldError)) throw error;
    context.log.warn({ exchange, error: error.message }, 'a schedule could not be read');
    return null;
  }
};
