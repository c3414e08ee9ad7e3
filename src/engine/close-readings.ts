// Daily closes of the wallet's tickers, read once a day and ticker. Guarantees: a ticker whose candles cannot be read is
// left out with the reason and asked for again next time, one with too few of them a few minutes later: an answer may
// lack its end. Only a refused token, account or contract ends the iteration.

import type { Close } from '../core/close.ts';
import type { Facts } from '../core/facts.ts';
import { DAY_MS } from '../core/moscow-day.ts';
import { type CloseWindow, dayOf, returnsBefore, startOf } from '../core/weights/close-window.ts';
import { WorldError } from '../ports.ts';
import type { AccountContext } from './account-context.ts';
import type { WalletListing } from './listings.ts';
import { steady } from './steady.ts';

/** A young fund has too few closes for months: it is not asked about at every interval of a few seconds. */
const ASKED_AGAIN_AFTER_MS = 5 * 60_000;

interface Span {
  /** What is read of the closes. */
  readonly windows: readonly CloseWindow[];
  readonly nowMs: number;
}

/** @throws {WorldError} that concerns more than one ticker */
export async function readCloses(
  context: AccountContext,
  wallet: readonly WalletListing[],
  span: Span,
): Promise<Pick<Facts, 'closes' | 'closeProblems'>> {
  const closes = new Map<string, readonly Close[]>();
  const closeProblems = new Map<string, string>();
  if (span.windows.length === 0) return { closes };
  const read = await Promise.all(wallet.map((entry) => attempt(context, uidOf(entry), span)));
  for (const [index, { ticker }] of wallet.entries()) {
    const found = read[index];
    if (found === undefined) continue;
    if (typeof found === 'string') closeProblems.set(ticker, found);
    else closes.set(ticker, found);
  }
  return { closes, ...(closeProblems.size > 0 ? { closeProblems } : {}) };
}

const uidOf = ({ listing, pin }: WalletListing): string => listing?.uid ?? pin.uid;

/** The closes, or why there are none. */
async function attempt(
  { market, memory, log, clock }: AccountContext,
  uid: string,
  { windows, nowMs }: Span,
): Promise<readonly Close[] | string> {
  const toMs = dayOf(nowMs);
  const fromMs = Math.min(...windows.map(startOf));
  // The venue ends a day at midnight UTC, three hours after Moscow: what was read in between may lack its last day.
  const day = `${toMs}/${Math.floor(nowMs / DAY_MS)}/${fromMs}`;
  const known = memory.closes.get(uid);
  if (known?.day === day && steady(clock) < known.untilMs) return known.closes;
  try {
    const closes = await market.dailyCloses(uid, fromMs, toMs);
    const suffices = windows.every(
      ({ days, endMs }) => returnsBefore(closes, days, endMs).kind === 'returns',
    );
    const untilMs = suffices ? Number.POSITIVE_INFINITY : steady(clock) + ASKED_AGAIN_AFTER_MS;
    memory.closes.set(uid, { day, closes, untilMs });
    return closes;
  } catch (error) {
    if (!(error instanceof WorldError) || CONCERNS_ALL.includes(error.kind)) throw error;
    log.warn({ uid, problem: error.message }, 'daily closes could not be read');
    return `its daily candles could not be read: ${error.message}`;
  }
}

const CONCERNS_ALL: readonly WorldError['kind'][] = ['token', 'account', 'contract'];
