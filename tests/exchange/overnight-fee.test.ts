// What a debt costs when a day ends.

import { describe, expect, test } from 'bun:test';
import { OperationType } from 'tinkoff-invest-api/dist/generated/operations.js';
import { tariffFee } from '../../src/exchange/overnight-fee.ts';
import { rub, scene } from './desk-scene.ts';
import { FRIDAY_NOON, nano, TOKEN, testVenue } from './venue-client.ts';

const HOUR = 3_600_000;
/** Friday's midnight in Moscow. */
const MIDNIGHT = FRIDAY_NOON + 11 * HOUR;

describe('the tariff', () => {
  test.each([
    ['0.01', '0'],
    ['5000', '0'],
    ['5000.01', '40'],
    ['50000', '40'],
    ['50000.01', '80'],
    ['100000', '80'],
    ['100000.01', '200'],
    ['250000', '200'],
    ['250000.01', '400'],
    ['500000', '400'],
    ['500000.01', '785'],
    ['1000000', '785'],
    ['1000000.01', '1925'],
    ['2500000', '1925'],
    ['2500000.01', '3800'],
    ['5000000', '3800'],
    ['5000000.01', '7350'],
    ['10000000', '7350'],
    ['10000000.01', '7100.01'],
    ['25000000', '17750'],
    ['25000000.01', '17250.01'],
    ['50000000', '34500'],
    ['50000000.01', '30000.01'],
    ['100000000', '60000'],
  ])('%s costs %s', (debt, fee) => {
    expect(tariffFee(rub(debt))).toBe(rub(fee));
  });
});

function indebted(options: Parameters<typeof scene>[0] = {}) {
  const { exchange, clock } = scene(options);
  const account = exchange.openAccount({ token: TOKEN, cash: '1000', margin: { enabled: true } });
  exchange.withdraw(account.id, '61000');
  return { exchange, clock, account };
}

describe('a debt', () => {
  test('is free within the day and charged for at its end', () => {
    const { exchange, clock, account } = indebted();
    clock.set(MIDNIGHT - 1);
    exchange.now();
    expect(account.cash()).toBe(rub('-60000'));
    clock.set(MIDNIGHT);
    exchange.now();
    expect(account.cash()).toBe(rub('-60080'));
    expect(account.ledger.at(-1)).toMatchObject({ kind: 'margin_fee', atMs: MIDNIGHT, cash: -rub('80') });
  });

  test('is charged for once a day, weekends too, however seldom somebody asks', () => {
    const { exchange, clock, account } = indebted();
    clock.set(MIDNIGHT + 48 * HOUR);
    for (let i = 0; i < 3; i += 1) exchange.now();
    expect(account.cash()).toBe(rub('-60240'));
    clock.set(MIDNIGHT);
    exchange.now();
    clock.set(MIDNIGHT + 49 * HOUR);
    expect(exchange.audit().accounts.get(account.id)?.marginFees).toBe(rub('240'));
    expect(exchange.audit().faults).toEqual([]);
  });

  test('that was covered in time costs nothing', () => {
    const { exchange, clock, account } = indebted();
    clock.set(MIDNIGHT - 1);
    exchange.deposit(account.id, '60000');
    clock.set(MIDNIGHT + HOUR);
    exchange.now();
    expect(account.cash()).toBe(0n);
  });

  test('costs nothing where the fee is off, and another fee where there is one', () => {
    const after = (options: Parameters<typeof scene>[0]) => {
      const { exchange, clock, account } = indebted(options);
      clock.set(MIDNIGHT);
      exchange.now();
      return account.cash();
    };
    expect(after({ overnightFee: 'off' })).toBe(rub('-60000'));
    expect(after({ overnightFee: (debt) => debt / 100n })).toBe(rub('-60600'));
    const { exchange, clock, account } = indebted();
    exchange.overnightFee = null;
    clock.set(MIDNIGHT);
    exchange.now();
    expect(account.cash()).toBe(rub('-60000'));
  });
});

test('the operations show what a debt cost', async () => {
  await using venue = await testVenue();
  const { id } = venue.exchange.openAccount({ token: TOKEN, cash: '1000' });
  venue.exchange.withdraw(id, '11000');
  venue.clock.set(MIDNIGHT + HOUR);
  const { reply } = await venue.client.operations('getOperationsByCursor', {
    accountId: id,
    withoutCommissions: true,
    withoutOvernights: true,
  });
  expect([reply?.items[0]?.type, nano(reply?.items[0]?.payment)]).toEqual([
    OperationType.OPERATION_TYPE_MARGIN_FEE,
    -rub('40'),
  ]);
});
