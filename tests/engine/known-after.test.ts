// What a record says of the account after trading, where the iteration could not come to its end.

import { expect, test } from 'bun:test';
import { IterationDefect, runCycle } from '../../src/engine/cycle.ts';
import type { Journal } from '../../src/ports.ts';
import { openWorld } from '../support/engine-world.ts';
import { everyCall } from '../support/every-call.ts';

test('fills that the last look showed are not counted twice when the journal fails after it', async () => {
  const world = await openWorld();
  const context = world.context();
  const journal: Journal = {
    ...everyCall(context.journal),
    setLastSeen(...seen) {
      if (world.exchange.desk.orders.length > 0)
        throw Object.assign(new Error('disk full'), { name: 'JournalError' });
      context.journal.setLastSeen(...seen);
    },
  };
  const error = await runCycle({ ...context, journal }).catch((thrown: unknown) => thrown);
  if (!(error instanceof IterationDefect)) throw new Error(`expected a defect, found ${String(error)}`);
  const { record } = error.result;
  expect(record.orders.map(({ status }) => status)).toEqual(['filled', 'filled']);
  for (const { ticker, lots_after, lot_size } of record.positions)
    if (ticker !== 'RUB') expect(BigInt(lots_after * lot_size)).toBe(world.pieces(ticker));
});
