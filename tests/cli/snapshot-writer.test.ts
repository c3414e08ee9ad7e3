import { expect, test } from 'bun:test';
import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { snapshotDirProblem, snapshotWriter } from '../../src/cli/snapshot-writer.ts';
import { snapshotOf } from '../support/snapshot-builder.ts';
import { tempDirs } from '../support/temp-dir.ts';

const newDir = tempDirs();

test.each(['main', 'a/b', '../../up', '..', 'счёт', 'a\\b', 'x'.repeat(100), 'я'.repeat(150)])(
  'a snapshot of %s is a file in the directory, nowhere else',
  (account) => {
    const dir = newDir();
    const inner = join(dir, 'one', 'two', 'three');
    expect(snapshotDirProblem(inner)).toBeNull();
    const troubles: string[] = [];
    snapshotWriter(inner, (what) => troubles.push(what))('12345678-x', snapshotOf('1', [], { account }));
    expect(troubles).toEqual([]);
    expect(readdirSync(inner)).toHaveLength(1);
    expect([readdirSync(dir), readdirSync(join(dir, 'one')), readdirSync(join(dir, 'one', 'two'))]).toEqual([
      ['one'],
      ['two'],
      ['three'],
    ]);
  },
);

test('a snapshot that cannot be written is said, not thrown', () => {
  const dir = join(newDir(), 'gone');
  mkdirSync(dir);
  const troubles: string[] = [];
  const save = snapshotWriter(dir, (what) => troubles.push(what));
  rmSync(dir, { recursive: true });
  save('12345678-x', snapshotOf('1', []));
  expect(troubles).toEqual([expect.stringContaining('the snapshot was not saved (ENOENT')]);
  expect(existsSync(dir)).toBe(false);
});

test('a place that cannot be a directory is said at once', () => {
  const file = join(newDir(), 'f');
  writeFileSync(file, '');
  expect(snapshotDirProblem(file)).toContain('expected a directory that this user can write; found: E');
  expect(snapshotDirProblem('')).toContain('--save-snapshots ""');
});
