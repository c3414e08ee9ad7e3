// Bugs that this program once had and that were put right, brought back one at a time, each with the seed whose story shows
// it: the failure stays known, and stays fixed (tests/sim/scenarios.test.ts).
// A story changes with the program and with the generator. `npm run sim -- --mutants NAME --from S` finds another one.

import type { Mutant } from './mutant.ts';

export interface Scenario extends Mutant {
  /** Breaks no invariant as the program is now, and at least one with the bug. */
  readonly seed: number;
}

export const FIXED: readonly Scenario[] = [
  {
    name: 'believed-at-first-sight',
    seed: 3409,
    bug: 'the first look at an account is believed although its answer was cut',
    file: 'engine/explained.ts',
    edits: [['      ...(await neverSeen(context, observation)),\n', '']],
  },
  {
    name: 'emptiness-believed',
    seed: 2540,
    bug: 'an account that suddenly shows no securities is believed at once',
    file: 'engine/explained.ts',
    edits: [['const noPieces = held && ', 'const noPieces = !held && ']],
  },
  {
    name: 'own-fills-by-the-clock',
    seed: 531046467,
    bug: 'how old our own fills are goes by a clock that somebody has set',
    file: 'engine/explained.ts',
    edits: [
      [
        'probablySince(clock, lastSent(context, fill)) < FILLS_WITHIN_MS',
        'clock.now() - (fill.lastSentMs ?? 0) < FILLS_WITHIN_MS',
      ],
    ],
  },
  {
    name: 'any-ratio-is-a-split',
    seed: 20205,
    bug: 'any change of pieces that keeps the worth passes for a split',
    file: 'core/price-jump.ts',
    edits: [
      [
        '!isWholeRatio(raw(piecesThen), raw(piecesNow)) || isPaidFor(move)',
        'raw(piecesThen) <= 0n || raw(piecesThen) === raw(piecesNow)',
      ],
    ],
  },
  {
    name: 'buy-only-spends-all',
    seed: 23952,
    bug: 'broken bands are closed with RUB that nothing can bring back',
    file: 'core/rebalance/aimed.ts',
    edits: [['  if (limits.buyOnly) payFromSurplus(input, aimed);\n', '']],
  },
  {
    name: 'day-drops-the-large-one',
    seed: 21177,
    bug: "the day's brake leaves the small purchases, which alone are not worth making",
    file: 'engine/within-today.ts',
    edits: [["while (plan.orders.every(({ side }) => side === 'buy')) {", 'while (false) {']],
  },
  {
    name: 'leaves-beside-unknown',
    seed: 1252,
    bug: 'an order that waited for the rate limit leaves although another is unknown',
    file: 'engine/submit.ts',
    edits: [['?? shown(context, key) ?? besideUnknown(context, key);', '?? shown(context, key);']],
  },
  {
    name: 'gone-is-cancelled',
    seed: 50,
    bug: 'an order that is not shown has done nothing, whatever the positions say',
    file: 'engine/await-final.ts',
    edits: [
      [
        "if (seen.found === 'not_found') return settleGone(context, order);",
        "if (seen.found === 'not_found') return settle(context, { key: order.request.key, to: 'cancelled', executed: order.executed, evidence: 'not shown' });",
      ],
    ],
  },
  {
    name: 'rests-until-all-are-sent',
    seed: 1466,
    bug: 'how long an order may rest counts only once the last one of its leg is sent',
    file: 'engine/act.ts',
    edits: [
      [
        'await send(context, gate.approved, follow).finally(allOver);',
        'await send(context, gate.approved, () => {}).finally(allOver);',
      ],
    ],
  },
  {
    name: 'last-look-hangs',
    seed: 1466,
    bug: 'a look at a resting order that hangs keeps it resting',
    file: 'engine/await-final.ts',
    edits: [
      ['const byMs = Math.min(silentAtMs(), restUntilMs + LAST_LOOK_MS);', 'const byMs = silentAtMs();'],
    ],
  },
  {
    name: 'patience-by-the-clock',
    seed: 79,
    bug: 'deadlines and patience are reckoned by a clock that somebody sets',
    file: 'engine/steady.ts',
    edits: [['clock.monotonic?.() ?? clock.now();', 'clock.now();']],
  },
  {
    name: 'age-by-the-clock',
    seed: 2837,
    bug: 'an order is as old as the clock says that somebody has set',
    file: 'engine/steady.ts',
    edits: [
      ['return byWall - bySteady > SET_MAX_MS ? byWall : Math.min(byWall, bySteady);', 'return byWall;'],
    ],
  },
  {
    name: 'no-sleep-between-legs',
    seed: 1006,
    bug: 'the first order of a leg does not wait for the pause after the last one of the leg before',
    file: 'engine/submit.ts',
    edits: [
      [
        'if (leftMs > 0 && !blocked) await clock.sleep(leftMs, stop);',
        'if (leftMs > 0 && !blocked && submitted.length > 0) await clock.sleep(leftMs, stop);',
      ],
    ],
  },
  {
    name: 'cooldown-lost-with-the-venue',
    seed: 1840,
    bug: 'an iteration that traded and then lost the venue starts no cooldown',
    file: 'engine/cycle.ts',
    edits: [['    if (error instanceof WorldError) mark(false);\n', '']],
  },
  {
    name: 'next-unplanned',
    seed: 5,
    bug: 'an account that could not be opened announces no next iteration',
    file: 'engine/daemon.ts',
    edits: [
      ['      options.journal.planNextIteration(', '      session.context?.journal.planNextIteration('],
    ],
  },
  {
    name: 'refusal-hidden-by-a-failed-look',
    seed: 3529,
    bug: 'a refusal that ends trading is lost when the next look at the account fails',
    file: 'engine/act.ts',
    edits: [
      [
        'if (stop === null || !(error instanceof WorldError)) throw error;',
        'if (stop !== undefined) throw error;',
      ],
    ],
  },
  {
    name: 'unknown-order-ends-well',
    seed: 1,
    bug: 'a program that leaves an unknown order behind ends with the code of a failure',
    file: 'cli/start.ts',
    edits: [['return isUnresolved(run, journal) ? EXIT.unknownOutcome : ', 'return ']],
  },
  {
    name: 'token-told-by-the-last',
    seed: 28,
    bug: 'a refused token is told of only where it ends an iteration',
    file: 'tinvest/attempt.ts',
    edits: [
      [
        "if (rule.read === 'token') fared('refused');",
        "if (rule.read === 'token' && method.service === 'users') fared('refused');",
      ],
    ],
  },
  {
    name: 'told-at-the-next-poll',
    seed: 1042,
    bug: 'a person is told of an unknown order only when it is asked about again, a minute too late',
    file: 'engine/resolve-unknown.ts',
    edits: [['const ALERT_AFTER_MS = 55_000;', 'const ALERT_AFTER_MS = 115_000;']],
  },
  {
    name: 'unknown-left-untold',
    seed: 41572,
    bug: 'nobody is told of an unknown order where asking about it ends with a failure',
    file: 'engine/resolve-unknown.ts',
    edits: [
      [
        "    if (known.state === 'unknown') alertUnknown(context, known);\n    throw error;",
        '    throw error;',
      ],
    ],
  },
  {
    name: 'told-in-the-future',
    seed: 1020,
    bug: 'an unknown order that was sent before the clock was set back is told of too late',
    file: 'engine/resolve-unknown.ts',
    edits: [['age < 0 ? 0 : ALERT_AFTER_MS - age', 'ALERT_AFTER_MS - age']],
  },
  {
    name: 'every-skip-is-expected',
    seed: 6,
    bug: 'nobody is told of an account that is skipped because nobody knows the hours',
    file: 'engine/cycle.ts',
    edits: [['    draft.expected = known;', '    draft.expected = true;']],
  },
  {
    name: 'fee-for-ever-unknown',
    seed: 12918,
    bug: 'a fee that was booked late counts for nothing where an order beside its own is to be proved absent',
    file: 'engine/absence-proof.ts',
    edits: [['withCost(context, each)', 'each']],
  },
  {
    name: 'refused-question-forgotten',
    seed: 441001921,
    bug: 'a venue that refuses for good to be asked about a fee is not heeded',
    file: 'engine/act.ts',
    edits: [['  throwLasting(context, stop);\n', '']],
  },
  {
    name: 'margin-for-what-stays',
    seed: 10020,
    bug: 'margin is confirmed although the order that needs it does not leave',
    file: 'engine/gate.ts',
    edits: [['    passed.map(({ order }) => order),', '    input.orders,']],
  },
  {
    name: 'gone-beside-unknown',
    seed: 481021829,
    bug: 'an order that the venue forgot is settled by what an unknown one beside it has done',
    file: 'engine/gone-order.ts',
    edits: [["new Set(['intent', 'sending', 'unknown'] as const)", 'new Set()']],
  },
  {
    name: 'marks-begin-blind',
    seed: 461054448,
    bug: 'a drawdown begins at a look of which nobody can tell what moved',
    file: 'engine/drawdown-watch.ts',
    edits: [['{ sinceMs: null, warnings: [NOT_YET] }', '{ sinceMs: positionsAtMs, warnings: [] }']],
  },
  {
    name: 'odd-list-is-the-end',
    seed: 491012305,
    bug: 'an account that a cut or odd list of accounts does not show is given up',
    file: 'cli/trading-session.ts',
    edits: [['throw isSound(list, journal.brokerAccountPin(account.id))', 'throw list.length >= 0']],
  },
  {
    name: 'spared-fees-idle',
    seed: 491026500,
    bug: 'fees that were reserved and not charged wait for the next iteration',
    file: 'engine/buys-after.ts',
    edits: [["rule === 'cash' && lots > 0", "rule === 'cash' && lots > 1e12"]],
  },
];
