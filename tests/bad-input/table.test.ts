// safety.md §4 as a table: every kind of bad input, what the program says about it and how it ends. Whatever the input,
// nothing is traded that was not meant, nothing is lost, no stack trace and no token is shown.

import { describe, expect, setDefaultTimeout, test } from 'bun:test';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { block, configure, TOKEN } from '../support/bot-process.ts';
import { tempDirs } from '../support/temp-dir.ts';
import type { BadCase } from './bad-case.ts';
import { COMMANDS } from './command-cases.ts';
import { CONFIGURATION, ENVIRONMENT } from './configuration-cases.ts';
import { HOSTILE } from './hostile-cases.ts';
import { JOURNAL } from './journal-cases.ts';
import { ACCOUNTS, REPLIES } from './reply-cases.ts';
import { runBot } from './run-bot.ts';
import { STRANGE_CONFIGURATION } from './strange-configuration-cases.ts';
import { STRANGE_REPLIES } from './strange-reply-cases.ts';
import { UNFORESEEN } from './unforeseen-cases.ts';

setDefaultTimeout(240_000);
const newDir = tempDirs();

const TABLE = {
  configuration: CONFIGURATION,
  'strange configuration': STRANGE_CONFIGURATION,
  environment: ENVIRONMENT,
  accounts: ACCOUNTS,
  replies: REPLIES,
  'strange replies': STRANGE_REPLIES,
  journal: JOURNAL,
  commands: COMMANDS,
  unforeseen: UNFORESEEN,
  hostile: HOSTILE,
};

for (const [title, cases] of Object.entries(TABLE))
  describe(title, () => {
    test.each(cases.map((one) => [one.name, one] as const))('%s', async (_, one) => check(one));
  });

async function check(one: BadCase): Promise<void> {
  const dir = newDir();
  (one.files ?? ((place: string) => configure(place, [block()])))(dir);
  const before = written(dir);
  const trial = await runBot(one.args === '' ? [] : one.args.split(' '), { dir, ...one.trial });
  const said = `${trial.err}\n${trial.out}`;
  const flat = said.replace(/\s+/g, ' ');
  for (const each of one.says) {
    if (typeof each === 'string') expect(flat).toContain(each);
    else expect(flat).toMatch(each);
  }
  expect([trial.code, trial.posted], said).toEqual([one.code, one.posts ?? 0]);
  expect(said).not.toContain(TOKEN);
  expect([...said].filter((letter) => letter !== '\n' && (letter < ' ' || letter === '\u202e'))).toEqual([]);
  expect(said).not.toMatch(/^\s+at .+[:(]\d+|"stack"/m);
  expect(said).not.toMatch(/\[object|(?<!JSON: |fix: +)\bNaN\b|\bundefined\b/);
  expect(written(dir)).toEqual(before);
  one.after?.(trial, dir);
}

/** What a person wrote; it is never changed. */
const written = (dir: string): (string | null)[] =>
  ['CONFIG.json', '.env'].map((name) => {
    const path = join(dir, name);
    return existsSync(path) && statSync(path).isFile() ? readFileSync(path, 'base64') : null;
  });
