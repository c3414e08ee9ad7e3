// The simulator's command line: what it understands, and what it says about the rest.

import { expect, test } from 'bun:test';
import { parseArguments } from '../../sim/arguments.ts';

test.each([
  ['--seeds 1e9x', 'expected a whole number of at least 1'],
  ['--seeds 0', 'expected a whole number of at least 1'],
  ['--jobs -1', 'ambiguous'],
  ['--jobs=-1', 'expected a whole number of at least 1'],
  ['--from 1.5', 'expected a whole number of at least 0'],
  ['--sed 4', "Unknown option '--sed'"],
  ['extra', 'unexpected argument extra'],
  ['--keep kill#1', '--keep goes with --seed'],
  ['--trace', '--trace goes with --seed'],
  ['--seed 4 --mutants', 'expected one of them'],
  ['--seed 4 --keep foo', '--keep foo: expected names like'],
  ['--seed 4 --keep kill#0', '--keep kill#0: expected names like'],
  ['--seed 4 --keep kill#1,', '--keep : expected names like'],
])('%s is refused in words', (line, words) => {
  expect(() => parseArguments(line.split(' '))).toThrow(words);
});

test('faults are kept by name, or none at all', () => {
  expect(parseArguments(['--seed', '4', '--keep', 'kill#1,lost_after#12']).keep).toEqual([
    'kill#1',
    'lost_after#12',
  ]);
  expect(parseArguments(['--seed', '4', '--keep', 'none']).keep).toEqual([]);
  expect(parseArguments(['--seed', '4']).keep).toBeNull();
});
