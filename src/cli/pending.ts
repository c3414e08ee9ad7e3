// `pending`: orders above `confirmationThresholdRub` that wait for a person, and what was said of those not sent yet.

import { decimal, raw } from '../core/units.ts';
import { confirmWords, shownKey } from '../engine/await-person.ts';
import type { Journal, PendingOrder } from '../ports.ts';
import { folded, grouped, moscowTime, rub } from './amounts.ts';
import type { CommonOptions } from './common-options.ts';
import { EXIT } from './exit-code.ts';
import { chosenAccounts, loadOrExplain } from './load-or-explain.ts';
import type { Outside } from './outside.ts';

export interface PendingOptions extends CommonOptions {
  readonly account: readonly string[];
}

export function pendingCommand(options: PendingOptions, outside: Outside): number {
  const loaded = loadOrExplain(options, outside, { needTokens: false });
  const accounts = loaded && chosenAccounts(loaded.config, options.account, outside);
  if (!accounts) return EXIT.usage;
  const { terminal, clock } = outside;
  const journal = outside.readJournal(options.stateDir);
  const orders = accounts.flatMap(({ id }) => pendingNow(journal, id, clock.now()));
  journal?.close();
  if (options.json) terminal.out(orders.map((order) => `${JSON.stringify(pendingFacts(order))}\n`).join(''));
  else if (orders.length === 0) terminal.out('no order waits for a person\n');
  else
    terminal.out(
      orders
        .map((order) => `${folded(`${order.account}: ${pendingWords(order)}`, terminal.width)}\n`)
        .join(''),
    );
  return EXIT.ok;
}

/** Those whose session has not ended, oldest first. */
export const pendingNow = (
  journal: Journal | null,
  account: string,
  nowMs: number,
): readonly PendingOrder[] =>
  (journal?.pendingOrders(account) ?? []).filter((order) => nowMs < order.expiresAtMs).toReversed();

export const pendingFacts = (order: PendingOrder) => ({
  account: order.account,
  key: shownKey(order),
  ticker: order.ticker,
  direction: order.side,
  lots: Number(raw(order.lots)),
  price_rub: decimal(order.price),
  amount_rub: decimal(order.amount),
  asked_at: new Date(order.createdAtMs).toISOString(),
  expires_at: new Date(order.expiresAtMs).toISOString(),
  answer: order.answer === 'none' ? null : order.answer,
});

export const orderWords = ({ side, lots, ticker, amount }: PendingOrder): string =>
  `${side} ${grouped(String(raw(lots)), 0)} lots of ${ticker} for ${rub(decimal(amount))}`;

export function pendingWords(order: PendingOrder): string {
  const until = moscowTime(order.expiresAtMs, 'yyyy-MM-dd HH:mm');
  switch (order.answer) {
    case 'none':
      return `${orderWords(order)} waits for a yes until ${until}: ${confirmWords(order)} (or: tiebb reject ${shownKey(order)})`;
    case 'confirmed':
      return `${orderWords(order)} (${shownKey(order)}) is confirmed and not sent yet`;
    case 'rejected':
      return `${orderWords(order)} (${shownKey(order)}) is rejected until ${until}`;
  }
}
