// Bugs that could be in this program, as changes to the text of one of its files. They are made in memory while a child
// of the simulator loads that file; what is on disk never changes. Each text must be found exactly once, so that a
// mutant cannot vanish when its file is edited.

export interface Mutant {
  readonly name: string;
  /** What is wrong, in words. */
  readonly bug: string;
  /** Path under src/. */
  readonly file: string;
  readonly edits: readonly (readonly [found: string, planted: string])[];
}

export const MUTANTS: readonly Mutant[] = [
  // the list of safety.md
  {
    name: 'new-key-on-retry',
    bug: 'a resend gets a key of its own',
    file: 'engine/submit.ts',
    edits: [
      [
        'await broker.post(order.request, mayLeave)',
        "await broker.post(order.state === 'unknown' ? { ...order.request, key: order.request.key.replace(/^./, (c) => (c === '0' ? '1' : '0')) } : order.request, mayLeave)",
      ],
    ],
  },
  {
    name: 'send-before-w2',
    bug: 'orders leave before their attempt rows are written',
    file: 'engine/submit.ts',
    edits: [
      ['if (!written) journal.attempt([key], clock.now());', ''],
      [
        'const again = throttled < THROTTLED_MAX',
        "if (order.state === 'intent') journal.attempt([key], clock.now());\n    const again = throttled < THROTTLED_MAX",
      ],
      ['submit(context, order.request.key, true)', 'submit(context, order.request.key)'],
      [
        `  context.journal.attempt(
    orders.map((order) => order.request.key),
    context.clock.now(),
  );
`,
        '',
      ],
    ],
  },
  {
    name: '30057-as-reject',
    bug: 'a duplicate key counts as a refusal',
    file: 'tinvest/failure-table.ts',
    edits: [["DUPLICATE: Rule = { post: 'unknown'", "DUPLICATE: Rule = { post: 'skip'"]],
  },
  {
    name: 'buys-before-sells-settle',
    bug: 'the buys do not wait for the sells',
    file: 'engine/act.ts',
    edits: [
      [
        'const final = await allEnded(submitted.map(({ order }) => awaitFinal(context, order.request.key)));',
        'const final = leg === SELLS ? submitted.map(({ order }) => order) : await allEnded(submitted.map(({ order }) => awaitFinal(context, order.request.key)));',
      ],
      [
        'const unfinished = done.orders.some((order) => !isFinal(order.state));',
        'const unfinished = number !== SELLS && done.orders.some((order) => !isFinal(order.state));',
      ],
    ],
  },
  {
    name: 'lots-for-pieces',
    bug: 'a request says pieces where the venue counts lots',
    file: 'tinvest/broker.ts',
    edits: [['quantity: lotsOnWire(request.lots)', 'quantity: Number(raw(request.lots) * raw(request.lot))']],
  },
  {
    name: 'floats-for-nano',
    bug: 'amounts go through doubles',
    file: 'tinvest/convert.ts',
    edits: [
      [
        'return BigInt(units) * NANO + BigInt(nano);',
        'return BigInt(Math.round((units + nano / 1e9) * 1e9));',
      ],
    ],
  },
  {
    name: 'kill-switch-once',
    bug: 'the kill switch is read once per iteration',
    file: 'engine/permission.ts',
    edits: [['  return braked(context);\n', '  return null;\n']],
  },
  {
    name: 'shared-state',
    bug: 'the loops of all accounts share one context',
    file: 'engine/daemon.ts',
    edits: [
      ['  const session: Session = { context: null, sessions: null };\n', ''],
      [
        'async function runAccount(',
        'const session: Session = { context: null, sessions: null };\nasync function runAccount(',
      ],
    ],
  },
  // deciding
  {
    name: 'equity-without-cash',
    bug: 'the balanced total leaves RUB out',
    file: 'core/portfolio.ts',
    edits: [['  add(ownCash(snapshot), total(balanced.map(', '  add(NO_MONEY, total(balanced.map(']],
  },
  {
    name: 'no-reserve',
    bug: 'nothing is kept for commissions and a step of the price',
    file: 'core/order-choice.ts',
    edits: [
      [
        'return add(slip, portionUp(add(worth, slip), commission));',
        'return add(slip, price(-raw(slip)) as unknown as Money);',
      ],
    ],
  },
  {
    name: 'any-price-age',
    bug: 'an old price is as good as a new one',
    file: 'engine/schedule.ts',
    edits: [['  return within + weekdaysBetween(', '  return 0 * within + weekdaysBetween(']],
  },
  {
    name: 'cash-of-unseen-orders',
    bug: 'an order that is gone from sight is final although it holds cash',
    file: 'engine/gone-order.ts',
    edits: [["if (side === 'buy' && !isZero(positions.blockedCash)) return null;", '']],
  },
  {
    name: 'fills-not-awaited',
    bug: 'an account that does not show our fills is decided on',
    file: 'engine/explained.ts',
    edits: [['if (gaps.length === 0) return observation;', 'return observation;']],
  },
  {
    name: 'one-leg-back',
    bug: 'a venue that lags is only thought to lag by one leg',
    file: 'engine/explained.ts',
    edits: [
      [
        'const stale = way.some((place) => lags(raw(place), raw(now), raw(expected)));',
        'const stale = lags(raw(was), raw(now), raw(expected));',
      ],
    ],
  },
  {
    name: 'limits-loading-ignored',
    bug: 'positions count while the venue still loads its limits',
    file: 'tinvest/positions.ts',
    edits: [
      [
        'if (reply.limitsLoadingInProgress)',
        'if (reply.limitsLoadingInProgress && reply.accountId === "none")',
      ],
    ],
  },
  {
    name: 'no-turnover-limit',
    bug: 'the gate lets any turnover through',
    file: 'engine/turnover.ts',
    edits: [['return larger(subtract(limit, traded), NO_MONEY);', 'return larger(limit, traded);']],
  },
  {
    name: 'no-split',
    bug: "an order above the broker's cap is not split",
    file: 'engine/gate.ts',
    edits: [['money(29_700_000n * NANO)', 'money(29_700_000_000n * NANO)']],
  },
  // executing
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
  // journaling
  {
    name: 'one-attempt-row',
    bug: 'of a batch only the first order gets its attempt row',
    file: 'journal/order-book.ts',
    edits: [
      [
        'for (const key of keys) attemptOne(key, atMs);',
        'for (const key of keys.slice(0, 1)) attemptOne(key, atMs);',
      ],
    ],
  },
  {
    name: 'executed-not-kept',
    bug: 'the executed lots of an order are not written down',
    file: 'journal/order-book.ts',
    edits: [
      [
        '      executed: raw(after.executed),\n      value:',
        '      executed: raw(order.executed),\n      value:',
      ],
    ],
  },
  {
    name: 'worth-per-piece',
    bug: 'the price of a piece is taken for the worth of a fill',
    file: 'tinvest/order-report.ts',
    edits: [['null : worth(price(raw(each)), piecesIn(report.executed, request.lot))', 'null : each']],
  },
  {
    name: 'write-in-the-middle',
    bug: 'a journal write is not one transaction',
    file: 'journal/store.ts',
    edits: [
      ['      begin.run({});\n', ''],
      ['        commit.run({});\n', ''],
    ],
  },
  {
    name: 'key-forgets-leg',
    bug: 'two legs of an iteration give one instrument the same key',
    file: 'core/order.ts',
    edits: [['    facts.leg,\n', '    0,\n']],
  },
];
