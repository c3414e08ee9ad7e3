// GetMarginAttributes: three amounts, or why the account may not borrow.

import { describe, expect, test } from 'bun:test';
import {
  GetMarginAttributesRequest,
  GetMarginAttributesResponse,
} from 'tinkoff-invest-api/dist/generated/users.js';
import { decimal } from '../../src/core/units.ts';
import { bytesOf, failure, fixture, type Script } from '../support/wire-venue.ts';
import { ACCOUNT, withVenue } from './with-venue.ts';

const recorded = fixture('tinvest_margin_attributes.json') as object;
const METHOD = 'UsersService/GetMarginAttributes';
const answering = (answer: Script[string]) => withVenue({ [METHOD]: answer });
const saying = (change: object) =>
  answering(() => bytesOf(GetMarginAttributesResponse, { ...recorded, ...change })).broker.margin(ACCOUNT);

test('the recorded answer is read exactly, for the account that was asked for', async () => {
  const { broker, venue } = answering(() => bytesOf(GetMarginAttributesResponse, recorded));
  const state = await broker.margin(ACCOUNT);
  if (state.kind !== 'enabled') throw new Error(state.because);
  expect([state.liquid, state.starting, state.minimal].map((amount) => decimal(amount))).toEqual([
    '512340.55',
    '301200.00',
    '150600.00',
  ]);
  const call = venue.calls.find((each) => each.method === METHOD);
  expect(call && GetMarginAttributesRequest.decode(call.request).accountId).toBe(ACCOUNT);
});

test('an account below zero is told as it is', async () => {
  const state = await saying({ liquidPortfolio: { currency: 'rub', units: -5, nano: -500_000_000 } });
  expect(state.kind === 'enabled' && decimal(state.liquid)).toBe('-5.50');
});

describe('an account that may not borrow is disabled, because', () => {
  test('the broker says 30051', async () => {
    const { broker, venue } = answering(() => failure('INVALID_ARGUMENT', '30051'));
    const state = await broker.margin(ACCOUNT);
    expect(state.kind === 'disabled' && state.because).toContain('30051: margin trading is switched off');
    expect(venue.count(METHOD)).toBe(1);
  });

  test('it is in the sandbox, which nobody asks', async () => {
    const { broker, venue } = withVenue({}, { broker: 'sandbox' });
    expect(await broker.margin(ACCOUNT)).toMatchObject({ kind: 'disabled' });
    expect(venue.calls).toEqual([]);
  });
});

describe('what cannot be trusted is an error', () => {
  test.each<[string, object, string]>([
    ['an amount missing', { startingMargin: undefined }, 'starting_margin is missing'],
    ['dollars', { liquidPortfolio: { currency: 'usd', units: 1, nano: 0 } }, 'expected rub'],
    [
      'a requirement below zero',
      { minimalMargin: { currency: 'rub', units: -1, nano: 0 } },
      'minimal_margin is -1',
    ],
  ])('%s', async (_, change, words) => {
    await expect(saying(change)).rejects.toThrow(words);
  });

  test('another refusal', async () => {
    const { broker } = answering(() => failure('NOT_FOUND', '50004'));
    await expect(broker.margin(ACCOUNT)).rejects.toMatchObject({ kind: 'account' });
  });
});
