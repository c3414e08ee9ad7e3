// What a listing says of units and margin, and what it does not say.

import { describe, expect, test } from 'bun:test';
import { Etf, Share } from 'tinkoff-invest-api/dist/generated/instruments.js';
import { raw } from '../../src/core/units.ts';
import { candidateOf } from '../../src/tinvest/listing.ts';
import { fixture } from '../support/wire-venue.ts';

const LISTED = {
  ticker: 'AAA',
  classCode: 'TQBR',
  isin: 'RU0000000001',
  name: 'One',
  lot: 1,
  currency: 'rub',
  uid: 'uid-1',
  assetUid: 'asset-1',
  exchange: 'MOEX',
  apiTradeAvailableFlag: true,
  liquidityFlag: true,
  minPriceIncrement: { units: 0, nano: 10_000_000 },
};
const throughWire = <Message>(
  codec: {
    fromJSON(json: unknown): Message;
    encode(m: Message): { finish(): Uint8Array };
    decode(b: Uint8Array): Message;
  },
  json: object,
) => codec.decode(codec.encode(codec.fromJSON(json)).finish());
const fund = (change: object) => candidateOf(throughWire(Etf, { ...LISTED, ...change }), 'etf').listing;
const share = (change: object) => candidateOf(throughWire(Share, { ...LISTED, ...change }), 'share').listing;
const part = (nano: number, units = 0) => ({ units, nano });

describe('units issued', () => {
  test.each<[string, object, bigint | null]>([
    ['said', { numShares: part(0, 1_697_200_000) }, 1_697_200_000n],
    ['one', { numShares: part(0, 1) }, 1n],
    ['zero', { numShares: part(0) }, null],
    ['absent', {}, null],
    ['negative', { numShares: part(0, -1) }, null],
  ])('of a fund: %s', (_, change, expected) => {
    const { issued } = fund(change);
    expect(issued && raw(issued)).toBe(expected as never);
  });

  test.each<[string, object, bigint | null]>([
    ['said', { issueSize: 21_586_948_000 }, 21_586_948_000n],
    ['zero', { issueSize: 0 }, null],
    ['absent', {}, null],
  ])('of a share: %s', (_, change, expected) => {
    const { issued } = share(change);
    expect(issued && raw(issued)).toBe(expected as never);
  });

  test('of the recorded fund without num_shares are unknown', () => {
    const { instrument } = fixture('tinvest_etf_by_TGLD_no_numShares.json') as { instrument: object };
    expect(candidateOf(throughWire(Etf, instrument), 'etf').listing.issued).toBeNull();
  });
});

describe('margin rate', () => {
  test.each<[string, object, bigint | null]>([
    [
      "the client's own before the general one",
      { dlong: part(200_000_000), dlongClient: part(300_000_000) },
      300_000_000n,
    ],
    ['the general one where the own is not said', { dlong: part(200_000_000) }, 200_000_000n],
    ["an own one of 0 is the client's answer", { dlong: part(200_000_000), dlongClient: part(0) }, null],
    ['the smallest', { dlong: part(1) }, 1n],
    ['just below one', { dlong: part(999_999_999) }, 999_999_999n],
    ['one', { dlong: part(0, 1) }, null],
    ['above one', { dlong: part(500_000_000, 1) }, null],
    ['negative', { dlong: part(-200_000_000) }, null],
    ['absent', {}, null],
    ['of an illiquid paper', { dlong: part(200_000_000), liquidityFlag: false }, null],
  ])('%s', (_, change, expected) => {
    for (const { marginRate } of [fund(change), share(change)])
      expect(marginRate && raw(marginRate)).toBe(expected as never);
  });
});
