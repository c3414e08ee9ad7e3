// The configuration for a command that needs one: loaded, or all problems printed and exit code 2.

import type { AccountConfig, Config } from '../config/config.ts';
import { possibleTokens } from '../config/environment.ts';
import { loadConfig } from '../config/load.ts';
import { formatProblems } from '../config/problem.ts';
import { folded } from './amounts.ts';
import type { CommonOptions } from './common-options.ts';
import type { Outside } from './outside.ts';

export interface LoadedConfig {
  readonly config: Config;
  /** Values that must appear nowhere. */
  readonly secrets: readonly string[];
}

/** `null` after the problems have been printed. */
export function loadOrExplain(
  options: CommonOptions,
  outside: Outside,
  needs: { readonly needTokens?: boolean } = {},
): LoadedConfig | null {
  const loaded = loadConfig({
    configPath: options.config,
    envPath: options.envFile,
    envRequired: options.envFileNamed,
    environment: outside.environment,
    ...needs,
  });
  const tokens = loaded.ok ? loaded.config.accounts.map((account) => account.token.reveal()) : [];
  const secrets = [...new Set([...tokens.filter(Boolean), ...possibleTokens(loaded.environment)])];
  outside.terminal.conceal(secrets);
  if (loaded.ok) return { config: loaded.config, secrets };
  outside.terminal.err(formatProblems(loaded.problems));
  return null;
}

/** The blocks that `--account` names, or all; `null` after an unknown name has been explained. */
export function chosenAccounts(
  config: Config,
  ids: readonly string[],
  outside: Outside,
): readonly AccountConfig[] | null {
  if (ids.length === 0) return config.accounts;
  const known = config.accounts.map((account) => account.id);
  const unknown = ids.filter((id) => !known.includes(id));
  if (unknown.length === 0) return config.accounts.filter((account) => ids.includes(account.id));
  const said = `--account ${unknown.join(', ')}: no such block; the configuration has ${known.join(', ')}\n`;
  outside.terminal.err(folded(said, outside.terminal.width));
  return null;
}
