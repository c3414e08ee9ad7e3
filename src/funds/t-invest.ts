// The venue's own word on how many units or shares there are: its day list first, which costs nothing, then the asset.
// Guarantees: absent or zero is unknown. The venue does not date these numbers: they are as of when they were read.

import { NANO, raw, type Shares } from '../core/units.ts';
import type { Clock, FundQuestion, FundValue } from '../ports.ts';
import type { FundAssets } from './fund-assets.ts';
import type { FundSource, NoValue } from './source.ts';

const NAME = 't_invest';

export function createTInvestSource(assets: FundAssets, clock: Clock): FundSource {
  async function ask(question: FundQuestion): Promise<FundValue | NoValue> {
    const { ticker, listing } = question;
    if (listing.issued !== null) return unitsOf(ticker, listing.issued, clock.now());
    const missing = (because: string): NoValue => ({ ticker, kind: 'units', because });
    if (listing.kind !== 'etf') return missing('its list gives no number of shares');
    const reply = await assets.read(listing.assetUid);
    if (reply.kind === 'no_data') return missing(reply.because);
    const { units } = reply.asset;
    if (units === null) return missing('neither its list nor its asset gives a number of units');
    return unitsOf(ticker, units, clock.now());
  }

  return {
    name: NAME,
    local: false,
    async values(questions, kinds) {
      const values: FundValue[] = [];
      const missing: NoValue[] = [];
      // What the list gives is taken along for AUM, too: it checks it.
      const asked = kinds.has('units')
        ? questions
        : questions.filter(({ listing }) => listing.issued !== null);
      for (const question of asked) {
        const found = await ask(question);
        if ('because' in found) missing.push(found);
        else values.push(found);
      }
      return { values, missing };
    },
  };
}

const unitsOf = (ticker: string, count: Shares, nowMs: number): FundValue => ({
  ticker,
  kind: 'units',
  value: raw(count) * NANO,
  currency: '',
  asOfMs: nowMs,
  fetchedAtMs: nowMs,
  source: NAME,
});
