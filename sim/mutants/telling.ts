// Bugs in what the owner is told: records, alerts, exit codes, secrets.

import type { Mutant } from './mutant.ts';

export const TELLING: readonly Mutant[] = [
  {
    name: 'amount-as-planned',
    bug: 'an order is told as worth what it was planned at',
    file: 'core/iteration-record.ts',
    edits: [['decimal(order.value ?? times(', 'decimal(times(']],
  },
  {
    name: 'no-fees-told',
    bug: 'every order is told to be free',
    file: 'core/iteration-record.ts',
    edits: [["order.commission === null ? '0.00' : decimal(order.commission)", "'0.00'"]],
  },
  {
    name: 'after-as-planned',
    bug: 'the lots after an iteration are those that were planned',
    file: 'engine/draft.ts',
    edits: [['      lots_after: lots_before,\n', '']],
  },
  {
    name: 'partial-is-balanced',
    bug: 'an iteration is called balanced whatever became of its orders',
    file: 'engine/ending.ts',
    edits: [['return missing.length === 0\n', 'return missing.length >= 0\n']],
  },
  {
    name: 'unknown-is-cancelled',
    bug: 'an order of unknown fate is told as cancelled',
    file: 'engine/draft.ts',
    edits: [
      ["if (!isFinal(order.state)) return 'unknown';", "if (!isFinal(order.state)) return 'cancelled';"],
    ],
  },
  {
    name: 'share-of-what-is-left',
    bug: 'weights before are shares of the total after',
    file: 'core/plan-rows.ts',
    edits: [['percentOf(name.valueBefore, context.equity)', 'percentOf(name.valueBefore, after)']],
  },
  {
    name: 'debt-left-out',
    bug: 'cash that orders hold is left out of the RUB row',
    file: 'core/plan-rows.ts',
    edits: [['row(cashRow(ownCash(context.snapshot), cash))', 'row(cashRow(cash, cash))']],
  },
  {
    name: 'announced-too-late',
    bug: 'the next iteration is announced for an interval later than it comes',
    file: 'engine/daemon.ts',
    edits: [
      [
        'planNextIteration(settings.id, dueMs)',
        'planNextIteration(settings.id, dueMs + settings.intervalMs)',
      ],
    ],
  },
  {
    name: 'halt-untold',
    bug: 'an account is halted in silence',
    file: 'engine/halt.ts',
    edits: [['  notifier.alert({', '  if (halt.atMs < 0) notifier.alert({']],
  },
  {
    name: 'unknown-untold',
    bug: 'nobody is told of an order of unknown fate',
    file: 'engine/resolve-unknown.ts',
    edits: [
      [
        '  context.memory.alerted.add(key);\n  context.notifier.alert({',
        '  context.memory.alerted.add(key);\n  if (context.memory === null) context.notifier.alert({',
      ],
    ],
  },
  {
    name: 'no-such-command',
    bug: 'the halt for an unresolved order names a command that the program does not take',
    file: 'engine/resolve-unknown.ts',
    edits: [[' --absent, or --filled N', ' --gone, or --filled N']],
  },
  {
    name: 'stop-untold',
    bug: 'an account is stopped in silence',
    file: 'engine/daemon.ts',
    edits: [['    report(options, settings, afterwards);\n', '']],
  },
  {
    name: 'told-at-every-look',
    bug: 'a refused token is told of at every re-check',
    file: 'tinvest/token-watch.ts',
    edits: [['} else if (refusedAt === null) {', '} else {']],
  },
  {
    name: 'alert-is-no-warning',
    bug: 'the record does not say what the alerts of its iteration said',
    file: 'engine/cycle.ts',
    edits: [['    draft.warnings.push(alert.message);\n', '']],
  },
  {
    name: 'token-in-journal',
    bug: 'what the venue said is stored as it came',
    file: 'cli/scrubbed-journal.ts',
    edits: [['reason: clean(row.reason), record: clean(row.record) }', '}']],
  },
  {
    name: 'token-in-order',
    bug: 'the error of an order is stored as it came',
    file: 'cli/scrubbed-journal.ts',
    edits: [['{ ...change, error: clean(change.error) }', 'change']],
  },
  {
    name: 'token-in-alert',
    bug: 'the alert command gets what the venue said as it came',
    file: 'notify/alert-command.ts',
    edits: [
      ['scrub(JSON.stringify({ at: new Date(now()).toISOString(), ...alert }))', 'JSON.stringify(alert)'],
    ],
  },
  {
    name: 'token-in-log',
    bug: 'the log is not scrubbed',
    file: 'log.ts',
    edits: [
      [
        'redactTokens(scrub(render(line.replace(UNSEEN, ',
        '((text: string) => text)((render(line.replace(UNSEEN, ',
      ],
    ],
  },
  {
    name: 'token-on-terminal',
    bug: 'the terminal shows what the venue said as it came',
    file: 'cli/terminal.ts',
    edits: [['redactTokens(scrub(text))', 'text']],
  },
  {
    name: 'token-in-base64',
    bug: 'a token in base64 is not known for one',
    file: 'config/secret.ts',
    edits: [['...[0, 1, 2].flatMap((before) => base64Core(bytes, before)),', '']],
  },
  {
    name: 'one-token-for-all',
    bug: 'the first token of a contour serves every account of it',
    file: 'cli/trading-session.ts',
    edits: [['token.reveal()}`', 'token.toString()}`']],
  },
  {
    name: 'stop-ends-well',
    bug: 'a stopped daemon ends with 0 whatever order it leaves behind',
    file: 'cli/start.ts',
    edits: [
      [
        'return isUnresolved(run, journal) ? EXIT.unknownOutcome : exitCode(options, ends, asked);',
        'return asked ? EXIT.ok : exitCode(options, ends, asked);',
      ],
    ],
  },
  {
    name: 'causes-untold',
    bug: 'nobody is told what keeps a position off its target',
    file: 'engine/draft.ts',
    edits: [['held_back: heldBack(draft, orders),', 'held_back: heldBack(draft, orders).slice(0, 0),']],
  },
  {
    name: 'idle-without-reason',
    bug: 'an iteration that does nothing does not say why',
    file: 'engine/cycle.ts',
    edits: [
      ["outcome('nothing_to_do', nothingToDo(plan), sessions)", "outcome('nothing_to_do', null, sessions)"],
    ],
  },
  {
    name: 'error-after-as-planned',
    bug: 'the tracking error after an iteration is the one that was planned',
    file: 'engine/draft.ts',
    edits: [
      [
        'draft.settled?.trackingError.before ?? draft.plan.trackingError.after',
        'draft.plan.trackingError.after',
      ],
    ],
  },
  {
    name: 'refusal-without-words',
    bug: 'an order is told as rejected, and not why',
    file: 'engine/draft.ts',
    edits: [["error: order.state === 'filled' ? null : order.error,", 'error: null,']],
  },
  {
    name: 'told-as-open',
    bug: 'the exchange is told to be open at all times',
    file: 'engine/draft.ts',
    edits: [['exchange_open: draft.exchangeOpen,', 'exchange_open: true,']],
  },
  {
    name: 'left-behind-untold',
    bug: 'nobody is told what became of an order that an earlier life left',
    file: 'engine/cycle.ts',
    edits: [['  draft.warnings.unshift(...settledStories(context, draft.inherited));\n', '']],
  },
  {
    name: 'no-fees-expected',
    bug: 'a plan is told to cost nothing',
    file: 'core/iteration-record.ts',
    edits: [['fees_rub: decimal(fees),', "fees_rub: '0.00',"]],
  },
  {
    name: 'cash-for-debt',
    bug: 'what is left in RUB is told as the debt of a plan',
    file: 'core/plan-rows.ts',
    edits: [['const debt = larger(NO_MONEY, negate(cash));', 'const debt = larger(NO_MONEY, cash);']],
  },
  {
    name: 'over-and-not-forgotten',
    bug: 'a single iteration that comes to nothing is told, for an older one is remembered',
    file: 'engine/pause.ts',
    edits: [['for (const topic of [EVENT, FIRST]) journal', 'for (const topic of [EVENT]) journal']],
  },
  {
    name: 'told-once-a-day',
    bug: 'what lasts is told again a day later',
    file: 'engine/tell-once.ts',
    edits: [['nowMs - last < everyMs)', 'nowMs - last < everyMs * 24)']],
  },
];
