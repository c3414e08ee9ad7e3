import { afterEach, describe, expect, test } from 'bun:test';
import { existsSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { JournalError } from '../../src/journal/journal-error.ts';
import { acquireLock, LockHeld } from '../../src/journal/lock.ts';
import { tempDirs } from '../support/temp-dir.ts';

const newDir = tempDirs();

interface Child {
  readonly pid: number;
  /** Its first line: "held" or "refused PID". */
  readonly answer: Promise<string>;
  /** Ends it like a crash, with no chance to clean up. */
  crash(): Promise<void>;
}

const running: Child[] = [];
afterEach(async () => {
  for (const child of running.splice(0)) await child.crash();
});

function start(dir: string, how = 'hold'): Child {
  const child = Bun.spawn([process.execPath, join(import.meta.dir, 'lock-child.ts'), dir, how], {
    stdin: 'pipe',
    stdout: 'pipe',
    stderr: 'inherit',
  });
  const started: Child = {
    pid: child.pid,
    answer: firstLine(child.stdout),
    crash: async () => {
      child.kill('SIGKILL');
      await child.exited;
    },
  };
  running.push(started);
  return started;
}

async function firstLine(stream: ReadableStream<Uint8Array>): Promise<string> {
  let text = '';
  const decoder = new TextDecoder();
  for await (const chunk of stream) {
    text += decoder.decode(chunk, { stream: true });
    if (text.includes('\n')) break;
  }
  return text.split('\n')[0] ?? '';
}

function refusedHere(dir: string): LockHeld {
  try {
    acquireLock(dir, 20).release();
  } catch (error) {
    if (error instanceof LockHeld) return error;
    throw error;
  }
  throw new Error('the lock was free, expected it to be held');
}

describe('between processes', () => {
  test('a second one is refused and told who has it', async () => {
    const dir = newDir();
    const first = start(dir);
    expect(await first.answer).toBe('held');
    const refused = refusedHere(dir);
    expect(refused.pid).toBe(first.pid);
    expect(refused.message).toContain(
      `another process (pid ${first.pid}) already trades on this state directory`,
    );
    expect(await start(dir).answer).toBe(`refused ${first.pid}`);
    expect(refusedHere(dir).pid).toBe(first.pid);
  });

  test('one that was killed frees it at once, whatever it left behind', async () => {
    const dir = newDir();
    const first = start(dir);
    expect(await first.answer).toBe('held');
    await first.crash();
    expect(readFileSync(join(dir, 'lock.pid'), 'utf8').trim()).toBe(String(first.pid));
    const second = start(dir);
    expect(await second.answer).toBe('held');
    expect(refusedHere(dir).pid).toBe(second.pid);
  });

  test('of several that start at once exactly one gets it, every time', async () => {
    for (let round = 0; round < 2; round += 1) {
      const dir = newDir();
      const children = [start(dir), start(dir), start(dir)];
      const answers = await Promise.all(children.map((child) => child.answer));
      const winner = children[answers.indexOf('held')];
      expect(answers.toSorted()).toEqual(['held', ...Array(2).fill(`refused ${winner?.pid}`)]);
      for (const child of children) await child.crash();
    }
  });

  test('one that forgets its lock object keeps the lock', async () => {
    const dir = newDir();
    const child = start(dir, 'forget');
    expect(await child.answer).toBe('held');
    expect(refusedHere(dir).pid).toBe(child.pid);
  });

  test('one that releases it and lives on blocks nobody', async () => {
    const dir = newDir();
    expect(await start(dir, 'release').answer).toBe('held');
    expect(existsSync(join(dir, 'lock.pid'))).toBe(false);
    acquireLock(dir).release();
  });

  test('a pid that now belongs to another living process does not block', () => {
    const dir = newDir();
    writeFileSync(join(dir, 'lock.pid'), `${process.ppid}\n`);
    acquireLock(dir).release();
  });
});

describe('within one process', () => {
  test('a second one is refused, and its refusal does not free the first', async () => {
    const dir = newDir();
    const lock = acquireLock(dir);
    expect(refusedHere(dir).message).toContain(`this process (pid ${process.pid}) already trades`);
    expect(await start(dir).answer).toBe(`refused ${process.pid}`);
    lock.release();
    acquireLock(dir).release();
  });

  test('releasing twice frees only its own', () => {
    const dir = newDir();
    const first = acquireLock(dir);
    first.release();
    const second = acquireLock(dir);
    first.release();
    expect(refusedHere(dir).pid).toBe(process.pid);
    second.release();
  });

  test('directories are independent, made for their owner alone', () => {
    const [one, two] = [join(newDir(), 'a'), join(newDir(), 'b')];
    const locks = [acquireLock(one), acquireLock(two)];
    for (const name of ['lock.sqlite', 'lock.pid'])
      expect((statSync(join(one, name)).mode & 0o777).toString(8)).toBe('600');
    for (const lock of locks) lock.release();
  });

  test.each([
    ['missing', null],
    ['garbled', 'not a pid'],
  ])('a %s pid file leaves the holder unnamed', (_, text) => {
    const dir = newDir();
    const lock = acquireLock(dir);
    if (text === null) rmSync(join(dir, 'lock.pid'));
    else writeFileSync(join(dir, 'lock.pid'), text);
    const refused = refusedHere(dir);
    expect(refused.pid).toBeNull();
    expect(refused.message).toContain('(pid unknown)');
    lock.release();
  });

  test('a lock file that is not SQLite, or a state directory that is a file, says so', () => {
    const dir = newDir();
    writeFileSync(join(dir, 'lock.sqlite'), 'not a database '.repeat(999));
    expect(() => acquireLock(dir)).toThrow(JournalError);
    expect(() => acquireLock(join(dir, 'lock.sqlite'))).toThrow(/must be a directory/);
  });
});
