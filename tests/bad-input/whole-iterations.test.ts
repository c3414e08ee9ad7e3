// Whole iterations against an exchange whose replies are damaged at random: each ends in one record, in words; whatever was
// believed, the venue's own books show no short position, no debt where none may be, one order per key, all of them journaled.

import { expect, test } from 'bun:test';
import { IterationDefect } from '../../src/engine/cycle.ts';
import { HOUR_MS, openWorld, SEED_ACCOUNT, type World, type WorldAccount } from '../support/engine-world.ts';
import { type Dice, mutations } from './dice.ts';
import { hurtMessage } from './wire-damage.ts';

const WORLDS = 60;
const CYCLES = 5;
const SAYS_NOTHING: readonly string[] = ['balanced', 'nothing_to_do'];

const wallets: readonly WorldAccount[] = [
  SEED_ACCOUNT,
  {
    ...SEED_ACCOUNT,
    settings: { maxDrawdownPercent: 90 },
    policy: { unlistedPositions: 'sell', minProfitPercent: -50 },
  },
  { wallet: { SBER: 30, TMOS: 30, TGLD: 30, RUB: 10 }, cash: '1000000' },
  {
    wallet: { TMOS: 50, TBRU: 50 },
    cash: '20000',
    pieces: { TMOS: 20_000, TGLD: 3_000 },
    policy: { unlistedPositions: 'sell' },
  },
  {
    wallet: { SBER: 100 },
    cash: '0',
    pieces: { TMOS: 10_000 },
    policy: { unlistedPositions: 'sell', orderType: 'bestprice' },
  },
];

test('iterations on damaged replies end in records, and the venue books stay sound', async () => {
  const ended = new Map<string, number>();
  let posted = 0;
  let damaged = 0;
  await mutations('worlds of damaged replies', WORLDS, async (dice, index, show) => {
    const world = await openWorld({
      accounts: [wallets[index % wallets.length]!],
      exchange: { seed: index + 1 },
    });
    const told: string[] = [];
    show(() => told.join('\n'));
    try {
      const part = dice.pick([0.02, 0.05, 0.15, 0.4]);
      const spared = dice.chance(0.5) ? 'PostOrder' : '';
      world.exchange.faults.add({
        method: '*',
        times: Number.POSITIVE_INFINITY,
        when: ({ method }) => method !== spared && dice.chance(part),
        fault: {
          kind: 'rewrite_bytes',
          change: (bytes) => {
            damaged += 1;
            return hurtMessage(dice, bytes);
          },
        },
      });
      for (let cycle = 0; cycle < CYCLES; cycle += 1) {
        if (dice.chance(0.4)) world.exchange.deposit(world.accountId(), String(1_000 + dice.below(300_000)));
        await iterate(world, told, ended);
        await world.clock.sleep(dice.chance(0.2) ? 24 * HOUR_MS : HOUR_MS);
        if (dice.chance(0.1)) world.restart();
      }
      checkTruth(world);
      await recovers(world, told, dice);
      checkTruth(world);
      posted += world.calls('PostOrder').length;
    } finally {
      await world.close();
    }
  });
  console.log(JSON.stringify({ ...Object.fromEntries(ended), posted, damaged }));
  if (process.env.CASE !== undefined) return;
  expect(posted).toBeGreaterThan(WORLDS);
  expect(damaged).toBeGreaterThan(WORLDS * CYCLES);
  expect((ended.get('balanced') ?? 0) + (ended.get('nothing_to_do') ?? 0)).toBeGreaterThan(WORLDS / 4);
}, 120_000);

async function iterate(world: World, told: string[], ended: Map<string, number>): Promise<string> {
  try {
    const { record } = await world.cycle();
    told.push(`${record.status}: ${record.reason}`);
    ended.set(record.status, (ended.get(record.status) ?? 0) + 1);
    if (!SAYS_NOTHING.includes(record.status) && (record.reason ?? '').length < 10)
      throw new Error(`${record.status} without words`);
    const text = JSON.stringify(record);
    if (/\\n\s+at |undefined|\[object/.test(text)) throw new Error(`a record that says nothing: ${text}`);
    return record.status;
  } catch (error) {
    if (error instanceof IterationDefect)
      throw new Error(`a defect: ${error.result.record.reason}`, { cause: error });
    throw error;
  }
}

/** By the venue's own books. */
function checkTruth(world: World): void {
  const { exchange } = world;
  const books = exchange.registry.account(world.accountId());
  if (books.cash() < 0n) throw new Error(`a debt of ${books.cash()} nano`);
  for (const uid of books.held())
    if (books.pieces(uid) < 0n) throw new Error(`short ${books.pieces(uid)} of ${uid}`);
  const faults = world.faults(false);
  if (faults.length > 0) throw new Error(faults.join('\n'));
}

/** Once the replies are whole again, the account is balanced, or waits for a person with a reason. */
async function recovers(world: World, told: string[], dice: Dice): Promise<void> {
  world.exchange.faults.clear();
  const kinds = new Map<string, number>();
  for (let cycle = 0; cycle < 6; cycle += 1) {
    await world.clock.sleep(24 * HOUR_MS);
    if (dice.chance(0.2)) world.restart();
    told.push('whole again');
    const status = await iterate(world, told, kinds);
    if (SAYS_NOTHING.includes(status)) return;
    if (world.journal.halt('a') !== null) return;
  }
  throw new Error('it does not come back');
}
