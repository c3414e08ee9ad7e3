// A token that the venue refuses is told of once, whichever call meets it, until a later call is accepted.

import { expect, test } from 'bun:test';
import { watchToken } from '../../src/tinvest/token-watch.ts';

function watched() {
  let told = 0;
  const watch = watchToken(() => {
    told += 1;
  });
  return { leaving: () => watch.leaving(), told: () => told };
}

test('a refusal is told at once, and the ones after it are not', () => {
  const { leaving, told } = watched();
  const [first, second] = [leaving(), leaving()];
  first('refused');
  expect(told()).toBe(1);
  second('refused');
  leaving()('refused');
  expect(told()).toBe(1);
});

test('once a later call was accepted the next refusal is told again', () => {
  const { leaving, told } = watched();
  leaving()('refused');
  leaving()('accepted');
  leaving()('refused');
  expect(told()).toBe(2);
});

test('an answer to a call that had left before the refusal came says nothing', () => {
  const { leaving, told } = watched();
  const early = leaving();
  leaving()('refused');
  early('accepted');
  leaving()('refused');
  expect(told()).toBe(1);
});

test('what was accepted all the time is never told of', () => {
  const { leaving, told } = watched();
  for (let call = 0; call < 3; call += 1) leaving()('accepted');
  expect(told()).toBe(0);
});
