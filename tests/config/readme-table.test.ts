import { expect, test } from 'bun:test';
import { readFileSync } from 'node:fs';
import { configTable } from '../../src/config/config-table.ts';

const BETWEEN = /<!-- config:begin -->\n([\s\S]*?)\n<!-- config:end -->/;

test("the README's table of keys is what the schema says", () => {
  const written = BETWEEN.exec(readFileSync('README.md', 'utf8'))?.[1];
  // To renew it: paste what configTable() gives between the two markers.
  expect(written?.trim()).toBe(configTable());
});

test('the table has a meaning for every key, and every key once', () => {
  const rows = configTable()
    .split('\n')
    .filter((line) => line.startsWith('| `'));
  expect(rows.length).toBeGreaterThan(50);
  for (const row of rows) expect(row).toMatch(/^\| `[\w.]+` \| \S.* \| \S.* \|$/);
  const account = configTable().split('| account key')[1] ?? '';
  for (const key of [
    'id',
    'desired_wallet',
    'margin_trading.free_threshold',
    'max_price_age',
    'confirmationThresholdRub',
  ])
    expect(account.split(`\n| \`${key}\` |`).length).toBe(2);
});
