// CONFIG.json as a whole: from this one definition come validation, `config schema` and the README's table.

import { z } from 'zod';
import { accountSchema, analysis, TICKER, TICKER_EXPECTED } from './schema-account.ts';
import { choice, documented, flag, list, number, positive, rubles, section, text } from './schema-kinds.ts';

const ticker = z.string({ error: TICKER_EXPECTED }).regex(TICKER, { error: TICKER_EXPECTED });
const url = () => z.url({ protocol: /^https?$/, error: 'an address such as "https://iss.moex.com"' });

const fundSources = ['t_invest', 'smartfeed', 't_capital', 'moex_iss', 'files'] as const;

export const configSchema = section({
  accounts: documented(
    list(accountSchema, 'a list of account blocks').min(1, { error: 'at least one account block' }),
    'the accounts, one block each',
    'required',
  ),
  endpoint: documented(
    text('host:port, such as "invest-public-api.tbank.ru:443"').optional(),
    '`host:port` of the broker; `TINVEST_ENDPOINT` in the environment overrides it',
    "the broker's own",
  ),
  ca_file: documented(
    text('the path of a PEM file').optional(),
    'PEM with the certificate authority to trust in addition, for this channel only',
    '-',
  ),
  alert_command: documented(
    text('a shell command that reads JSON from stdin').optional(),
    'run for every alert, which it gets as one JSON object on stdin',
    'off',
  ),
  ticker_aliases: documented(
    z.record(ticker, ticker, { error: 'an object such as {"OLD": "NEW"}' }).optional(),
    '`{OLD: NEW}`: tickers that were renamed, in addition to `TRAY` -> `TPAY`',
    '-',
  ),
  analysis,
  aum_cache: documented(
    section({
      enabled: documented(flag().default(true), 'keep fund data between iterations'),
      ttl_hours: documented(positive(8784, 'hours').default(24), 'how long it counts as fresh'),
    }).optional(),
    'cache of market caps and AUM',
    '-',
  ),
  fund_data: documented(
    section({
      sources: documented(
        list(choice(fundSources), 'a list of sources')
          .refine((sources) => new Set(sources).size === sources.length, { error: 'every source once' })
          .optional(),
        'where market cap and AUM come from, in order of preference',
        fundSources.map((source) => `\`${source}\``).join(', '),
      ),
      urls: documented(
        section({
          t_capital: documented(url().optional(), 'statistics page of T-Capital', '-'),
          smartfeed: documented(url().optional(), "T-Bank's news feed", '-'),
          moex_iss: documented(url().optional(), 'MOEX ISS', '-'),
          cbr: documented(url().optional(), "the central bank's daily rates", '-'),
        }).optional(),
        'other addresses of the sources',
        "the sources' own",
      ),
      metrics_dir: documented(
        text('the path of a directory').default('etf_metrics'),
        'directory of the `files` source',
      ),
      names: documented(
        z
          .record(
            ticker,
            section({
              feed: documented(text('the brand in the news feed').optional(), 'brand in the news feed', '-'),
              page: documented(
                text('the name on the statistics page').optional(),
                'name on the statistics page',
                '-',
              ),
              nav_code: documented(text('the code on the index board').optional(), 'code of its iNAV', '-'),
            }),
            { error: 'an object such as {"TXXX": {"feed": "…", "page": "…", "nav_code": "…"}}' },
          )
          .optional(),
        'what the sources call a fund that is not among the known ones: `{TICKER: {feed, page, nav_code}}`',
        '-',
      ),
      timeout_seconds: documented(positive(300, 'seconds').default(10), 'deadline of one request'),
      requests_per_second: documented(positive(50, 'requests').default(2), 'to one host'),
      leave_alone_minutes: documented(
        positive(10_080, 'minutes').default(15),
        'a source that failed is not asked again for this long',
      ),
      max_age_days: documented(
        positive(366, 'days').default(10),
        'the oldest AUM or number of units that is used',
      ),
      min_ratio: documented(
        positive(1, 'market cap over AUM').default(0.9),
        'market cap over AUM below this: one of the two is wrong',
      ),
      max_ratio: documented(number(1, 100, 'market cap over AUM').default(1.1), 'and above this'),
      max_day_jump_percent: documented(
        positive(10_000, 'percent').default(50),
        'a value that changes by more within a day is refused',
      ),
      max_disagreement_percent: documented(
        positive(100, 'percent').default(5),
        'two sources that differ by more: neither wins unless the ratio holds',
      ),
    }).optional(),
    'fund data',
    '-',
  ),
  overnight_fees: documented(
    list(
      section({
        from: documented(z.iso.date({ error: 'a date such as "2024-08-01"' }), 'first day'),
        steps: documented(
          list(
            z.tuple([rubles(), rubles()], { error: 'a pair [debt up to, fee] in RUB' }),
            'a list of [debt up to, fee] in RUB',
          ).default([]),
          'flat fees',
        ),
        rates: documented(
          list(
            z.tuple([rubles().nullable(), number(0, 100, 'percent')], {
              error: 'a pair [debt up to or null, percent]',
            }),
            'a list of [debt up to or null, percent]',
          ).default([]),
          'percent of the debt above the flat fees',
        ),
      }),
      'a list of tariff tables',
    ).optional(),
    'what a debt costs overnight, from a date on: `[{from, steps: [[debt up to, fee]], rates: [[debt up to or null, percent]]}]`',
    "T-Bank's of August 2024",
  ),
});
