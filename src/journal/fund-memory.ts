// Fund data as the sources gave them, and the weights that `diff` compares with.
// Guarantees: one value per ticker, kind, source and as-of instant, the newest fetch; amounts beyond 64 bits stay exact.

import { DAY_MS } from '../core/moscow-day.ts';
import type { FundValue, Journal } from '../ports.ts';
import { jsonIn } from './json-in.ts';
import type { Store } from './store.ts';

type FundMemory = Pick<Journal, 'fundValues' | 'keepFundValues' | 'weightMark' | 'setWeightMark'>;

interface ValueRow {
  readonly ticker: string;
  readonly kind: string;
  readonly source: string;
  readonly as_of: bigint;
  readonly value: string;
  readonly currency: string;
  readonly fetched_at: bigint;
}

interface MarkRow {
  readonly day: bigint;
  readonly at: bigint;
  readonly fingerprint: string;
  readonly weights: string;
}

const KINDS: readonly FundValue['kind'][] = ['units', 'price', 'marketCap', 'aum', 'nav'];
const WHOLE = /^-?\d{1,60}$/;
/** Older values serve nothing: no reference and no limit reaches back that far. */
const KEPT_MS = 400 * DAY_MS;

export const fundMemory = (store: Store): FundMemory => ({ ...values(store), ...marks(store) });

function values(store: Store): Pick<FundMemory, 'fundValues' | 'keepFundValues'> {
  const since = store.prepare<ValueRow>(
    'SELECT * FROM fund_values WHERE fetched_at >= $since ORDER BY fetched_at, ticker, kind, source, as_of',
  );
  const upsert = store.prepare(
    `INSERT INTO fund_values (ticker, kind, source, as_of, value, currency, fetched_at)
     VALUES ($ticker, $kind, $source, $asOf, $value, $currency, $fetchedAt)
     ON CONFLICT (ticker, kind, source, as_of) DO UPDATE SET
       value = excluded.value, currency = excluded.currency, fetched_at = excluded.fetched_at`,
  );
  const forget = store.prepare('DELETE FROM fund_values WHERE fetched_at < $before');
  return {
    fundValues: (sinceMs) => since.all({ since: BigInt(Math.floor(sinceMs)) }).flatMap(fundValueOf),
    keepFundValues: (kept) =>
      store.write(() => {
        for (const { ticker, kind, source, asOfMs, value, currency, fetchedAtMs } of kept) {
          const [asOf, fetchedAt] = [BigInt(Math.floor(asOfMs)), BigInt(Math.floor(fetchedAtMs))];
          upsert.run({ ticker, kind, source, asOf, value: value.toString(), currency, fetchedAt });
        }
        const newest = Math.max(0, ...kept.map(({ fetchedAtMs }) => fetchedAtMs));
        forget.run({ before: BigInt(Math.floor(newest - KEPT_MS)) });
      }),
  };
}

/** A kind that this version does not know, and a value that is no number, are left alone: they are fetched anew. */
function fundValueOf(row: ValueRow): FundValue[] {
  const kind = KINDS.find((known) => known === row.kind);
  if (kind === undefined || !WHOLE.test(row.value)) return [];
  return [
    {
      ticker: row.ticker,
      kind,
      source: row.source,
      asOfMs: Number(row.as_of),
      value: BigInt(row.value),
      currency: row.currency,
      fetchedAtMs: Number(row.fetched_at),
    },
  ];
}

function marks(store: Store): Pick<FundMemory, 'weightMark' | 'setWeightMark'> {
  const find = store.prepare<MarkRow>(
    'SELECT day, at, fingerprint, weights FROM weight_marks WHERE account = $account AND kind = $kind',
  );
  const upsert = store.prepare(
    `INSERT INTO weight_marks (account, kind, day, at, fingerprint, weights)
     VALUES ($account, $kind, $day, $at, $fingerprint, $weights)
     ON CONFLICT (account, kind) DO UPDATE SET
       day = excluded.day, at = excluded.at, fingerprint = excluded.fingerprint, weights = excluded.weights`,
  );
  return {
    weightMark(account, kind) {
      const row = find.get({ account, kind });
      if (row === null) return null;
      const written = jsonIn(row.weights, `the weights of account ${account}`);
      const entries = Object.entries(Object(written)).filter(
        (entry): entry is [string, number] => typeof entry[1] === 'number',
      );
      return {
        dayMs: Number(row.day),
        atMs: Number(row.at),
        fingerprint: row.fingerprint,
        weights: new Map(entries),
      };
    },
    setWeightMark: (account, kind, mark) =>
      store.write(() =>
        upsert.run({
          account,
          kind,
          day: BigInt(mark.dayMs),
          at: BigInt(mark.atMs),
          fingerprint: mark.fingerprint,
          weights: JSON.stringify(Object.fromEntries(mark.weights)),
        }),
      ),
  };
}
