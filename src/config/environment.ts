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

/** A value in quotes, which may reach over several lines. */
const QUOTED = /=[ \t]*(["'`])(?:\\\1|(?!\1)[\s\S])*\1/g;
const ASSIGNMENT = /^\s*(?:export\s+)?([\w.-]+)\s*[=:]/;

/** What .env says and nobody reads, in words without any value: lines that give no variable a value, and variables given two. */
export function envFileNotes(text: string, path: string): string[] {
  const lines = text
    .replace(/^\uFEFF/, '')
    .replace(QUOTED, (found) => `=${found.replace(/[^\r\n]+/g, '#')}`)
    .split(/\r\n?|\n/);
  const notes: string[] = [];
  const first = new Map<string, number>();
  for (const [index, line] of lines.entries()) {
    if (/^\s*(#|$)/.test(line)) continue;
    const name = ASSIGNMENT.exec(line)?.[1];
    const before = name === undefined ? undefined : first.get(name);
    if (name === undefined) notes.push(`${path}: line ${index + 1} is not NAME=value, and is not read`);
    else if (before !== undefined)
      notes.push(
        `${path}: ${name} is there twice, at line ${before} and line ${index + 1}; the last one counts`,
      );
    if (name !== undefined) first.set(name, index + 1);
  }
  return notes.length <= NOTES_MAX
    ? notes
    : [...notes.slice(0, NOTES_MAX), `${path}: … and ${notes.length - NOTES_MAX} more`];
}

const NOTES_MAX = 10;

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
