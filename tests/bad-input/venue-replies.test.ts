// Ten thousand damaged replies through the real adapter: each ends in a value that keeps the port's promises, or in a
// WorldError in words; a damaged answer to an order is never taken for another order's.

import { expect, test } from 'bun:test';
import { createVirtualClock } from '../../src/clock.ts';
import { lotSize, lots } from '../../src/core/units.ts';
import { createExchange, type Exchange } from '../../src/exchange/exchange.ts';
import { type OrderRequest, WorldError } from '../../src/ports.ts';
import { createTInvest } from '../../src/tinvest/tinvest.ts';
import type { Transport } from '../../src/tinvest/transport.ts';
import { exchangeTransport } from '../support/exchange-transport.ts';
import { createManualClock } from '../support/manual-clock.ts';
import { mutations } from './dice.ts';
import { type Facts, HELD_STRANGER, NOW, READINGS, type Reading, STRANGER } from './venue-readings.ts';
import { hurtMessage } from './wire-damage.ts';

const RUNS = 10_000;
const TOKEN = 't.canary-0123456789_abcdefghij-KLMNOP';

function methodOf(path: string, { name }: Reading): string {
  const method = path.split('/').at(-1) ?? path;
  return [STRANGER, HELD_STRANGER].includes(name) && method === 'Etfs' ? 'Shares' : method;
}

/** The genuine replies to every reading, by method. */
async function recorded(): Promise<{ replies: ReadonlyMap<string, Uint8Array>; facts: Facts }> {
  const clock = createVirtualClock(NOW, Number.POSITIVE_INFINITY);
  const exchange: Exchange = createExchange({ clock, seed: 7, anchorMs: NOW, limits: 'off' });
  const { id } = exchange.openAccount({ token: TOKEN, cash: '1000000', margin: { enabled: true } });
  exchange.openAccount({ token: TOKEN, cash: '1' });
  for (const ticker of ['TMOS', 'TBRU', 'SBER']) exchange.giveSecurities(id, ticker, 1_000);
  const replies = new Map<string, Uint8Array>();
  const venue = exchangeTransport(exchange, clock);
  const transport: Transport = {
    ...venue,
    async unary(path, body, call) {
      const reply = await venue.unary(path, body, call);
      replies.set(path.split('/').at(-1)!, reply.body);
      return reply;
    },
  };
  const uid = exchange.instrument('TMOS').uid;
  const request: OrderRequest = {
    key: '11111111-2222-5333-8444-555555555555',
    brokerAccount: id,
    uid,
    side: 'buy',
    lots: lots(10n),
    lot: lotSize(1n),
    type: 'market',
    limit: null,
    confirmMargin: false,
  };
  const { broker, market } = createTInvest({
    transport,
    clock,
    random: () => 0.5,
    token: () => TOKEN,
    broker: 'live',
  });
  const strange = createTInvest({
    transport: {
      ...transport,
      unary: (path, body, call) => transport.unary(path.replace(/Etfs$/, 'Shares'), body, call),
    },
    clock,
    random: () => 0.5,
    token: () => TOKEN,
    broker: 'live',
  });
  const filled = await broker.post({ ...request, key: '00000000-2222-5333-8444-555555555555' });
  if (filled.kind !== 'accepted') throw new Error('the venue does not trade');
  exchange.faults.execute({ kind: 'partial', now: 4n, later: [] });
  const posted = await broker.post(request);
  if (posted.kind !== 'accepted') throw new Error('the venue does not trade');
  const facts = {
    account: id,
    uid,
    other: exchange.instrument('SBER').uid,
    stranger: exchange.instrument('TRUR').uid,
    assetUid: exchange.instrument('TMOS').assetUid,
    request,
    orderId: posted.report.orderId,
  };
  for (const { name, read } of READINGS)
    if (!['post', 'cancel'].includes(name)) await read(broker, market, facts).catch(() => {});
  await strange.market.resolve(['TRUR']);
  await broker.cancel(id, posted.report.orderId);
  return { replies, facts };
}

test('ten thousand damaged replies end in values that keep their promises, or in words', async () => {
  const { replies, facts } = await recorded();
  const ended = new Map(READINGS.map(({ name }) => [name, { sound: 0, refused: 0 }]));
  await mutations('venue replies', RUNS, async (dice, index, show) => {
    const one = READINGS[index % READINGS.length]!;
    const method = dice.pick(one.methods);
    const genuine = replies.get(method);
    const damaged = genuine ? hurtMessage(dice, genuine) : new Uint8Array();
    show(() => `${one.name}, ${method}: ${Buffer.from(damaged).toString('hex')}`);
    const clock = createManualClock(NOW, { patient: false });
    const transport: Transport = {
      close: () => {},
      async unary(path) {
        const name = methodOf(path, one);
        return {
          body: name === method ? damaged : (replies.get(name) ?? new Uint8Array()),
          headers: new Map(),
        };
      },
    };
    const { broker, market } = createTInvest({
      transport,
      clock,
      random: () => 0.5,
      token: () => TOKEN,
      broker: 'live',
    });
    const tally = ended.get(one.name)!;
    try {
      const value = await one.read(broker, market, facts);
      const faults = one.faults(value as never, facts).filter((fault) => fault !== false);
      if (faults.length > 0) throw new Error(faults.join('; '));
      tally.sound += 1;
    } catch (error) {
      if (!(error instanceof WorldError)) throw error;
      checkWords(error);
      tally.refused += 1;
    }
  });
  console.log(JSON.stringify(Object.fromEntries(ended)));
  expect([...ended.values()].reduce((sum, { sound, refused }) => sum + sound + refused, 0)).toBe(
    process.env.CASE === undefined ? RUNS : 1,
  );
  for (const [name, { sound, refused }] of ended)
    if (process.env.CASE === undefined && !['cancel', 'the tariff', 'post'].includes(name))
      expect([name, sound > 20, refused > 5]).toEqual([name, true, true]);
}, 60_000);

function checkWords({ message }: WorldError): void {
  if (message.length < 15 || /undefined|\[object|\n\s+at /.test(message))
    throw new Error(`no words: ${message}`);
  if (message.includes(TOKEN)) throw new Error('the token was said');
}

test('the genuine replies are sound', async () => {
  const { replies, facts } = await recorded();
  for (const one of READINGS) {
    const transport: Transport = {
      close: () => {},
      unary: async (path) => ({
        body: replies.get(methodOf(path, one)) ?? new Uint8Array(),
        headers: new Map(),
      }),
    };
    const clock = createManualClock(NOW, { patient: false });
    const { broker, market } = createTInvest({
      transport,
      clock,
      random: () => 0.5,
      token: () => TOKEN,
      broker: 'live',
    });
    const value = await one.read(broker, market, facts).catch((error) => {
      throw new Error(`${one.name}: ${error}`);
    });
    expect([one.name, one.faults(value as never, facts).filter(Boolean)]).toEqual([one.name, []]);
    for (const method of one.methods)
      expect([one.name, method, replies.has(method)]).toEqual([one.name, method, true]);
  }
});
