// GetAssetBy: units and the code of the indicative NAV, or plainly nothing.

import { describe, expect, test } from 'bun:test';
import { AssetRequest, AssetResponse } from 'tinkoff-invest-api/dist/generated/instruments.js';
import { raw } from '../../src/core/units.ts';
import { bytesOf, failure, fixture, type Script } from '../support/wire-venue.ts';
import { withVenue } from './with-venue.ts';

const recorded = fixture('tinvest_asset_etf.json') as { asset: { uid: string; security: { etf: object } } };
const UID = recorded.asset.uid;

const answering = (answer: Script[string]) => withVenue({ 'InstrumentsService/GetAssetBy': answer });
const withEtf = (change: object) => ({
  asset: { ...recorded.asset, security: { etf: { ...recorded.asset.security.etf, ...change } } },
});
const asked = async (json: object) => {
  const asset = await answering(() => bytesOf(AssetResponse, json)).market.fundAsset(UID);
  return asset && [asset.units && raw(asset.units), asset.navCode];
};

test('the recorded fund has its units and its NAV code, and is asked for by uid', async () => {
  const { market, venue } = answering(() => bytesOf(AssetResponse, recorded));
  const asset = await market.fundAsset(UID);
  expect([asset?.units && raw(asset.units), asset?.navCode]).toEqual([873_400_000n, 'TGLDA'] as never);
  const call = venue.calls.find((each) => each.method === 'InstrumentsService/GetAssetBy');
  expect(call && AssetRequest.decode(call.request).id).toBe(UID);
});

describe('what the venue does not say is null', () => {
  test.each<[string, object, [bigint | null, string | null]]>([
    ['no units', { numShare: undefined }, [null, 'TGLDA']],
    ['zero units', { numShare: { units: 0, nano: 0 } }, [null, 'TGLDA']],
    ['a part of a unit', { numShare: { units: 0, nano: 999_999_999 } }, [null, 'TGLDA']],
    ['one unit', { numShare: { units: 1, nano: 0 } }, [1n, 'TGLDA']],
    ['negative units', { numShare: { units: -5, nano: 0 } }, [null, 'TGLDA']],
    ['no NAV code', { inavCode: '' }, [873_400_000n, null]],
  ])('%s', async (_, change, expected) => {
    expect(await asked(withEtf(change))).toEqual(expected);
  });

  test('an asset that is no fund', async () => {
    expect(
      await asked({ asset: { uid: UID, security: { share: { issueSize: { units: 9, nano: 0 } } } } }),
    ).toEqual([null, null]);
    expect(await asked({ asset: { uid: UID } })).toEqual([null, null]);
  });
});

describe('an asset that is not there is null', () => {
  test.each(['50009', '50002', ''])('by the code %p', async (code) => {
    expect(await answering(() => failure('NOT_FOUND', code)).market.fundAsset(UID)).toBeNull();
  });

  test('by an answer without an asset', async () => {
    expect(await asked({})).toBeNull();
  });
});

describe('an answer that cannot be trusted is refused', () => {
  test.each<[string, object, string]>([
    ['another asset', { asset: { ...recorded.asset, uid: 'other' } }, 'the answer is about other'],
    ['mixed signs', withEtf({ numShare: { units: 5, nano: -1 } }), 'mixes signs'],
  ])('%s', async (_, json, words) => {
    await expect(asked(json)).rejects.toThrow(words);
  });

  test('a venue that does not answer', async () => {
    const { market, venue } = answering(() => failure('UNAVAILABLE'));
    await expect(market.fundAsset(UID)).rejects.toMatchObject({ kind: 'unreachable' });
    expect(venue.count('InstrumentsService/GetAssetBy')).toBe(5);
  });
});
