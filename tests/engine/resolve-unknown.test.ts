// An order whose outcome is not known: it is found out, never guessed and never doubled.

import { describe, expect, test } from 'bun:test';
import { LOSSES } from '../../src/exchange/faults.ts';
import { HOUR_MS, MINUTE_MS, openWorld, type World } from '../support/engine-world.ts';

const CASH_ONLY = { wallet: { TMOS: 30, TBRU: 30, TRUR: 30, RUB: 10 }, cash: '90000.00' };
const posts = (world: World) => world.calls('PostOrder').length;
const orders = (world: World) => world.exchange.desk.orders.filter((order) => !order.foreign).length;
/** Time for every proof, then one more iteration. */
async function settleDown(world: World): Promise<void> {
  world.exchange.faults.clear();
  for (let turn = 0; turn < 3; turn += 1) {
    await world.clock.sleep(16 * MINUTE_MS);
    await world.cycle();
  }
}

describe('a reply that never came', () => {
  for (const as of LOSSES)
    for (const when of ['before', 'after'] as const)
      test(`${as} ${when} the effect: found out, then traded on`, async () => {
        const world = await openWorld();
        world.exchange.faults.lose('PostOrder', when, as);
        const { record } = await world.cycle();
        expect(record.status).toBe('balanced');
        expect(posts(world)).toBe(when === 'before' ? 3 : 2);
        expect(orders(world)).toBe(2);
        expect(world.faults()).toEqual([]);
      });

  test('a whole batch without replies is found out order by order', async () => {
    const world = await openWorld({ accounts: [CASH_ONLY] });
    world.exchange.faults.lose('PostOrder', 'after', 'unavailable', 3);
    const { record } = await world.cycle();
    expect(record.status).toBe('balanced');
    expect(world.faults()).toEqual([]);
  });

  test('no buy follows while the fate of a sell is open; the account waits, and says so within a minute', async () => {
    const world = await openWorld();
    world.exchange.faults.lose('PostOrder', 'after', 'unavailable');
    world.exchange.faults.conditions.ordersVisibleAfterMs = 20 * MINUTE_MS;
    const { record, afterwards } = await world.cycle();
    expect(record).toMatchObject({ status: 'unknown_outcome' });
    expect(record.orders.map((order) => order.status)).toEqual(['unknown']);
    expect(afterwards).toEqual({ kind: 'soon', afterMs: MINUTE_MS });
    expect(world.alerts.map((alert) => alert.event)).toEqual(['unknown_outcome']);
    expect(orders(world)).toBe(1);

    await world.clock.sleep(MINUTE_MS);
    expect((await world.cycle()).record.status).toBe('unknown_outcome');
    expect(orders(world)).toBe(1);
    await world.clock.sleep(20 * MINUTE_MS);
    expect((await world.cycle()).record.status).toBe('balanced');
    expect(world.alerts.filter((alert) => alert.event === 'unknown_outcome')).toHaveLength(1);
    expect(world.faults()).toEqual([]);
  });

  test('an order that never arrived and is too old to resend is proved absent after 15 minutes', async () => {
    const world = await openWorld();
    world.exchange.faults.add({
      method: 'PostOrder',
      fault: { kind: 'lose', when: 'before', as: 'unavailable' },
      times: 1_000,
    });
    await world.cycle();
    world.exchange.faults.clear();
    await world.clock.sleep(5 * MINUTE_MS);
    const sent = posts(world);
    expect((await world.cycle()).record.status).toBe('unknown_outcome');
    expect(posts(world)).toBe(sent);
    await world.clock.sleep(11 * MINUTE_MS);
    expect((await world.cycle()).record.status).toBe('balanced');
    expect(world.faults()).toEqual([]);
  });

  test('it is asked about every second at first, and once it is old only now and then', async () => {
    const world = await openWorld();
    world.exchange.faults.lose('PostOrder', 'after', 'unavailable');
    world.exchange.faults.conditions.ordersVisibleAfterMs = 10 * HOUR_MS;
    const asked = async (): Promise<number> => {
      const before = world.calls('GetOrderState').length;
      expect((await world.cycle()).record.status).toBe('unknown_outcome');
      return world.calls('GetOrderState').length - before;
    };
    expect(await asked()).toBeGreaterThanOrEqual(5);
    await world.clock.sleep(10 * MINUTE_MS);
    expect(await asked()).toBe(2);
  });

  test('absence is not proved while the order shows in the account', async () => {
    const world = await openWorld();
    world.exchange.faults.lose('PostOrder', 'after', 'unavailable');
    world.exchange.faults.conditions.ordersVisibleAfterMs = 10 * HOUR_MS;
    await world.cycle();
    for (let turn = 0; turn < 4; turn += 1) {
      await world.clock.sleep(10 * MINUTE_MS);
      expect((await world.cycle()).record.status).toBe('unknown_outcome');
    }
    expect(orders(world)).toBe(1);
    // Half an hour without proof of anything is a person's business, also when the order shows in the end.
    expect(world.journal.halt('a')?.cause).toBe('unresolved_order');
    world.exchange.faults.clear();
    expect((await world.cycle()).record.status).toBe('failed');
    world.journal.clearHalt('a');
    expect((await world.cycle()).record.status).toBe('balanced');
    expect(world.faults()).toEqual([]);
  });

  test('absence is not proved while an order that is not shown holds pieces', async () => {
    const world = await openWorld();
    world.exchange.faults.execute({ kind: 'rest' });
    world.exchange.faults.lose('PostOrder', 'after', 'unavailable');
    world.exchange.faults.conditions.ordersVisibleAfterMs = 10 * HOUR_MS;
    await world.cycle();
    await world.clock.sleep(20 * MINUTE_MS);
    expect((await world.cycle()).record.status).toBe('unknown_outcome');
    world.exchange.faults.clear();
    await settleDown(world);
    expect(world.records.at(-1)?.status).toBe('nothing_to_do');
    expect(world.faults()).toEqual([]);
  });

  for (const duplicateAnswer of ['state', '30057', 'forgotten'] as const)
    for (const when of ['before', 'after'] as const)
      test(`a venue that answers a repeated key with "${duplicateAnswer}" gets no second order (reply lost ${when})`, async () => {
        const world = await openWorld({ exchange: { duplicateAnswer } });
        world.exchange.faults.lose('PostOrder', when, 'unavailable');
        expect((await world.cycle()).record.status).toBe('balanced');
        expect(orders(world)).toBe(2);
        expect(world.faults()).toEqual([]);
      });

  test('30057 is neither a fill nor a refusal: the order is looked for until it shows', async () => {
    const world = await openWorld({ exchange: { duplicateAnswer: '30057' } });
    world.exchange.faults.lose('PostOrder', 'after', 'unavailable');
    world.exchange.faults.conditions.ordersVisibleAfterMs = 20_000;
    const { record } = await world.cycle();
    expect(record.status).toBe('balanced');
    expect(orders(world)).toBe(2);
    expect(world.faults()).toEqual([]);
  });

  test('30057 on the very first attempt is asked about, not believed', async () => {
    const world = await openWorld();
    world.exchange.faults.error('PostOrder', '30057');
    expect((await world.cycle()).record.status).toBe('balanced');
    expect(world.faults()).toEqual([]);
  });

  test('a refusal after an unclear attempt proves nothing', async () => {
    const world = await openWorld();
    world.exchange.faults.lose('PostOrder', 'after', 'unavailable');
    world.exchange.faults.add({
      method: 'PostOrder',
      fault: { kind: 'error', code: '30042' },
      skip: 1,
      times: 1,
    });
    world.exchange.faults.conditions.ordersVisibleAfterMs = 3_000;
    expect((await world.cycle()).record.status).toBe('balanced');
    expect(orders(world)).toBe(2);
    expect(world.faults()).toEqual([]);
  });

  test('an order that a question about the one beside it has shown is not sent again', async () => {
    const world = await openWorld({ accounts: [CASH_ONLY] });
    const first = (): string | null => world.calls('PostOrder')[0]?.orderId ?? null;
    for (const _ of ['TMOS', 'TBRU', 'TRUR']) world.exchange.faults.execute({ kind: 'rest' });
    world.exchange.faults.lose('PostOrder', 'after', 'unavailable', 100);
    world.exchange.faults.conditions.ordersVisibleAfterMs = 1_500;
    // What was true when it was asked, told once the others' questions have shown more.
    world.exchange.faults.add({
      method: 'GetOrderState',
      fault: { kind: 'delay', when: 'after', ms: 4_000 },
      when: ({ orderId }) => orderId === first(),
    });
    await world.cycle();
    const sent = world.calls('PostOrder').filter(({ orderId }) => orderId === first());
    expect(sent).toHaveLength(1);
    expect(world.faults()).toEqual([]);
  });
});
