// Recovery is idempotent: a process that recovers and dies before it orders anything leaves nothing for the next one.

import { expect, setDefaultTimeout, test } from 'bun:test';
import { seededRandom } from '../../src/random.ts';
import { workshop } from '../support/bot-process.ts';
import { type CrashRig, openRig, unbalanced } from '../support/crash-rig.ts';

setDefaultTimeout(120_000);

const SEED = Number(process.env.SEED ?? 20261121);
const shop = workshop();

/** One life that ends at a call of the venue. */
async function dieAt(rig: CrashRig, strike: string): Promise<void> {
  const bot = rig.start();
  await rig.venue.tell(`strike ${bot.pid} ${strike} 0 60000`);
  const { code, err } = await bot.ended;
  const { struck } = await rig.venue.tell('disarm');
  if (code !== 137) throw new Error(`it ended by itself, ${code}: ${err}`);
  expect(struck).toBe(strike.split(' ').slice(0, 2).join(' '));
}

const count = async (rig: CrashRig, method: string) => (await rig.venue.tell(`calls ${method}`)).count;
const writesOf = async (rig: CrashRig) => [await count(rig, 'PostOrder'), await count(rig, 'CancelOrder')];

/** Recovery is over when the account is looked at. */
const AFTER_RECOVERY = 'GetPositions received 1';

test.concurrent.each([
  ['taken, and the reply never came', [], 'PostOrder applied 1'],
  ['answered, a part of them not yet written down', [], 'PostOrder replied 2'],
  ['sent, and never arrived', ['lose PostOrder before silence 99'], 'PostOrder received 1'],
  ['resting', ['rest 99'], 'GetOrderState replied 2'],
  ['filled in part', ['partial 60000'], 'GetOrderState replied 2'],
  ['about to be cancelled', ['rest 99'], 'CancelOrder received 1'],
  ['cancelled, and the reply never came', ['rest 99'], 'CancelOrder applied 1'],
])('orders %s: the second recovery in a row writes and sends nothing', async (_, faults, strike) => {
  const rig = await openRig(shop, 1);
  await rig.unbalance(seededRandom(SEED));
  for (const fault of faults) await rig.venue.tell(fault);
  await dieAt(rig, strike);
  expect(rig.openOrders().some(({ attempts }) => attempts > 0)).toBe(true);
  await rig.venue.tell('clear');

  await dieAt(rig, AFTER_RECOVERY);
  expect(rig.openOrders()).toEqual([]);
  expect(await rig.faults(true)).toEqual([]);
  const [rows, writes] = [rig.orderRows(), await writesOf(rig)];

  await dieAt(rig, AFTER_RECOVERY);
  expect(rig.orderRows()).toEqual(rows);
  expect(await writesOf(rig)).toEqual(writes);

  expect(await unbalanced(rig)).toEqual([]);
  expect(await rig.faults(true)).toEqual([]);
});
