// A process of the lock's tests: takes the lock of argv[2], says so on stdout, and lives until its stdin ends.
// `forget` drops the lock object and collects garbage; `release` gives the lock back at once.

import { acquireLock, LockHeld } from '../../src/journal/lock.ts';

const [dir = '', how = 'hold'] = process.argv.slice(2);

function take(): string {
  try {
    const lock = acquireLock(dir);
    if (how === 'release') lock.release();
    return 'held';
  } catch (error) {
    if (error instanceof LockHeld) return `refused ${error.pid}`;
    throw error;
  }
}

const answer = take();
if (how === 'forget') for (let n = 0; n < 5; n += 1) Bun.gc(true);
process.stdout.write(`${answer}\n`);
for await (const _ of Bun.stdin.stream());
