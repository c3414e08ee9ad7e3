// Daily closes of the wallet's tickers, read once a day and ticker. Guarantees: a ticker whose candles cannot be read is
// left out with the reason and asked for again next time; only a refused token, account or contract ends the iteration.

import type { Close } from '../core/close.ts';
import type { Facts } from '../core/facts.ts';
import { dayOf } from '../core/weights/close-window.ts';
import { WorldError } from '../ports.ts';
import type { AccountContext } from './account-context.ts';
import type { WalletListing } from './listings.ts';

const DAY_MS = 86_400_000;

/** @throws {WorldError} that concerns more than one ticker */
export async function readCloses(
  context: AccountContext,
  wallet: readonly WalletListing[],
  span: { readonly fromMs: number; readonly nowMs: number },
): Promise<Pick<Facts, 'closes' | 'closeProblems'>> {
  const closes = new Map<string, readonly Close[]>();
  const closeProblems = new Map<string, string>();
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
  { market, memory, log }: AccountContext,
  uid: string,
  { fromMs, nowMs }: { readonly fromMs: number; readonly nowMs: number },
): Promise<readonly Close[] | string> {
  const toMs = dayOf(nowMs);
  // The venue ends a day at midnight UTC, three hours after Moscow: what was read in between may lack its last day.
  const day = `${toMs}/${Math.floor(nowMs / DAY_MS)}/${fromMs}`;
  const known = memory.closes.get(uid);
  if (known?.day === day) return known.closes;
  try {
    const closes = await market.dailyCloses(uid, fromMs, toMs);
    memory.closes.set(uid, { day, closes });
    return closes;
  } catch (error) {
    if (!(error instanceof WorldError) || CONCERNS_ALL.includes(error.kind)) throw error;
    log.warn({ uid, problem: error.message }, 'daily closes could not be read');
    return `its daily candles could not be read: ${error.message}`;
  }
}

const CONCERNS_ALL: readonly WorldError['kind'][] = ['token', 'account', 'contract'];
