// When an account is looked at again: an interval after its iteration was to begin, where it can trade then; within a minute
// where an order of unknown fate waits. Judged by what is announced, true time and the venue's calendar.

import type { IterationRecord } from '../../src/core/iteration-record.ts';
import type { Check } from '../check.ts';
import type { World } from '../world/world.ts';
import { schedulesOf } from './rules-books.ts';

const SECOND_MS = 1_000;
const MINUTE_MS = 60_000;
/** Ends of an iteration after which something else has to change first. */
const WAITS_FOR_MORE = /does not accept the token|calls the request malformed/;

export function paceChecks(world: World): Check {
  const last = new Map<string, { readonly record: IterationRecord; readonly beganMs: number }>();

  const isOpen = (schedule: string, atMs: number): boolean =>
    ['normal', 'dealer'].includes(world.exchange.market.calendar.phase(schedule, atMs));

  return {
    onRecord(record) {
      last.set(record.account, { record, beganMs: world.beganMs(record) });
    },
    onAnnounce(id, dueMs) {
      const account = world.accounts.find((each) => each.id === id);
      const known = last.get(id);
      last.delete(id);
      if (account === undefined || known === undefined || account.dryRun) return;
      // A program that is told to stop asks nobody any more: the next one does.
      if (world.life === null || world.life.stoppedMs !== null) return;
      // By a clock that was set the hour is another; a reply about the hours that went wrong stays for the day.
      if (
        world.skewedAtMs > Number.NEGATIVE_INFINITY ||
        world.faults.hoursSpoiltMs > Number.NEGATIVE_INFINITY
      )
        return;
      const { record, beganMs } = known;
      if (WAITS_FOR_MORE.test(record.reason ?? '')) return;
      const nowMs = world.timeline.now();
      if (record.status === 'unknown_outcome' && dueMs > nowMs + MINUTE_MS + SECOND_MS)
        world.violate('pace', `${id} asks about an unknown order ${dueMs - nowMs} ms later`);
      const regularMs = Math.max(nowMs, beganMs + account.intervalMs);
      const open = schedulesOf(world, account).every(
        (schedule) => isOpen(schedule, nowMs) && isOpen(schedule, regularMs),
      );
      if (open && dueMs > regularMs + SECOND_MS)
        world.violate('pace', `${id} begins again ${dueMs - regularMs} ms after its interval`);
    },
    onDeath: () => last.clear(),
  };
}
