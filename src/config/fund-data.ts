// `fund_data` and `aum_cache` in our units.

import type { z } from 'zod';
import type { FundSettings } from '../core/fund-settings.ts';
import { configSchema } from './schema.ts';

type Top = z.output<typeof configSchema>;
type FundDataText = NonNullable<Top['fund_data']>;

const HOUR_MS = 3_600_000;
const sections = configSchema.pick({ fund_data: true, aum_cache: true }).required();
const DEFAULTS = sections.parse({ fund_data: {}, aum_cache: {} });
const SOURCES: FundSettings['sources'] = ['t_invest', 'smartfeed', 't_capital', 'moex_iss', 'files'];

/** Both sections as the schema completes them; a missing one is all defaults. */
export function fundDataOf(
  written: FundDataText = DEFAULTS.fund_data,
  cache: NonNullable<Top['aum_cache']> = DEFAULTS.aum_cache,
): FundSettings {
  const { urls = {} } = written;
  return Object.freeze({
    sources: written.sources ?? SOURCES,
    urls: {
      tCapital: urls.t_capital ?? null,
      smartfeed: urls.smartfeed ?? null,
      moexIss: urls.moex_iss ?? null,
      cbr: urls.cbr ?? null,
    },
    metricsDir: written.metrics_dir,
    names: new Map(
      Object.entries(written.names ?? {}).map(([ticker, { feed, page, nav_code: navCode }]) => [
        ticker,
        { ...(feed ? { feed } : {}), ...(page ? { page } : {}), ...(navCode ? { navCode } : {}) },
      ]),
    ),
    cacheEnabled: cache.enabled,
    ttlMs: cache.ttl_hours * HOUR_MS,
    timeoutMs: written.timeout_seconds * 1000,
    requestsPerSecond: written.requests_per_second,
    leaveAloneMs: written.leave_alone_minutes * 60_000,
    maxAgeDays: written.max_age_days,
    ratioMin: written.min_ratio,
    ratioMax: written.max_ratio,
    maxDayJumpPercent: written.max_day_jump_percent,
    maxDisagreementPercent: written.max_disagreement_percent,
  });
}
