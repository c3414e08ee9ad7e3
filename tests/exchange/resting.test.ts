// Orders that wait: for the tape, for a plan, for the end of the day.

import { describe, expect, test } from 'bun:test';
import { stepAt } from '../../src/exchange/tape.ts';
import { codeOf, post, rub, scene } from './desk-scene.ts';
import { TOKEN } from './venue-client.ts';

describe('resting orders', () => {
  test('a resting order fills at its own price at the step that crosses it, whoever looks and when', async () => {
    const outcomes = [];
    for (const looks of [1, 7, 200]) {
      const { clock, exchange } = scene({ liveliness: 1 });
      const { id } = exchange.openAccount({ token: TOKEN, cash: '1000000' });
      const gold = exchange.instrument('TGLD');
      const last = exchange.market.last(gold, clock.now())?.price ?? 0n;
      const price = last - 10n * gold.step;
      const order = post(exchange, id, { ticker: 'TGLD', type: 'limit', price, lots: 3n });
      for (let i = 0; i < looks; i += 1) {
        await clock.advance(Math.floor((10 * 3_600_000) / looks));
        exchange.now();
      }
      outcomes.push([order.status, order.fills.map((fill) => [fill.atMs, fill.price, fill.lots])]);
    }
    expect(outcomes[0]?.[0]).toBe('filled');
    expect(outcomes[1]).toEqual(outcomes[0]!);
    expect(outcomes[2]).toEqual(outcomes[0]!);
  });

  test('the first step that crosses fills it, at its own price', async () => {
    for (const seed of [1, 2, 3, 4, 5, 6]) {
      const { clock, exchange } = scene({ liveliness: 3, seed });
      const { id } = exchange.openAccount({ token: TOKEN, cash: '1000000' });
      const gold = exchange.instrument('TGLD');
      const last = exchange.market.last(gold, clock.now())?.price ?? 0n;
      const price = last - 2n * gold.step;
      const order = post(exchange, id, { ticker: 'TGLD', type: 'limit', price });
      let crossedMs = clock.now();
      while (exchange.market.opposite(gold, 'buy', stepAt(crossedMs)) > price) crossedMs += 10_000;
      clock.set(crossedMs - 1);
      exchange.now();
      expect(order.status).toBe('new');
      clock.set(crossedMs);
      exchange.now();
      expect(order.fills).toMatchObject([{ atMs: crossedMs, price, lots: 1n }]);
    }
  });

  test('a price that jumps past a resting order still pays the order its own price', async () => {
    const { clock, exchange } = scene();
    const { id } = exchange.openAccount({ token: TOKEN, cash: '1000' });
    const order = post(exchange, id, { type: 'limit', price: rub('6.00') });
    exchange.setPrice('TMOS', '5.50');
    await clock.advance(10_000);
    exchange.now();
    expect(order.fills).toMatchObject([{ price: rub('6.00') }]);
  });

  test('an unfilled order is cancelled at the end of the trading day', async () => {
    const { clock, exchange } = scene();
    const { id } = exchange.openAccount({ token: TOKEN, cash: '1000' });
    const order = post(exchange, id, { type: 'limit', price: rub('6.00') });
    clock.set(Date.UTC(2026, 10, 20, 20, 49, 59));
    exchange.now();
    expect(order.status).toBe('new');
    clock.set(Date.UTC(2026, 10, 20, 20, 50));
    exchange.now();
    expect([order.status, order.finalMs]).toEqual(['cancelled', Date.UTC(2026, 10, 20, 20, 50)]);
    expect(exchange.desk.blockedCash(id, 'rub')).toBe(0n);
  });

  test('a halt keeps a resting order from meeting what the tape did meanwhile', async () => {
    const { clock, exchange } = scene();
    const { id } = exchange.openAccount({ token: TOKEN, cash: '1000' });
    const order = post(exchange, id, { type: 'limit', price: rub('6.00') });
    exchange.setStatus('TMOS', 4);
    exchange.setPrice('TMOS', '5.50');
    await clock.advance(60_000);
    exchange.now();
    exchange.setPrice('TMOS', '6.50');
    exchange.setStatus('TMOS', null);
    await clock.advance(60_000);
    exchange.now();
    expect(order.status).toBe('new');
  });

  test('a planned order fills now what it was told, the rest later or never', async () => {
    const { clock, exchange } = scene();
    const { id } = exchange.openAccount({ token: TOKEN, cash: '1000' });
    exchange.faults.execute({ kind: 'partial', now: 4n, later: [{ afterMs: 5000, lots: 3n }] });
    const order = post(exchange, id, { lots: 10n });
    expect([order.status, order.executed]).toEqual(['partial', 4n]);
    await clock.advance(4999);
    exchange.now();
    expect(order.executed).toBe(4n);
    await clock.advance(1);
    exchange.now();
    expect(order.executed).toBe(7n);
    exchange.desk.cancel(order, exchange.now());
    expect([order.status, order.executed]).toEqual(['cancelled', 7n]);
    expect(exchange.audit().faults).toEqual([]);
  });

  test('an order told to rest holds its cash until it is cancelled', () => {
    const { exchange } = scene();
    const { id } = exchange.openAccount({ token: TOKEN, cash: '1000' });
    exchange.faults.execute({ kind: 'rest' });
    const order = post(exchange, id, { lots: 100n });
    expect([order.status, exchange.desk.blockedCash(id, 'rub')]).toEqual(['new', rub('651.33')]);
    exchange.desk.cancel(order, exchange.now());
    expect(codeOf(() => exchange.desk.cancel(order, exchange.now()))).toBe('30059');
  });

  test('an order told to be rejected moves nothing', () => {
    const { exchange } = scene();
    const { id } = exchange.openAccount({ token: TOKEN, cash: '1000' });
    exchange.faults.execute({ kind: 'reject', message: 'not today' });
    const order = post(exchange, id, { lots: 100n });
    expect([order.status, order.executed, order.message]).toEqual(['rejected', 0n, 'not today']);
    expect(exchange.registry.account(id).cash()).toBe(rub('1000'));
  });
});
