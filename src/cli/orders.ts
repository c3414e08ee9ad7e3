// `orders`: what is not final; `resolve`: a person says what became of an order that the venue does not tell of.

import { isFinal, type OrderState } from '../core/order.ts';
import { lots, raw } from '../core/units.ts';
import type { Journal, JournaledOrder, Transition } from '../ports.ts';
import { folded, moscowTime } from './amounts.ts';
import type { CommonOptions } from './common-options.ts';
import { EXIT } from './exit-code.ts';
import { hasJournal } from './has-journal.ts';
import { chosenAccounts, loadOrExplain } from './load-or-explain.ts';
import type { Outside } from './outside.ts';

export interface OrdersOptions extends CommonOptions {
  readonly account: readonly string[];
}

export function ordersCommand(options: OrdersOptions, outside: Outside): number {
  const loaded = loadOrExplain(options, outside, { needTokens: false });
  const accounts = loaded && chosenAccounts(loaded.config, options.account, outside);
  if (!accounts) return EXIT.usage;
  const journal = outside.readJournal(options.stateDir);
  const orders = accounts.flatMap(({ id }) => journal?.openOrders(id) ?? []);
  journal?.close();
  const { terminal } = outside;
  if (options.json) terminal.out(orders.map((order) => `${JSON.stringify(facts(order))}\n`).join(''));
  else if (orders.length === 0) terminal.out('every order is final\n');
  else terminal.out(orders.map((order) => `${folded(words(order), terminal.width)}\n`).join(''));
  return EXIT.ok;
}

const facts = (order: JournaledOrder) => ({
  account: order.account,
  key: order.request.key,
  ticker: order.ticker,
  direction: order.request.side,
  lots: Number(raw(order.request.lots)),
  filled_lots: Number(raw(order.executed)),
  state: order.state,
  order_id: order.orderId,
  first_sent_at: order.firstSentMs === null ? null : new Date(order.firstSentMs).toISOString(),
  error: order.error,
});

function words(order: JournaledOrder): string {
  const { request, executed, state, firstSentMs, error } = order;
  const sent = firstSentMs === null ? 'never sent' : `sent ${moscowTime(firstSentMs)}`;
  const help =
    state === 'unknown'
      ? `; if the broker's own app shows what became of it: tiebb resolve ${request.key} --filled N, or --absent`
      : '';
  return (
    `${order.account} ${state}: ${request.side} ${order.ticker}, ${raw(executed)} of ${raw(request.lots)} lots, ` +
    `${sent}, key ${request.key}${order.orderId === null ? '' : `, order ${order.orderId}`}` +
    `${error === null ? '' : `, ${error}`}${help}`
  );
}

export interface ResolveOptions extends CommonOptions {
  readonly filled?: number;
  readonly absent?: boolean;
}

export function resolveCommand(key: string, options: ResolveOptions, outside: Outside): number {
  const { terminal, clock } = outside;
  const fail = (text: string): number => {
    terminal.err(`${text}\n`);
    return EXIT.usage;
  };
  if ((options.filled === undefined) === (options.absent !== true)) {
    return fail('expected either --filled N (lots, 0 for none of them) or --absent');
  }
  if (!hasJournal(options.stateDir, outside))
    return fail(`${options.stateDir}: no journal, so no such order`);
  const journal = outside.openJournal(options.stateDir);
  try {
    const order = journal.order(key);
    if (order === null) return fail(`no order has the key ${key}; see: tiebb orders`);
    if (isFinal(order.state)) return fail(`order ${key} is ${order.state} already, which is final`);
    if (order.state !== 'unknown') {
      return fail(
        `order ${key} is ${order.state}: the bot itself finds out what becomes of it; nothing to resolve`,
      );
    }
    const filled = lots(BigInt(options.filled ?? 0));
    if (raw(filled) > raw(order.request.lots) || raw(filled) < raw(order.executed)) {
      return fail(`--filled must be between ${raw(order.executed)} and ${raw(order.request.lots)} lots`);
    }
    const evidence = options.absent
      ? 'a person: the broker does not have it'
      : `a person: ${raw(filled)} lots filled`;
    const beforeUs = settle(journal, { key, to: 'operator', executed: filled, evidence }, clock.now());
    if (beforeUs !== null) return fail(`order ${key} is ${beforeUs} already, which is final`);
    terminal.out(`order ${key} is resolved (${evidence}); a halted account goes on after: tiebb resume\n`);
    return EXIT.ok;
  } finally {
    journal.close();
  }
}

/** Writes what a person says; the state that the order had reached in this very instant, where the bot was first. */
function settle(journal: Journal, change: Transition, atMs: number): OrderState | null {
  try {
    journal.settle(change, atMs);
    return null;
  } catch (error) {
    const state = journal.order(change.key)?.state;
    if (state === undefined || !isFinal(state)) throw error;
    return state;
  }
}
