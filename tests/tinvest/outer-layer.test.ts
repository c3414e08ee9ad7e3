import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { Etf, EtfsResponse } from 'tinkoff-invest-api/dist/generated/instruments.js';
import { PostOrderResponse } from 'tinkoff-invest-api/dist/generated/orders.js';
import { assertWhole, listElements } from '../../src/tinvest/outer-layer.ts';
import { bytesOf, fixture } from '../support/wire-venue.ts';

const SEED = Number(process.env.SEED ?? 20261121);
const list = bytesOf(EtfsResponse, fixture('tinvest_etfs_list.json'));

describe('the outer layer', () => {
  test('of a list gives its elements, in order, byte for byte', () => {
    const tickers = listElements(list).map((element) => Etf.decode(element).ticker);
    expect(tickers).toEqual(['TGLD@', 'TRUR@', 'TMON@']);
  });

  test('steps over fields of every kind that are not the list', () => {
    const other = Buffer.from(
      '10ffffffffffffffffff01' + '1d01020304' + '210102030405060708' + '2a020a00',
      'hex',
    );
    expect(listElements(Buffer.concat([other, Buffer.from(list), other]))).toHaveLength(3);
  });

  test('of an empty message is whole', () => {
    assertWhole(new Uint8Array());
    expect(listElements(new Uint8Array())).toEqual([]);
  });

  test('that was cut inside a field is told', () => {
    const message = PostOrderResponse.fromJSON({
      orderId: 'E-1',
      orderRequestId: 'x'.repeat(36),
      lotsRequested: 300,
    });
    const whole = PostOrderResponse.encode(message).finish();
    // The last field starts 40 bytes before the end: tag (2), length (1), 36 characters.
    for (let lost = 1; lost < 39; lost += 1)
      expect(() => assertWhole(whole.subarray(0, whole.length - lost))).toThrow(RangeError);
  });

  test('never reads past the end, whatever the bytes are', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
        try {
          for (const element of listElements(bytes))
            expect(element.byteOffset + element.length).toBeLessThanOrEqual(bytes.byteOffset + bytes.length);
        } catch (error) {
          expect(error).toBeInstanceOf(RangeError);
        }
      }),
      { seed: SEED },
    );
  });
});
