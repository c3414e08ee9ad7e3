import { Database } from 'bun:sqlite';
import { describe, expect, test } from 'bun:test';
import { join } from 'node:path';
import { JOURNAL_FILE } from '../../src/journal/database.ts';
import { openJournal } from '../../src/journal/journal.ts';
import type { FundValue, Journal, WeightMark } from '../../src/ports.ts';
import { tempDirs } from '../support/temp-dir.ts';
import { AT } from './sample.ts';
import { rows, withJournal } from './with-journal.ts';

const newDir = tempDirs();
const journaled = withJournal(newDir);
const DAY_MS = 86_400_000;

const value = (change: Partial<FundValue> = {}): FundValue => ({
  ticker: 'TMOS',
  kind: 'aum',
  source: 't_capital',
  asOfMs: AT,
  value: 34_000_000_000_000_000_000n,
  currency: 'rub',
  fetchedAtMs: AT,
  ...change,
});
const kept = (journal: Journal, sinceMs = 0) => journal.fundValues(sinceMs);

describe('fund values', () => {
  test('come back exactly, beyond 64 bits too, across a restart', () => {
    const dir = newDir();
    const all = (['units', 'price', 'marketCap', 'aum', 'nav'] as const).map((kind, index) =>
      value({ kind, value: 2n ** 90n + BigInt(index), fetchedAtMs: AT + index }),
    );
    const first = openJournal(dir);
    first.keepFundValues(all);
    first.keepFundValues([]);
    first.close();
    const second = openJournal(dir);
    expect(kept(second)).toEqual(all);
    second.close();
  });

  test('that are no numbers any more are left alone, the others come back', () => {
    const dir = newDir();
    const journal = openJournal(dir);
    journal.keepFundValues([value(), value({ kind: 'nav' })]);
    const db = new Database(join(dir, JOURNAL_FILE));
    db.run("UPDATE fund_values SET value = 'abc' WHERE kind = 'aum'");
    db.close(true);
    expect(kept(journal)).toEqual([value({ kind: 'nav' })]);
    journal.close();
  });

  test('of one ticker, kind, source and instant: the newest fetch stands', () =>
    journaled((journal) => {
      journal.keepFundValues([value(), value({ value: 1n, currency: 'usd', fetchedAtMs: AT + 5 })]);
      journal.keepFundValues([value({ value: 2n, fetchedAtMs: AT + 9 })]);
      expect(kept(journal)).toEqual([value({ value: 2n, fetchedAtMs: AT + 9 })]);
    }));

  test('that differ in any of these stand beside each other', () =>
    journaled((journal) => {
      const all = [
        value(),
        value({ ticker: 'TGLD' }),
        value({ kind: 'nav' }),
        value({ source: 'smartfeed' }),
        value({ asOfMs: AT - 1 }),
      ];
      journal.keepFundValues(all);
      expect(kept(journal)).toHaveLength(all.length);
    }));

  test('are given from an instant on, that one included, oldest first', () =>
    journaled((journal) => {
      const at = (fetchedAtMs: number) => value({ asOfMs: fetchedAtMs, fetchedAtMs });
      journal.keepFundValues([at(AT + 2), at(AT), at(AT + 1)]);
      expect(kept(journal, AT + 1).map(({ fetchedAtMs }) => fetchedAtMs)).toEqual([AT + 1, AT + 2]);
      expect(kept(journal, AT + 3)).toEqual([]);
    }));

  test('are forgotten after 400 days, measured by the newest', () =>
    journaled((journal) => {
      const at = (days: number, ms = 0) =>
        value({ asOfMs: AT + days * DAY_MS + ms, fetchedAtMs: AT + days * DAY_MS + ms });
      journal.keepFundValues([at(0, -1), at(0)]);
      expect(kept(journal)).toHaveLength(2);
      journal.keepFundValues([at(400)]);
      expect(kept(journal).map(({ fetchedAtMs }) => fetchedAtMs)).toEqual([AT, AT + 400 * DAY_MS]);
    }));

  test('with a broken instant are kept whole or not at all', () =>
    journaled((journal) => {
      expect(() => journal.keepFundValues([value(), value({ asOfMs: Number.NaN })])).toThrow();
      expect(kept(journal)).toEqual([]);
      journal.keepFundValues([value({ asOfMs: AT + 0.7, fetchedAtMs: AT + 0.2 })]);
      expect(kept(journal)).toEqual([value()]);
    }));
});

describe('weights that diff compares with', () => {
  const mark = (change: Partial<WeightMark> = {}): WeightMark => ({
    dayMs: AT - 5,
    atMs: AT,
    fingerprint: 'manual:TMOS=60',
    weights: new Map([
      ['TMOS', 59.999999999],
      ['RUB', 40.000000001],
    ]),
    ...change,
  });

  test('there are none at first', () =>
    journaled((journal) => expect(journal.weightMark('one', 'day')).toBeNull()));

  test('come back exactly, the last per account and kind, across a restart', () => {
    const dir = newDir();
    const first = openJournal(dir);
    first.setWeightMark('one', 'day', mark({ fingerprint: 'older' }));
    first.setWeightMark('one', 'day', mark());
    first.setWeightMark('one', 'iteration', mark({ atMs: AT + 1 }));
    first.setWeightMark('two', 'day', mark({ weights: new Map() }));
    first.close();
    const second = openJournal(dir);
    expect(second.weightMark('one', 'day')).toEqual(mark());
    expect(second.weightMark('one', 'iteration')).toEqual(mark({ atMs: AT + 1 }));
    expect(second.weightMark('two', 'day')!.weights.size).toBe(0);
    expect(second.weightMark('two', 'iteration')).toBeNull();
    second.close();
    expect(rows(dir, 'SELECT count(*) AS n FROM weight_marks')).toEqual([{ n: 3 }]);
  });

  test('a ticker may be called like anything', () =>
    journaled((journal) => {
      const weights = new Map([
        ['__proto__', 1],
        ['constructor', 2],
        ['1', 97],
      ]);
      journal.setWeightMark('one', 'day', mark({ weights }));
      expect([...journal.weightMark('one', 'day')!.weights].sort()).toEqual([...weights].sort());
    }));
});
