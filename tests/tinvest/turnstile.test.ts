import { expect, test } from 'bun:test';
import type { Turn } from '../../src/ports.ts';
import { createTurnstile } from '../../src/tinvest/turnstile.ts';
import { createManualClock } from '../support/manual-clock.ts';

const START = 1_000_000;

function setting(roomMs: (now: number, ahead: number) => number = () => 0, signal?: AbortSignal) {
  const clock = createManualClock(START);
  const turn = createTurnstile(clock, (ahead) => roomMs(clock.now(), ahead), signal);
  const gone: { readonly name: string; readonly at: number }[] = [];
  const come = (name: string, kind: Turn = 'later') =>
    void turn(kind).then(() => gone.push({ name, at: clock.now() - START }));
  return { clock, gone, come };
}

test('with room the first has a second for itself, then eight a second go, in the order in which they came', async () => {
  const { clock, gone, come } = setting();
  for (let at = 0; at < 20; at += 1) come(`${at}`);
  await clock.advance(5_000);
  expect(gone.map(({ name }) => name)).toEqual(Array.from({ length: 20 }, (_, at) => `${at}`));
  expect(gone.map(({ at }) => at)).toEqual([
    0,
    ...Array(8).fill(1_000),
    ...Array(8).fill(2_000),
    ...Array(3).fill(3_000),
  ]);
});

test('without room nobody goes, and who came first goes first once there is', async () => {
  const { clock, gone, come } = setting((now) => Math.max(0, START + 7_000 - now));
  come('first');
  await clock.advance(3_000);
  come('second');
  expect(gone).toEqual([]);
  await clock.advance(5_000);
  expect(gone).toEqual([
    { name: 'first', at: 7_000 },
    { name: 'second', at: 8_000 },
  ]);
});

test('room is asked for beside what iterations that have just begun will ask, first ones more than later ones', async () => {
  const asked: number[] = [];
  const { clock, come } = setting((_, ahead) => {
    asked.push(ahead);
    return 0;
  });
  come('a', 'first');
  await clock.advance(1_000);
  come('b', 'later');
  await clock.advance(500);
  come('c', 'first');
  await clock.advance(5_000);
  come('d', 'later');
  await clock.advance(0);
  // A first one asks five times; after two seconds what it asks has been asked.
  expect(asked).toEqual([4, 5, 10, 0]);
});

test('whoever comes again stands behind all who wait', async () => {
  let room = 0;
  const { clock, gone, come } = setting(() => room);
  come('a');
  await clock.advance(0);
  room = 1_000;
  for (const name of ['b', 'c', 'a']) come(name);
  await clock.advance(500);
  room = 0;
  await clock.advance(1_000);
  expect(gone.map(({ name }) => name)).toEqual(['a', 'b', 'c', 'a']);
});

test('a stop lets everybody go, to see that it is over', async () => {
  const stop = new AbortController();
  const { clock, gone, come } = setting(() => 60_000, stop.signal);
  come('a');
  come('b');
  await clock.advance(10);
  stop.abort();
  await clock.advance(0);
  expect(gone).toHaveLength(2);
  expect(clock.sleepers).toBe(0);
});
