// What the venue knows of a fund beyond its listing: GetAssetBy. Guarantees: a number of units that is absent, zero or
// less than one is no number; another asset's answer is refused.

import { NANO, shares } from '../core/units.ts';
import type { FundAsset } from '../ports.ts';
import type { Calls } from './call.ts';
import { nanoOf, refuse } from './convert.ts';
import { worldError } from './failure.ts';
import { SHARED_METHODS } from './methods.ts';

/** "Asset not found", and the code of an unknown instrument, in case an asset is taken for one. */
const UNKNOWN_ASSET = new Set(['50009', '50002', 'NOT_FOUND']);

/** @throws {WorldError}; an asset that the venue does not know is `null` */
export async function readFundAsset(calls: Calls, assetUid: string): Promise<FundAsset | null> {
  const method = SHARED_METHODS.assetBy;
  const answer = await calls.ask(method, { id: assetUid });
  if (!answer.ok) {
    if (UNKNOWN_ASSET.has(answer.failure.code) && !answer.failure.local) return null;
    throw worldError(answer.failure, method.path);
  }
  const { asset } = answer.response;
  if (asset === undefined) return null;
  if (asset.uid !== assetUid) refuse(`asked for asset ${assetUid}, the answer is about ${asset.uid}`);
  const etf = asset.security?.etf;
  const units =
    etf?.numShare === undefined ? 0n : nanoOf(etf.numShare, `num_share of asset ${assetUid}`) / NANO;
  const navCode = etf?.inavCode?.trim() ?? '';
  return { units: units > 0n ? shares(units) : null, navCode: navCode === '' ? null : navCode };
}
