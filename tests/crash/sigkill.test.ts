// The daemon killed by SIGKILL hundreds of times, most of them while orders are in flight, started again each time, and
// judged by the venue's books: nothing is doubled, lost, bought early or short, and in the end everything is balanced.

import { expect, setDefaultTimeout, test } from 'bun:test';
import { systemClock } from '../../src/clock.ts';
import type { Random } from '../../src/ports.ts';
import { seededRandom } from '../../src/random.ts';
import { workshop } from '../support/bot-process.ts';
import { type CrashRig, openRig, unbalanced, unbalancer } from '../support/crash-rig.ts';

setDefaultTimeout(600_000);

const SEED = Number(process.env.SEED ?? 20261121);
const CRASHES = Number(process.env.CRASHES ?? 300);
const BOTS = 3;
const KILLED = 128 + 9;
/** Neither struck nor gone by then: it hangs. */
const LIFE_MAX_MS = 60_000;

const shop = workshop();

type Choose = (random: Random) => { readonly strike: string; readonly faults: readonly string[] };

const upTo = (random: Random, most: number): number => 1 + Math.floor(random() * most);
const pick = <Item>(random: Random, items: readonly Item[]): Item =>
  items[Math.floor(random() * items.length)]!;

/**
 * Kinds of moments: how often (of 100); when it strikes: at a call ("method phase nth after within", see venue-strike.ts)
 * or so many ms after its start ("spawn ms"); what the venue has to do for it.
 */
const MOMENTS: Readonly<Record<string, readonly [number, Choose]>> = {
  'an order reaches the venue': [
    21,
    (random) => ({ strike: `PostOrder received ${upTo(random, 5)} 0 1500`, faults: [] }),
  ],
  'an order is applied': [
    22,
    (random) => ({
      strike: `PostOrder applied ${upTo(random, 5)} ${pick(random, [0, 0, 1, 3])} 1500`,
      faults: [],
    }),
  ],
  'an order is answered': [
    16,
    (random) => ({ strike: `PostOrder replied ${upTo(random, 4)} ${upTo(random, 8) - 1} 1500`, faults: [] }),
  ],
  'an order rests': [
    10,
    (random) => ({
      strike: `GetOrderState ${pick(random, ['received', 'replied'])} ${upTo(random, 3)} 0 2500`,
      faults: [`rest ${upTo(random, 3)}`],
    }),
  ],
  'an order is cancelled': [
    8,
    (random) => ({
      strike: `CancelOrder ${pick(random, ['received', 'applied', 'replied'])} ${upTo(random, 2)} 0 3000`,
      faults: [`rest ${upTo(random, 2)}`],
    }),
  ],
  'between sells and buys': [
    7,
    (random) => ({ strike: `GetPositions applied ${3 + upTo(random, 3)} 0 1500`, faults: [] }),
  ],
  'any time after the first call': [
    7,
    (random) => ({ strike: `Never applied 1 0 ${upTo(random, 500)}`, faults: [] }),
  ],
  'before its first call': [5, (random) => ({ strike: `spawn ${Math.floor(random() * 400)}`, faults: [] })],
  'while it starts': [4, (random) => ({ strike: `* received ${upTo(random, 4)} 0 1000`, faults: [] })],
};

/** Trouble beside the kill. */
function trouble(random: Random): string[] {
  const some = (share: number) => random() < share;
  const found: string[] = [];
  const loss = () =>
    `${pick(random, ['before', 'after'])} ${pick(random, ['silence', 'unavailable', 'reset'])}`;
  if (some(0.2)) found.push(`lose PostOrder ${loss()} ${upTo(random, 2)}`);
  if (some(0.15)) found.push(`delay PostOrder ${upTo(random, 900)} ${upTo(random, 3)}`);
  if (some(0.1)) found.push(`partial ${upTo(random, 800)}`);
  if (some(0.06)) found.push(`lose GetOrderState ${loss()} 1`);
  if (some(0.05)) found.push(`lose CancelOrder ${loss()} 1`);
  if (some(0.05)) found.push(`reject 1 no`);
  if (some(0.05)) found.push(`visible ${upTo(random, 900)}`);
  return found;
}

function chooseMoment(random: Random): string {
  let left = random() * 100;
  for (const [name, [share]] of Object.entries(MOMENTS)) {
    left -= share;
    if (left < 0) return name;
  }
  return Object.keys(MOMENTS)[0]!;
}

interface Death {
  readonly moment: string;
  readonly struck: string;
  readonly inFlight: boolean;
}

/** From the start to the kill, and the books after it. */
async function life(
  rig: CrashRig,
  random: Random,
  unbalance: (random: Random) => Promise<void>,
): Promise<Death> {
  const { venue } = rig;
  const moment = chooseMoment(random);
  const { strike, faults } = MOMENTS[moment]![1](random);
  const plan = [...faults, ...trouble(random)];
  await venue.tell('clear');
  await venue.tell('visible 0');
  await unbalance(random);
  for (const fault of plan) await venue.tell(fault);
  const bot = rig.start();
  const over = new AbortController();
  void systemClock.sleep(LIFE_MAX_MS, over.signal).then(() => bot.kill('SIGTERM'));
  const early = /^spawn (\d+)$/.exec(strike)?.[1];
  if (early === undefined) await venue.tell(`strike ${bot.pid} ${strike}`);
  else void systemClock.sleep(Number(early), over.signal).then(() => bot.kill('SIGKILL'));
  const { code, out, err } = await bot.ended;
  over.abort();
  const struck = early === undefined ? (await venue.tell('disarm')).struck : 'no call';
  const where = `${moment}: ${strike}; ${plan.join(', ')}`;
  if (code !== KILLED || struck === null)
    throw new Error(`${where}: it ended by itself, ${code}\n${out}\n${err}`);
  const wrong = await rig.faults();
  if (wrong.length > 0) throw new Error(`${where}: ${wrong.join('\n')}`);
  const inFlight = rig.journal.openOrders().some(({ attempts }) => attempts > 0);
  return { moment, struck: String(struck), inFlight };
}

async function killed(rig: CrashRig, seed: number, times: number): Promise<Death[]> {
  const random = seededRandom(seed);
  const unbalance = unbalancer(rig);
  const deaths: Death[] = [];
  for (let turn = 0; turn < times; turn += 1) {
    try {
      deaths.push(await life(rig, random, unbalance));
    } catch (error) {
      throw new Error(`repeat with SEED=${SEED} CRASHES=${CRASHES}: bot of seed ${seed}, life ${turn + 1}`, {
        cause: error,
      });
    }
  }
  await rig.venue.tell('clear');
  await rig.venue.tell('visible 0');
  return deaths;
}

const tally = (items: readonly string[]): string =>
  [...Map.groupBy(items, (item) => item)].map(([item, all]) => `${all.length} ${item}`).join(', ');

test(`${CRASHES} kills leave the venue's books exact and every account balanced (seed ${SEED})`, async () => {
  const rigs = await Promise.all(Array.from({ length: BOTS }, () => openRig(shop)));
  const deaths = (
    await Promise.all(rigs.map((rig, at) => killed(rig, SEED + at, Math.ceil(CRASHES / BOTS))))
  ).flat();
  const inFlight = deaths.filter((death) => death.inFlight).length;
  console.log(
    [
      `seed ${SEED}: ${deaths.length} kills, ${inFlight} of them with orders in flight`,
      `moments: ${tally(deaths.map(({ moment }) => moment))}`,
      `struck at: ${tally(deaths.map(({ struck }) => struck))}`,
      ...rigs.map(
        (rig) => `evidence: ${[...rig.journal.evidence()].map(([what, n]) => `${n} ${what}`).join(', ')}`,
      ),
    ].join('\n'),
  );
  expect(inFlight / deaths.length).toBeGreaterThan(0.5);
  for (const rig of rigs) {
    expect(await unbalanced(rig)).toEqual([]);
    expect(await rig.faults(true)).toEqual([]);
    expect(rig.journal.openOrders()).toEqual([]);
  }
});
