import { expect, test } from 'bun:test';
import fc from 'fast-check';
import { PostOrderRequest } from 'tinkoff-invest-api/dist/generated/orders.js';
import { confirmMarginOf, int64, nanoOf, quotation } from '../../src/exchange/wire.ts';
import { orderMessage } from './venue-client.ts';

const seed = Number(process.env.SEED ?? 20261121);

test('an amount survives the trip to the wire and back, both parts with its sign', () => {
  fc.assert(
    fc.property(fc.bigInt(-(10n ** 24n), 10n ** 24n), (nano) => {
      const sent = quotation(nano);
      expect(nanoOf(sent)).toBe(nano);
      expect(sent.units * sent.nano).toBeGreaterThanOrEqual(0);
    }),
    { seed },
  );
  expect(quotation(-500_000_000n)).toMatchObject({ nano: -500_000_000 });
});

test('an integer that a double would round is refused', () => {
  expect(int64(9_007_199_254_740_991n)).toBe(9_007_199_254_740_991);
  expect(() => int64(9_007_199_254_740_992n)).toThrow('does not fit');
});

test('confirm_margin_trade is read from the raw bytes, wherever it stands', () => {
  const order = orderMessage({ accountId: '1', uid: 'u', side: 'buy', lots: 300 });
  const plain = PostOrderRequest.encode({ ...order, price: { units: 5, nano: 1 } }).finish();
  expect(confirmMarginOf(plain)).toBe(false);
  expect(confirmMarginOf(new Uint8Array([...plain, 0x58, 1]))).toBe(true);
  expect(confirmMarginOf(new Uint8Array([0x58, 1, ...plain]))).toBe(true);
  expect(confirmMarginOf(new Uint8Array([0x58, 0, ...plain]))).toBe(false);
  expect(() => confirmMarginOf(new Uint8Array([0x58]))).toThrow('ends inside a number');
});
