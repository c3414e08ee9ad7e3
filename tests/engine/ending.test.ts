// What the reason of an iteration says when the world failed, and what is warned about.

import { describe, expect, test } from 'bun:test';
import type { Draft } from '../../src/engine/draft.ts';
import { afterWorldError } from '../../src/engine/ending.ts';
import { WorldError } from '../../src/ports.ts';
import { openWorld } from '../support/engine-world.ts';

const NOTHING_SENT = { iteration: 'none' } as Draft;

describe('the reason of an iteration that the world ended', () => {
  const inside = 'the broker cannot be reached (Service/Get: 70001: internal, tracking id trk7)';
  test.each([
    ['says once what the message says already', inside, inside],
    ['adds what it does not say', 'no reach', '70001 no reach (tracking id trk7)'],
    ['adds only the missing half', 'no reach: 70001', 'no reach: 70001 (tracking id trk7)'],
  ])('%s', async (_, message, reason) => {
    const world = await openWorld();
    const error = new WorldError('unreachable', message, 'soon', '70001', 'trk7');
    expect(afterWorldError(world.context(), NOTHING_SENT, error).ending).toEqual({
      status: 'failed',
      reason,
    });
  });
});

test('what safety holds is warned about once in every iteration', async () => {
  const world = await openWorld();
  world.exchange.setStatus('TMOS', 4);
  for (const _ of [1, 2]) {
    const { record } = await world.cycle();
    expect(record.held_back.find(({ ticker }) => ticker === 'TMOS')?.rule).toBe('not_tradable');
    expect(record.warnings.filter((text) => text.startsWith('TMOS is held: '))).toHaveLength(1);
  }
});
