// The variables that the configuration may name: the process environment, and under it what .env says.
// Guarantees: the real environment wins; nothing is written back to it.

import { parse } from 'dotenv';

export type Variables = Readonly<Record<string, string | undefined>>;

export interface Environment {
  readonly process: Variables;
  readonly file: Variables;
  /** Where .env was looked for, for messages. */
  readonly filePath: string;
  readonly fileFound: boolean;
}

export type VariableSource = 'environment' | 'env_file';

/** An environment variable as T-Invest tokens are held in: never a path, never shell syntax. */
export const VARIABLE = /^[A-Za-z_][A-Za-z0-9_]*$/;

/** What .env's text says. */
export const parseEnvFile = (text: string): Variables => parse(text.replace(/^\uFEFF/, ''));

export function lookUp(
  environment: Environment,
  name: string,
): { readonly value: string; readonly source: VariableSource } | null {
  const real = Object.hasOwn(environment.process, name) ? environment.process[name] : undefined;
  if (real !== undefined) return { value: real, source: 'environment' };
  const filed = Object.hasOwn(environment.file, name) ? environment.file[name] : undefined;
  return filed === undefined ? null : { value: filed, source: 'env_file' };
}

/** Where a variable was looked for, in words. */
export const lookedIn = (environment: Environment): string =>
  `the environment nor in ${environment.filePath}${environment.fileFound ? '' : ' (no such file)'}`;

/** Every value that could be a token: for scrubbing messages. */
export function possibleTokens(environment: Environment): string[] {
  return [environment.process, environment.file]
    .flatMap((variables) => Object.entries(variables))
    .flatMap(([name, value]) =>
      value && (/token/i.test(name) || value.startsWith('t.')) ? [value, value.trim()] : [],
    )
    .filter((value) => value.length >= 8);
}
