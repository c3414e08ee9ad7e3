// `confirm` and `reject`: a person's answer about an order that waits. Work beside a running daemon, which looks for answers
// every few seconds.

import type { PendingOrder } from '../ports.ts';
import { folded, moscowTime } from './amounts.ts';
import type { CommonOptions } from './common-options.ts';
import { EXIT } from './exit-code.ts';
import { hasJournal } from './has-journal.ts';
import { chosenAccounts, loadOrExplain } from './load-or-explain.ts';
import type { Outside } from './outside.ts';
import { orderWords, pendingWords } from './pending.ts';

export interface AnswerOptions extends CommonOptions {
  readonly account: readonly string[];
  readonly all: boolean;
}

type Answer = 'confirmed' | 'rejected';

/** Fewer characters of a key name an order by chance. */
const KEY = /^[0-9a-f][0-9a-f-]{3,35}$/;

export function answerCommand(
  answer: Answer,
  key: string | undefined,
  options: AnswerOptions,
  outside: Outside,
): number {
  const { terminal } = outside;
  const say = (code: number, text: string): number => {
    (code === EXIT.ok ? terminal.out : terminal.err)(`${folded(text, terminal.width)}\n`);
    return code;
  };
  if ((key === undefined) === !options.all)
    return say(EXIT.usage, 'expected either the KEY of an order or --all; see: tiebb pending');
  const name = key?.trim().toLowerCase();
  if (name !== undefined && !KEY.test(name))
    return say(EXIT.usage, `${key} is no key; expected at least four of its characters, see: tiebb pending`);
  const loaded = loadOrExplain(options, outside, { needTokens: false });
  const accounts = loaded && chosenAccounts(loaded.config, options.account, outside);
  if (!accounts) return EXIT.usage;
  if (!hasJournal(options.stateDir, outside))
    return name === undefined
      ? say(EXIT.ok, 'nothing waits for an answer')
      : say(EXIT.usage, `${options.stateDir}: no journal, so no order waits`);
  const journal = outside.openJournal(options.stateDir);
  try {
    const nowMs = outside.clock.now();
    const rows = accounts.flatMap(({ id }) => journal.pendingOrders(id));
    const give = (row: PendingOrder): number => {
      const done = journal.answerPending(row.key, answer, nowMs);
      return done ? say(EXIT.ok, thanks(answer, row)) : say(EXIT.failed, refusal(answer, row));
    };
    if (name === undefined) {
      const waiting = rows.filter((row) => row.answer === 'none' && nowMs < row.expiresAtMs);
      if (waiting.length === 0) return say(EXIT.ok, 'nothing waits for an answer');
      return Math.max(...waiting.map(give));
    }
    const [row, another] = rows.filter((each) => each.key.startsWith(name));
    if (!row)
      return say(
        EXIT.usage,
        `no order ${key} waits: it was sent, replaced or never asked about; see: tiebb pending`,
      );
    if (another)
      return say(EXIT.usage, `${key} names more than one order; type more of it: ${row.key}, ${another.key}`);
    if (nowMs >= row.expiresAtMs) return say(EXIT.failed, tooLate(row));
    return row.answer === answer ? say(EXIT.ok, pendingWords(row)) : give(row);
  } finally {
    journal.close();
  }
}

const thanks = (answer: Answer, row: PendingOrder): string =>
  answer === 'confirmed'
    ? `${row.account}: ${orderWords(row)} is confirmed; a running daemon sends it within seconds, sized anew (if it has ` +
      'grown by more than 5 %, it asks again)'
    : `${row.account}: ${orderWords(row)} is rejected; it is not asked about again before the next session`;

const refusal = (answer: Answer, row: PendingOrder): string =>
  answer === 'confirmed' && row.answer === 'rejected'
    ? `${row.account}: ${orderWords(row)} was rejected; it is asked about again in the next session`
    : `${row.account}: ${orderWords(row)} was sent or replaced just now; see: tiebb pending`;

const tooLate = (row: PendingOrder): string =>
  `${row.account}: ${orderWords(row)} expired ${moscowTime(row.expiresAtMs)}; what is still wanted is asked about again in the next session`;
