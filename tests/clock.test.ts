import { expect, test } from 'bun:test';
import { createVirtualClock, realTimeout } from '../src/clock.ts';

test.each([1e-12, 5e-324])(
  'at a pace of %d an hour is not over at once, though no timer of the machine waits that long',
  async (pace) => {
    const clock = createVirtualClock(0, pace);
    const woken = clock.sleep(3_600_000).then(() => 'over');
    expect(await Promise.race([woken, realTimeout(20).then(() => 'not over')])).toBe('not over');
    expect(clock.now()).toBe(0);
    clock.stop();
  },
);
