// The simulator is alive: bugs planted in the program are caught, a failure shrinks, and every planted text is still
// where it is looked for.

import { describe, expect, test } from 'bun:test';
import type { Mutant } from '../../sim/mutants/mutant.ts';
import { MUTANTS } from '../../sim/mutants/mutants.ts';
import { planted } from '../../sim/mutants/plant.ts';
import { judge } from '../../sim/mutants/run-mutants.ts';

const named = (name: string): Mutant => MUTANTS.find((mutant) => mutant.name === name)!;

describe('planted bugs', () => {
  test('have names of their own and change a text that is there exactly once', async () => {
    expect(new Set(MUTANTS.map(({ name }) => name)).size).toBe(MUTANTS.length);
    expect(MUTANTS.length).toBeGreaterThanOrEqual(18);
    for (const { name, file, edits } of MUTANTS) {
      const text = await Bun.file(new URL(`../../src/${file}`, import.meta.url)).text();
      expect(planted(name, text, edits)).not.toBe(text);
    }
  });

  test('a text that has gone is an error, not a mutant less', () => {
    expect(() => planted('gone', 'const a = 1;', [['const b = 1;', '']])).toThrow('0 times');
    expect(() => planted('twice', 'a a', [['a', 'b']])).toThrow('2 times');
  });

  test.concurrent.each(['send-before-w2', 'silence-is-refusal', 'equity-without-cash'])(
    '%s is caught within 150 seeds',
    async (name) => {
      const { failure } = await judge(named(name), 1, 150);
      expect(failure).not.toBeNull();
    },
    240_000,
  );
});
