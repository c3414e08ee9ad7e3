import { describe, expect, test } from 'bun:test';
import { budgetOf } from '../../src/core/request-limits.ts';
import type { Service } from '../../src/tinvest/methods.ts';
import { createSlidingWindow } from '../../src/tinvest/sliding-window.ts';
import { createAddressRate, createThrottle, type Throttle } from '../../src/tinvest/throttle.ts';
import { createManualClock } from '../support/manual-clock.ts';

const START = 1_000_000;

function setting(signal?: AbortSignal) {
  const clock = createManualClock(START);
  const throttle = createThrottle({ clock, random: () => 0.5, ...(signal ? { signal } : {}) });
  return { clock, throttle };
}

/** Enters and notes when it was let go. */
function entering(throttle: Throttle, now: () => number) {
  const gone: { name: string; at: number; may: boolean }[] = [];
  const enter = (service: Service, name: string, urgent = false) =>
    void throttle
      .enter(service, urgent)
      .then(({ kind }) => gone.push({ name, at: now() - START, may: kind === 'go' }));
  return { gone, enter };
}

const headers = (limit: string, remaining: string, reset: string) =>
  new Map([
    ['x-ratelimit-limit', limit],
    ['x-ratelimit-remaining', remaining],
    ['x-ratelimit-reset', reset],
  ]);

test.each([
  [1, 1],
  [2, 1],
  [3, 2],
  [10, 8],
  [100, 80],
  [300, 240],
])('of a limit of %i at most %i are used', (limit, budget) => {
  expect(budgetOf(limit)).toBe(budget);
});

describe('with budget left', () => {
  test('nothing waits and no timer is set', async () => {
    const { clock, throttle } = setting();
    const { gone, enter } = entering(throttle, clock.now);
    for (let i = 0; i < 40; i += 1) enter(i % 2 === 0 ? 'marketdata' : 'operations', `${i}`);
    await clock.advance(0);
    expect(gone.map((one) => one.at)).toEqual(Array(40).fill(0));
    expect(clock.slept).toEqual([]);
  });
});

describe('without budget', () => {
  test('at most 40 calls leave in a second, all services together', async () => {
    const { clock, throttle } = setting();
    const { gone, enter } = entering(throttle, clock.now);
    for (let i = 0; i < 100; i += 1) enter('marketdata', `${i}`);
    await clock.advance(10_000);
    expect(gone.map((one) => one.at)).toEqual([
      ...Array(40).fill(0),
      ...Array(40).fill(1_000),
      ...Array(20).fill(2_000),
    ]);
  });

  test('at most 80 % of a service leave in any minute, first come, first served', async () => {
    const { clock, throttle } = setting();
    const { gone, enter } = entering(throttle, clock.now);
    for (let i = 0; i < 85; i += 1) enter('users', `${i}`);
    await clock.advance(59_999);
    expect(gone).toHaveLength(80);
    await clock.advance(1_001);
    expect(gone.map((one) => one.name)).toEqual(Array.from({ length: 85 }, (_, i) => `${i}`));
    expect(gone.at(-1)?.at).toBeGreaterThanOrEqual(60_000);
  });

  test('one service that is used up does not hold another', async () => {
    const { clock, throttle } = setting();
    throttle.setLimit('users', 1);
    const { gone, enter } = entering(throttle, clock.now);
    enter('users', 'first');
    enter('users', 'second');
    enter('marketdata', 'other');
    await clock.advance(0);
    expect(gone.map((one) => one.name)).toEqual(['first', 'other']);
  });

  test('order traffic goes ahead of reads that wait', async () => {
    const { clock, throttle } = setting();
    const { gone, enter } = entering(throttle, clock.now);
    for (let i = 0; i < 41; i += 1) enter('marketdata', 'read');
    enter('postOrder', 'order', true);
    await clock.advance(1_000);
    expect(gone.slice(40).map((one) => one.name)).toEqual(['order', 'read']);
  });

  test('several tokens share the limit of the address', async () => {
    const clock = createManualClock(START);
    const addressRate = createAddressRate();
    const one = createThrottle({ clock, random: () => 0, addressRate });
    const two = createThrottle({ clock, random: () => 0, addressRate });
    const first = entering(one, clock.now);
    const second = entering(two, clock.now);
    for (let i = 0; i < 40; i += 1) first.enter('marketdata', 'a');
    second.enter('marketdata', 'b');
    await clock.advance(999);
    expect(second.gone).toEqual([]);
    await clock.advance(1);
    expect(second.gone).toHaveLength(1);
  });
});

describe('a call with little patience', () => {
  test('waits as long as it has patience', async () => {
    const { clock, throttle } = setting();
    for (let i = 0; i < 40; i += 1) void throttle.enter('marketdata', false);
    const entry = throttle.enter('postOrder', true, 1_000);
    await clock.advance(1_000);
    expect(await entry).toEqual({ kind: 'go' });
  });

  test('is turned away at once where it would wait longer, and told for how long', async () => {
    const { clock, throttle } = setting();
    throttle.setLimit('postOrder', 1);
    await throttle.enter('postOrder', true, 2_000);
    expect(await throttle.enter('postOrder', true, 59_999)).toEqual({ kind: 'turned_away', waitMs: 60_500 });
    const patient = throttle.enter('postOrder', true, 60_000);
    await clock.advance(60_000);
    expect(await patient).toEqual({ kind: 'go' });
  });
});

describe('what the venue says', () => {
  test('its limit replaces the assumed one', async () => {
    const { clock, throttle } = setting();
    throttle.learn('users', headers('10, 10;w=60', '9', '60'));
    const { gone, enter } = entering(throttle, clock.now);
    for (let i = 0; i < 9; i += 1) enter('users', `${i}`);
    await clock.advance(59_999);
    expect(gone).toHaveLength(8);
    await clock.advance(1);
    expect(gone).toHaveLength(9);
  });

  test('a higher limit lets those who wait go at once', async () => {
    const { clock, throttle } = setting();
    throttle.setLimit('users', 1);
    const { gone, enter } = entering(throttle, clock.now);
    enter('users', 'first');
    enter('users', 'second');
    await clock.advance(1_000);
    expect(gone).toHaveLength(1);
    throttle.setLimit('users', 100);
    await clock.advance(0);
    expect(gone).toHaveLength(2);
  });

  test('what others used of the limit counts: at the reserve everything waits for the reset', async () => {
    const { clock, throttle } = setting();
    const { gone, enter } = entering(throttle, clock.now);
    throttle.learn('users', headers('100, 100;w=60', '21', '7'));
    enter('users', 'above the reserve');
    await clock.advance(0);
    throttle.learn('users', headers('100, 100;w=60', '20', '7'));
    enter('users', 'at the reserve');
    await clock.advance(6_999);
    expect(gone.map((one) => one.name)).toEqual(['above the reserve']);
    await clock.advance(1);
    expect(gone).toHaveLength(2);
  });

  test('after a refusal the service rests until the reset and a little more', async () => {
    const { clock, throttle } = setting();
    const wait = throttle.exhausted('postOrder', headers('300, 300;w=60', '0', '41'));
    expect(wait).toBe(41_500);
    const { gone, enter } = entering(throttle, clock.now);
    enter('postOrder', 'order', true);
    enter('users', 'other service');
    await clock.advance(41_499);
    expect(gone.map((one) => one.name)).toEqual(['other service']);
    await clock.advance(1);
    expect(gone).toHaveLength(2);
  });

  test.each(['', 'many', '-5', '0', '0, 0;w=60'])('a limit of %p is not believed', async (limit) => {
    const { clock, throttle } = setting();
    throttle.learn('users', headers(limit, '0', '60'));
    const { gone, enter } = entering(throttle, clock.now);
    enter('users', 'goes');
    await clock.advance(0);
    expect(gone).toHaveLength(1);
  });
});

test('a stop ends every wait, and what need not wait still goes', async () => {
  const stop = new AbortController();
  const { clock, throttle } = setting(stop.signal);
  throttle.setLimit('users', 1);
  const { gone, enter } = entering(throttle, clock.now);
  enter('users', 'first');
  enter('users', 'waits');
  await clock.advance(10);
  stop.abort();
  enter('users', 'too late');
  enter('cancelOrder', 'cancel', true);
  await clock.advance(0);
  expect(gone.map((one) => [one.name, one.may])).toEqual([
    ['first', true],
    ['waits', false],
    ['too late', false],
    ['cancel', true],
  ]);
  expect(clock.sleepers).toBe(0);
});

describe('a clock that somebody sets', () => {
  function settable() {
    const clock = createManualClock(START);
    let lead = 0;
    const own = { now: () => clock.now() + lead, monotonic: clock.now, sleep: clock.sleep };
    const throttle = createThrottle({ clock: own, random: () => 0.5 });
    const setForward = (ms: number) => {
      lead += ms;
    };
    return { clock, throttle, setForward, ...entering(throttle, clock.now) };
  }

  test('back, does not begin a pause anew that was over, nor a window', async () => {
    const { clock, throttle, setForward, gone, enter } = settable();
    throttle.exhausted('cancelOrder', headers('100', '0', '60'));
    for (let i = 0; i < 160; i += 1) enter('users', `${i}`);
    await clock.advance(181_000);
    expect(gone).toHaveLength(160);
    setForward(-3_600_000);
    enter('cancelOrder', 'cancel', true);
    enter('users', 'read');
    await clock.advance(0);
    expect(gone.slice(160).map(({ name }) => name)).toEqual(['cancel', 'read']);
  });

  test('forward, ends no pause before its time', async () => {
    const { clock, throttle, setForward, gone, enter } = settable();
    throttle.exhausted('users', headers('100', '0', '60'));
    setForward(3_600_000);
    enter('users', 'read');
    await clock.advance(59_000);
    expect(gone).toEqual([]);
    await clock.advance(2_000);
    expect(gone).toHaveLength(1);
  });
});

describe('whoever wants no answer any more', () => {
  /** One call fits; the second is wanted no more after a second, the third is. */
  async function crowd(orders: readonly ('unwanted' | 'wanted')[]) {
    const { clock, throttle } = setting();
    throttle.setLimit('orders', 1);
    const given = new AbortController();
    const ended: string[] = [];
    await throttle.enter('orders', true);
    for (const which of orders)
      void throttle
        .enter('orders', true, undefined, which === 'unwanted' ? given.signal : undefined)
        .then(({ kind }) => ended.push(`${which} ${kind} ${clock.now() - START}`));
    await clock.advance(1_000);
    given.abort();
    await clock.advance(0);
    return { clock, throttle, ended };
  }

  test('leaves the line at once and takes nothing of the limit', async () => {
    const { clock, ended } = await crowd(['unwanted', 'wanted']);
    expect(ended).toEqual(['unwanted turned_away 1000']);
    await clock.advance(60_000);
    expect(ended).toEqual(['unwanted turned_away 1000', 'wanted go 60000']);
  });

  test('keeps nobody from beginning', async () => {
    const { throttle, ended } = await crowd(['unwanted']);
    expect(ended).toHaveLength(1);
    // An open line is looked at again in a tenth of a second.
    expect(throttle.roomMs(0)).toBe(0);
  });

  test('does not leave though there is room', async () => {
    const { throttle } = setting();
    expect((await throttle.enter('orders', true, undefined, AbortSignal.abort())).kind).toBe('turned_away');
    expect((await throttle.enter('orders', true)).kind).toBe('go');
  });
});

describe('a clock that jumps back', () => {
  test('blocks a window no longer than its span', () => {
    const window = createSlidingWindow(1, 1_000);
    window.take(10_000_000);
    expect(window.waitMs(5_000)).toBe(1_000);
    expect(window.waitMs(6_000)).toBe(0);
  });

  test('ends a pause within a minute or so', async () => {
    const { clock, throttle } = setting();
    throttle.exhausted('users', headers('100', '0', '60'));
    clock.set(START - 3_600_000);
    const { gone, enter } = entering(throttle, clock.now);
    enter('users', 'read');
    await clock.advance(61_000);
    expect(gone).toHaveLength(1);
  });
});
