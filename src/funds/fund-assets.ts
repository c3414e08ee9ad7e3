// What the venue says of fund assets, asked at most once a day per asset. A venue that cannot be reached is a reason, no error.

import { type Clock, type FundAsset, type Market, WorldError } from '../ports.ts';
import { type NoData, noData } from './no-data.ts';

export type AssetReply = { readonly kind: 'asset'; readonly asset: FundAsset } | NoData;

export interface FundAssets {
  read(assetUid: string): Promise<AssetReply>;
  /** What is known without asking. */
  known(assetUid: string): FundAsset | null;
}

export function createFundAssets(market: Market, clock: Clock, keepMs: number): FundAssets {
  const kept = new Map<string, { readonly asset: FundAsset; readonly untilMs: number }>();
  const known = (assetUid: string): FundAsset | null => {
    const entry = kept.get(assetUid);
    return entry !== undefined && clock.now() < entry.untilMs ? entry.asset : null;
  };
  return {
    known,
    async read(assetUid) {
      const before = known(assetUid);
      if (before !== null) return { kind: 'asset', asset: before };
      if (assetUid === '') return noData('its listing names no asset');
      try {
        const asset = await market.fundAsset(assetUid);
        if (asset === null) return noData(`it does not know asset ${assetUid}`);
        kept.set(assetUid, { asset, untilMs: clock.now() + keepMs });
        return { kind: 'asset', asset };
      } catch (error) {
        if (!(error instanceof WorldError)) throw error;
        return noData(error.message);
      }
    },
  };
}
