// The configuration of a seed's accounts, read by the program's own parser: what it would refuse no seed has.

import { z } from 'zod';
import type { Config } from '../../src/config/config.ts';
import { parseConfig } from '../../src/config/parse.ts';
import type { SimAccount } from './generate-accounts.ts';

/** Compiling schemas pays where one is used often; here each is used once. */
z.config({ jitless: true });

/** What the program makes of their blocks. */
export function configOf(accounts: readonly SimAccount[]): Config {
  const text = JSON.stringify({ accounts: accounts.map(({ block }) => block), alert_command: 'tell' });
  const parsed = parseConfig(text, { process: {}, file: {}, filePath: '.env', fileFound: false });
  if (!parsed.ok) throw new Error(`a generated configuration is invalid: ${JSON.stringify(parsed.problems)}`);
  return parsed.config;
}
