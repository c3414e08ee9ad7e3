// Bugs in how long something holds and for whom: a session, a flag of the venue, a person's word, a halt.

import type { Mutant } from './mutant.ts';

export const HEEDING: readonly Mutant[] = [
  {
    name: 'resent-in-any-session',
    bug: 'an order of unknown fate is sent again in another trading session than its own',
    file: 'engine/resolve-unknown.ts',
    edits: [['return session !== null && session.startMs <= order.firstSentMs;', 'return true;']],
  },
  {
    name: 'api-flag-ignored',
    bug: 'what the venue no longer lets be traded through the API is ordered all the same',
    file: 'tinvest/trading-status.ts',
    edits: [
      [
        'answer.apiTradeAvailableFlag ? (ALLOWED.get(answer.tradingStatus) ?? NONE) : NONE;',
        'ALLOWED.get(answer.tradingStatus) ?? NONE;',
      ],
      ['apiTradable: answer.apiTradeAvailableFlag,', 'apiTradable: true,'],
    ],
  },
  {
    name: 'too-big-is-refusal',
    bug: 'an order that the venue calls too big is left out, and the account goes on',
    file: 'tinvest/failure-table.ts',
    edits: [
      ['[TOO_BIG, 90001, 90003, 30109]', '[TOO_BIG, 90003, 30109]'],
      ['[REFUSED, 30095, 30096, 30227, 30049]', '[REFUSED, 30095, 30096, 30227, 30049, 90001]'],
    ],
  },
  {
    name: 'accepted-for-ever',
    bug: 'a price that a person has accepted opens the way for every later one',
    file: 'engine/observe.ts',
    edits: [
      [
        `  for (const { ticker, price, priceProblem } of holdings)
    if (seen.allowedJumps.has(ticker) && price !== null && priceProblem === null)
      journal.endJump(settings.id, ticker);
`,
        '',
      ],
    ],
  },
  {
    name: 'resume-lifts-all',
    bug: 'to let one account go on lifts the halts of all',
    file: 'cli/brakes.ts',
    edits: [
      ['    for (const { id } of accounts) {\n', '    for (const { id } of loaded.config.accounts) {\n'],
    ],
  },
  {
    name: 'no-is-yes',
    bug: 'what a person has refused is sent as if they had agreed',
    file: 'engine/approvals.ts',
    edits: [["order.answer === 'confirmed' && nowMs", "order.answer !== 'none' && nowMs"]],
  },
  {
    name: 'nothing-kept-aside',
    bug: 'money that a person wants to withdraw is invested',
    file: 'engine/facts.ts',
    edits: [
      ['    setAside,\n    approvals', '    setAside: subtract(setAside, setAside),\n    approvals'],
      ['import { ordersToday', "import { subtract } from '../core/units.ts';\nimport { ordersToday"],
    ],
  },
  {
    name: 'withdrawn-and-still-kept',
    bug: 'a withdrawal does not lower what is kept aside',
    file: 'engine/cash-requests.ts',
    edits: [['if (request.createdAtMs >= atMs) continue;', 'if (request.createdAtMs < atMs) continue;']],
  },
  {
    name: 'withdrawn-twice',
    bug: 'a withdrawal lowers what is kept aside at every look',
    file: 'engine/cash-requests.ts',
    edits: [['journal.lastAlert(settings.id, topicOf(operation)) === null,', 'topicOf(operation) !== null,']],
  },
  {
    name: 'beside-another-order',
    bug: 'an instrument is traded although somebody else has an order in it',
    file: 'engine/holding.ts',
    edits: [['  if (seen.foreignOrders.has(uid)) {', "  if (seen.foreignOrders.has('')) {"]],
  },
  {
    name: 'statuses-by-place',
    bug: 'trading statuses are taken in the order of the question',
    file: 'tinvest/trading-status.ts',
    edits: [['statusOf(uid, byUid.get(uid))', 'statusOf(uid, answers[uids.indexOf(uid)] ?? byUid.get(uid))']],
  },
  {
    name: 'reply-about-another-size',
    bug: 'a reply that speaks of another number of lots is believed',
    file: 'tinvest/order-report.ts',
    edits: [['if (compare(report.requested, request.lots) !== 0)', 'if (report.key === request.uid)']],
  },
  {
    name: 'state-of-another-order',
    bug: 'the state of another order is believed',
    file: 'tinvest/broker.ts',
    edits: [['if (echoed !== orderId) refuse', "if (echoed === '') refuse"]],
  },
  {
    name: 'positions-of-another-account',
    bug: "another account's positions are believed",
    file: 'tinvest/positions.ts',
    edits: [["  if (echoed !== '' && echoed !== asked)\n", "  if (asked === '')\n"]],
  },
  {
    name: 'late-fee-is-none',
    bug: 'a fee that is not booked yet is taken for nothing',
    file: 'tinvest/order-report.ts',
    edits: [
      ['return expected !== null && isPositive(expected) ? null : charged;', 'return charged ?? expected;'],
    ],
  },
  {
    name: 'cancelling-forgotten',
    bug: 'the next life knows nothing of an order whose cancel was asked for',
    file: 'journal/order-book.ts',
    edits: [
      ["('intent', 'sending', 'live', 'unknown', 'cancelling')", "('intent', 'sending', 'live', 'unknown')"],
    ],
  },
  {
    name: 'yes-to-any-size',
    bug: 'a yes to an order is one to a larger order, too',
    file: 'core/steps/confirmations.ts',
    edits: [
      ['isWithin(raw(absolute(change)), raw(approval.lots))', 'isWithin(0n, raw(approval.lots))'],
      ['isWithin(raw(amount), raw(approval.amount))', 'isWithin(0n, raw(approval.amount))'],
    ],
  },
  {
    name: 'contract-change-is-a-refusal',
    bug: 'a method that the venue no longer knows costs one order',
    file: 'tinvest/failure-table.ts',
    edits: [['[CONTRACT_CHANGED, 12001, 12002]', '[REFUSED, 12001, 12002]']],
  },
  {
    name: 'cash-raised-early',
    bug: 'what is asked for in weeks is raised at once',
    file: 'engine/cash-requests.ts',
    edits: [['return count <= TRADING_DAYS_BEFORE;', 'return true;']],
  },
];
