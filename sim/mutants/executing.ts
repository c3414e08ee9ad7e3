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
];
