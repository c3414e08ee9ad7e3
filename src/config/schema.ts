// CONFIG.json as a whole: from this one definition come validation, `config schema` and the README's table.

import { z } from 'zod';
import { accountSchema, analysis, TICKER, TICKER_EXPECTED } from './schema-account.ts';
import { choice, documented, flag, list, positive, section, text } from './schema-kinds.ts';

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
        list(choice(fundSources), 'a list of sources').optional(),
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
    }).optional(),
    'fund data',
    '-',
  ),
});
