import { expect, test } from 'bun:test';
import { paceWarnings } from '../../src/cli/pace-warnings.ts';
import { parseConfig } from '../../src/config/parse.ts';

function warningsOf(count: number, seconds: number, more: object = {}): string[] {
  const accounts = Array.from({ length: count }, (_, at) => ({
    id: `a${at}`,
    name: `a${at}`,
    t_invest_token: 't.pace-0123456789',
    account_id: String(2_000_000_001 + at),
    desired_wallet: { TMOS: 100 },
    balance_interval: seconds * 1_000,
    ...more,
  }));
  const parsed = parseConfig(JSON.stringify({ accounts }), {
    process: {},
    file: {},
    filePath: '.env',
    fileFound: false,
  });
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  return paceWarnings(parsed.config.accounts);
}

test.each([
  [200, 100, {}],
  [120, 60, {}],
  [1, 1, {}],
  [60, 60, { broker: 'sandbox' }],
])('%i accounts every %i s %o are within the limits', (count, seconds, more) => {
  expect(warningsOf(count, seconds, more)).toEqual([]);
});

test.each([
  [200, 60, {}, '120', '100 s'],
  [200, 99, {}, '120', '100 s'],
  [3, 1, {}, '120', '2 s'],
  [61, 60, { broker: 'sandbox' }, '60', '61 s'],
])(
  '%i accounts every %i s %o are too many, and the figure to put right is named',
  (count, seconds, more, allowed, least) => {
    const [warning] = warningsOf(count, seconds, more);
    expect(warning).toContain(`allow about ${allowed}:`);
    expect(warning).toContain(`at least ${least} each`);
  },
);
