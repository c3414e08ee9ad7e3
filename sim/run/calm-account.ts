// What the last stories of a seed are told about: the only account of its world, in order, when nothing else goes on.

import type { IterationRecord } from '../../src/core/iteration-record.ts';
import { isTrading } from '../../src/exchange/calendar.ts';
import type { SimAccount } from '../generate/generate-accounts.ts';
import type { World } from '../world/world.ts';

const MINUTE_MS = 60_000;
const IN_ORDER: ReadonlySet<string> = new Set(['balanced', 'nothing_to_do']);

/** It trades on the main market by a true clock, and its daemon runs, not halted and without a stop. */
export function calmAccount(world: World): { account: SimAccount; last: IterationRecord } | null {
  const { accounts, halted, killSwitch, life, records, skewMs } = world;
  const [account, another] = accounts;
  const last = records.at(-1)?.record;
  if (account === undefined || another !== undefined || last === undefined) return null;
  const { block, dryRun, id } = account;
  if (dryRun || block.exchange !== undefined || skewMs !== 0) return null;
  const runs = life?.alive === true && life.stoppedMs === null;
  if (!runs || halted.has(id) || killSwitch.engaged(id) !== null) return null;
  return isInOrder(last) && last.exchange_open ? { account, last } : null;
}

export const isInOrder = ({ status }: IterationRecord): boolean => IN_ORDER.has(status);

/** Whether the main market trades then. */
export const tradesAt = ({ exchange }: World, atMs: number): boolean =>
  isTrading(exchange.market.calendar.phase('MOEX', atMs));

/** How long `looks` iterations take at most. */
export const lookMs = ({ intervalMs }: SimAccount, looks: number): number =>
  looks * (intervalMs + 5 * MINUTE_MS);

/** Whether it has had one more iteration; a halted one has none. */
export function looksAgain({ records, timeline }: World, account: SimAccount): boolean {
  const from = records.length;
  timeline.run(timeline.now() + lookMs(account, 1), () => records.length > from);
  return records.length > from;
}
