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
/** The token is tried again later; what is left of the iteration is not. */
const ENDS_ITERATION = new Set([...ENDS_ACCOUNT, '40003', '12002']);
/** The next look may find all of these gone: no account is stopped for them. */
const ENDS_NOTHING = new Set([
  ...TRIED_ANEW,
  ...NOT_FOR_INVESTOR,
  ...[
    '30049',
    '30052',
    '30068',
    '30079',
    '30092',
    '30094',
    '30095',
    '30096',
    '30097',
    '30098',
    '30103',
    '30227',
  ],
]);
const REFUSED = 'refused by the venue';

export function refusalChecks(world: World): Check {
  /** Instruments refused in an iteration. */
  const refused = new Map<string, Set<string>>();
  /** Of the present life: account and instrument, or account alone. */
  const barred = new Map<string, { readonly ticker: string; readonly code: string }>();
  const ended = new Map<string, string>();
  const cutShort = new Map<string, string>();
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
      if (ENDS_ITERATION.has(code)) cutShort.set(iteration, code);
    },
    onPlan({ account, iteration, intents }) {
      begins();
      const wrong = (text: string): void => world.violate('refusal', `${account}: ${text}`);
      const end = ended.get(account) ?? cutShort.get(iteration);
      if (end !== undefined && intents.length > 0) wrong(`orders are planned after ${end} ended its trading`);
      for (const { ticker, request } of intents) {
        if (refused.get(iteration)?.has(request.uid))
          wrong(`${ticker} is ordered again in the iteration in which it was refused`);
        const bar = barred.get(`${account} ${request.uid}`);
        if (bar !== undefined) wrong(`${ticker} is ordered again after ${bar.code}`);
      }
    },
    /** What waited for its turn when a refusal ended trading is not sent any more; a resend only asks what became of it. */
    onAttempt(keys) {
      begins();
      for (const key of keys) {
        const order = world.store.journal.order(key);
        if (order === null || order.attempts > 1) continue;
        const end = ended.get(order.account) ?? cutShort.get(order.iteration);
        if (end !== undefined)
          world.violate('refusal', `${order.account}: ${key} is sent after ${end} ended its trading`);
      }
    },
    onRecord({ account, status }, from) {
      if (from !== life) return;
      // An order of unknown fate has to be asked about: the account stops at the next refusal, which tells the same.
      if (status === 'unknown_outcome') ended.delete(account);
    },
    onAlert({ account, event, message }) {
      const code = /\b\d{5}\b/.exec(message)?.[0] ?? '';
      if (event === 'account_stopped' && ENDS_NOTHING.has(code))
        world.violate('refusal', `${account} is stopped for ${code}, which passes: ${message}`);
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
