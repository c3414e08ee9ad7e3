// A refused token is told of by whatever call meets it, also by one that an iteration can do without.

import { expect, test } from 'bun:test';
import { runBot } from '../bad-input/run-bot.ts';
import { block, configure } from '../support/bot-process.ts';
import { tempDirs } from '../support/temp-dir.ts';

const newDir = tempDirs();
const TOLD = /the venue refuses the token/g;

test.each([
  ['every call', '*', 1_000, 3],
  ['a reading that an iteration can do without', 'GetUserTariff', 1, 0],
  ['nothing', 'GetUserTariff', 0, 0],
])('by %s', async (_, method, times, code) => {
  const dir = newDir();
  configure(dir, [block()]);
  const trial = await runBot(['start', '--once'], {
    dir,
    venue: ({ faults }) => {
      if (times > 0) faults.error(method, '40003', times);
    },
  });
  expect(trial.code, trial.err).toBe(code);
  expect(trial.err.match(TOLD) ?? []).toHaveLength(times > 0 ? 1 : 0);
});
