// When an account is looked at again: an interval after its iteration was to begin, where it can trade then; within a minute
// where an order of unknown fate waits. Judged by what is announced, true time and the venue's calendar.

import type { IterationRecord } from '../../src/core/iteration-record.ts';
import { moscowDay } from '../../src/exchange/moscow.ts';
import type { Check } from '../check.ts';
import type { SimAccount } from '../generate/generate-accounts.ts';
import type { World } from '../world/world.ts';
import { schedulesOf } from './rules-books.ts';

const SECOND_MS = 1_000;
const MINUTE_MS = 60_000;
/** Ends of an iteration after which something else has to change first. */
const WAITS_FOR_MORE = /does not accept the token|calls the request malformed/;

const OPEN: ReadonlySet<string> = new Set(['normal', 'dealer']);
const IS_CLOSED = / is closed, opens /;
/** Of the venue's schedule, today included. */
const DAYS_SHOWN = 5;

const skips = ({ block }: SimAccount): boolean =>
  (Reflect.get(Object(block.exchange_closure_behavior), 'mode') ?? 'skip_iteration') === 'skip_iteration';

export function paceChecks(world: World): Check {
  const last = new Map<string, { readonly record: IterationRecord; readonly beganMs: number }>();

  const isOpen = (schedule: string, atMs: number): boolean =>
    OPEN.has(world.exchange.market.calendar.phase(schedule, atMs));

  /** When trading begins for an account that is closed now; `null`: it is not closed. */
  function openingOf(account: SimAccount): number | null {
    const { exchange, timeline } = world;
    const nowMs = timeline.now();
    const schedules = schedulesOf(world, account);
    if (schedules.some((schedule) => isOpen(schedule, nowMs))) return null;
    const days = Array.from({ length: DAYS_SHOWN }, (_, later) => moscowDay(nowMs) + later);
    const starts = schedules
      .flatMap((schedule) => days.flatMap((day) => exchange.market.calendar.spans(schedule, day)))
      .flatMap(({ phase, startMs }) => (OPEN.has(phase) && startMs > nowMs ? startMs : []));
    return starts.length === 0 ? null : Math.min(...starts);
  }

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
      const openingMs = skips(account) && IS_CLOSED.test(record.reason ?? '') ? openingOf(account) : null;
      if (openingMs !== null && dueMs > openingMs + SECOND_MS)
        world.violate('pace', `${id} begins again ${dueMs - openingMs} ms after its exchange opens`);
    },
    onDeath: () => last.clear(),
  };
}
