// `raise-cash`: money that its owner is going to withdraw. Written to the journal; the next iteration sells for it and keeps
// it aside until a withdrawal is seen or the request is cancelled. Works beside a running daemon.

import { DAY_MS, moscowMidnight } from '../core/moscow-day.ts';
import { decimal, isMore, type Money, money, NO_MONEY, parseNano, total } from '../core/units.ts';
import type { CashRequest, Journal } from '../ports.ts';
import { folded, moscow, rub } from './amounts.ts';
import type { CommonOptions } from './common-options.ts';
import { EXIT } from './exit-code.ts';
import { hasJournal } from './has-journal.ts';
import { chosenAccounts, loadOrExplain } from './load-or-explain.ts';
import type { Outside } from './outside.ts';
import { rublesOf } from './rubles.ts';
import { storedRecord } from './stored-record.ts';

export interface RaiseCashOptions extends CommonOptions {
  readonly account: readonly string[];
  readonly by?: string;
  readonly cancel: boolean;
}

/** @param written the amount as typed; `null`: none. */
export function raiseCashCommand(
  written: string | null,
  options: RaiseCashOptions,
  outside: Outside,
): number {
  const { terminal, clock } = outside;
  const fail = (text: string): number => {
    terminal.err(`${folded(text, terminal.width)}\n`);
    return EXIT.usage;
  };
  if (options.cancel && (written !== null || options.by !== undefined))
    return fail('--cancel takes no amount and no date: it ends all that is kept aside');
  if (written === null && options.by !== undefined) return fail('--by needs an amount');
  const amount = written === null ? null : rublesOf(written);
  if (amount?.kind === 'refused') return fail(amount.because);
  const by = options.by === undefined ? null : dateOf(options.by, clock.now());
  if (typeof by === 'string') return fail(by);
  const loaded = loadOrExplain(options, outside, { needTokens: false });
  const accounts = loaded && chosenAccounts(loaded.config, options.account, outside);
  if (!accounts) return EXIT.usage;
  const ids = accounts.map(({ id }) => id);
  if (amount === null && !options.cancel) return list(ids, options, outside);
  const [account, another] = ids;
  if (amount && (account === undefined || another !== undefined))
    return fail(`which account is to raise it? add --account with one of ${ids.join(', ')}`);
  if (!hasJournal(options.stateDir, outside))
    return fail(`${options.stateDir}: no journal yet; it is made by the first \`start\``);
  const journal = outside.openJournal(options.stateDir);
  try {
    const said =
      amount && account !== undefined
        ? keep(journal, {
            id: outside.newId(),
            account,
            amount: amount.amount,
            byMs: by,
            createdAtMs: clock.now(),
          })
        : ids.map((id) => cancel(journal, id));
    terminal.out(said.map((line) => `${folded(line, terminal.width)}\n`).join(''));
    return EXIT.ok;
  } finally {
    journal.close();
  }
}

/** How far back an iteration is looked for that knew the total. */
const LOOKED_THROUGH = 20;
const DATE = /^\d{4}-\d\d-\d\d$/;

/** Start of that day in Moscow, or what is wrong with it. */
function dateOf(text: string, nowMs: number): number | string {
  const atMs = DATE.test(text) ? Date.parse(`${text}T00:00:00+03:00`) : Number.NaN;
  if (Number.isNaN(atMs) || moscow(atMs, 'yyyy-MM-dd') !== text)
    return `--by ${text} is no date; expected one such as ${moscow(nowMs, 'yyyy-MM-dd')}`;
  if (atMs > nowMs + FAR_MS) return `--by ${text} is more than a hundred years away; expected a nearer day`;
  return atMs < moscowMidnight(nowMs) ? `--by ${text} is past; expected today or later` : atMs;
}

/** A slip of the finger, such as 3026. */
const FAR_MS = 36_525 * DAY_MS;

function keep(journal: Journal, request: CashRequest): string[] {
  const { account, amount, byMs } = request;
  const equity = lastEquity(journal, account);
  journal.addCashRequest(request);
  const sum = total(journal.cashRequests(account).map((each) => each.amount));
  const from =
    byMs === null
      ? 'from the next iteration on'
      : `for ${moscow(byMs, 'yyyy-MM-dd')}, raised in the two trading days before`;
  return [
    `${account}: ${rub(decimal(amount))} is kept aside ${from}, until it is withdrawn or: tiebb raise-cash --cancel --account ${account}`,
    ...(equity !== null && isMore(sum, equity)
      ? [
          `note: that makes ${rub(decimal(sum))} in all, more than the account's ${rub(decimal(equity))}: what can be raised is raised`,
        ]
      : []),
  ];
}

/** The total of the last iteration that knew one. */
function lastEquity(journal: Journal, account: string): Money | null {
  for (const row of journal.iterations({ account, limit: LOOKED_THROUGH })) {
    const record = storedRecord(row);
    if (record.equity_rub) return money(parseNano(record.equity_rub));
  }
  return null;
}

function cancel(journal: Journal, account: string): string {
  const requests = journal.cashRequests(account);
  for (const { id } of requests) journal.setCashRequest(id, NO_MONEY);
  const sum = rub(decimal(total(requests.map(({ amount }) => amount))));
  return requests.length === 0
    ? `${account}: nothing is kept aside`
    : `${account}: ${sum} is no longer kept aside`;
}

function list(ids: readonly string[], options: RaiseCashOptions, outside: Outside): number {
  const { terminal } = outside;
  const journal = outside.readJournal(options.stateDir);
  const requests = ids.flatMap((id) => journal?.cashRequests(id) ?? []);
  journal?.close();
  if (options.json) terminal.out(requests.map((each) => `${JSON.stringify(cashFacts(each))}\n`).join(''));
  else if (requests.length === 0) terminal.out('nothing is kept aside\n');
  else
    terminal.out(
      requests.map((each) => `${folded(`${each.account}: ${cashWords(each)}`, terminal.width)}\n`).join(''),
    );
  return EXIT.ok;
}

export const cashFacts = ({ account, amount, byMs, createdAtMs }: CashRequest) => ({
  account,
  amount_rub: decimal(amount),
  by: byMs === null ? null : moscow(byMs, 'yyyy-MM-dd'),
  asked_at: new Date(createdAtMs).toISOString(),
});

export const cashWords = ({ amount, byMs, createdAtMs }: CashRequest): string =>
  `${rub(decimal(amount))} to be withdrawn${byMs === null ? '' : ` on ${moscow(byMs, 'yyyy-MM-dd')}`} (asked ${moscow(createdAtMs, 'yyyy-MM-dd HH:mm')} MSK)`;
