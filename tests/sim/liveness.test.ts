// Whether an account is in order once the faults are over: a purchase that a rising price made too dear is sized again, and
// that is an end; one that is refused and stays out, or iteration after iteration, is not.

import { expect, test } from 'bun:test';
import { allChecks } from '../../sim/all-checks.ts';
import { livenessChecks } from '../../sim/invariants/liveness.ts';
import { openSimJournal } from '../../sim/world/sim-journal.ts';
import { World } from '../../sim/world/world.ts';
import type { IterationRecord } from '../../src/core/iteration-record.ts';

const store = openSimJournal();
const REFUSED = '30042 Not enough assets for a margin trade';

type Order = Pick<IterationRecord['orders'][number], 'ticker' | 'direction' | 'status' | 'error'>;
const refused = (ticker: string, error = REFUSED): Order => ({
  ticker,
  direction: 'buy',
  status: 'rejected',
  error,
});
const bought = (ticker: string): Order => ({ ticker, direction: 'buy', status: 'filled', error: null });

interface Said {
  readonly reason?: string;
  readonly status: IterationRecord['status'];
  readonly orders: readonly Order[];
  readonly warnings?: readonly string[];
}

const BALANCED: Said = { status: 'balanced', orders: [bought('TMOS')] };
const SIZED_AGAIN: Said = { status: 'partial', orders: [bought('TBRU'), refused('TMOS'), bought('TMOS')] };

/** What is found where the first account's iterations said that, the last of them last. */
function found(
  said: readonly Said[],
  moving = true,
  patient = false,
  prepare: (world: World) => void = () => {},
): readonly string[] {
  const world = new World({ seed: 3, kept: new Set(), traced: false, calm: true, store, checks: allChecks });
  world.start();
  const [account] = world.accounts;
  const { life } = world;
  if (account === undefined || life === null) throw new Error('the calm world has an account and a life');
  Object.assign(world, {
    liveliness: moving ? 4 : 0,
    accounts: [{ ...account, patient }],
    calmAtMs: world.timeline.now(),
  });
  const at = new Date(world.timeline.now()).toISOString();
  prepare(world);
  for (const { status, orders, reason = status, warnings = [] } of said) {
    const told = { iteration: world.newId(), account: account.id, started_at: at, finished_at: at };
    const rest = { exchange_open: true, reason, warnings, held_back: [] };
    const record = { ...told, ...rest, status, orders } as unknown as IterationRecord;
    world.records.push({ record, life, atMs: world.timeline.now() });
  }
  livenessChecks(world).atEnd?.();
  world.close();
  return world.violations.map(({ invariant }) => invariant);
}

test.each<[string, readonly Said[]]>([
  ['was balanced', [BALANCED]],
  ['was balanced, and sized a purchase again as prices moved', [BALANCED, SIZED_AGAIN]],
])('an account that %s is in order', (_, said) => {
  expect(found(said)).toEqual([]);
});

test.each<[string, readonly Said[]]>([
  ['never was in order', [SIZED_AGAIN]],
  ['is refused again and again', [BALANCED, SIZED_AGAIN, SIZED_AGAIN]],
  [
    'was refused and did not buy',
    [BALANCED, { status: 'partial', orders: [bought('TBRU'), refused('TMOS')] }],
  ],
  [
    'is refused for another reason',
    [BALANCED, { status: 'partial', orders: [refused('TMOS', '30079 Not available'), bought('TMOS')] }],
  ],
  ['has failed', [BALANCED, { status: 'failed', orders: SIZED_AGAIN.orders }]],
  ['says partial of nothing', [BALANCED, { status: 'partial', orders: [bought('TMOS')] }]],
])('an account that %s is not', (_, said) => {
  expect(found(said)).toEqual(['liveness']);
});

test('nor is one that is refused while prices stand still', () => {
  expect(found([BALANCED, SIZED_AGAIN], false)).toEqual(['liveness']);
});

const EMPTY = 'risk_only: the balanced total is -1.00 RUB: there is nothing to balance';
const sold: Order = { ticker: 'TMOS', direction: 'sell', status: 'filled', error: null };

test.each<[string, readonly Order[], boolean, readonly string[]]>([
  ['has just sold to cover a debt', [sold], true, []],
  ['has sold nothing for it', [], true, ['liveness']],
  ['has sold for it, and could have gone on', [sold], false, ['liveness']],
])('a patient account with nothing to balance that %s', (_, orders, patient, expected) => {
  expect(found([{ status: 'partial', reason: EMPTY, orders }], true, patient)).toEqual([...expected]);
});

const WIDE =
  'TMOS: its book is 9.09 % wide, the bound is 1 % (limits.max_spread_percent): the buy is a limit at 6.5 RUB, what it does not fill is cancelled';
const cancelled: Order = { ticker: 'TMOS', direction: 'buy', status: 'cancelled', error: null };

test.each<[string, number, readonly Order[], readonly string[], readonly string[]]>([
  ['a book that is too wide', 60, [bought('TBRU'), cancelled], [WIDE], []],
  ['a book that is not', 2, [cancelled], [WIDE], ['liveness']],
  ['a book of which it says nothing', 60, [cancelled], [], ['liveness']],
  ['a book, and is refused besides', 60, [cancelled, refused('TBRU')], [WIDE], ['liveness']],
])('an account that waits for %s', (_, spreadTicks, orders, warnings, expected) => {
  const widen = ({ exchange }: World): void => exchange.setBook('TMOS', { spreadTicks });
  const said = [{ status: 'partial', orders, warnings }] as const;
  expect(found(said, true, false, widen)).toEqual([...expected]);
});
