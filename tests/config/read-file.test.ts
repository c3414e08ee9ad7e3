import { expect, setDefaultTimeout, test } from 'bun:test';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { FILE_BYTES_MAX, readFile, readUpTo } from '../../src/config/read-file.ts';
import { tempDirs } from '../support/temp-dir.ts';

setDefaultTimeout(60_000);
const newDir = tempDirs();

/** A pipe with a name, and what another process does with it. */
function pipe(script: string): string {
  const path = join(newDir(), 'pipe');
  expect(Bun.spawnSync(['mkfifo', path]).exitCode).toBe(0);
  if (script !== '') Bun.spawn(['sh', '-c', script], { env: { ...process.env, P: path } }).unref();
  return path;
}

const textOf = (path: string): string => {
  const found = readFile(path);
  return found.kind === 'file' ? new TextDecoder().decode(found.bytes) : JSON.stringify(found);
};

test('a file gives its bytes and its permissions', () => {
  const path = join(newDir(), 'f');
  writeFileSync(path, 'content', { mode: 0o600 });
  expect(readFile(path)).toMatchObject({ kind: 'file', isPipe: false });
  expect(textOf(path)).toBe('content');
  writeFileSync(path, '');
  expect(textOf(path)).toBe('');
});

test('both sides of the size that is allowed', () => {
  const path = join(newDir(), 'f');
  writeFileSync(path, new Uint8Array(FILE_BYTES_MAX));
  expect(readFile(path).kind).toBe('file');
  writeFileSync(path, new Uint8Array(FILE_BYTES_MAX + 1));
  expect(readFile(path)).toEqual({ kind: 'too_big', bytes: FILE_BYTES_MAX + 1 });
  expect(readUpTo(path, FILE_BYTES_MAX + 1).kind).toBe('file');
});

test('a pipe gives what is written to it, also a little later', () => {
  expect(textOf(pipe('printf one > "$P"'))).toBe('one');
  expect(textOf(pipe('exec 3> "$P"; sleep 0.3; printf one >&3; sleep 0.3; printf two >&3'))).toBe('onetwo');
});

test('a pipe that nobody writes to is given up, one without an end is too big', () => {
  expect(readFile(pipe(''))).toEqual({
    kind: 'unreadable',
    because: 'a pipe that nobody writes to the end',
  });
  expect(readFile(pipe('exec yes > "$P"')).kind).toBe('too_big');
});

test('what is no file, or cannot be found, is said', () => {
  const dir = newDir();
  mkdirSync(join(dir, 'd'));
  symlinkSync('loop', join(dir, 'loop'));
  symlinkSync('nowhere', join(dir, 'dangling'));
  expect(readFile(join(dir, 'd'))).toEqual({ kind: 'directory' });
  expect(readFile(join(dir, 'loop'))).toEqual({ kind: 'unreadable', because: 'ELOOP' });
  expect(readFile(join(dir, 'dangling'))).toEqual({ kind: 'missing' });
  expect(readFile(join(dir, 'none', 'f'))).toEqual({ kind: 'missing' });
  expect(readFile('/dev/zero')).toEqual({ kind: 'unreadable', because: 'it is not a file' });
  expect(readFile(join(dir, 'x'.repeat(300))).kind).toBe('unreadable');
  expect(readFile('')).toEqual({ kind: 'missing' });
});
