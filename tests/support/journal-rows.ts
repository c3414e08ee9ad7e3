// What a journal on disk holds, read as another process sees it: beside a running bot, or right after one was killed.

import { Database } from 'bun:sqlite';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { isFinal, type OrderState } from '../../src/core/order.ts';
import { JOURNAL_FILE } from '../../src/journal/database.ts';

export interface OrderRow {
  readonly key: string;
  readonly account: string;
  readonly ticker: string;
  readonly state: OrderState;
  readonly attempts: number;
}

export interface JournalRows {
  /** None before there is a journal. */
  orders(): OrderRow[];
  /** Orders that the journal does not call final. */
  openOrders(): OrderRow[];
  /** For comparing: the rows of each table. */
  everything(): Record<string, unknown[]>;
  /** How orders changed, by the evidence for it. */
  evidence(): Map<string, number>;
}

const ORDERS = `
SELECT key, account, ticker, state, (SELECT count(*) FROM attempts WHERE attempts.key = orders.key) AS attempts
FROM orders ORDER BY seq`;
const TABLES = `SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name`;
const EVIDENCE = 'SELECT evidence, count(*) AS n FROM transitions GROUP BY evidence ORDER BY evidence';

export function journalRows(stateDir: string): JournalRows {
  const file = join(stateDir, JOURNAL_FILE);
  const query = (sql: string): Record<string, unknown>[] => {
    if (!existsSync(file)) return [];
    const db = new Database(file, { readonly: true, strict: true, safeIntegers: true });
    try {
      return db.query<Record<string, unknown>, []>(sql).all();
    } finally {
      db.close();
    }
  };
  const orders = (): OrderRow[] =>
    query(ORDERS).map(({ key, account, ticker, state, attempts }) => ({
      key: String(key),
      account: String(account),
      ticker: String(ticker),
      state: state as OrderState,
      attempts: Number(attempts),
    }));
  return {
    orders,
    openOrders: () => orders().filter(({ state }) => !isFinal(state)),
    everything: () =>
      Object.fromEntries(query(TABLES).map(({ name }) => [name, query(`SELECT * FROM "${name}"`)])),
    evidence: () => new Map(query(EVIDENCE).map(({ evidence, n }) => [String(evidence), Number(n)])),
  };
}
