// An old backup of the journal is put back: what was traded since is unknown to it, and must be neither repeated nor undone.

import { expect, test } from 'bun:test';
import { copyFileSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { openWorld, type World } from '../support/engine-world.ts';

/** Files of the journal, its write-ahead log included. */
const files = (world: World): string[] =>
  readdirSync(world.stateDir).filter((name) => name.startsWith('tiebb.sqlite'));

function backUp(world: World, to: string): void {
  for (const name of files(world)) copyFileSync(join(world.stateDir, name), join(to, name));
}

function putBack(world: World, from: string): void {
  for (const name of files(world)) rmSync(join(world.stateDir, name));
  for (const name of readdirSync(from)) copyFileSync(join(from, name), join(world.stateDir, name));
}

test('trades since the backup are adopted, none is sent again under any key', async () => {
  const world = await openWorld();
  const backup = mkdtempSync(join(world.stateDir, 'backup-'));
  await world.cycle();
  backUp(world, backup);
  world.exchange.gapPrice('TMOS', '1.20');
  expect((await world.cycle()).record.status).toBe('balanced');
  const { orders } = world.exchange.audit();
  const traded = orders.length;

  world.restart(() => putBack(world, backup));
  const { record } = await world.cycle();
  expect(record.status).toBe('nothing_to_do');
  expect(record.warnings.join()).toContain('not by this bot');
  expect(world.exchange.audit().orders).toHaveLength(traded);
  expect(world.exchange.audit().keys.every((key) => key.orders.length <= 1)).toBe(true);
  world.exchange.gapPrice('TBRU', '1.20');
  expect((await world.cycle()).record.status).toBe('balanced');
  expect(world.exchange.audit().keys.every((key) => key.orders.length <= 1)).toBe(true);
});
