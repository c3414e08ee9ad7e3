// Each fault once, as a client sees it over real gRPC, with what it did or did not do to the books.

import { describe, expect, test } from 'bun:test';
import { CORRUPTIONS, type CorruptionName } from '../../src/exchange/corruptions.ts';
import type { CallPhase } from '../../src/exchange/exchange.ts';
import type { Loss } from '../../src/exchange/faults.ts';
import { nano, type TestVenue, TOKEN, testVenue, VenueClient } from './venue-client.ts';

const NANO = 1_000_000_000n;

async function stage(venue: TestVenue) {
  const { id } = venue.exchange.openAccount({ token: TOKEN, cash: '1000' });
  const uid = venue.exchange.instrument('TMOS').uid;
  return {
    id,
    uid,
    buy: () => venue.post({ accountId: id, uid, side: 'buy', lots: 10 }),
    pieces: () => venue.exchange.registry.account(id).pieces(uid),
  };
}

describe('lost replies', () => {
  const seen: readonly (readonly [Loss, number])[] = [
    ['unavailable', 14],
    ['deadline', 4],
    ['internal', 13],
    ['unknown', 2],
    ['aborted', 10],
    ['cancelled', 1],
    ['reset', 14],
    ['broken_body', 13],
  ];
  for (const [as, status] of seen)
    for (const when of ['before', 'after'] as const)
      test(`${as} ${when} the effect is status ${status}, the order is ${when === 'after' ? '' : 'not '}there`, async () => {
        await using venue = await testVenue();
        const { buy, pieces } = await stage(venue);
        venue.exchange.faults.lose('PostOrder', when, as);
        const lost = await buy();
        expect(lost.error?.status).toBe(status);
        if (as === 'internal') expect(lost.error?.code).toBe('70002');
        expect(pieces()).toBe(when === 'after' ? 10n : 0n);
        expect((await buy()).error).toBeNull();
      });

  test('silence lasts until the client gives up', async () => {
    await using venue = await testVenue();
    const { id, pieces } = await stage(venue);
    venue.exchange.faults.lose('PostOrder', 'after', 'silence');
    const { orderMessage } = await import('./venue-client.ts');
    const impatient = new VenueClient(venue.endpoint, TOKEN, 50);
    const uid = venue.exchange.instrument('TMOS').uid;
    const answer = await impatient.orders(
      'postOrder',
      orderMessage({ accountId: id, uid, side: 'buy', lots: 10 }),
    );
    impatient.close();
    expect([answer.error?.status, pieces()]).toEqual([4, 10n]);
  });

  test('a refusal may be lost too', async () => {
    await using venue = await testVenue();
    const { id, uid } = await stage(venue);
    venue.exchange.faults.lose('PostOrder', 'after', 'unavailable');
    const lost = await venue.post({ accountId: id, uid, side: 'buy', lots: 1_000 });
    expect(lost.error?.status).toBe(14);
  });
});

describe('rules', () => {
  test('a rule fires as often as it is told, after the calls it skips, where it applies', async () => {
    await using venue = await testVenue();
    const { id, uid } = await stage(venue);
    venue.exchange.faults.add({
      method: 'PostOrder',
      fault: { kind: 'error', code: '30096' },
      times: 2,
      skip: 1,
      when: (call) => call.accountId === id,
    });
    const codes = [];
    for (let i = 0; i < 4; i += 1)
      codes.push((await venue.post({ accountId: id, uid, side: 'buy', lots: 1 })).error?.code);
    expect(codes).toEqual([undefined, '30096', '30096', undefined]);
  });

  test('a rule can be taken back, and all of them cleared', async () => {
    await using venue = await testVenue();
    const undo = venue.exchange.faults.error('GetInfo', '70001', Number.POSITIVE_INFINITY);
    expect((await venue.client.users('getInfo')).error?.code).toBe('70001');
    undo();
    expect((await venue.client.users('getInfo')).error).toBeNull();
    venue.exchange.faults.error('*', '70003', 5);
    expect((await venue.client.users('getInfo')).error).toMatchObject({ code: '70003', status: 13 });
    venue.exchange.faults.clear();
    expect((await venue.client.users('getInfo')).error).toBeNull();
  });

  test('a delay waits on the venue clock, before or after the effect', async () => {
    for (const when of ['before', 'after'] as const) {
      await using venue = await testVenue();
      const { buy, pieces } = await stage(venue);
      venue.exchange.faults.delay('PostOrder', 20_000, when);
      const pending = buy();
      while (venue.clock.sleepers === 0) await new Promise((resolve) => setImmediate(resolve));
      expect(pieces()).toBe(when === 'before' ? 0n : 10n);
      await venue.clock.advance(20_000);
      expect((await pending).reply?.lotsExecuted).toBe(10);
    }
  });

  test('an observer sees each phase at its moment', async () => {
    await using venue = await testVenue();
    const { buy, pieces } = await stage(venue);
    const seen: (readonly [string, CallPhase, bigint])[] = [];
    venue.exchange.onCall = (call, phase) => {
      seen.push([call.method, phase, pieces()]);
    };
    await buy();
    expect(seen).toEqual([
      ['PostOrder', 'received', 0n],
      ['PostOrder', 'applied', 10n],
      ['PostOrder', 'replied', 10n],
    ]);
    expect([venue.exchange.callCount(), venue.exchange.callCount('PostOrder')]).toEqual([1, 1]);
    expect(venue.exchange.audit().calls).toMatchObject([
      { method: 'PostOrder', outcome: 'ok', token: TOKEN },
    ]);
  });
});

describe('corrupt replies', () => {
  test('every named corruption changes the reply of its method and nothing at the venue', async () => {
    await using venue = await testVenue();
    const { id, uid, buy } = await stage(venue);
    await buy();
    const { client } = venue;
    const key = '00000000-0000-4000-9000-000000000001';
    const resting = await venue.post({
      accountId: id,
      uid,
      side: 'buy',
      lots: 1,
      key,
      type: 'limit',
      price: { units: 6, nano: 0 },
    });
    const ask: Record<string, () => Promise<unknown>> = {
      GetLastPrices: async () => (await client.market('getLastPrices', { instrumentId: [uid] })).reply,
      GetTradingStatuses: async () =>
        (await client.market('getTradingStatuses', { instrumentId: [uid] })).reply,
      Etfs: async () => (await client.instruments('etfs')).reply,
      Shares: async () => (await client.instruments('shares')).reply,
      GetPositions: async () => (await client.operations('getPositions', { accountId: id })).reply,
      GetOrderState: async () =>
        (
          await client.orders('getOrderState', {
            accountId: id,
            orderId: resting.reply?.orderId ?? '',
          })
        ).reply,
      // The repeat of a known key: the same reply each time.
      PostOrder: async () => {
        const repeat = await venue.post({
          accountId: id,
          uid,
          side: 'buy',
          lots: 1,
          key,
          type: 'limit',
          price: { units: 6, nano: 0 },
        });
        return repeat.reply && { ...repeat.reply, responseMetadata: undefined };
      },
      TradingSchedules: async () =>
        (await client.instruments('tradingSchedules', { exchange: 'MOEX' })).reply,
      GetAccounts: async () => (await client.users('getAccounts')).reply,
    };
    for (const name of Object.keys(CORRUPTIONS) as CorruptionName[]) {
      const question = ask[CORRUPTIONS[name].method];
      if (question === undefined) throw new Error(`the test asks nothing of ${CORRUPTIONS[name].method}`);
      const clean = await question();
      const undo = venue.exchange.faults.corrupt(name);
      const corrupt = await question();
      undo();
      expect(clean, name).not.toBeNull();
      expect(corrupt, name).not.toEqual(clean);
      expect(await question(), name).toEqual(clean);
    }
    expect(venue.exchange.audit().faults).toEqual([]);
  });

  test('a reply may be cut off in the middle', async () => {
    await using venue = await testVenue();
    venue.exchange.faults.rewriteBytes('Etfs', (bytes) => bytes.subarray(0, bytes.length - 5), 1);
    expect((await venue.client.instruments('etfs')).error?.status).toBe(13);
    expect((await venue.client.instruments('etfs')).error).toBeNull();
  });

  test('a rule for a method strikes its sandbox twin', async () => {
    await using venue = await testVenue();
    const accountId = (await venue.client.sandbox('openSandboxAccount')).reply?.accountId ?? '';
    venue.exchange.faults.corrupt('wrong_account', 1);
    const { reply } = await venue.client.sandbox('getSandboxPositions', { accountId });
    expect(reply?.accountId).toBe('2999999999');
  });
});

describe('lasting conditions', () => {
  test('positions and portfolio learn of a trade only after their lag, all of it at once', async () => {
    await using venue = await testVenue();
    const { id, uid, buy } = await stage(venue);
    await venue.clock.advance(60_000);
    Object.assign(venue.exchange.faults.conditions, { positionsLagMs: 5000, portfolioLagMs: 20_000 });
    await buy();
    const read = async () => {
      const positions = await venue.client.operations('getPositions', { accountId: id });
      const portfolio = await venue.client.operations('getPortfolio', { accountId: id });
      const held = portfolio.reply?.positions.find((each) => each.instrumentUid === uid);
      return [
        nano(positions.reply?.money[0]),
        positions.reply?.securities[0]?.balance ?? 0,
        nano(held?.quantity) / NANO,
      ];
    };
    const before = [1000n * NANO, 0, 0n];
    const paid = 1000n * NANO - 65_140_000_000n;
    expect(await read()).toEqual(before);
    await venue.clock.advance(4999);
    expect(await read()).toEqual(before);
    await venue.clock.advance(1);
    expect(await read()).toEqual([paid, 10, 0n]);
    await venue.clock.advance(15_000);
    expect(await read()).toEqual([paid, 10, 10n]);
  });

  test('limits may be loading', async () => {
    await using venue = await testVenue();
    const { id } = await stage(venue);
    venue.exchange.faults.conditions.limitsLoading = true;
    const { reply } = await venue.client.operations('getPositions', { accountId: id });
    expect(reply?.limitsLoadingInProgress).toBe(true);
  });

  test('foreign orders, deposits and halts leave their marks', async () => {
    await using venue = await testVenue();
    const { id, uid } = await stage(venue);
    venue.exchange.ownerOrder(id, { uid, side: 'buy', lots: 5, limit: '6.00' });
    venue.exchange.ownerOrder(id, { uid, side: 'buy', lots: 5 });
    const { reply } = await venue.client.orders('getOrders', { accountId: id });
    expect(reply?.orders).toHaveLength(1);
    expect(reply?.orders[0]?.orderRequestId).toMatch(/^[0-9a-f-]{36}$/);
    expect(venue.exchange.audit().keys).toEqual([]);
    expect(venue.exchange.registry.account(id).pieces(uid)).toBe(5n);
  });
});
