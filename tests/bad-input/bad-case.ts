// One row of the table of bad input: what is wrong, which command meets it, what it says and how it ends.

import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { block, configure, TOKEN } from '../support/bot-process.ts';
import type { Trial, TrialOptions } from './run-bot.ts';

export interface BadCase {
  readonly name: string;
  readonly args: string;
  readonly code: number;
  /** Every one of these is said, on stderr or stdout, lines unfolded. */
  readonly says: readonly (string | RegExp)[];
  /** Orders that reach the venue all the same (in what is not affected); default none. */
  readonly posts?: number;
  /** The working directory; without it a sound CONFIG.json and .env. */
  readonly files?: (dir: string) => void;
  readonly trial?: Omit<TrialOptions, 'dir'>;
  /** What else must hold. */
  readonly after?: (trial: Trial, dir: string) => void;
}

export type Row = readonly [
  name: string,
  args: string,
  code: number,
  says: BadCase['says'],
  more?: Partial<BadCase>,
];

export const rows = (...list: readonly Row[]): BadCase[] =>
  list.map(([name, args, code, says, more]) => ({ name, args, code, says, ...more }));

export const file =
  (name: string, content: string | Uint8Array) =>
  (dir: string): void => {
    configure(dir, [block()]);
    mkdirSync(dirname(join(dir, name)), { recursive: true });
    writeFileSync(join(dir, name), content);
  };

/** A sound configuration with keys of its account and of its top level changed. */
export const keys =
  (account: Record<string, unknown>, top: Record<string, unknown> = {}) =>
  (dir: string): void =>
    configure(dir, [block(account)], top);

export const blocks =
  (...changes: readonly Record<string, unknown>[]) =>
  (dir: string): void =>
    configure(dir, changes.map(block));

/** .env with these lines instead of the token's. */
export const env = (text: string) => file('.env', text);
export const CONFIG = (...text: string[]) => file('CONFIG.json', text.join('\n'));
export const SOUND = JSON.stringify({ accounts: [block()] }, null, 2);
export { TOKEN };
