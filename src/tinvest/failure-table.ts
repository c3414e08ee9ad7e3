// What each of the venue's error numbers means for an order and for a read: one table, nowhere else.
// Source: the vendor's list of errors. A number that is not here is judged by its gRPC status (failure.ts).

import type { Reaction, WorldErrorKind } from '../ports.ts';

/** On PostOrder. `unknown`: nobody knows whether the order exists. */
export type Verdict = Reaction | 'unknown' | 'throttled' | 'withheld';

export interface Rule {
  readonly post: Verdict;
  /** On reads. `again`: the same call may succeed a moment later. `wait`: after the limit's reset. */
  readonly read: WorldErrorKind | 'again' | 'wait';
}

const UNSETTLED: Rule = { post: 'unknown', read: 'again' };
const NO_SUCH_ORDER: Rule = { post: 'unknown', read: 'refused_data' };
const DUPLICATE: Rule = { post: 'unknown', read: 'request' };
const NOT_ENOUGH: Rule = { post: 'reobserve', read: 'refused_data' };
const MARGIN_NEEDED: Rule = { post: 'stop_account', read: 'account' };
const NOT_NOW: Rule = { post: 'best_price', read: 'refused_data' };
const PRICE_MOVED: Rule = { post: 'reprice', read: 'refused_data' };
const TOO_BIG: Rule = { post: 'bug', read: 'request' };
const REFUSED: Rule = { post: 'skip', read: 'refused_data' };
const BAD_TOKEN: Rule = { post: 'stop_token', read: 'token' };
const BAD_ACCOUNT: Rule = { post: 'stop_account', read: 'account' };
const TOO_MANY: Rule = { post: 'throttled', read: 'wait' };
const MALFORMED: Rule = { post: 'bug', read: 'request' };
const NOT_FOR_THIS_INVESTOR: Rule = { post: 'skip_for_good', read: 'refused_data' };
const CONTRACT_CHANGED: Rule = { post: 'stop_all', read: 'contract' };

const ROWS: readonly (readonly [Rule, ...number[]])[] = [
  [UNSETTLED, 70001, 70002, 70003],
  [DUPLICATE, 30057],
  [NO_SUCH_ORDER, 50005],
  // 30051 (margin is switched off): the order needs borrowed money, so it is sized again from cash.
  [NOT_ENOUGH, 30042, 30034, 30051],
  [MARGIN_NEEDED, 30240],
  [NOT_NOW, 30052, 30068, 30079, 30092, 30094, 30097, 30098, 30103],
  [PRICE_MOVED, 30099, 30078, 30018, 30100],
  [TOO_BIG, 90001, 90003, 30109],
  [REFUSED, 30095, 30096, 30227, 30049],
  [BAD_TOKEN, 40003],
  [BAD_ACCOUNT, 40002, 40004, 50004],
  [TOO_MANY, 80002],
  [MALFORMED, 30015, 30016, 30017, 30019, 30020, 30021, 30022, 30023, 30024, 30025, 30026, 30027, 30028],
  [MALFORMED, 30055, 30080, 30083],
  [NOT_FOR_THIS_INVESTOR, 90002, 30101, 30054, 30077],
  [CONTRACT_CHANGED, 12001, 12002],
];

export const FAILURE_TABLE: ReadonlyMap<string, Rule> = new Map(
  ROWS.flatMap(([rule, ...codes]) => codes.map((code) => [String(code), rule] as const)),
);
