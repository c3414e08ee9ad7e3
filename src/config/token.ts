// Which token an account trades with: `${VAR}`, a bare VAR that is set, `token_env_var`, or the literal token.
// Guarantees: a problem names the variable and the .env file, never a value; a token has no blank, quote or foreign
// character in it, so that it can be sent as it is.

import { type Environment, lookedIn, lookUp, VARIABLE, type VariableSource } from './environment.ts';
import type { Problem } from './problem.ts';
import { REDACTED, Secret } from './secret.ts';

export interface TokenKeys {
  readonly t_invest_token?: string | undefined;
  readonly token_env_var?: string | undefined;
}

export interface TokenFinding {
  readonly secret: Secret | null;
  /** The variable that was named; `null` for a literal token or none. */
  readonly variable: string | null;
  readonly source: VariableSource | 'literal' | null;
  readonly problems: readonly Problem[];
  readonly warnings: readonly string[];
}

const EXPECTED = `"\${VAR}", the name of an environment variable that is set, or a token that begins with t.`;
const EXAMPLE = `\${T_INVEST_TOKEN_1}`;
/** Longer than any sensible variable, shorter than a token that lost its first two characters. */
const NAME_LENGTH_MAX = 60;

/** Resolves the token of the account block at `path` (such as `accounts[0]`). */
export function findToken(keys: TokenKeys, path: string, environment: Environment): TokenFinding {
  const { t_invest_token: token, token_env_var: named } = keys;
  const at = `${path}.${token === undefined && named !== undefined ? 'token_env_var' : 't_invest_token'}`;
  if (token === undefined && named === undefined)
    return refused({
      path: at,
      found: 'nothing',
      expected: EXPECTED,
      fix: `add "t_invest_token": "${EXAMPLE}"`,
    });
  if (token !== undefined && named !== undefined && variableOf(token) !== named)
    return refused({
      path: `${path}.token_env_var`,
      found: 'both t_invest_token and token_env_var',
      expected: 'one of the two',
      fix: 'remove the one that is not meant',
    });
  if (token?.startsWith('t.')) return literal(token, at);
  const variable = token === undefined ? (named ?? '') : variableOf(token);
  if (variable === null || !VARIABLE.test(variable) || variable.length > NAME_LENGTH_MAX)
    return refused({ path: at, found: REDACTED, expected: EXPECTED, fix: noName(token ?? '') });
  return fromVariable(variable, at, environment);
}

/** The variable that a text names; `null` where it names none. */
function variableOf(token: string): string | null {
  const braces = /^\$\{(.*)\}$/s.exec(token);
  if (braces) return braces[1] ?? null;
  return VARIABLE.test(token) ? token : null;
}

function noName(token: string): string {
  if (/^\$\{.*\}$/s.test(token)) return 'between the braces write a name of letters, digits and _';
  if (token.startsWith('$')) return `write the name in braces: "\${VAR}"`;
  if (/^\s|\s$/.test(token)) return 'remove the space around it';
  return `put the token into .env as T_INVEST_TOKEN_1=t.… and write "${EXAMPLE}" here`;
}

function literal(token: string, path: string): TokenFinding {
  const wrong = flawOf(token);
  if (wrong !== null)
    return refused({
      path,
      found: `a token with ${wrong}`,
      expected: 'the token alone',
      fix: 'copy it again',
    });
  return {
    secret: new Secret(token),
    variable: null,
    source: 'literal',
    problems: [],
    warnings: [
      `${path} holds the token itself; better put it into .env and write "\${T_INVEST_TOKEN_1}" here`,
    ],
  };
}

function fromVariable(variable: string, path: string, environment: Environment): TokenFinding {
  const place = lookUp(environment, variable);
  const fix = `put ${variable}=t.… into ${environment.filePath}`;
  const expected = `a T-Invest token in the variable ${variable}`;
  const refusal = (found: string): TokenFinding => ({
    ...refused({ path, found, expected, fix }),
    variable,
    source: place?.source ?? null,
  });
  if (place === null) return refusal(`${variable}, which is set neither in ${lookedIn(environment)}`);
  const where = place.source === 'environment' ? 'the environment' : environment.filePath;
  const value = place.value.replace(/[\r\n]+$/, '');
  if (value.trim() === '') return refusal(`${variable}, which is blank in ${where}`);
  const wrong = flawOf(value);
  if (wrong !== null) return refusal(`${variable}, whose value in ${where} has ${wrong}`);
  const trimmed = value !== place.value;
  return {
    secret: new Secret(value),
    variable,
    source: place.source,
    problems: [],
    warnings: trimmed ? [`${path}: ${variable} in ${where} ends in a line break, which was left out`] : [],
  };
}

/** Several times the longest token there is; the broker takes no longer header either. */
const TOKEN_LENGTH_MAX = 4_096;

function flawOf(value: string): string | null {
  if (/^\s|\s$/.test(value)) return 'a space or a line break around it';
  if (/\s/.test(value)) return 'a space or a line break inside';
  if (/["'`]/.test(value)) return 'a quote in it';
  if (value.includes('${')) return `a \${...} in it, which nothing fills in here`;
  if (/[^\x21-\x7e]/.test(value)) return 'a character that no token has';
  return value.length > TOKEN_LENGTH_MAX ? `${value.length} characters, more than any token` : null;
}

const refused = (problem: Problem): TokenFinding => ({
  secret: null,
  variable: null,
  source: null,
  problems: [problem],
  warnings: [],
});
