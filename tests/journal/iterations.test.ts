import { expect, test } from 'bun:test';
import { Bug } from '../../src/core/assert.ts';
import { money } from '../../src/core/units.ts';
import { openJournal } from '../../src/journal/journal.ts';
import type { Journal } from '../../src/ports.ts';
import { tempDirs } from '../support/temp-dir.ts';
import { AT, sampleIteration } from './sample.ts';

const newDir = tempDirs();

test('keeps a record as it was given, across a restart', () => {
  const dir = newDir();
  const full = sampleIteration({
    reason: 'closed',
    record: ' {"a": 1.50,\n"имя":"Т-Капитал"} ',
    dryRun: true,
    counted: false,
  });
  const bare = sampleIteration({ iteration: 'i-2', startedAtMs: AT - 1, brokerAccount: null, equity: null });
  const large = sampleIteration({
    iteration: 'i-3',
    startedAtMs: AT - 2,
    equity: money(9_007_199_254_740_993n),
  });
  const first = openJournal(dir);
  for (const row of [full, bare, large]) first.record(row);
  first.close();
  const second = openJournal(dir);
  expect(second.iterations({})).toEqual([full, bare, large]);
  second.close();
});

test('records an iteration once', () => {
  const journal = openJournal(newDir());
  journal.record(sampleIteration());
  expect(() => journal.record(sampleIteration({ status: 'failed' }))).toThrow(Bug);
  expect(journal.iterations({}).map((row) => row.status)).toEqual(['balanced']);
  journal.close();
});

/** i-1 .. i-6: accounts in turn, every third not counted, one second apart; i-6 at the same instant as i-5. */
function recordSix(journal: Journal): void {
  for (let n = 1; n <= 6; n += 1)
    journal.record(
      sampleIteration({
        iteration: `i-${n}`,
        account: n % 2 === 1 ? 'odd' : 'even',
        startedAtMs: AT + Math.min(n, 5) * 1000,
        counted: n % 3 !== 0,
      }),
    );
}

test.each([
  ['everything, newest first', {}, [6, 5, 4, 3, 2, 1]],
  ['one account', { account: 'odd' }, [5, 3, 1]],
  ['since an instant, itself included', { sinceMs: AT + 4000 }, [6, 5, 4]],
  ['since an instant, the one before left out', { sinceMs: AT + 4001 }, [6, 5]],
  ['the newest few', { limit: 2 }, [6, 5]],
  ['none', { limit: 0 }, []],
  ['those that count', { countedOnly: true }, [5, 4, 2, 1]],
  ['countedOnly false is everything', { countedOnly: false }, [6, 5, 4, 3, 2, 1]],
  ['an account since an instant', { account: 'even', sinceMs: AT + 3000 }, [6, 4]],
  ['all conditions at once', { account: 'even', sinceMs: AT + 2000, countedOnly: true, limit: 1 }, [4]],
  ['an unknown account', { account: 'neither' }, []],
])('lists %s', (_, query, expected) => {
  const journal = openJournal(newDir());
  recordSix(journal);
  expect(journal.iterations(query).map((row) => row.iteration)).toEqual(expected.map((n) => `i-${n}`));
  journal.close();
});

test('without their records they are the same otherwise', () => {
  const journal = openJournal(newDir());
  recordSix(journal);
  const whole = journal.iterations({ account: 'odd' });
  expect(journal.iterations({ account: 'odd', bare: true })).toEqual(
    whole.map((row) => ({ ...row, record: '' })),
  );
  journal.close();
});
