import { describe, expect, test } from 'bun:test';
import { join } from 'node:path';
import fc from 'fast-check';
import { lots, money } from '../../src/core/units.ts';
import { openJournal } from '../../src/journal/journal.ts';
import { tempDirs } from '../support/temp-dir.ts';
import {
  countOf,
  DAY_MS,
  FIRST_DAY,
  history,
  memoryJournal,
  type PastIteration,
  startOf,
  tidyUp,
  write,
} from './past.ts';
import { sampleIntent } from './sample.ts';
import { to } from './with-journal.ts';

const seed = Number(process.env.SEED ?? 20261121);
const HOUR_MS = 3_600_000;
const KINDS = [
  'quiet',
  'failed',
  'closed',
  'uncounted',
  'plan',
  'traded',
  'learned_later',
  'killed',
] as const;

const quiet = (day: number, minute: number, change: Partial<PastIteration> = {}): PastIteration => ({
  account: 'one',
  day,
  minute,
  kind: 'quiet',
  prices: [650 + (minute % 7), 740 + day],
  pieces: [1_000, 2_000],
  cash: 50_000,
  lots: 3,
  ...change,
});
const busyDay = (day: number, count: number): PastIteration[] =>
  Array.from({ length: count }, (_, at) => quiet(day, at * Math.floor(1_400 / count)));

const iteration: fc.Arbitrary<PastIteration> = fc.record({
  account: fc.constantFrom('one', 'two'),
  day: fc.nat({ max: 5 }),
  minute: fc.nat({ max: 1_438 }),
  kind: fc.constantFrom(...KINDS),
  prices: fc.tuple(fc.integer({ min: 1, max: 99_999 }), fc.integer({ min: 1, max: 99_999 })),
  pieces: fc.tuple(fc.nat({ max: 9_999 }), fc.nat({ max: 9_999 })),
  cash: fc.nat({ max: 99_999_999 }),
  lots: fc.integer({ min: 1, max: 99 }),
});
/** Long enough a tail that the newest rows, which stay, do not hide the others. */
const tail = (account: string): PastIteration[] =>
  Array.from({ length: 64 }, (_, at) => quiet(6, at * 20, { account }));
const past = fc.uniqueArray(iteration, {
  minLength: 1,
  maxLength: 60,
  selector: (one) => `${one.account} ${startOf(one)}`,
});

describe('history', () => {
  test.each([
    ['days', 10],
    ['years', 420],
  ])(
    `says the same of any span of whole days before and after %s of folding (SEED=${seed})`,
    (_, later) => {
      fc.assert(
        fc.property(past, (list) => {
          const { db, journal } = memoryJournal();
          const whole = [...list, ...tail('one'), ...tail('two')];
          write(
            journal,
            whole.toSorted((a, b) => startOf(a) - startOf(b)),
          );
          const nowMs = FIRST_DAY + later * DAY_MS;
          const spans = [0, 1, 2, 3, 4, 5, 6].map((day) => later - day);
          const before = spans.map((days) => history(journal, nowMs, days));
          tidyUp(journal, nowMs);
          expect(spans.map((days) => history(journal, nowMs, days))).toEqual(before);
          if (later > 400) expect(countOf(db, 'orders')).toBe(0);
          db.close();
        }),
        { seed, numRuns: 20 },
      );
    },
    30_000,
  );

  test('shows a folded day by outcome with its reasons, and the rest row by row', () => {
    const { journal } = memoryJournal();
    write(journal, [
      ...busyDay(0, 100),
      quiet(0, 1_430, { kind: 'failed' }),
      quiet(0, 1_429, { kind: 'failed', lots: 17 }),
      quiet(0, 1_431, { kind: 'traded' }),
      ...busyDay(5, 70),
    ]);
    const nowMs = FIRST_DAY + 6 * DAY_MS;
    tidyUp(journal, nowMs);
    const text = history(journal, nowMs, 7, { json: false, summary: false });
    expect(text).toContain('2026-01-12  100 iterations nothing to do, 00:00 to');
    expect(text).toContain('    2 x no answer …');
    // A span that begins within a folded day has all of it.
    expect(history(journal, nowMs + 5 * 3_600_000, 6, { json: false, summary: false })).toBe(text);
    expect(text.match(/balanced/g)).toHaveLength(1);
    const folded = history(journal, nowMs, 7, { summary: false })
      .split('\n')
      .filter((line) => line.includes('"folded":true'))
      .map((line) => JSON.parse(line));
    expect(folded).toHaveLength(1);
    expect(folded[0].iterations.map((group: { count: number }) => group.count)).toEqual([100, 2]);
  });
});

describe('folding', () => {
  test('keeps three days, the newest 64 rows, and whatever has orders', () => {
    const { journal } = memoryJournal();
    write(journal, [
      ...busyDay(0, 40),
      quiet(1, 5, { kind: 'traded' }),
      ...busyDay(4, 50),
      ...busyDay(9, 60),
    ]);
    const left = (at: number) => {
      tidyUp(journal, FIRST_DAY + at * DAY_MS);
      return journal.iterations({}).length;
    };
    expect(left(3)).toBe(151);
    expect(left(4)).toBe(111);
    // Of the 50 rows of day 4 four are among the newest 64, and the trade of day 1 stays.
    expect(left(9)).toBe(65);
    expect(left(300)).toBe(65);
  });

  test('leaves everything from an open order on as it is, and tells what came of it once it is known', () => {
    const { journal } = memoryJournal();
    write(journal, busyDay(0, 100));
    const intent = sampleIntent({ iteration: 'open' });
    const { key } = intent.request;
    journal.plan('one', 'open', 1, [intent], { cash: 0n as never, pieces: new Map() }, FIRST_DAY + HOUR_MS);
    journal.attempt([key], FIRST_DAY + HOUR_MS);
    tidyUp(journal, FIRST_DAY + 20 * DAY_MS);
    // The valuation before it stays too: what it held until the next one is not known.
    expect(journal.iterations({}).at(-1)!.startedAtMs).toBe(FIRST_DAY + 56 * 60_000);
    expect(journal.order(key)?.state).toBe('sending');
    journal.settle(to(key, 'live'), FIRST_DAY + 20 * DAY_MS);
    const value = money(70_000_000_000n);
    journal.settle(to(key, 'filled', 10n, { value, commission: money(5n) }), FIRST_DAY + 20 * DAY_MS);
    const later = FIRST_DAY + 21 * DAY_MS;
    const before = history(journal, later, 21);
    tidyUp(journal, later);
    expect(journal.iterations({})).toHaveLength(64);
    expect(history(journal, later, 21)).toBe(before);
  });

  test.each([
    [
      'a record',
      "UPDATE iterations SET record = '{' WHERE started_at = (SELECT min(started_at) FROM iterations)",
    ],
    ['the reasons of a day', "UPDATE iteration_days SET reasons = '{'"],
  ])('%s that somebody has changed is said in words, and nothing of it is folded', (_, damage) => {
    const { db, journal } = memoryJournal();
    write(journal, [quiet(0, 1, { kind: 'failed' }), ...busyDay(4, 70)]);
    tidyUp(journal, FIRST_DAY + 4 * DAY_MS);
    write(journal, [quiet(0, 2, { kind: 'failed' }), ...busyDay(9, 70)]);
    db.run(damage);
    const before = countOf(db, 'iterations');
    const tidy = () => tidyUp(journal, FIRST_DAY + 9 * DAY_MS);
    expect(tidy).toThrow(/the journal is damaged .* is not JSON/);
    expect(countOf(db, 'iterations')).toBe(before);
    db.close();
  });

  test('knows a key for 400 days after its last change, and what an account held for 35', () => {
    const { journal } = memoryJournal();
    const intent = sampleIntent();
    const { key } = intent.request;
    journal.plan('one', 'i-1', 1, [intent], { cash: 5n as never, pieces: new Map() }, FIRST_DAY);
    journal.attempt([key], FIRST_DAY);
    journal.settle(to(key, 'live'), FIRST_DAY + 1);
    journal.settle(to(key, 'filled', 10n), FIRST_DAY + DAY_MS);
    const known = (days: number) => {
      tidyUp(journal, FIRST_DAY + days * DAY_MS);
      return [journal.holdingsBefore('i-1', 1) !== null, journal.order(key)?.executed ?? null];
    };
    expect(known(35)).toEqual([true, lots(10n)]);
    expect(known(36)).toEqual([false, lots(10n)]);
    expect(known(401)).toEqual([false, lots(10n)]);
    expect(known(402)).toEqual([false, null]);
    expect(journal.foldedDays({ sinceMs: 0 })[0]?.tickers).toHaveLength(1);
  });

  test('takes small steps, is done once a day, and then costs a look', () => {
    const { journal } = memoryJournal();
    write(journal, [...busyDay(0, 320), ...busyDay(4, 64)]);
    const nowMs = FIRST_DAY + 5 * DAY_MS;
    let seen = journal.iterations({}).length;
    while (journal.summarise(nowMs)) {
      const left = journal.iterations({}).length;
      expect(seen - left).toBeLessThanOrEqual(32);
      seen = left;
    }
    expect(seen).toBe(64);
    expect(journal.summarise(nowMs + 3_600_000)).toBe(false);
  });

  test('forgets alerts, waiting orders and prices of long ago, and no price of an account that slept', () => {
    const { db, journal } = memoryJournal();
    journal.noteAlert('one', 'paused', FIRST_DAY);
    journal.acceptPrices('one', [{ uid: 'old', price: 5n as never, timeMs: 0 }], FIRST_DAY);
    journal.acceptPrices('one', [{ uid: 'new', price: 5n as never, timeMs: 0 }], FIRST_DAY + 91 * DAY_MS);
    journal.acceptPrices('slept', [{ uid: 'old', price: 5n as never, timeMs: 0 }], FIRST_DAY);
    tidyUp(journal, FIRST_DAY + 92 * DAY_MS);
    expect(journal.lastAlert('one', 'paused')).toBeNull();
    expect([...journal.acceptedPrices('one').keys()]).toEqual(['new']);
    expect([...journal.acceptedPrices('slept').keys()]).toEqual(['old']);
    db.close();
  });
});

test('the file stops growing: pages of folded rows are used again', () => {
  const { db, journal } = memoryJournal();
  const sizes: number[] = [];
  for (let day = 0; day < 12; day += 1) {
    write(journal, busyDay(day, 150));
    tidyUp(journal, FIRST_DAY + (day + 1) * DAY_MS);
    sizes.push(Number(db.query<{ page_count: bigint }, []>('PRAGMA page_count').get()?.page_count));
  }
  expect(sizes[11]!).toBeLessThanOrEqual(sizes[5]! * 1.05);
});

describe('on disk', () => {
  const newDir = tempDirs();
  const nowMs = FIRST_DAY + 405 * DAY_MS;
  const written = (): string => {
    const dir = newDir();
    const journal = openJournal(dir);
    const trades = (['traded', 'learned_later', 'killed'] as const).map((kind, at) =>
      quiet(0, 700 + at, { kind }),
    );
    write(journal, [...busyDay(0, 20).slice(0, 10), ...trades, ...busyDay(403, 64)]);
    journal.close();
    return dir;
  };

  test.each([1, 9, 25, 40])(
    'a process killed at statement %i of folding has lost nothing',
    async (statement) => {
      const dir = written();
      const status = openJournal(dir, { readOnly: true });
      const before = history(status, nowMs, 405);
      const script = join(import.meta.dir, 'crash-child.ts');
      const child = Bun.spawn([process.execPath, script, dir, `statement ${statement} of summarise`], {
        stderr: 'inherit',
      });
      await child.exited;
      expect(child.signalCode).toBe('SIGKILL');
      expect(history(status, nowMs, 405)).toBe(before);
      const journal = openJournal(dir);
      tidyUp(journal, nowMs);
      expect(journal.ordersOf('one-0-700')).toEqual([]);
      expect(history(status, nowMs, 405)).toBe(before);
      journal.close();
      status.close();
    },
  );

  test('a reader beside it sees one state from its first look to its last', () => {
    const dir = written();
    const [daemon, status] = [openJournal(dir), openJournal(dir, { readOnly: true })];
    const look = () => history(status, nowMs, 405);
    const before = look();
    status.consistently(() => {
      expect(status.iterations({}).length).toBe(76);
      tidyUp(daemon, nowMs);
      expect(status.foldedDays({ sinceMs: 0 })).toEqual([]);
      expect(look()).toBe(before);
    });
    expect(status.iterations({}).length).toBe(64);
    expect(look()).toBe(before);
    daemon.close();
    status.close();
  });
});
