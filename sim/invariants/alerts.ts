// What the owner is told of what went wrong: everything that stops an account or waits for a person has its alert in time,
// once, about the right account; what an alert says is so; and the command that it names is one that the program takes.

import type { IterationRecord } from '../../src/core/iteration-record.ts';
import { isFinal } from '../../src/core/order.ts';
import type { Alert, JournaledOrder } from '../../src/ports.ts';
import type { Check } from '../check.ts';
import type { FaultKind } from '../faults/fault-kinds.ts';
import type { SimAccount } from '../generate/generate-accounts.ts';
import type { Life } from '../world/life.ts';
import type { World } from '../world/world.ts';
import { commandsIn, commandTrouble } from './commands.ts';

const SECOND_MS = 1_000;
const HOUR_MS = 3_600_000;
/** safety.md: an alert within 60 s. */
const TOLD_WITHIN_MS = 60 * SECOND_MS;
/**
 * Without these nothing is traded; without the tariff, or what a rule weighs by, some of it is. An order that is refused is
 * judged by what becomes of it: of one that was sent before without an answer it is no refusal.
 */
const NEEDED: ReadonlySet<string> = new Set([
  ...['GetOrderState', 'GetOrders', 'GetPositions', 'GetLastPrices', 'GetTradingStatuses'],
]);
const KEY = /[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}/g;
/** Told by the loop when the iteration is over and on record, or, of the token, by whatever call met it. */
const AFTERWARDS: ReadonlySet<string> = new Set(['account_stopped', 'token_refused', 'contract_changed']);
/** The longest that an answer is on its way. */
const ON_ITS_WAY_MS = 60 * SECOND_MS;
/** What each refusal of an order by which trading ends must lead to. */
const ENDS: Readonly<Record<string, string>> = {
  '30240': 'account_stopped',
  '40002': 'account_stopped',
  '40004': 'account_stopped',
  '50004': 'account_stopped',
  '90001': 'account_stopped',
  '90003': 'account_stopped',
  '30109': 'account_stopped',
  '12001': 'contract_changed',
};
const BAD: ReadonlySet<string> = new Set(['failed', 'skipped', 'unknown_outcome']);
/** Words of a record for which it was right to do nothing. */
const EXPECTED = / is closed|kill switch/;

/** What was asked beside it said sooner that nothing is to be believed for now. */
const isDoubtful = ({ status, reason }: IterationRecord): boolean =>
  status === 'skipped' || /cannot be trusted/.test(reason ?? '');

/** After these what the account shows, or what the journal knows, may rightly be doubted. */
const HIDING: readonly FaultKind[] = [
  ...(['stale_positions', 'corrupt_reply', 'cut_reply', 'backup_restored', 'late_visibility'] as const),
  ...(['dividend', 'margin_withdrawn', 'limits_loading'] as const),
];

interface Refused {
  /** When the bot last had an answer under it before that: what it has told since still stands. */
  readonly okMs: number;
}

interface Heard extends Alert {
  readonly atMs: number;
  readonly life: Life | null;
  /** Writes that had failed by then. */
  readonly unwritten: number;
  /** Since when the account was halted then. */
  readonly haltMs: number | null;
}

export function alertChecks(world: World): Check {
  const heard: Heard[] = [];
  /** Whether an account's last iteration came to something: of those that were not right to do nothing, whatever life. */
  const wentWell = new Map<string, boolean>();
  /** Tokens that the venue has refused since it last accepted them. */
  const refused = new Map<string, Refused>();
  /** By token: when the bot last had an answer, and when the venue last refused it. */
  const okMs = new Map<string, number>();
  const refusedMs = new Map<string, number>();
  const recorded = new Map<string, { readonly life: Life; readonly atMs: number; readonly bad: boolean }>();
  /** By iteration: what the refusals of its orders may be told as; one of several is enough. */
  const stops = new Map<string, Set<string>>();
  /** Iterations that the venue refused the token of: that is told instead. */
  const untrusted = new Set<string>();
  /** By iteration: how many writes had failed when the last of them was refused. */
  const writtenBy = new Map<string, number>();
  const looked = new Set<string>();
  const wrong = (text: string): void => world.violate('alert', text);
  const haltMsOf = (account: string | null): number | null =>
    account === null ? null : (world.store.journal.halt(account)?.atMs ?? null);
  /** Tokens that were told that such a method is gone. */
  const gone = new Set<string>();
  const isOver = (life: Life): boolean => !life.alive || life.stoppedMs !== null || life !== world.life;
  const now = (): number => world.timeline.now();
  const toldOf = (account: string, event: RegExp, sinceMs: number): boolean =>
    heard.some((each) => each.account === account && event.test(each.event) && each.atMs >= sinceMs);

  /** Whatever is still so a minute later and nobody was told of. */
  function expect(life: Life, account: string, event: RegExp, what: string, isSo: () => boolean): void {
    const sinceMs = now();
    world.timeline.at(sinceMs + TOLD_WITHIN_MS, () => {
      if (isOver(life) || !isSo() || toldOf(account, event, sinceMs)) return;
      wrong(`${what}, and nobody was told within ${TOLD_WITHIN_MS / SECOND_MS} s`);
    });
  }

  /** An order that is unknown for a minute, reckoned from the life's first look at it where an earlier one left it. */
  function unknown(account: string, key: string, life: Life): void {
    const sinceMs = now();
    world.timeline.at(sinceMs + TOLD_WITHIN_MS, () => {
      if (isOver(life) || world.store.journal.order(key)?.state !== 'unknown') return;
      const told = heard.some(
        (each) => each.life === life && each.account === account && each.message.includes(key),
      );
      const stopped = heard.some(
        (each) => each.life === life && each.account === account && AFTERWARDS.has(each.event),
      );
      if (!told && !stopped) wrong(`${key} is unknown for a minute, and nobody was told`);
    });
  }

  /** What an alert says is so at the instant that it is given. */
  function truth({ account, event, message }: Alert, life: Life | null): void {
    const owner = world.accounts.find(({ id }) => id === account);
    if (owner === undefined) {
      wrong(`${event} is told of ${account}, which is no account`);
      return;
    }
    // What ends all accounts is told by whoever meets it, where one of them trades.
    const concernsAll = event === 'contract_changed' && world.accounts.some(({ dryRun }) => !dryRun);
    if (owner.dryRun && !concernsAll) wrong(`${event} is told of ${account}, which only runs dry`);
    for (const [key] of message.matchAll(KEY)) {
      const order = world.store.journal.order(key);
      if (order !== null && order.account !== account)
        wrong(`${event} of ${account} names order ${key} of ${order.account}`);
    }
    const { journal } = world.store;
    const keys = [...message.matchAll(KEY)].map(([key]) => key);
    if (event === 'halted') {
      const halt = journal.halt(owner.id);
      if (halt === null) wrong(`${account} is told to be halted, and is not`);
      else if (!message.includes(halt.detail)) wrong(`${account} is told to be halted for another reason`);
      if (halt?.cause === 'unresolved_order') unresolved(owner, message, keys);
    }
    if (event === 'unknown_outcome') {
      const order = keys[0] === undefined ? null : journal.order(keys[0]);
      if (order?.state !== 'unknown')
        wrong(`${account} is told of unknown order ${keys[0]}, it is ${order?.state}`);
      else if (!message.includes(order.ticker)) wrong(`${keys[0]} is told without its ticker`);
    }
    if (
      event === 'order_unfinished' &&
      !journal.openOrders(owner.id).some(({ request }) => keys.includes(request.key))
    )
      wrong(`${account} is told of unfinished order ${keys[0]}, which is final`);
    const since = refusedMs.get(owner.token) ?? Number.NEGATIVE_INFINITY;
    if (event === 'token_refused' && !refused.has(owner.token) && now() - since > ON_ITS_WAY_MS)
      wrong(`${account} is told that its token is refused, the venue accepts it`);
    // One that comes to nothing is weather: nobody is woken for it. A backup and a full disk forget what was good.
    const forgets = ['backup_restored', 'disk_full'].some((kind) => kind in world.coverage.tables.faults);
    if (event === 'paused' && wentWell.get(owner.id) === true && !forgets)
      wrong(`${account} is told to come to nothing, its iteration before did not: ${message}`);
    again({ account, event, message }, life, keys);
    commands(owner, message);
  }

  /** The venue never had it, and nobody and nothing but our own orders changed the account since: that can be seen. */
  function isProvable({ iteration, leg, request, firstSentMs }: JournaledOrder): boolean {
    const { exchange, outside, store } = world;
    const { brokerAccount, key } = request;
    if (exchange.desk.ordersOfKey(brokerAccount, key).length > 0 || world.skewedAtMs > 0) return false;
    if (outside.within(brokerAccount, now() - (firstSentMs ?? 0) + TOLD_WITHIN_MS)) return false;
    if (HIDING.some((kind) => kind in world.coverage.tables.faults)) return false;
    if (exchange.desk.activeOf(brokerAccount).length > 0) return false;
    const besides = store.journal.ordersOf(iteration).filter((each) => each.leg === leg);
    return besides.every((each) => each.request.key === key || isFinal(each.state));
  }

  /** Only a person can say what became of it: the alert names what that takes. */
  function unresolved({ id }: SimAccount, message: string, keys: readonly string[]): void {
    const order = keys[0] === undefined ? null : world.store.journal.order(keys[0]);
    if (order?.state !== 'unknown') wrong(`${id} is halted for order ${keys[0]}, which is ${order?.state}`);
    if (order !== null && isProvable(order))
      wrong(`${id} is halted for order ${order.request.key}, which nothing has hidden`);
    const names = commandsIn(message).map((argv) => argv.slice(0, 2).join(' '));
    if (!names.includes(`resolve ${keys[0]}`))
      wrong(`the halt of ${id} does not name the command that resolves ${keys[0]}`);
    if (!/tracking id \S/.test(message) && trackedIn(order?.request.key ?? ''))
      wrong(`the halt of ${id} does not name the tracking id of ${keys[0]}`);
  }

  const tracked = world.store.db.query<{ id: string }, { key: string }>(
    'SELECT tracking_id AS id FROM transitions WHERE key = $key AND tracking_id IS NOT NULL',
  );
  const trackedIn = (key: string): boolean => tracked.get({ key }) !== null;

  /** Once per cause. */
  function again({ account, event, message }: Alert, life: Life | null, keys: readonly string[]): void {
    const same = heard.filter(
      (each) => each.account === account && each.event === event && each.life === life,
    );
    const last = same.at(-1);
    if (last === undefined) return;
    const twice = (because: string): void =>
      wrong(`${account} is told of ${event} twice (${because}): ${message}`);
    if (event === 'account_stopped' || event === 'contract_changed') twice('it is stopped already');
    const { token = '' } = world.accounts.find(({ id }) => id === account) ?? {};
    if (event === 'token_refused' && (okMs.get(token) ?? 0) <= last.atMs)
      twice('it was refused all the time');
    if (event === 'unknown_outcome' && same.some((each) => each.message.includes(keys[0] ?? '-')))
      twice('one order');
    // Once a person lets it go on, the same fall may halt it anew, and that is another halt: by its instant.
    const haltMs = haltMsOf(account);
    const isOne = (each: Heard): boolean => each.message === message && each.haltMs === haltMs;
    if (event === 'halted' && same.some(isOne)) twice('one halt');
    // That it was told is written down after it: on a full disk nobody remembers.
    const isNoted = world.unwritten === last.unwritten;
    if (
      event === 'paused' &&
      isNoted &&
      world.skewedAtMs < last.atMs &&
      now() - last.atMs < HOUR_MS - SECOND_MS
    ) {
      const good = world.records.some(
        ({ record, atMs }) => record.account === account && atMs >= last.atMs && !BAD.has(record.status),
      );
      if (!good) twice('within the hour');
    }
  }

  function commands({ id }: SimAccount, message: string): void {
    for (const argv of commandsIn(message))
      void commandTrouble(world, id, argv).then((trouble) => {
        if (trouble !== null) wrong(`"tiebb ${argv.join(' ')}" is told to ${id}: ${trouble}`);
      });
  }

  /** The second iteration in a row that came to nothing is told, then once an hour. */
  function pauses(account: SimAccount, bad: boolean, life: Life): void {
    const before = recorded.get(account.id);
    recorded.set(account.id, { life, atMs: now(), bad });
    if (!bad || before?.life !== life || !before.bad || account.dryRun) return;
    if (world.skewedAtMs >= now() - 2 * HOUR_MS || world.coverage.tables.faults.disk_full) return;
    const sinceMs = now();
    const told = (): boolean => toldOf(account.id, /^paused$/, sinceMs - HOUR_MS - SECOND_MS);
    // What ends an account is told once its last iteration is on record.
    world.timeline.at(sinceMs + 1, () => {
      if (!told() && !toldOf(account.id, /^(account_stopped|contract_changed)$/, sinceMs))
        wrong(`two iterations of ${account.id} in a row came to nothing, and nobody was told`);
    });
  }

  /** A venue that no longer knows a method without which nothing is traded. */
  function changed(life: Life, token: string): void {
    const sinceMs = now();
    const mine = world.accounts.flatMap((each) => (each.token === token ? [each.id] : []));
    // What comes once its iteration is over, or nobody waits for it any longer, changes nothing.
    if ('delayed_reply' in world.coverage.tables.faults) return;
    // Other orders of its leg are seen to first, each call of which may wait for the next minute's limit.
    const limited = (world.coverage.tables.faults.rate_limited ?? 0) + 1;
    world.timeline.at(sinceMs + 4 * TOLD_WITHIN_MS + limited * TOLD_WITHIN_MS, () => {
      const isHeeded = world.records.some(
        ({ record, atMs }) =>
          atMs >= sinceMs &&
          world.beganMs(record) <= sinceMs &&
          mine.includes(record.account) &&
          !isDoubtful(record),
      );
      if (isOver(life) || !isHeeded) return;
      if (!heard.some(({ event, atMs }) => event === 'contract_changed' && atMs >= life.startedMs))
        wrong('the venue said minutes ago that its contract changed, and nobody was told');
    });
  }

  return {
    // What an iteration came to that was killed before its record is known to the bot alone.
    onDeath: () => wentWell.clear(),
    onHalt(account) {
      const { life } = world;
      if (life !== null) expect(life, account, /^halted$/, `${account} was halted`, () => true);
    },
    onSettle({ change, before, after }) {
      const { life } = world;
      if (life === null) return;
      const { account, request } = after;
      if (after.state === 'unknown' && before.state !== 'unknown') unknown(account, request.key, life);
      if (change.code === '40003') untrusted.add(after.iteration);
      const event = ENDS[change.code ?? ''];
      if (after.state === 'rejected' && change.evidence === 'refused by the venue' && event !== undefined) {
        stops.set(after.iteration, (stops.get(after.iteration) ?? new Set()).add(event));
        writtenBy.set(after.iteration, world.unwritten);
      }
    },
    onCall({ call, life }, phase) {
      if (phase === 'received' && call.method === 'GetOrderState') {
        const account = world.accountOf(call.accountId);
        if (account === null || looked.has(`${life.number} ${account.id}`)) return;
        looked.add(`${life.number} ${account.id}`);
        for (const { state, request } of world.store.journal.openOrders(account.id))
          if (state === 'unknown') unknown(account.id, request.key, life);
      }
      if (phase !== 'replied' || call.token === null) return;
      if (call.outcome === 'ok') refused.delete(call.token);
      if (call.outcome === '12001' && NEEDED.has(call.method)) gone.add(call.token);
      if (call.outcome !== '40003') return;
      const { token } = call;
      refusedMs.set(token, now());
      if (refused.has(token)) return;
      refused.set(token, { okMs: okMs.get(token) ?? 0 });
    },
    onError(code, life, token) {
      if (code === '12001' && gone.delete(token)) changed(life, token);
      const refusal = refused.get(token);
      if (code !== '40003' || refusal === undefined) return;
      world.timeline.at(now() + TOLD_WITHIN_MS, () => {
        if (isOver(life) || refused.get(token) !== refusal) return;
        const mine = world.accounts.filter((each) => each.token === token && !each.dryRun);
        if (!mine.every(({ id }) => toldOf(id, /^token_refused$/, refusal.okMs)))
          wrong(`the venue has refused the token of ${mine[0]?.id} for a minute, and nobody was told`);
      });
    },
    onReply(_method, _request, _body, _life, token) {
      okMs.set(token, now());
    },
    onAlert(alert) {
      const { life } = world;
      truth(alert, life);
      heard.push({
        ...alert,
        atMs: now(),
        life,
        unwritten: world.unwritten,
        haltMs: haltMsOf(alert.account),
      });
    },
    onRecord(record, life) {
      const account = world.accounts.find(({ id }) => id === record.account);
      if (account === undefined) return;
      const sinceMs = recorded.get(account.id)?.atMs ?? 0;
      const mine = heard.filter(
        (each) => each.life === life && each.account === account.id && each.atMs >= sinceMs,
      );
      // Of an account that could not be opened there is no iteration whose warnings they could be.
      const silent = mine.find(
        ({ event, message }) => !AFTERWARDS.has(event) && !isIn(record.warnings, message),
      );
      if (silent !== undefined && record.broker_account !== null && silent.atMs > sinceMs)
        wrong(`${silent.event} is no warning of ${record.iteration}`);
      // Nobody is woken for what would not have traded anyway: on a closed exchange, too, where that is only planned.
      const isQuiet = record.dry_run || EXPECTED.test(record.reason ?? '');
      if (!isQuiet) wentWell.set(account.id, !BAD.has(record.status));
      pauses(account, BAD.has(record.status) && !isQuiet, life);
      const events = stops.get(record.iteration);
      stops.delete(record.iteration);
      if (untrusted.has(record.iteration)) return;
      if (events === undefined || account.dryRun || record.status === 'unknown_outcome') return;
      // A journal that fails after it stops the account by itself; the venue says the same to the next program.
      if (world.unwritten > (writtenBy.get(record.iteration) ?? world.unwritten))
        events.add('account_stopped');
      const atMs = now();
      world.timeline.at(atMs + SECOND_MS, () => {
        if (life.stoppedMs !== null || life.ending?.kind === 'killed') return;
        const told = heard.some(
          (each) => each.account === account.id && events.has(each.event) && each.atMs >= atMs,
        );
        // While the token itself is refused nobody can tell what else would be: that is said once it is accepted again.
        const refusal = refused.get(account.token);
        const isOut = refusal !== undefined && toldOf(account.id, /^token_refused$/, refusal.okMs);
        if (!told && !isOut)
          wrong(`an order of ${record.iteration} was refused for good, and nobody was told (${[...events]})`);
      });
    },
    atEnd() {
      for (const { id, dryRun } of world.accounts)
        if (!dryRun && world.store.journal.halt(id) !== null && !toldOf(id, /^halted$/, 0))
          wrong(`${id} is halted, and nobody was ever told`);
    },
  };
}

const isIn = (warnings: readonly string[], message: string): boolean => warnings.includes(message);
