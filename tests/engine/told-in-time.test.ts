// What stops an account is told within a minute, whatever else happens meanwhile, and names what a person needs.

import { expect, test } from 'bun:test';
import type { Transition } from '../../src/ports.ts';
import { MINUTE_MS, openWorld } from '../support/engine-world.ts';

const CASH_ONLY = { wallet: { TMOS: 30, TBRU: 30, TRUR: 30, RUB: 10 }, cash: '90000.00' };
const HOUR_MS = 60 * MINUTE_MS;

test('an order of unknown fate is told within a minute although every question hangs', async () => {
  const world = await openWorld();
  world.exchange.faults.lose('PostOrder', 'after', 'unavailable');
  world.exchange.faults.lose('GetOrderState', 'before', 'silence', 1_000);
  const asked = world.cycle();
  const startMs = world.clock.now();
  let toldMs: number | null = null;
  while (toldMs === null && world.clock.now() < startMs + 5 * MINUTE_MS) {
    await world.clock.sleep(1_000);
    if (world.alerts.length > 0) toldMs = world.clock.now();
  }
  await asked;
  expect(world.alerts.map(({ event }) => event)).toEqual(['unknown_outcome']);
  expect((toldMs ?? 0) - startMs).toBeLessThanOrEqual(MINUTE_MS);
});

test('a rate limit that holds one order back does not hold up the question about another', async () => {
  const world = await openWorld({ accounts: [CASH_ONLY] });
  world.exchange.faults.lose('PostOrder', 'after', 'unavailable');
  world.exchange.faults.add({ method: 'PostOrder', fault: { kind: 'error', code: '80002' }, skip: 1 });
  const startMs = world.clock.now();
  let askedMs: number | null = null;
  world.onCall = ({ method }) => {
    if (method === 'GetOrderState') askedMs ??= world.clock.now();
  };
  await world.cycle();
  expect((askedMs ?? Number.POSITIVE_INFINITY) - startMs).toBeLessThan(10_000);
});

test('a refusal that ends trading is told although the account cannot be looked at again', async () => {
  const world = await openWorld();
  world.onCall = ({ method }, phase) => {
    if (method === 'PostOrder' && phase === 'received') world.exchange.faults.conditions.limitsLoading = true;
  };
  world.exchange.faults.error('PostOrder', '40002', 1);
  const { record, afterwards } = await world.cycle();
  expect(record.status).toBe('failed');
  expect(afterwards.kind).toBe('stop_account');
});

test('the halt for an order that nobody can find names its tracking id', async () => {
  const world = await openWorld();
  const fault = { kind: 'error', code: '70001', when: 'after' } as const;
  world.exchange.faults.add({ method: 'PostOrder', fault });
  world.exchange.faults.conditions.ordersVisibleAfterMs = 1_000 * HOUR_MS;
  for (let turn = 0; turn < 40 && world.journal.halt('a') === null; turn += 1) {
    await world.cycle();
    await world.clock.sleep(MINUTE_MS);
  }
  expect(world.journal.halt('a')?.detail).toMatch(/, tracking id [0-9a-f-]{36}\)/);
});

test('an order that nobody goes on asking about is told at once', async () => {
  const world = await openWorld({ accounts: [CASH_ONLY] });
  world.exchange.faults.lose('PostOrder', 'after', 'unavailable', 3);
  let lost: string | null = null;
  world.onWrite = (write, phase, _nth, [change]) => {
    if (write !== 'settle' || phase !== 'before') return;
    const { key, evidence } = change as Transition;
    if (evidence === 'no clear reply' || (lost !== null && lost !== key)) return;
    lost = key;
    throw Object.assign(new Error('database or disk is full'), { name: 'JournalError' });
  };
  expect(await world.cycle().catch((error: Error) => error.name)).toBe('IterationDefect');
  expect(world.alerts.map(({ event }) => event)).toEqual(['unknown_outcome']);
  expect(world.alerts[0]?.message).toContain(lost ?? 'nothing');
});
