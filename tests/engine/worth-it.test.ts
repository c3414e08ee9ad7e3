// `min_improvement_pp` over all rounds of one iteration: a first lot, which it does not ask about, makes nothing else
// worth trading.

import { expect, test } from 'bun:test';
import { openWorld, type WorldAccount } from '../support/engine-world.ts';

/** In order but for RUB that a first lot of TRUR takes a part of. */
const NEARLY: WorldAccount = {
  wallet: { TMOS: 50, TBRU: 49.9, TRUR: 0.1 },
  cash: '506.00',
  pieces: { TMOS: 38_461, TBRU: 33_625 },
};

test('a first lot alone brings no second round that is not worth it', async () => {
  const world = await openWorld({ accounts: [NEARLY] });
  const { record } = await world.cycle();
  expect(record.orders).toMatchObject([{ ticker: 'TRUR', lots: 1, status: 'filled' }]);
  expect(world.pieces('TRUR')).toBe(1n);
});

test('nor does one that is bought after sells which the venue refused', async () => {
  const world = await openWorld({
    accounts: [{ ...NEARLY, pieces: { TMOS: 40_000, TBRU: 32_000 } }],
  });
  world.exchange.faults.add({ method: 'PostOrder', fault: { kind: 'error', code: '30079' } });
  const { record } = await world.cycle();
  expect(record.orders).toMatchObject([
    { ticker: 'TMOS', direction: 'sell', status: 'rejected' },
    { ticker: 'TRUR', lots: 1, status: 'filled' },
  ]);
  expect(world.pieces('TBRU')).toBe(32_000n);
});

test('what is worth it is finished in a second round, however little that round brings', async () => {
  const world = await openWorld({ accounts: [{ ...NEARLY, cash: '20506.00' }] });
  const { record } = await world.cycle();
  expect(record.status).toBe('balanced');
  expect(world.cash()).toBeLessThan(20_000_000_000n);
});
