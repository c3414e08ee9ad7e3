// The configuration that `paper` makes for itself is one that anybody could have written.

import { describe, expect, test } from 'bun:test';
import {
  PAPER_ACCOUNTS_MAX,
  type PaperWishes,
  paperAccounts,
  paperConfig,
} from '../../src/cli/paper-config.ts';
import { parseConfig } from '../../src/config/parse.ts';
import { MODES } from '../../src/config/schema-account.ts';

const URLS = {
  tCapital: 'http://127.0.0.1:1/statistics/',
  smartfeed: 'http://127.0.0.1:1',
  moexIss: 'http://127.0.0.1:1',
  cbr: 'http://127.0.0.1:1/scripts/XML_daily.asp',
};
const PLAIN: PaperWishes = { mode: 'manual', accounts: 3, margin: false };
const written = (change: Partial<PaperWishes> = {}) =>
  paperConfig({ ...PLAIN, ...change }, 'localhost:1', URLS);
const parsed = (change: Partial<PaperWishes> = {}) => {
  const result = parseConfig(
    JSON.stringify(written(change)),
    { process: {}, file: {}, filePath: '', fileFound: false },
    { needTokens: true },
  );
  if (!result.ok) throw new Error(JSON.stringify(result.problems));
  return result.config;
};

describe('every wish is a valid configuration', () => {
  test.each([...MODES])('mode %s', (mode) => {
    expect(parsed({ mode }).accounts).toHaveLength(3);
  });

  test.each([1, 2, 3, 4, PAPER_ACCOUNTS_MAX])(
    '%p accounts, each with its own id, token and broker account',
    (count) => {
      const wishes = { ...PLAIN, accounts: count };
      const { accounts } = parsed(wishes);
      const opened = paperAccounts(wishes);
      expect([accounts.length, opened.length]).toEqual([count, count]);
      expect(new Set(accounts.map((account) => account.id)).size).toBe(count);
      expect(new Set(opened.map((account) => account.id)).size).toBe(count);
      expect(accounts.map((account) => account.token.reveal())).toEqual(
        opened.map((account) => account.token),
      );
    },
  );

  test('with margin only the first kind borrows, at the exchange and in the configuration', () => {
    const wishes = { ...PLAIN, accounts: 6, margin: true };
    expect(parsed(wishes).accounts).toHaveLength(6);
    const expected = [true, false, false, true, false, false];
    expect(paperAccounts(wishes).map((account) => account.margin)).toEqual(expected);
    expect(written(wishes).accounts.map((account) => 'margin_trading' in account)).toEqual(expected);
    expect(written().accounts.some((account) => 'margin_trading' in account)).toBe(false);
  });
});

test('every account has the mode that was asked for, shares only where shares have the datum', () => {
  const modes = (mode: PaperWishes['mode']) =>
    written({ mode }).accounts.map((account) => account.desired_mode);
  expect(modes('marketcap')).toEqual(['marketcap', 'marketcap', 'marketcap']);
  expect(modes('decorrelation')).toEqual(['decorrelation', 'decorrelation', 'manual']);
  expect(modes('aum')).toEqual(['aum', 'aum', 'manual']);
});

test('fund data come from the given pages alone, never from files of the directory', () => {
  const { fundData } = parsed();
  expect(fundData.urls).toEqual(URLS);
  expect(fundData.sources).not.toContain('files');
});
