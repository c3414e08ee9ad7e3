// What a refusal of an order means for the orders after it: an instrument that was refused is left alone for the rest of the
// iteration, one that is not for this investor for the rest of the life, and a refusal of the account ends its trading. An
// order that found too little money, or an old price, may be tried anew.

import type { Check } from '../check.ts';
import type { Life } from '../world/life.ts';
import type { World } from '../world/world.ts';

/** From the vendor's list of errors, written down here a second time on purpose. */
const TRIED_ANEW = new Set(['30042', '30034', '30051', '30099', '30078', '30018', '30100']);
const NOT_FOR_INVESTOR = new Set(['90002', '30101', '30054', '30077']);
const ENDS_ACCOUNT = new Set(['30240', '40002', '40004', '50004', '90001', '90003', '30109', '12001']);
const REFUSED = 'refused by the venue';

export function refusalChecks(world: World): Check {
  /** Instruments refused in an iteration. */
  const refused = new Map<string, Set<string>>();
  /** Of the present life: account and instrument, or account alone. */
  const barred = new Map<string, { readonly ticker: string; readonly code: string }>();
  const ended = new Map<string, string>();
  let life: Life | null = null;

  function begins(): void {
    if (world.life === life) return;
    life = world.life;
    barred.clear();
    ended.clear();
  }

  return {
    onSettle({ change, after }) {
      if (after.state !== 'rejected') return;
      begins();
      const { account, iteration, request, ticker } = after;
      const code = change.code ?? '';
      if (!TRIED_ANEW.has(code))
        refused.set(iteration, (refused.get(iteration) ?? new Set()).add(request.uid));
      if (change.evidence !== REFUSED) return;
      if (NOT_FOR_INVESTOR.has(code)) barred.set(`${account} ${request.uid}`, { ticker, code });
      if (ENDS_ACCOUNT.has(code)) ended.set(account, code);
    },
    onPlan({ account, iteration, intents }) {
      begins();
      const wrong = (text: string): void => world.violate('refusal', `${account}: ${text}`);
      const end = ended.get(account);
      if (end !== undefined && intents.length > 0) wrong(`orders are planned after ${end} ended its trading`);
      for (const { ticker, request } of intents) {
        if (refused.get(iteration)?.has(request.uid))
          wrong(`${ticker} is ordered again in the iteration in which it was refused`);
        const bar = barred.get(`${account} ${request.uid}`);
        if (bar !== undefined) wrong(`${ticker} is ordered again after ${bar.code}`);
      }
    },
    onRecord({ account, status }, from) {
      if (from !== life) return;
      // An order of unknown fate has to be asked about: the account stops at the next refusal, which tells the same.
      if (status === 'unknown_outcome') ended.delete(account);
    },
    /** An account that stops at once, for its journal fails or a person wants it, leaves nothing out: who goes on does. */
    onAnnounce(account) {
      begins();
      if (life?.stoppedMs !== null) return;
      for (const [name, { ticker }] of barred)
        if (name.startsWith(`${account} `) && !isTold(account, ticker))
          world.violate('refusal', `nobody was told that ${account} leaves ${ticker} out`);
    },
  };

  function isTold(account: string, ticker: string): boolean {
    return world.alerts.some(
      ({ alert }) =>
        alert.account === account && alert.event === 'instrument_barred' && alert.message.startsWith(ticker),
    );
  }
}
