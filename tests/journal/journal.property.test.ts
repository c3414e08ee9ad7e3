import { expect, setDefaultTimeout, test } from 'bun:test';
import fc from 'fast-check';
import { ARROWS, isFinal, type OrderState } from '../../src/core/order.ts';
import { lots, raw } from '../../src/core/units.ts';
import { openJournal } from '../../src/journal/journal.ts';
import type { Journal, JournaledOrder } from '../../src/ports.ts';
import { tempDirs } from '../support/temp-dir.ts';
import { AT, NOTHING, sampleIntent } from './sample.ts';
import { rows, to } from './with-journal.ts';

setDefaultTimeout(240_000);

const newDir = tempDirs();
const seed = Number(process.env.SEED ?? 20261121);
const REQUESTED = 4n;
const KEYS = 4;

type Step =
  | { readonly kind: 'plan' | 'attempt'; readonly which: readonly number[] }
  | { readonly kind: 'settle'; readonly which: number; readonly state: OrderState; readonly executed: bigint }
  | { readonly kind: 'reopen' };

const which = fc.nat({ max: KEYS - 1 });
const states = Object.keys(ARROWS) as OrderState[];
/** `pick` chooses among the arrows of the order as it then stands, or among all states when `wild`. */
const settle = fc.record({
  kind: fc.constant('pick' as const),
  which,
  pick: fc.noBias(fc.nat({ max: 99 })),
  wild: fc.nat({ max: 3 }).map((n) => n === 0),
  executed: fc.bigInt({ min: 0n, max: REQUESTED + 1n }),
});
type Draw = Exclude<Step, { kind: 'settle' }> | (typeof settle extends fc.Arbitrary<infer T> ? T : never);
const some = (kind: 'plan' | 'attempt', maxLength: number): fc.Arbitrary<Draw> =>
  fc.record({ kind: fc.constant(kind), which: fc.array(which, { minLength: 1, maxLength }) });
const draw: fc.Arbitrary<Draw> = fc.oneof(
  { weight: 3, arbitrary: some('plan', 2) },
  { weight: 4, arbitrary: some('attempt', 2) },
  { weight: 10, arbitrary: settle },
  { weight: 1, arbitrary: fc.constant({ kind: 'reopen' as const }) },
);

function stepOf(model: Model, drawn: Draw): Step {
  if (drawn.kind !== 'pick') return drawn;
  const order = model.get(drawn.which);
  const arrows = order === undefined || drawn.wild ? states : ARROWS[order.state];
  const state = arrows[drawn.pick % arrows.length] ?? 'live';
  const more = (order?.executed ?? 0n) + (drawn.executed > 2n ? 0n : drawn.executed);
  const executed = state === 'filled' ? REQUESTED : more;
  return { kind: 'settle', which: drawn.which, state, executed: drawn.wild ? drawn.executed : executed };
}

/** What the rules make of an order, kept apart from the journal. */
interface Expected {
  state: OrderState;
  executed: bigint;
  attempts: number;
}
type Model = Map<number, Expected>;

const intentOf = (n: number, iteration: string) =>
  sampleIntent({ iteration, request: { key: `key-${n}`, lots: lots(REQUESTED) } });

/** The model after the step, or `null` where the rules forbid the step as a whole. */
function expected(model: Model, step: Step): Model | null {
  const next: Model = new Map([...model].map(([n, order]) => [n, { ...order }]));
  if (step.kind === 'reopen') return next;
  if (step.kind === 'settle') {
    const order = next.get(step.which);
    if (step.state === 'sending') return null;
    // What a person said stands, and is no error for whoever comes after.
    if (order?.state === 'operator') return next;
    const allowed =
      order !== undefined &&
      ARROWS[order.state].includes(step.state) &&
      step.executed >= order.executed &&
      step.executed <= REQUESTED &&
      (step.state !== 'filled' || step.executed === REQUESTED) &&
      (step.state !== 'absent' || step.executed === 0n);
    if (!allowed) return null;
    Object.assign(order, { state: step.state, executed: step.executed });
    return next;
  }
  if (new Set(step.which).size !== step.which.length) return null;
  for (const n of step.which) {
    const order = next.get(n);
    if (step.kind === 'plan') {
      if (order !== undefined) return null;
      next.set(n, { state: 'intent', executed: 0n, attempts: 0 });
    } else if (order?.state !== 'operator') {
      if (order === undefined || !['intent', 'sending', 'unknown'].includes(order.state)) return null;
      order.attempts += 1;
      if (order.state === 'intent') order.state = 'sending';
    }
  }
  return next;
}

function act(journal: Journal, step: Step, atMs: number): void {
  if (step.kind === 'reopen') return;
  if (step.kind === 'settle') journal.settle(to(`key-${step.which}`, step.state, step.executed), atMs);
  else if (step.kind === 'attempt')
    journal.attempt(
      step.which.map((n) => `key-${n}`),
      atMs,
    );
  else {
    const iteration = `i-${atMs}`;
    journal.plan(
      'one',
      iteration,
      1,
      step.which.map((n) => intentOf(n, iteration)),
      NOTHING,
      atMs,
    );
  }
}

const seen = (order: JournaledOrder | null): Expected | undefined =>
  order === null
    ? undefined
    : { state: order.state, executed: raw(order.executed), attempts: order.attempts };

function check(journal: Journal, model: Model): void {
  for (let n = 0; n < KEYS; n += 1) expect(seen(journal.order(`key-${n}`))).toEqual(model.get(n)!);
  const open = [...model].filter(([, order]) => !isFinal(order.state)).map(([n]) => `key-${n}`);
  expect(
    journal
      .openOrders('one')
      .map((order) => order.request.key)
      .toSorted(),
  ).toEqual(open.toSorted());
}

interface TransitionRow {
  readonly key: string;
  readonly from_state: OrderState;
  readonly to_state: OrderState;
}

/** Every order's history is an unbroken walk along the arrows, from `intent` to where the order stands. */
function checkHistory(dir: string, model: Model): void {
  const at = new Map<string, OrderState>();
  for (const row of rows(dir, 'SELECT * FROM transitions ORDER BY key, seq') as TransitionRow[]) {
    expect(row.from_state).toBe(at.get(row.key) ?? 'intent');
    expect(ARROWS[row.from_state]).toContain(row.to_state);
    at.set(row.key, row.to_state);
  }
  for (const [n, order] of model) expect(at.get(`key-${n}`) ?? 'intent').toBe(order.state);
}

test(`any sequence of events obeys the order's rules, refused ones change nothing, reopening changes nothing (SEED=${seed})`, () => {
  let accepted = 0;
  let refused = 0;
  const reached = new Set<OrderState>();
  const property = fc.property(fc.array(draw, { minLength: 30, maxLength: 60 }), (draws) => {
    const dir = newDir();
    let journal = openJournal(dir);
    let model: Model = new Map();
    try {
      for (const [index, drawn] of draws.entries()) {
        const each = stepOf(model, drawn);
        const next = expected(model, each);
        if (next === null) expect(() => act(journal, each, AT + index)).toThrow();
        else act(journal, each, AT + index);
        if (next === null) refused += 1;
        else accepted += 1;
        model = next ?? model;
        for (const order of model.values()) reached.add(order.state);
        if (each.kind === 'reopen') {
          journal.close();
          journal = openJournal(dir);
        }
        check(journal, model);
      }
      checkHistory(dir, model);
    } finally {
      journal.close();
    }
  });
  fc.assert(property, { seed, numRuns: 50 });
  // The run must have walked, not only been turned away.
  expect(accepted).toBeGreaterThan(200);
  expect(refused).toBeGreaterThan(200);
  expect(reached.size).toBeGreaterThanOrEqual(states.length - 2);
});
