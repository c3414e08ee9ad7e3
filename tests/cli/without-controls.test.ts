import { expect, test } from 'bun:test';
import { withoutControls } from '../../src/cli/without-controls.ts';

test.each([
  ['a line\n\tand its colour \u001b[31mred\u001b[39m, \u001b[1mbold\u001b[22m', null],
  ['what \u001b[8mhides', 'what \ufffd[8mhides'],
  ['black \u001b[30;40mon black', 'black \ufffd[30;40mon black'],
  ['a screen \u001b[2J wiped', 'a screen \ufffd[2J wiped'],
  ['a title \u001b]0;x\u0007', 'a title \ufffd]0;x\ufffd'],
  ['back\b\r over', 'back\ufffd\ufffd over'],
  ['turned \u202e round', 'turned \ufffd round'],
  ['eight bits \u009b2J', 'eight bits \ufffd2J'],
  ['Тинькофф 😀', null],
])('%j', (text, shown) => expect(withoutControls(text, true)).toBe(shown ?? text));

test('where there are no colours none gets through', () =>
  expect(withoutControls('a name \u001b[31mred', false)).toBe('a name \ufffd[31mred'));
