// The caller's last word before an order leaves.

import { describe, expect, test } from 'bun:test';
import { PostOrderResponse } from 'tinkoff-invest-api/dist/generated/orders.js';
import { lotSize, lots } from '../../src/core/units.ts';
import type { OrderRequest } from '../../src/ports.ts';
import { createTInvest } from '../../src/tinvest/tinvest.ts';
import { createManualClock } from '../support/manual-clock.ts';
import { bytesOf, createWireVenue, failure, type Script, withHeaders } from '../support/wire-venue.ts';
import { ACCOUNT, NOW, withVenue } from './with-venue.ts';

const METHOD = 'OrdersService/PostOrder';
const REQUEST: OrderRequest = {
  key: '7c9e6679-7425-50de-944b-e07fc1f90ae7',
  brokerAccount: ACCOUNT,
  uid: 'f509af83-6e71-462f-901f-bcb073f6773b',
  side: 'buy',
  lots: lots(3n),
  lot: lotSize(10n),
  type: 'market',
  limit: null,
  confirmMargin: false,
};

const TAKEN = bytesOf(PostOrderResponse, {
  orderId: 'E-1',
  executionReportStatus: 'EXECUTION_REPORT_STATUS_NEW',
  lotsRequested: 3,
  direction: 'ORDER_DIRECTION_BUY',
});
/** One order in so many seconds. */
const oneIn = (seconds: number) => () =>
  withHeaders(TAKEN, { 'x-ratelimit-limit': `1, 1;w=${seconds}`, 'x-ratelimit-remaining': '1' });

const posting = (answer: Script[string], clock = createManualClock(NOW)) =>
  withVenue({ [METHOD]: answer }, { clock });

describe('an order that its caller may hold back', () => {
  test.each(['the kill switch is on', ''])('stays here when the last word is %p', async (because) => {
    const { broker, venue } = posting(() => TAKEN);
    expect(await broker.post(REQUEST, () => because)).toEqual({
      kind: 'withheld',
      refusal: { code: 'WITHHELD', message: `not sent: ${because}`, trackingId: null },
    });
    expect(venue.count(METHOD)).toBe(0);
  });

  test('is asked about once and leaves when nothing speaks against it', async () => {
    const { broker, venue } = posting(() => TAKEN);
    let asked = 0;
    const mayLeave = () => {
      asked += 1;
      return null;
    };
    expect((await broker.post(REQUEST, mayLeave)).kind).toBe('accepted');
    expect([asked, venue.count(METHOD)]).toEqual([1, 1]);
  });

  test('is asked about only when the rate limit lets it go, so that a late word still counts', async () => {
    const { broker, venue, clock } = posting(oneIn(2));
    expect((await broker.post(REQUEST)).kind).toBe('accepted');
    let because: string | null = null;
    let asked = 0;
    const waiting = broker.post(REQUEST, () => {
      asked += 1;
      return because;
    });
    await clock.advance(1_999);
    expect(asked).toBe(0);
    because = 'the kill switch is on';
    await clock.advance(1);
    expect(await waiting).toMatchObject({ kind: 'withheld' });
    expect([asked, venue.count(METHOD)]).toEqual([1, 1]);
  });

  test('that the rate limit turns away is not asked about', async () => {
    const { broker, venue } = posting(oneIn(60));
    await broker.post(REQUEST);
    let asked = 0;
    const outcome = await broker.post(REQUEST, () => {
      asked += 1;
      return 'no';
    });
    expect(outcome).toMatchObject({ kind: 'throttled', refusal: { code: 'NOT_SENT' } });
    expect([asked, venue.count(METHOD)]).toEqual([0, 1]);
  });

  test('leaves in the same breath: nothing runs between the question and the transport', async () => {
    const events: string[] = [];
    const { broker } = posting(() => {
      events.push('sent');
      return TAKEN;
    });
    await broker.post(REQUEST, () => {
      events.push('asked');
      queueMicrotask(() => events.push('later'));
      return null;
    });
    expect(events).toEqual(['asked', 'sent', 'later']);
  });

  test('stays here when the question itself fails', async () => {
    const { broker, venue } = posting(() => TAKEN);
    const broken = broker.post(REQUEST, () => {
      throw new Error('the journal cannot be read');
    });
    await expect(broken).rejects.toThrow('the journal cannot be read');
    expect(venue.count(METHOD)).toBe(0);
  });

  test('is not "withheld" once it left, whatever came back', async () => {
    const { broker } = posting(() => failure('DEADLINE_EXCEEDED'));
    expect((await broker.post(REQUEST, () => null)).kind).toBe('unknown');
  });
});

test('the log says that an order was withheld, not that the broker refused it', async () => {
  const lines: string[] = [];
  const note = (fields: object, message: string) => lines.push(JSON.stringify({ ...fields, message }));
  const { broker } = createTInvest({
    transport: createWireVenue({}),
    clock: createManualClock(NOW),
    random: () => 0,
    token: () => 't.secret',
    broker: 'sandbox',
    log: { debug: note, warn: note },
  });
  await broker.post(REQUEST, () => 'halted');
  const line = lines.find((one) => one.includes('WITHHELD')) ?? '';
  expect(line).toContain('withheld at the last moment');
  expect(line).toContain('halted');
  expect(line).not.toContain('did not take');
});
