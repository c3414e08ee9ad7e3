import { expect, test } from 'bun:test';
import { lines, parseAccount } from '../support/config-text.ts';

const fundDataOf = (top: object) => {
  const parsed = parseAccount({}, top);
  if (!parsed.ok) throw new Error(lines(parsed).join('\n'));
  return parsed.config.fundData;
};
const DEFAULTS = {
  sources: ['t_invest', 'smartfeed', 't_capital', 'moex_iss', 'files'],
  urls: { tCapital: null, smartfeed: null, moexIss: null, cbr: null },
  metricsDir: 'etf_metrics',
  names: new Map(),
  cacheEnabled: true,
  ttlMs: 86_400_000,
  timeoutMs: 10_000,
  requestsPerSecond: 2,
  leaveAloneMs: 900_000,
  maxAgeDays: 10,
  ratioMin: 0.9,
  ratioMax: 1.1,
  maxDayJumpPercent: 50,
  maxDisagreementPercent: 5,
} as const;

test('without the sections, and with empty ones, the defaults hold', () => {
  expect(fundDataOf({})).toEqual(DEFAULTS as never);
  expect(fundDataOf({ fund_data: {}, aum_cache: {} })).toEqual(DEFAULTS as never);
});

test('every key arrives in our units', () =>
  expect(
    fundDataOf({
      aum_cache: { enabled: false, ttl_hours: 0.5 },
      fund_data: {
        sources: ['files', 'moex_iss'],
        urls: {
          t_capital: 'http://localhost:1/a',
          smartfeed: 'http://localhost:1/b',
          moex_iss: 'http://localhost:1/c',
          cbr: 'http://localhost:1/d',
        },
        metrics_dir: 'm',
        names: { TXXX: { feed: 'brand', page: 'name', nav_code: 'TXXXA' }, TYYY: {} },
        timeout_seconds: 1.5,
        requests_per_second: 0.1,
        leave_alone_minutes: 1,
        max_age_days: 3,
        min_ratio: 0.5,
        max_ratio: 2,
        max_day_jump_percent: 10,
        max_disagreement_percent: 1,
      },
    }),
  ).toEqual({
    sources: ['files', 'moex_iss'],
    urls: {
      tCapital: 'http://localhost:1/a',
      smartfeed: 'http://localhost:1/b',
      moexIss: 'http://localhost:1/c',
      cbr: 'http://localhost:1/d',
    },
    metricsDir: 'm',
    names: new Map([
      ['TXXX', { feed: 'brand', page: 'name', navCode: 'TXXXA' }],
      ['TYYY', {}],
    ]),
    cacheEnabled: false,
    ttlMs: 1_800_000,
    timeoutMs: 1500,
    requestsPerSecond: 0.1,
    leaveAloneMs: 60_000,
    maxAgeDays: 3,
    ratioMin: 0.5,
    ratioMax: 2,
    maxDayJumpPercent: 10,
    maxDisagreementPercent: 1,
  }));

test.each([
  [{ max_age_days: 0 }, 'fund_data.max_age_days | 0 | a number above 0'],
  [{ requests_per_second: 51 }, 'fund_data.requests_per_second | 51 | a number above 0, up to 50'],
  [{ min_ratio: 1.1 }, 'fund_data.min_ratio | 1.1 | a number above 0, up to 1'],
  [{ max_ratio: 0.9 }, 'fund_data.max_ratio | 0.9 | a number from 1 to 100'],
  [{ names: { txxx: {} } }, 'fund_data.names.txxx | the key "txxx" | an upper-case ticker'],
  [
    { names: { TXXX: { navcode: 'A' } } },
    'fund_data.names.TXXX.navcode | the unknown key "navcode" | a known key; did you mean "nav_code"?',
  ],
  [{ source: [] }, 'fund_data.source | the unknown key "source" | a known key; did you mean "sources"?'],
] as const)('refused: %j', (section, line) =>
  expect(lines(parseAccount({}, { fund_data: section }))[0] ?? 'accepted').toContain(line),
);
