// `config tokens` and `config env`: where each account's token comes from, without the token.

import { lookUp } from '../config/environment.ts';
import type { Loaded } from '../config/load.ts';
import { columns } from './columns.ts';

export interface ReportPlaces {
  readonly configPath: string;
  readonly envPath: string;
  readonly json: boolean;
}

const asJson = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;

/** One row per account block, also where the configuration as a whole is refused. */
export function tokenReport(loaded: Loaded, places: ReportPlaces): string {
  const sources = { environment: 'environment', env_file: places.envPath, literal: places.configPath };
  const rows = loaded.tokens.map((token) => ({
    account: token.account,
    token: token.masked,
    variable: token.variable,
    source: token.source === null ? null : sources[token.source],
  }));
  if (places.json) return asJson(rows);
  return columns([
    ['account', 'token', 'variable', 'from'],
    ...rows.map((row) => [row.account, row.token ?? 'missing', row.variable ?? '-', row.source ?? '-']),
  ]);
}

/** The variables that hold tokens, then those that steer the program. */
export function envReport(loaded: Loaded, places: ReportPlaces): string {
  const named = loaded.tokens.flatMap((token) => token.variable ?? []);
  const steering = Object.keys({ ...loaded.environment.file, ...loaded.environment.process })
    .filter((name) => /^(TIEBB_|TINVEST_)/.test(name))
    .sort();
  const rows = [...new Set([...named, ...steering])].map((name) => envRow(name, loaded, places));
  if (places.json) return asJson(rows);
  return columns([
    ['variable', 'value', 'from', 'accounts'],
    ...rows.map((row) => [
      row.name,
      row.value ?? 'not set',
      row.source ?? '-',
      row.accounts.join(', ') || '-',
    ]),
  ]);
}

function envRow(name: string, loaded: Loaded, places: ReportPlaces) {
  const found = lookUp(loaded.environment, name);
  const users = loaded.tokens.filter((token) => token.variable === name);
  const secret = users.length > 0 || /token/i.test(name);
  return {
    name,
    value: found && (secret ? (users[0]?.masked ?? '…') : found.value),
    source: found && (found.source === 'environment' ? 'environment' : places.envPath),
    accounts: users.map((token) => token.account),
  };
}
