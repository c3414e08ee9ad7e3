import { describe, expect, test } from 'bun:test';
import { mkdirSync, readdirSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createKillSwitch } from '../../src/journal/kill-switch.ts';
import { tempDirs } from '../support/temp-dir.ts';

const newDir = tempDirs();

describe('the kill switch', () => {
  test('is off in an empty directory, and in one that does not exist', () => {
    expect(createKillSwitch(newDir()).engaged('a')).toBeNull();
    expect(createKillSwitch(join(newDir(), 'none')).engaged('a')).toBeNull();
  });

  test('is one file for all, one for an account, each with the time and the file in its words', () => {
    const dir = newDir();
    const kill = createKillSwitch(dir);
    kill.engage(null);
    expect(readdirSync(dir)).toEqual(['STOP']);
    expect(kill.engaged('a')).toBe(
      `the kill switch is on since ${statSync(join(dir, 'STOP')).mtime.toISOString()} (${join(dir, 'STOP')})`,
    );
    kill.release(null);
    kill.engage('a');
    expect(readdirSync(dir)).toEqual(['STOP-a']);
    expect(kill.engaged('a')).toContain('STOP-a');
    expect(kill.engaged('b')).toBeNull();
    // A prefix is another account.
    expect(kill.engaged('a1')).toBeNull();
  });

  test('lifted for one account still holds what holds for all', () => {
    const kill = createKillSwitch(newDir());
    kill.engage(null);
    kill.engage('a');
    kill.release('a');
    expect(kill.engaged('a')).not.toBeNull();
    kill.release(null);
    expect(kill.engaged('a')).toBeNull();
  });

  test('is seen by another process on the directory, and after a restart', () => {
    const dir = newDir();
    createKillSwitch(dir).engage('a');
    expect(createKillSwitch(dir).engaged('a')).not.toBeNull();
  });

  test('thrown twice is thrown once, lifted twice is lifted', () => {
    const kill = createKillSwitch(newDir());
    for (let turn = 0; turn < 2; turn += 1) kill.engage('a');
    for (let turn = 0; turn < 2; turn += 1) kill.release('a');
    expect(kill.engaged('a')).toBeNull();
  });

  test('makes the directory that a bot will use later, for its owner alone', () => {
    const dir = join(newDir(), 'data');
    createKillSwitch(dir).engage(null);
    expect(statSync(dir).mode & 0o777).toBe(0o700);
    expect(createKillSwitch(dir).engaged('a')).not.toBeNull();
  });

  for (const account of ['Основной счёт', 'a b', 'x*?!', '50%', 'Account №1', 'ё'.repeat(100)])
    test(`is what a person types: touch STOP-${account}`, () => {
      const dir = newDir();
      const kill = createKillSwitch(dir);
      writeFileSync(join(dir, `STOP-${account}`), '');
      expect(kill.engaged(account)).not.toBeNull();
      expect(kill.engaged('other')).toBeNull();
      kill.release(account);
      expect(kill.engaged(account)).toBeNull();
    });

  for (const account of ['a/b', '../STOP', '..', 'ё'.repeat(300), 'a\0b'])
    test(`works inside the directory for a name that no file can have: ${JSON.stringify(account.slice(0, 9))}`, () => {
      const dir = join(newDir(), 'data');
      const kill = createKillSwitch(dir);
      kill.engage(account);
      expect(readdirSync(dir)).toHaveLength(1);
      expect(kill.engaged(account)).not.toBeNull();
      expect(kill.engaged('other')).toBeNull();
      kill.release(account);
      expect(readdirSync(dir)).toEqual([]);
      expect(kill.engaged(account)).toBeNull();
    });

  test('whatever bears the name throws it: a directory, a link to nothing, a link to itself', () => {
    const make: ((path: string) => void)[] = [
      (path) => mkdirSync(path),
      (path) => symlinkSync('/nowhere/at/all', path),
      (path) => symlinkSync('STOP', path),
    ];
    for (const one of make) {
      const dir = newDir();
      one(join(dir, 'STOP'));
      expect(createKillSwitch(dir).engaged('a')).toContain('the kill switch is on');
    }
  });

  test('one that cannot be looked at counts as thrown', () => {
    const dir = newDir();
    symlinkSync('loop', join(dir, 'loop'));
    expect(createKillSwitch(join(dir, 'loop')).engaged('a')).toContain('cannot be read');
  });
});
