// Bugs in how orders are sent, followed and stopped.

import type { Mutant } from './mutant.ts';

export const EXECUTING: readonly Mutant[] = [
  {
    name: 'refusal-settles-unknown',
    bug: 'a refusal of a resend counts, although the first may stand',
    file: 'engine/submit.ts',
    edits: [
      [
        `      // After an unclear attempt this refusal may be about the second copy only: the first may stand.
      if (order.state === 'unknown') return { order, reaction: null };
`,
        '',
      ],
    ],
  },
  {
    name: 'silence-is-refusal',
    bug: 'no reply counts as a refusal',
    file: 'tinvest/failure.ts',
    edits: [
      [
        "if (failure.local) return { post: 'unknown', read: 'again' };",
        "if (failure.local) return { post: 'skip', read: 'again' };",
      ],
    ],
  },
  {
    name: 'stumble-is-refusal',
    bug: 'an internal error of the venue counts as a refusal',
    file: 'tinvest/failure-table.ts',
    edits: [["UNSETTLED: Rule = { post: 'unknown'", "UNSETTLED: Rule = { post: 'skip'"]],
  },
  {
    name: 'absence-without-proof',
    bug: 'what is not found after a quarter of an hour is absent',
    file: 'engine/absence-proof.ts',
    edits: [['  if (!before) return false;\n', '  if (before) return true;\n  if (!before) return false;\n']],
  },
  {
    name: 'absent-too-soon',
    bug: 'what is not found after two minutes is looked for in the positions',
    file: 'core/reconcile.ts',
    edits: [['ABSENCE_AFTER_MS = 15 * 60_000', 'ABSENCE_AFTER_MS = 2 * 60_000 + 1']],
  },
  {
    name: 'absent-at-first-sight',
    bug: 'one look at the account proves an absence',
    file: 'engine/absence-proof.ts',
    edits: [
      [
        '  await context.clock.sleep(ABSENCE_READINGS_APART_MS, context.stop);\n  if (context.stop.aborted) return false;\n  return asBefore();',
        '  return true;',
      ],
    ],
  },
  {
    name: 'resends-for-ever',
    bug: 'each resend opens the two minutes anew',
    file: 'core/reconcile.ts',
    edits: [['const age = nowMs - first;', 'const age = sentAgoMs;']],
  },
  {
    name: 'rests-in-the-next-life',
    bug: 'what an earlier life left in the book is left there',
    file: 'engine/recover.ts',
    edits: [
      [
        "if (order.state === 'live') return leftResting(context, order);",
        "if (order.state === 'live') return order;",
      ],
    ],
  },
  {
    name: 'plan-goes-on-resting',
    bug: 'what an earlier life left in the book is waited for as long as any order',
    file: 'engine/recover.ts',
    edits: [['orderWaitMs: 0', 'orderWaitMs: context.settings.orderWaitMs']],
  },
  {
    name: 'one-cancel',
    bug: 'a cancel that got lost is not sent again',
    file: 'engine/await-final.ts',
    edits: [
      [
        'await inTime(context, deadline(), () => broker.cancel(request.brokerAccount, orderId));',
        'pauseMs > CANCEL_AGAIN_MS ? null : await inTime(context, deadline(), () => broker.cancel(request.brokerAccount, orderId));',
      ],
    ],
  },
  {
    name: 'refused-and-tried-again',
    bug: 'what the venue refused is ordered again in the next leg',
    file: 'engine/act.ts',
    edits: [['    for (const [uid, reason] of done.skipped) excluded.set(uid, reason);\n', '']],
  },
  {
    name: 'barred-and-tried-again',
    bug: 'what is not for this investor is tried in every iteration',
    file: 'tinvest/failure-table.ts',
    edits: [
      [
        "NOT_FOR_THIS_INVESTOR: Rule = { post: 'skip_for_good'",
        "NOT_FOR_THIS_INVESTOR: Rule = { post: 'skip'",
      ],
    ],
  },
  {
    name: 'unknown-for-ever',
    bug: 'no person is ever asked what became of an order',
    file: 'engine/resolve-unknown.ts',
    edits: [
      [
        "  haltAccount(context, 'unresolved_order', detail);\n  return order;",
        "  return detail === '' ? known : order;",
      ],
    ],
  },
  {
    name: 'unknown-until-the-interval',
    bug: 'an unknown order is asked about again an interval later',
    file: 'engine/daemon.ts',
    edits: [
      [
        "if (result.afterwards.kind === 'soon') return Math.min(regular, nowMs + result.afterwards.afterMs);",
        '',
      ],
    ],
  },
  {
    name: 'interval-from-the-end',
    bug: 'the interval counts from the end of an iteration and a minute more',
    file: 'engine/daemon.ts',
    edits: [['plannedMs = Math.min(dueMs, clock.now());', 'plannedMs = clock.now() + 60_000;']],
  },
  {
    name: 'halt-ignored',
    bug: 'a halted account goes on trading',
    file: 'engine/permission.ts',
    edits: [['  if (halt === null) return null;\n', '  if (halt === null || halt !== null) return null;\n']],
  },
  {
    name: 'stop-ignored',
    bug: 'orders still leave after SIGTERM',
    file: 'engine/permission.ts',
    edits: [["if (context.stop.aborted) return 'the program was told to stop';", '']],
  },
  {
    name: 'dry-run-trades',
    bug: 'a dry run acts on its plan',
    file: 'engine/cycle.ts',
    edits: [['dryRun: context.settings.dryRun,', 'dryRun: false,']],
  },
  {
    name: 'throttle-off',
    bug: 'more than the whole limit is used',
    file: 'tinvest/throttle.ts',
    edits: [
      ['const budget = budgetOf(limit.count);', 'const budget = 5 * limit.count;'],
      [
        'createSlidingWindow(budgetOf(LIMITS[service]), MINUTE_MS)',
        'createSlidingWindow(5 * LIMITS[service], MINUTE_MS)',
      ],
      ['resize(budgetOf(perMinute), MINUTE_MS)', 'resize(5 * perMinute, MINUTE_MS)'],
    ],
  },
  {
    name: 'no-lock',
    bug: 'a second instance trades on the same state directory',
    file: 'cli/start.ts',
    edits: [['options.dryRun ? null : outside.acquireLock(options.stateDir)', 'null']],
  },
  {
    name: 'absent-by-first-sending',
    bug: 'how long an order is sought counts from its first sending',
    file: 'engine/last-sent.ts',
    edits: [
      [
        '{ lastSentMs, lastSentSteadyMs }: JournaledOrder',
        '{ firstSentMs, lastSentMs, lastSentSteadyMs }: JournaledOrder',
      ],
      [
        'wallMs: lastSentMs ?? 0, steadyMs: lastSentSteadyMs ?? memory.startedMs',
        'wallMs: firstSentMs ?? 0, steadyMs: (lastSentSteadyMs ?? memory.startedMs) - ((lastSentMs ?? 0) - (firstSentMs ?? 0))',
      ],
    ],
  },
  {
    name: 'margin-for-nothing',
    bug: 'every purchase of an account with margin lets the broker lend for it',
    file: 'engine/gate.ts',
    edits: [
      ['isNegative(subtract(snapshot.cash, worstCost(snapshot, commission, orders)));', 'orders.length > 0;'],
    ],
  },
  {
    name: 'large-without-a-look',
    bug: 'the book is looked at for orders of millions only',
    file: 'engine/book-check.ts',
    edits: [['money(300_000n * NANO)', 'money(3_000_000n * NANO)']],
  },
  {
    name: 'stopped-for-a-moved-price',
    bug: 'a price that has moved ends the trading of an account',
    file: 'tinvest/failure-table.ts',
    edits: [
      ["const PRICE_MOVED: Rule = { post: 'reprice'", "const PRICE_MOVED: Rule = { post: 'stop_account'"],
    ],
  },
  {
    name: 'absent-while-money-held',
    bug: 'money or pieces that are held do not speak against an absence',
    file: 'engine/absence-proof.ts',
    edits: [
      [
        'isZero(position?.blocked ?? NO_SHARES) &&\n    isZero(now.blockedCash)',
        '(isZero(position?.blocked ?? NO_SHARES) || true)',
      ],
    ],
  },
  {
    name: 'forgotten-as-asked',
    bug: 'an order that the venue has forgotten is taken for carried out whole',
    file: 'engine/gone-order.ts',
    edits: [
      [
        'return larger(order.executed, smaller(executed, order.request.lots));',
        'return isPositive(executed) ? order.request.lots : order.executed;',
      ],
    ],
  },
];
