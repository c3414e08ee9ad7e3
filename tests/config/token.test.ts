import { expect, test } from 'bun:test';
import { findToken, type TokenKeys } from '../../src/config/token.ts';
import { CANARY, environmentOf } from '../support/config-text.ts';

const find = (
  keys: TokenKeys,
  variables: Record<string, string> = { VAR: CANARY },
  file: Record<string, string> = {},
) => findToken(keys, 'accounts[0]', environmentOf(variables, file));

const FOUND: readonly [string, TokenKeys, string, string | null][] = [
  ['a variable in braces', { t_invest_token: `\${VAR}` }, 'environment', 'VAR'],
  ['a bare variable that is set', { t_invest_token: 'VAR' }, 'environment', 'VAR'],
  ['a bare variable in lower case', { t_invest_token: 'own_var' }, 'environment', 'own_var'],
  ['token_env_var', { token_env_var: 'VAR' }, 'environment', 'VAR'],
  ['both keys with one variable', { t_invest_token: `\${VAR}`, token_env_var: 'VAR' }, 'environment', 'VAR'],
  ['a variable of .env', { t_invest_token: `\${FILED}` }, 'env_file', 'FILED'],
  ['the literal token', { t_invest_token: CANARY }, 'literal', null],
];
for (const [name, keys, source, variable] of FOUND)
  test(`takes the token from ${name}`, () => {
    const found = find(keys, { VAR: CANARY, own_var: CANARY }, { FILED: CANARY });
    expect([found.secret?.reveal(), found.source as string, found.variable]).toEqual([
      CANARY,
      source,
      variable,
    ]);
    expect(found.problems).toEqual([]);
    expect(found.warnings.length).toBe(source === 'literal' ? 1 : 0);
  });

test('the real environment wins over .env, also when it is blank there', () => {
  const keys = { t_invest_token: `\${VAR}` };
  expect(find(keys, { VAR: 'real-token' }, { VAR: 'filed-token' }).secret?.reveal()).toBe('real-token');
  expect(find(keys, { VAR: '' }, { VAR: 'filed-token' }).problems[0]?.found).toBe(
    'VAR, which is blank in the environment',
  );
});

test('a line break after the token is left out, with a warning', () => {
  for (const end of ['\n', '\r\n', '\n\n']) {
    const found = find({ t_invest_token: 'VAR' }, { VAR: CANARY + end });
    expect(found.secret?.reveal()).toBe(CANARY);
    expect(found.warnings).toEqual([
      'accounts[0].t_invest_token: VAR in the environment ends in a line break, which was left out',
    ]);
  }
});

const CHOICE = `"\${VAR}", the name of an environment variable that is set, or a token that begins with t.`;
const REFUSED: readonly [string, TokenKeys, string, string, string][] = [
  ['nothing', {}, 'nothing', CHOICE, `add "t_invest_token": "\${T_INVEST_TOKEN_1}"`],
  [
    'an unset variable',
    { t_invest_token: `\${NONE}` },
    'NONE, which is set neither in the environment nor in .env (no such file)',
    'a T-Invest token in the variable NONE',
    'put NONE=t.… into .env',
  ],
  [
    'an unset bare variable',
    { t_invest_token: 'NONE' },
    'NONE, which is set neither in the environment nor in .env (no such file)',
    'a T-Invest token in the variable NONE',
    'put NONE=t.… into .env',
  ],
  [
    'a blank variable',
    { t_invest_token: 'BLANK' },
    'BLANK, which is blank in the environment',
    'a T-Invest token in the variable BLANK',
    'put BLANK=t.… into .env',
  ],
  [
    'a space before the value',
    { t_invest_token: 'BEFORE' },
    'BEFORE, whose value in the environment has a space or a line break around it',
    'a T-Invest token in the variable BEFORE',
    'put BEFORE=t.… into .env',
  ],
  [
    'a space inside the value',
    { t_invest_token: 'INSIDE' },
    'INSIDE, whose value in the environment has a space or a line break inside',
    'a T-Invest token in the variable INSIDE',
    'put INSIDE=t.… into .env',
  ],
  [
    'quotes in the value',
    { t_invest_token: 'QUOTED' },
    'QUOTED, whose value in the environment has a quote in it',
    'a T-Invest token in the variable QUOTED',
    'put QUOTED=t.… into .env',
  ],
  [
    'a foreign character',
    { t_invest_token: 'FOREIGN' },
    'FOREIGN, whose value in the environment has a character that no token has',
    'a T-Invest token in the variable FOREIGN',
    'put FOREIGN=t.… into .env',
  ],
  [
    'a literal with a space',
    { t_invest_token: `${CANARY} ` },
    'a token with a space or a line break around it',
    'the token alone',
    'copy it again',
  ],
  [
    'a space before a literal',
    { t_invest_token: ` ${CANARY}` },
    '[redacted]',
    CHOICE,
    'remove the space around it',
  ],
  [
    'a name without braces',
    { t_invest_token: '$VAR' },
    '[redacted]',
    CHOICE,
    `write the name in braces: "\${VAR}"`,
  ],
  [
    'no name in braces',
    { t_invest_token: `\${a-b}` },
    '[redacted]',
    CHOICE,
    'between the braces write a name of letters, digits and _',
  ],
  [
    'a token without its beginning',
    { t_invest_token: CANARY.slice(2) },
    '[redacted]',
    CHOICE,
    `put the token into .env as T_INVEST_TOKEN_1=t.… and write "\${T_INVEST_TOKEN_1}" here`,
  ],
  [
    'two variables',
    { t_invest_token: 'VAR', token_env_var: 'OTHER' },
    'both t_invest_token and token_env_var',
    'one of the two',
    'remove the one that is not meant',
  ],
];
for (const [name, keys, found, expected, fix] of REFUSED)
  test(`refuses ${name}`, () => {
    const variables = {
      VAR: CANARY,
      BLANK: ' \n',
      BEFORE: ` ${CANARY}`,
      INSIDE: `${CANARY}\n${CANARY}`,
      QUOTED: `"${CANARY}"`,
      FOREIGN: `${CANARY}й`,
    };
    const finding = find(keys, variables);
    expect(finding.secret).toBeNull();
    expect(finding.problems.map((each) => [each.found, each.expected, each.fix])).toEqual([
      [found, expected, fix],
    ]);
  });
