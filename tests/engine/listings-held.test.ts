// One security held under several listings: worth all of it, sold only where it is held, and one line, not a crash.

import { describe, expect, test } from 'bun:test';
import { HOUR_MS, openWorld, type World } from '../support/engine-world.ts';

/** Pieces under the plain listing, which cannot be traded through the API. */
function giveElsewhere(world: World, ticker: string, pieces: number): string {
  const traded = world.exchange.instrument(ticker);
  const plain = world.exchange.market
    .all()
    .find((each) => each.isin === traded.isin && each.uid !== traded.uid)!;
  world.exchange.registry.account(world.accountId()).book({
    atMs: world.clock.now(),
    kind: 'input_securities',
    currency: 'rub',
    cash: 0n,
    uid: plain.uid,
    pieces: BigInt(pieces),
    price: 10n ** 9n,
    orderId: null,
    tradeId: null,
  });
  return plain.uid;
}

test('a sale is capped at what is held under the traded listing', async () => {
  const world = await openWorld({
    accounts: [{ wallet: { TGLD: 0, TMOS: 100 }, cash: '10000.00', pieces: { TGLD: 10 } }],
  });
  giveElsewhere(world, 'TGLD', 5);
  const { record } = await world.cycle();
  const sold = record.orders.filter((order) => order.ticker === 'TGLD');
  expect(sold.map((order) => [order.direction, order.lots, order.status])).toEqual([['sell', 10, 'filled']]);
  expect(world.faults()).toEqual([]);
});

test('an unlisted security under two listings is one holding', async () => {
  const world = await openWorld({
    accounts: [
      {
        wallet: { TMOS: 100 },
        cash: '10000.00',
        pieces: { TGLD: 10 },
        policy: { unlistedPositions: 'sell' },
      },
    ],
  });
  giveElsewhere(world, 'TGLD', 5);
  const { record } = await world.cycle();
  expect(record.status).toBe('balanced');
  expect(record.positions.filter((row) => row.ticker === 'TGLD')).toHaveLength(1);
  expect(record.orders.find((order) => order.ticker === 'TGLD')?.lots).toBe(10);
  await world.clock.sleep(HOUR_MS);
  expect((await world.cycle()).record.status).toBe('nothing_to_do');
});

test('frozen pieces of another listing stay apart, the free ones are traded', async () => {
  const world = await openWorld({
    accounts: [{ wallet: { TGLD: 50, RUB: 50 }, cash: '1000.00', pieces: { TGLD: 500 } }],
  });
  world.exchange.registry.account(world.accountId()).frozen.add(giveElsewhere(world, 'TGLD', 9));
  const { record } = await world.cycle();
  expect(record.status).toBe('balanced');
  expect(record.orders.map((order) => [order.ticker, order.direction])).toEqual([['TGLD', 'sell']]);
  expect(record.apart).toEqual([{ ticker: 'TGLD (frozen)', pieces: '9', value_rub: null }]);
});

describe('what may be neither bought nor sold since it was managed', () => {
  const barred = async (change = {}): Promise<World> => {
    const world = await openWorld({
      accounts: [{ wallet: { AFKS: 50, RUB: 50 }, cash: '2500.00', pieces: { AFKS: 250 } }],
    });
    await world.cycle();
    world.exchange.amend('AFKS', { buyable: false, sellable: false, ...change });
    // The lists of instruments are read once a day.
    await world.clock.sleep(72 * HOUR_MS);
    return world;
  };

  test('is held, and counted in its own lots', async () => {
    const world = await barred();
    const pieces = world.exchange.registry
      .account(world.accountId())
      .pieces(world.exchange.instrument('AFKS').uid);
    const { record } = await world.cycle();
    expect(record.positions[0]).toMatchObject({
      ticker: 'AFKS',
      lot_size: 100,
      lots_before: Number(pieces / 100n),
      lots_after: Number(pieces / 100n),
    });
    expect(record.orders).toEqual([]);
    expect(record.warnings.join('\n')).toContain('AFKS no longer resolves');
  });

  test.each([
    ['that the venue forgot', '50002'],
    ['that the venue does not want to be asked about', '30083'],
  ])('one %s is counted in pieces, and the account goes on', async (_, code) => {
    const world = await barred({ apiTradable: false });
    world.exchange.faults.error('GetInstrumentBy', code, Number.POSITIVE_INFINITY);
    const { record } = await world.cycle();
    expect(record.status).toBe('nothing_to_do');
    expect(record.positions[0]).toMatchObject({ ticker: 'AFKS', lot_size: 1 });
    expect(Number(record.positions[0]!.lots_before) % 10).toBe(0);
  });
});
