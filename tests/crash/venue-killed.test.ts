// The other side dies: the wire to the venue is cut mid-call dozens of times, before the effect or after it but before the
// reply, and the venue itself is killed. The bot says so, goes on, settles what was under way and stops when asked.

import { expect, setDefaultTimeout, test } from 'bun:test';
import { systemClock } from '../../src/clock.ts';
import type { Random } from '../../src/ports.ts';
import { seededRandom } from '../../src/random.ts';
import { block, configure, type Running, records, TOKEN, workshop } from '../support/bot-process.ts';
import { type CrashRig, letFall, openRig, unbalanced } from '../support/crash-rig.ts';
import { type CutProxy, proxies } from '../support/cut-proxy.ts';

setDefaultTimeout(300_000);

const SEED = Number(process.env.SEED ?? 20261121);
const BOTS = 4;
const CUTS = 8;

const shop = workshop();
const openProxy = proxies();

/** Where the wire is cut, and what makes the bot come by. */
const MOMENTS: readonly (readonly [string, string])[] = [
  ['PostOrder received', ''],
  ['PostOrder received', 'lose PostOrder before silence 3'],
  ['PostOrder applied', ''],
  ['PostOrder applied', ''],
  ['PostOrder replied', ''],
  ['GetOrderState replied', 'rest 2'],
  ['CancelOrder received', 'rest 1'],
  ['CancelOrder applied', 'rest 1'],
  ['GetPositions applied', ''],
];

/** Iterations printed after `from` that ended with everything in place. */
const well = (text: string, from: number, account: string): boolean =>
  records(text.slice(from, text.lastIndexOf('\n') + 1)).some(
    (record) => record.account === account && ['balanced', 'nothing_to_do'].includes(record.status),
  );

async function allWell(rig: CrashRig, bot: Running): Promise<void> {
  const from = (await bot.untilOut({ test: () => true })).lastIndexOf('\n') + 1;
  await bot.untilOut({ test: (text) => rig.accounts.every((account) => well(text, from, account)) });
}

async function cutOnce(rig: CrashRig, proxy: CutProxy, random: Random): Promise<string> {
  const [moment, fault] = MOMENTS[Math.floor(random() * MOMENTS.length)]!;
  const { venue } = rig;
  await venue.tell('clear');
  if (fault !== '') await venue.tell(fault);
  await venue.tell(`catch ${moment}`);
  await letFall(rig, random);
  await venue.tell('caught');
  proxy.cut();
  await venue.tell('release');
  await systemClock.sleep(Math.floor(random() * 1_500));
  proxy.mend();
  return moment;
}

async function survive(seed: number): Promise<string[]> {
  const random = seededRandom(seed);
  const rig = await openRig(shop);
  const proxy = await openProxy(rig.venue.endpoint);
  const bot = rig.start(undefined, proxy.endpoint);
  const moments: string[] = [];
  for (let turn = 0; turn < CUTS; turn += 1) {
    moments.push(await cutOnce(rig, proxy, random));
    expect(await rig.faults()).toEqual([]);
  }
  await rig.venue.tell('clear');
  await allWell(rig, bot);
  bot.kill('SIGTERM');
  const { code, out } = await bot.ended;
  expect(code).toBe(0);
  expect(records(out).some(({ status }) => status === 'failed' || status === 'partial')).toBe(true);
  expect(await unbalanced(rig)).toEqual([]);
  expect(await rig.faults(true)).toEqual([]);
  expect(rig.journal.openOrders()).toEqual([]);
  return moments;
}

test.concurrent(`${BOTS * CUTS} cuts of the wire mid-call double and lose nothing (seed ${SEED})`, async () => {
  const moments = await Promise.all(Array.from({ length: BOTS }, (_, at) => survive(SEED + at)));
  const tally = Map.groupBy(moments.flat(), (moment) => moment);
  console.log(
    `seed ${SEED}: cut at ${[...tally].map(([moment, all]) => `${all.length} ${moment}`).join(', ')}`,
  );
});

test.concurrent('a venue that is killed: the iterations fail and say why, and go well again once it is back', async () => {
  const settings = { accounts: [{ token: TOKEN, id: '2000000001', cash: '1000000' }] };
  const venue = await shop.venue(settings);
  const proxy = await openProxy(venue.endpoint);
  const dir = shop.dir();
  configure(dir, [block({ desired_wallet: { RUB: 100 }, balance_interval: 1000 })]);
  const bot = shop.start(['start', '--json'], dir, { env: { TINVEST_ENDPOINT: proxy.endpoint } });
  await bot.untilOut(/"nothing_to_do"/);
  await venue.kill();
  const out = await bot.untilOut(/"failed".*\n/);
  expect(records(out).at(-1)?.reason).toMatch(/the broker cannot be reached/);
  proxy.mend((await shop.venue(settings)).endpoint);
  await bot.untilOut(/"failed"[\s\S]*"nothing_to_do"/);
  bot.kill('SIGTERM');
  expect((await bot.ended).code).toBe(0);
});

test.concurrent('a venue that is killed with orders applied and not answered: the bot stays, and stops within ten seconds, 7', async () => {
  const rig = await openRig(shop, ['a']);
  await rig.venue.tell('catch PostOrder applied');
  const bot = rig.start();
  await rig.venue.tell('caught');
  await rig.venue.kill();
  await bot.untilErr(/could not be asked about/);
  const asked = performance.now();
  bot.kill('SIGTERM');
  const { code, out } = await bot.ended;
  // A bound of the product, not a measure of the machine.
  expect(performance.now() - asked).toBeLessThan(10_000);
  expect(code).toBe(7);
  expect(records(out)).toMatchObject([{ status: 'unknown_outcome' }]);
  expect(rig.journal.openOrders().map(({ state }) => state)).toContain('unknown');
});
