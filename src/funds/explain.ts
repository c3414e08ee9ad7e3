// The words of fund data: what a source said of a datum, and what a person can do where it is missing.

import type { FundSettings } from '../core/fund-settings.ts';
import { NANO } from '../core/units.ts';
import type { FundValue } from '../ports.ts';
import type { SourceKind } from './source.ts';

type Said = Pick<FundValue, 'source' | 'value' | 'asOfMs'> & { readonly currency?: string };

/** "t_capital says AUM 18204551310.47 RUB as of 2026-11-20". */
export function told(kind: FundValue['kind'], { source, value, asOfMs, currency = 'RUB' }: Said): string {
  const names = { units: '', aum: 'AUM ', nav: 'NAV ', price: 'price ', marketCap: 'market cap ' };
  const unit = kind === 'units' ? 'units' : currency;
  return `${source} says ${names[kind]}${plain(value)} ${unit} as of ${new Date(asOfMs).toISOString().slice(0, 10)}`;
}

/**
 * What to do about a datum that is not there.
 * @param outranked some source has one that is doubted: a file is heard only before it
 */
export function remedy(
  kind: SourceKind,
  ticker: string,
  { metricsDir, sources }: Pick<FundSettings, 'metricsDir' | 'sources'>,
  outranked: boolean,
): string {
  const again = 'The next iteration asks again';
  if (kind === 'nav') return `${again}; compare fund_data.names.${ticker}.nav_code with the exchange's code`;
  const field = kind === 'units' ? 'sharesCount' : 'aum';
  const isHeard = outranked ? sources[0] === 'files' : sources.includes('files');
  const add = isHeard ? '' : ` and \`files\` ${outranked ? 'first ' : ''}into fund_data.sources`;
  return `${again}; or put the right ${field} with a timestamp into ${metricsDir}/${ticker}.json${add}`;
}

function plain(nano: bigint): string {
  const size = nano < 0n ? -nano : nano;
  const fraction = (size % NANO).toString().padStart(9, '0').replace(/0+$/, '');
  return `${nano < 0n ? '-' : ''}${size / NANO}${fraction === '' ? '' : `.${fraction}`}`;
}
