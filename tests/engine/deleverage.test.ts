// When debt has to go and when the loop wakes for it, from sessions alone.

import { describe, expect, test } from 'bun:test';
import type { Policy } from '../../src/core/policy.ts';
import type { AccountSettings } from '../../src/engine/account-context.ts';
import { closedBy, debtDue, isClosing, nextClosing } from '../../src/engine/deleverage.ts';
import type { Session } from '../../src/ports.ts';
import { marginOf } from '../support/margin-account.ts';
import { policyOf } from '../support/snapshot-builder.ts';

const MINUTE = 60_000;
const at = (text: string): number => Date.parse(`2026-11-${text}:00+03:00`);
const session = (start: string, end: string): Session => ({ startMs: at(start), endMs: at(end) });

const FRIDAY = [session('20T10:00', '20T18:55'), session('20T19:05', '20T23:50')];
const MONDAY = [session('23T10:00', '23T18:55'), session('23T19:05', '23T23:50')];
const SHORT = [session('20T10:00', '20T14:00')];
const NIGHT = [session('20T10:00', '21T01:00')];

describe('the last minutes', () => {
  const rows: [string, readonly Session[], string, number, boolean][] = [
    ['a moment before they begin', FRIDAY, '20T23:19', 30, false],
    ['when they begin', FRIDAY, '20T23:20', 30, true],
    ['until the end', FRIDAY, '20T23:49', 30, true],
    ['not before the break between two sessions', FRIDAY, '20T18:40', 30, false],
    ['not in that break', [FRIDAY[1]!, ...MONDAY], '20T19:00', 30, false],
    ['after the end, until the next day', MONDAY, '20T23:55', 30, true],
    ['over the weekend', MONDAY, '22T12:00', 30, true],
    ['not once the next session is on', MONDAY, '23T10:00', 30, false],
    ['on a short day', [...SHORT, ...MONDAY], '20T13:30', 30, true],
    ['of a session past midnight', [...NIGHT, ...MONDAY], '20T23:59', 30, false],
    ['of a session past midnight, after it', [...NIGHT, ...MONDAY], '21T00:31', 30, true],
    ['as many as configured', FRIDAY, '20T19:06', 285, true],
    ['nothing is known', [], '20T23:49', 30, false],
  ];
  for (const [name, sessions, now, minutes, closing] of rows)
    test(name, () => expect(isClosing(sessions, at(now), minutes * MINUTE)).toBe(closing));
});

describe('the wake', () => {
  const rows: [string, readonly Session[], string, string | null][] = [
    ['is today', FRIDAY, '20T12:00', '20T23:20'],
    ['is the next day once today is in its last minutes', [FRIDAY[1]!, ...MONDAY], '20T23:20', '23T23:20'],
    ['is the next day after the end', MONDAY, '21T12:00', '23T23:20'],
    ['is nowhere where nothing is known', [], '20T12:00', null],
  ];
  for (const [name, sessions, now, due] of rows)
    test(name, () => expect(nextClosing(sessions, at(now), 30 * MINUTE)).toBe(due === null ? null : at(due)));

  test('is never before the session itself', () => {
    const short = [session('20T10:00', '20T10:20')];
    expect(nextClosing(short, at('20T09:00'), 30 * MINUTE)).toBe(at('20T10:00'));
  });

  const settings = (margin: Policy['margin'], deleverageMs: number | null = 30 * MINUTE) =>
    ({ deleverageMs, policy: policyOf({ RUB: 100 }, { margin }) }) as AccountSettings;
  const due = (one: AccountSettings, now: string, well = true) => {
    const sessions = [...FRIDAY, ...MONDAY].filter(({ endMs }) => endMs > at(now));
    const found = debtDue(one, sessions, at(now), well);
    return found === null ? null : (found - at(now)) / MINUTE;
  };

  test('is for accounts whose debt may not stay', () => {
    expect(due(settings(marginOf()), '20T23:00')).toBe(20);
    expect(due(settings(marginOf({ strategy: 'keep_if_small' })), '20T23:00')).toBe(20);
    expect(due(settings(marginOf({ strategy: 'keep' })), '20T23:00')).toBeNull();
    expect(due(settings(null), '20T23:00')).toBeNull();
    expect(due(settings(marginOf(), null), '20T23:00')).toBeNull();
    // It is looked at again soon: debt must not stay overnight because nobody knew when trading ends.
    expect(debtDue(settings(marginOf()), null, at('20T23:00'), true)).toBe(at('20T23:05'));
    expect(debtDue(settings(null), null, at('20T23:00'), true)).toBeNull();
  });

  const lastLook = (one: AccountSettings, since: string, now: string) =>
    closedBy(one, [...FRIDAY, ...MONDAY], at(since), at(now));

  test('is the last where another try would come after the end', () => {
    const endMs = at('20T23:50');
    expect(lastLook(settings(marginOf()), '20T23:44', '20T23:44')).toBeNull();
    expect(lastLook(settings(marginOf()), '20T23:45', '20T23:45')).toBe(endMs);
    expect(lastLook(settings(marginOf()), '20T23:49', '20T23:51')).toBe(endMs);
    // Nothing is tried in the night, nor was the break between two sessions the end.
    expect(lastLook(settings(marginOf()), '20T23:51', '20T23:51')).toBeNull();
    expect(lastLook(settings(marginOf()), '20T18:54', '20T18:54')).toBeNull();
    expect(lastLook(settings(marginOf({ strategy: 'keep' })), '20T23:49', '20T23:49')).toBeNull();
    expect(lastLook(settings(null), '20T23:49', '20T23:49')).toBeNull();
    expect(lastLook(settings(marginOf(), null), '20T23:49', '20T23:49')).toBeNull();
  });

  test('comes again soon where it did not end well, as long as trading goes on', () => {
    expect(due(settings(marginOf()), '20T23:20', false)).toBe(5);
    expect(due(settings(marginOf()), '20T23:46', false)).toBeGreaterThan(60);
    expect(due(settings(marginOf()), '20T23:00', false)).toBe(20);
    expect(due(settings(marginOf()), '20T23:20')).toBeGreaterThan(60);
  });
});
