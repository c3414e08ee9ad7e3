// A process of the crash tests: does one thing to the journal of argv[2] and kills itself at the named point,
// with no chance to clean up.

import { openDatabase } from '../../src/journal/database.ts';
import { journalOf, openJournal } from '../../src/journal/journal.ts';
import { MIGRATIONS } from '../../src/journal/migrations.ts';
import { storeOf } from '../../src/journal/store.ts';
import type { Intent } from '../../src/ports.ts';
import { DAY_MS, FIRST_DAY } from './past.ts';
import { AT, BEFORE, sampleIntent } from './sample.ts';
import { planOne, to } from './with-journal.ts';

const [dir = '', point = ''] = process.argv.slice(2);
const die = (): never => {
  process.kill(process.pid, 'SIGKILL');
  throw new Error('unreachable: the process is dead');
};

/** The list, deadly at one index: the process dies when the step is fetched, inside its transaction. */
const deadlyAt = (steps: readonly string[], index: number): readonly string[] =>
  new Proxy(steps, { get: (list, name) => (name === String(index) ? die() : Reflect.get(list, name)) });

function open(steps: readonly string[]): never {
  openDatabase(dir, { readOnly: false, busyTimeoutMs: 0, migrations: steps });
  throw new Error('expected to die while opening');
}

if (point === 'inside creation') open(deadlyAt(MIGRATIONS, 0));
if (point === 'inside upgrade')
  open(deadlyAt([...MIGRATIONS, 'CREATE TABLE extra (a) STRICT'], MIGRATIONS.length));

/** Dies before that statement of tidying up, far in the future of whatever is in the journal. */
const statement = /^statement (\d+) of summarise$/.exec(point)?.[1];
if (statement !== undefined) {
  const real = storeOf(openDatabase(dir, { readOnly: false, busyTimeoutMs: 0, migrations: MIGRATIONS }));
  let left = Number(statement);
  const journal = journalOf({
    ...real,
    prepare(sql) {
      const query = real.prepare<never>(sql);
      return {
        ...query,
        run(params) {
          left -= 1;
          if (left <= 0) die();
          query.run(params);
        },
      };
    },
  });
  while (journal.summarise(FIRST_DAY + 405 * DAY_MS));
}

const journal = openJournal(dir);
if (point === 'opened and planned') {
  planOne(journal, sampleIntent({ iteration: `i-${process.pid}` }));
  journal.close();
  process.exit(0);
}
if (point === 'inside plan') {
  const deadly: Intent = Object.defineProperty({ ...sampleIntent({ uid: 'uid-b' }) }, 'ticker', { get: die });
  journal.plan('one', 'i-1', 1, [sampleIntent(), deadly], BEFORE, AT);
}
const key = planOne(journal, sampleIntent());
if (point === 'after plan') die();
journal.attempt([key], AT + 1);
if (point === 'after attempt') die();
if (point === 'inside settle')
  journal.settle(Object.defineProperty(to(key, 'live'), 'evidence', { get: die }), AT + 2);
journal.settle(to(key, 'live', 4n, { orderId: '77' }), AT + 2);
if (point === 'after settle') die();
