// The journal's schema as numbered steps: MIGRATIONS[n] leads from version n to n + 1.
// Requires: append only; a step that has shipped is never edited. Money is in nano-rubles, times in ms since 1970 UTC.

const V1 = `
CREATE TABLE legs (
  iteration TEXT NOT NULL,
  leg INTEGER NOT NULL CHECK (leg >= 0),
  account TEXT NOT NULL,
  at INTEGER NOT NULL,
  cash_before INTEGER NOT NULL,
  PRIMARY KEY (iteration, leg)
) STRICT, WITHOUT ROWID;

CREATE TABLE holdings_before (
  iteration TEXT NOT NULL,
  leg INTEGER NOT NULL,
  uid TEXT NOT NULL,
  pieces INTEGER NOT NULL,
  PRIMARY KEY (iteration, leg, uid),
  FOREIGN KEY (iteration, leg) REFERENCES legs (iteration, leg)
) STRICT, WITHOUT ROWID;

CREATE TABLE orders (
  seq INTEGER PRIMARY KEY,
  key TEXT NOT NULL UNIQUE,
  account TEXT NOT NULL,
  broker_account TEXT NOT NULL,
  iteration TEXT NOT NULL,
  leg INTEGER NOT NULL,
  part INTEGER NOT NULL CHECK (part >= 0),
  uid TEXT NOT NULL,
  ticker TEXT NOT NULL,
  side TEXT NOT NULL CHECK (side IN ('buy', 'sell')),
  lots INTEGER NOT NULL CHECK (lots > 0),
  lot_size INTEGER NOT NULL CHECK (lot_size > 0),
  type TEXT NOT NULL,
  limit_nano INTEGER CHECK (limit_nano > 0),
  sized_at_nano INTEGER NOT NULL CHECK (sized_at_nano > 0),
  confirm_margin INTEGER NOT NULL CHECK (confirm_margin IN (0, 1)),
  fingerprint TEXT NOT NULL,
  state TEXT NOT NULL,
  executed INTEGER NOT NULL CHECK (executed BETWEEN 0 AND lots),
  value_nano INTEGER,
  commission_nano INTEGER,
  order_id TEXT,
  error TEXT,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  FOREIGN KEY (iteration, leg) REFERENCES legs (iteration, leg)
) STRICT;
CREATE INDEX orders_of_iteration ON orders (iteration);
CREATE INDEX orders_open ON orders (account) WHERE state IN ('intent', 'sending', 'live', 'unknown', 'cancelling');
CREATE INDEX orders_with_fills ON orders (account, updated_at) WHERE executed > 0;
CREATE INDEX orders_with_fees ON orders (account)
  WHERE executed > 0 AND value_nano > 0 AND commission_nano IS NOT NULL;

CREATE TABLE attempts (
  key TEXT NOT NULL REFERENCES orders (key),
  n INTEGER NOT NULL CHECK (n >= 1),
  at INTEGER NOT NULL,
  PRIMARY KEY (key, n)
) STRICT, WITHOUT ROWID;

CREATE TABLE transitions (
  key TEXT NOT NULL REFERENCES orders (key),
  seq INTEGER NOT NULL CHECK (seq >= 1),
  at INTEGER NOT NULL,
  from_state TEXT NOT NULL,
  to_state TEXT NOT NULL,
  executed INTEGER NOT NULL,
  evidence TEXT NOT NULL CHECK (evidence <> ''),
  code TEXT,
  tracking_id TEXT,
  PRIMARY KEY (key, seq)
) STRICT, WITHOUT ROWID;

CREATE TABLE iterations (
  seq INTEGER PRIMARY KEY,
  iteration TEXT NOT NULL UNIQUE,
  account TEXT NOT NULL,
  broker_account TEXT,
  started_at INTEGER NOT NULL,
  finished_at INTEGER NOT NULL,
  status TEXT NOT NULL,
  reason TEXT,
  dry_run INTEGER NOT NULL CHECK (dry_run IN (0, 1)),
  counted INTEGER NOT NULL CHECK (counted IN (0, 1)),
  equity_nano INTEGER,
  turnover_nano INTEGER NOT NULL,
  commission_nano INTEGER NOT NULL,
  record TEXT NOT NULL
) STRICT;
CREATE INDEX iterations_by_time ON iterations (started_at);
CREATE INDEX iterations_of_account ON iterations (account, started_at);

CREATE TABLE broker_account_pins (
  account TEXT PRIMARY KEY,
  broker_account TEXT NOT NULL,
  at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE instrument_pins (
  account TEXT NOT NULL,
  ticker TEXT NOT NULL,
  isin TEXT NOT NULL,
  asset_uid TEXT NOT NULL,
  uid TEXT NOT NULL,
  at INTEGER NOT NULL,
  PRIMARY KEY (account, ticker)
) STRICT, WITHOUT ROWID;

CREATE TABLE accepted_prices (
  account TEXT NOT NULL,
  uid TEXT NOT NULL,
  price_nano INTEGER NOT NULL CHECK (price_nano > 0),
  price_at INTEGER NOT NULL,
  at INTEGER NOT NULL,
  PRIMARY KEY (account, uid)
) STRICT, WITHOUT ROWID;

CREATE TABLE managed_tickers (
  account TEXT NOT NULL,
  ticker TEXT NOT NULL,
  at INTEGER NOT NULL,
  PRIMARY KEY (account, ticker)
) STRICT, WITHOUT ROWID;

CREATE TABLE next_iterations (
  account TEXT PRIMARY KEY,
  at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
`;

/** Breakers: halts, alerts already given, accepted price jumps, what drawdown and foreign trades are measured against. */
const V2 = `
CREATE TABLE halts (
  account TEXT PRIMARY KEY,
  cause TEXT NOT NULL,
  detail TEXT NOT NULL,
  at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE alerts (
  account TEXT NOT NULL,
  event TEXT NOT NULL,
  at INTEGER NOT NULL,
  PRIMARY KEY (account, event)
) STRICT, WITHOUT ROWID;

CREATE TABLE allowed_jumps (
  account TEXT NOT NULL,
  ticker TEXT NOT NULL,
  at INTEGER NOT NULL,
  PRIMARY KEY (account, ticker)
) STRICT, WITHOUT ROWID;

CREATE TABLE equity_marks (
  account TEXT PRIMARY KEY,
  start_nano INTEGER NOT NULL,
  peak_nano INTEGER NOT NULL,
  flows_since INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE last_seen (
  account TEXT PRIMARY KEY,
  cash_nano INTEGER NOT NULL,
  reversals INTEGER NOT NULL CHECK (reversals >= 0),
  at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE last_seen_pieces (
  account TEXT NOT NULL REFERENCES last_seen (account),
  uid TEXT NOT NULL,
  pieces INTEGER NOT NULL,
  PRIMARY KEY (account, uid)
) STRICT, WITHOUT ROWID;
`;

/** Fund data: what the sources said, and the weights that `diff` compares with. Values are decimal texts of nano-units. */
const V3 = `
CREATE TABLE fund_values (
  ticker TEXT NOT NULL,
  kind TEXT NOT NULL,
  source TEXT NOT NULL,
  as_of INTEGER NOT NULL,
  value TEXT NOT NULL,
  currency TEXT NOT NULL,
  fetched_at INTEGER NOT NULL,
  PRIMARY KEY (ticker, kind, source, as_of)
) STRICT, WITHOUT ROWID;
CREATE INDEX fund_values_by_time ON fund_values (fetched_at);

CREATE TABLE weight_marks (
  account TEXT NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('iteration', 'day')),
  day INTEGER NOT NULL,
  at INTEGER NOT NULL,
  fingerprint TEXT NOT NULL,
  weights TEXT NOT NULL,
  PRIMARY KEY (account, kind)
) STRICT, WITHOUT ROWID;
`;

/** Rules: orders that wait for a person, money kept aside, what `rebalance` remembers. */
const V4 = `
CREATE TABLE pending_orders (
  key TEXT PRIMARY KEY,
  account TEXT NOT NULL,
  iteration TEXT NOT NULL,
  ticker TEXT NOT NULL,
  uid TEXT NOT NULL,
  side TEXT NOT NULL CHECK (side IN ('buy', 'sell')),
  lots INTEGER NOT NULL CHECK (lots > 0),
  lot_size INTEGER NOT NULL CHECK (lot_size > 0),
  price_nano INTEGER NOT NULL CHECK (price_nano > 0),
  amount_nano INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  answer TEXT NOT NULL CHECK (answer IN ('none', 'confirmed', 'rejected')),
  answered_at INTEGER,
  UNIQUE (account, uid, side)
) STRICT, WITHOUT ROWID;

CREATE TABLE cash_requests (
  id TEXT PRIMARY KEY,
  account TEXT NOT NULL,
  amount_nano INTEGER NOT NULL CHECK (amount_nano > 0),
  by_at INTEGER,
  created_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX cash_requests_of_account ON cash_requests (account, created_at);

CREATE TABLE rebalance_marks (
  account TEXT PRIMARY KEY,
  traded_at INTEGER,
  calendar_at INTEGER
) STRICT, WITHOUT ROWID;

CREATE INDEX attempts_by_time ON attempts (at) WHERE n = 1;
`;

/** Retention: sums of rows that are old. `folded`: what the iteration earned is in account_days. */
const V5 = `
ALTER TABLE iterations ADD COLUMN folded INTEGER NOT NULL DEFAULT 0 CHECK (folded IN (0, 1));
ALTER TABLE legs ADD COLUMN pruned INTEGER NOT NULL DEFAULT 0 CHECK (pruned IN (0, 1));
CREATE INDEX iterations_unfolded ON iterations (account, started_at) WHERE folded = 0;
CREATE INDEX iterations_folded ON iterations (started_at) WHERE folded = 1;
CREATE INDEX legs_by_time ON legs (at);
CREATE INDEX legs_unpruned ON legs (at) WHERE pruned = 0;

CREATE TABLE iteration_days (
  account TEXT NOT NULL,
  day INTEGER NOT NULL,
  status TEXT NOT NULL,
  dry_run INTEGER NOT NULL CHECK (dry_run IN (0, 1)),
  counted INTEGER NOT NULL CHECK (counted IN (0, 1)),
  iterations INTEGER NOT NULL,
  traded INTEGER NOT NULL,
  orders INTEGER NOT NULL,
  turnover_nano INTEGER NOT NULL,
  commission_nano INTEGER NOT NULL,
  first_at INTEGER NOT NULL,
  last_at INTEGER NOT NULL,
  equity_nano INTEGER,
  reasons TEXT NOT NULL,
  PRIMARY KEY (account, day, status, dry_run, counted)
) STRICT, WITHOUT ROWID;

CREATE TABLE account_days (
  account TEXT NOT NULL,
  day INTEGER NOT NULL,
  first_at INTEGER NOT NULL,
  first_nano INTEGER NOT NULL,
  last_at INTEGER NOT NULL,
  last_nano INTEGER NOT NULL,
  profit_nano INTEGER NOT NULL,
  flows_nano INTEGER NOT NULL,
  PRIMARY KEY (account, day)
) STRICT, WITHOUT ROWID;

CREATE TABLE ticker_days (
  account TEXT NOT NULL,
  day INTEGER NOT NULL,
  counted INTEGER NOT NULL CHECK (counted IN (0, 1)),
  ticker TEXT NOT NULL,
  orders INTEGER NOT NULL,
  fills INTEGER NOT NULL,
  bought_nano INTEGER NOT NULL,
  sold_nano INTEGER NOT NULL,
  commission_nano INTEGER NOT NULL,
  PRIMARY KEY (account, day, counted, ticker)
) STRICT, WITHOUT ROWID;

CREATE TABLE upkeep (
  name TEXT PRIMARY KEY,
  day INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
`;

/**
 * Fills are numbered per account as they become known, so that no clock decides what a look at the account has shown. Of
 * an older journal the times are all there is: fills count as seen where they are not later than the look.
 */
const V6 = `
ALTER TABLE orders ADD COLUMN fill_no INTEGER NOT NULL DEFAULT 0;
UPDATE orders SET fill_no = numbered.n
  FROM (SELECT seq, row_number() OVER (PARTITION BY account ORDER BY updated_at, seq) AS n
        FROM orders WHERE executed > 0) AS numbered
  WHERE orders.seq = numbered.seq;
CREATE INDEX orders_by_fill ON orders (account, fill_no) WHERE executed > 0;

ALTER TABLE last_seen ADD COLUMN fill_no INTEGER NOT NULL DEFAULT 0;
ALTER TABLE last_seen ADD COLUMN fill_no_before INTEGER NOT NULL DEFAULT 0;
UPDATE last_seen SET
  fill_no = (SELECT coalesce(max(orders.fill_no), 0) FROM orders
    WHERE orders.account = last_seen.account AND executed > 0 AND updated_at <= last_seen.at),
  fill_no_before = (SELECT coalesce(max(orders.fill_no), 0) FROM orders
    WHERE orders.account = last_seen.account AND executed > 0 AND updated_at < coalesce(
      (SELECT max(started_at) FROM iterations
       WHERE iterations.account = last_seen.account AND dry_run = 0 AND started_at <= last_seen.at),
      last_seen.at));
`;

/** Sendings by the clock that nobody sets as well; NULL where an older version sent. */
const V7 = `
ALTER TABLE attempts ADD COLUMN steady INTEGER;
`;

/** The last one's number is the schema version that this program writes and reads. */
export const MIGRATIONS: readonly string[] = [V1, V2, V3, V4, V5, V6, V7];
