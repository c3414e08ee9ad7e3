// Recovery is idempotent: a process that recovers and dies before it orders anything leaves nothing for the next one.

import { expect, setDefaultTimeout, test } from 'bun:test';
import { workshop } from '../support/bot-process.ts';
import { type CrashRig, openRig, unbalanced } from '../support/crash-rig.ts';

setDefaultTimeout(120_000);

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
  ['taken, and the reply never came', 'a', [], 'PostOrder applied 1'],
  ['answered, a part of them not yet written down', 'a', [], 'PostOrder replied 2'],
  ['planned, and the first of them just sent', 'b', [], 'PostOrder received 1'],
  ['sent, and never arrived', 'a', ['lose PostOrder before silence 99'], 'PostOrder received 1'],
  ['resting', 'c', ['rest 99'], 'GetOrderState replied 2'],
  ['filled in part', 'a', ['partial 60000'], 'GetOrderState replied 2'],
  ['about to be cancelled', 'a', ['rest 99'], 'CancelOrder received 1'],
  ['cancelled, and the reply never came', 'a', ['rest 99'], 'CancelOrder applied 1'],
])(
  'orders %s: what was never sent is dropped, and a second recovery writes and sends nothing',
  async (_, account, faults, strike) => {
    const rig = await openRig(shop, [account]);
    for (const fault of faults) await rig.venue.tell(fault);
    await dieAt(rig, strike);
    const left = rig.journal.openOrders();
    expect(left.some(({ attempts }) => attempts > 0)).toBe(true);
    if (account === 'b') expect(left.some(({ attempts }) => attempts === 0)).toBe(true);
    await rig.venue.tell('clear');

    await dieAt(rig, AFTER_RECOVERY);
    expect(rig.journal.openOrders()).toEqual([]);
    for (const { key, attempts } of left)
      if (attempts === 0)
        expect(rig.journal.orders().find((order) => order.key === key)).toMatchObject({
          state: 'absent',
          attempts: 0,
        });
    expect(await rig.faults(true)).toEqual([]);
    const [everything, writes] = [rig.journal.everything(), await writesOf(rig)];

    await dieAt(rig, AFTER_RECOVERY);
    expect(rig.journal.everything()).toEqual(everything);
    expect(await writesOf(rig)).toEqual(writes);

    expect(await unbalanced(rig)).toEqual([]);
    expect(await rig.faults(true)).toEqual([]);
  },
);
