// CONFIG.json for tests: a sound block to change one thing in, and the loader with nothing but memory behind it.

import type { Environment } from '../../src/config/environment.ts';
import { type Parsed, parseConfig } from '../../src/config/parse.ts';
import type { Problem } from '../../src/config/problem.ts';

/** Never a real token: made up for searching outputs. */
export const CANARY = `t.${'Canary-9Zq_'.repeat(8)}`;

export const BLOCK = {
  id: 'account_1',
  name: 'Main',
  t_invest_token: `\${T_INVEST_TOKEN_1}`,
  account_id: 'BROKER',
  desired_wallet: { TMOS: 60, RUB: 40 },
};

export const environmentOf = (
  variables: Record<string, string> = { T_INVEST_TOKEN_1: CANARY },
  file: Record<string, string> = {},
): Environment => ({ process: variables, file, filePath: '.env', fileFound: Object.keys(file).length > 0 });

/** The sound configuration with keys of its one account changed; `undefined` removes a key. */
export const withAccount = (changes: object, top: object = {}): string =>
  JSON.stringify({ ...top, accounts: [{ ...BLOCK, ...changes }] });

export const parseAccount = (changes: object, top: object = {}): Parsed =>
  parseConfig(withAccount(changes, top), environmentOf());

export function problemsOf(parsed: Parsed): readonly Problem[] {
  return parsed.ok ? [] : parsed.problems;
}

/** One line per problem, for tables. */
export const lines = (parsed: Parsed): string[] =>
  problemsOf(parsed).map(
    ({ path, found, expected, fix }) =>
      `${path} | ${found} | ${expected}${fix === undefined ? '' : ` | ${fix}`}`,
  );
