// An account block without a broker behind it: offline planning gives weights and rules, but no token and no account.

import { readBlock } from './account-block.ts';
import { withoutComments } from './comments.ts';
import type { AccountConfig } from './config.ts';
import type { Problem } from './problem.ts';
import { aliasesOf } from './ticker-aliases.ts';

export type ParsedBlock =
  | { readonly ok: true; readonly account: AccountConfig; readonly warnings: readonly string[] }
  | { readonly ok: false; readonly problems: readonly Problem[]; readonly warnings: readonly string[] };

export interface ParseBlockOptions {
  /** Id and name where the block has none; "account" without it. */
  readonly id?: string;
  /** Of a loaded configuration; the built-in ones without it. */
  readonly tickerAliases?: ReadonlyMap<string, string>;
}

/** Reads one block (paths of problems begin with `account`), already parsed from JSON. Only `desired_wallet` is required; the token is an empty Secret. */
export function parseAccountBlock(json: unknown, options: ParseBlockOptions = {}): ParsedBlock {
  const written = withoutComments(json);
  const { id = 'account' } = options;
  const isBlock = typeof written === 'object' && written !== null && !Array.isArray(written);
  const whole = isBlock ? { name: id, account_id: 'BROKER', ...written } : written;
  const { account, problems, warnings } = readBlock(whole, ['account'], {
    aliases: options.tickerAliases ?? aliasesOf({}).aliases,
    analysis: undefined,
    environment: null,
    needToken: false,
  });
  return account === null ? { ok: false, problems, warnings } : { ok: true, account, warnings };
}
