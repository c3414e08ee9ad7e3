// The bugs that anybody would think of first: a key that changes, an outcome taken for another, units, floats.

import type { Mutant } from './mutant.ts';

export const NAMED: readonly Mutant[] = [
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
      ['if (!written) journal.attempt([key], clock.now(), steady(clock));', ''],
      [
        'const again = throttled < THROTTLED_MAX',
        "if (order.state === 'intent') journal.attempt([key], clock.now(), steady(clock));\n    const again = throttled < THROTTLED_MAX",
      ],
      ['submit(context, order.request.key, true)', 'submit(context, order.request.key)'],
      [
        `  context.journal.attempt(
    orders.map((order) => order.request.key),
    context.clock.now(),
    steady(context.clock),
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
        'await send(context, gate.approved, follow).finally(allOver);',
        'await send(context, gate.approved, leg === SELLS ? () => {} : follow).finally(allOver);',
      ],
      [
        'const final = await allEnded(submitted.map(({ order }) => endOf(order.request.key)));',
        'const final = leg === SELLS ? submitted.map(({ order }) => order) : await allEnded(submitted.map(({ order }) => endOf(order.request.key)));',
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
];
