// The breakers that wait for a person: a price that leaps away from the last accepted one gets no order, and an account
// that is worth too much less than its peak by the venue's books, deposits and withdrawals taken out, trades no more.

import { raw } from '../../src/core/units.ts';
import type { Check } from '../check.ts';
import type { FaultKind } from '../faults/fault-kinds.ts';
import type { SimAccount } from '../generate/generate-accounts.ts';
import type { World } from '../world/world.ts';
import { balancedIn, rub } from './targets.ts';
import type { Told } from './told.ts';

const MINUTE_MS = 60_000;
/** Doubles. */
const GRAIN_RUB = 0.5;

/** After these a price, or what is told of one, is another. */
const MOVING: readonly FaultKind[] = [
  'price_gap',
  'dividend',
  'corrupt_reply',
  'cut_reply',
  'backup_restored',
];
/** Entries by which an account becomes worth less, or more, at prices that stand still. */
const COSTS: ReadonlySet<string> = new Set(['buy', 'sell', 'fee']);

/** As long as most replies take. */
const ON_ITS_WAY_MS = 500;
const isFlow = (kind: string): boolean => kind === 'input' || kind === 'output';

interface Look {
  readonly iteration: string;
  /** Worth less the money that came in, RUB. */
  readonly own: number;
  readonly flows: number;
  /** Dividends, RUB. */
  readonly payouts: number;
}

interface Marks {
  /** When they were last looked at. */
  readonly atMs: number;
  readonly peak: number;
  readonly flows: number;
  readonly payouts: number;
}

export function breakerChecks(world: World, told: Told): Check {
  const marks = new Map<string, Marks>();
  const looks = new Map<string, Look>();
  /** Moves of prices, payments and fills when an account was last halted. */
  const movedBefore = new Map<string, string>();
  /** Entries in the venue's books when the bot was first shown them in its iteration, by which it decides; -1: older ones. */
  const shown = new Map<string, number>();
  /** When positions were shown, per account. */
  const shownMs = new Map<string, number[]>();
  const limitOf = ({ block }: SimAccount): number =>
    Number(block.max_drawdown_percent ?? Number.POSITIVE_INFINITY);

  function lookAt(account: SimAccount, iteration: string): Look | null {
    const worths = balancedIn(world, account, (uid) => told.worthTo(account, uid));
    if (worths === null) return null;
    const books = world.exchange.registry.account(account.brokerAccount);
    // A payout that it has not seen yet, beside a price from before it, is worth that nobody ever had.
    if ((shown.get(account.brokerAccount) ?? books.ledger.length) !== books.ledger.length) return null;
    // Nor is one that came after the prices that this is judged by, however late positions were read again.
    const pricedMs = told.toldMs(account) - ON_ITS_WAY_MS;
    if (books.ledger.some(({ kind, atMs }) => kind === 'dividend' && atMs > pricedMs)) return null;
    const moved = books.ledger.filter(({ kind }) => isFlow(kind));
    const flows = rub(moved.reduce((sum, { cash }) => sum + cash, 0n));
    const paid = books.ledger.filter(({ kind }) => kind === 'dividend');
    const payouts = rub(paid.reduce((sum, { cash }) => sum + cash, 0n));
    const worth = worths.reduce((sum, each) => sum + each.worth, rub(books.cash()));
    return { iteration, own: worth - flows, flows, payouts };
  }

  /** How far it has fallen, in RUB beyond what is allowed; `null` where nothing is known to compare it with. */
  function beyond(account: SimAccount, { own, flows, payouts }: Look): number | null {
    const known = marks.get(account.id);
    // Money that has just moved may be judged an iteration later: at first nobody can tell a payout from a deposit.
    if (known === undefined || known.flows !== flows || known.payouts !== payouts) return null;
    // What the owner traded since may be judged an iteration later, too.
    const sinceMs = world.timeline.now() - known.atMs + ON_ITS_WAY_MS;
    if (world.outside.within(account.brokerAccount, sinceMs)) return null;
    const from = known.peak + flows;
    return from <= 0 ? null : known.peak - own - (from * limitOf(account)) / 100;
  }

  /**
   * What an iteration that came that far has seen, and so remembers. While its clock is being set nobody can tell which
   * operations its positions have: such a look begins nothing.
   */
  function remember({ id }: SimAccount, { own, flows, payouts }: Look, beganMs: number): void {
    const known = marks.get(id);
    if (known === undefined && world.skewedAtMs >= beganMs) return;
    const peak = Math.max(own, known?.peak ?? own);
    marks.set(id, { atMs: world.timeline.now(), peak, flows, payouts });
  }

  /** Of money that moves while a reply is on its way nobody can tell whether the positions in it have it. */
  const isOnItsWay = ({ brokerAccount }: SimAccount, atMs: number): boolean =>
    shownMs.get(brokerAccount)?.some((shown) => atMs >= shown && atMs - shown <= ON_ITS_WAY_MS) ?? false;

  /** Where no price moves only trades cost anything: neither money that came nor money that went may halt an account. */
  function halted(account: SimAccount): void {
    const { coverage, exchange, liveliness } = world;
    if (liveliness > 0 || MOVING.some((kind) => kind in coverage.tables.faults)) return;
    const worths = balancedIn(world, account, (uid) => told.mostFor(account, uid));
    if (worths === null) return;
    const books = exchange.registry.account(account.brokerAccount);
    if (books.ledger.some(({ kind, atMs }) => isFlow(kind) && isOnItsWay(account, atMs))) return;
    const cost = books.ledger.reduce((sum, { kind, uid, cash, pieces }) => {
      const instrument = uid === null ? null : exchange.market.byUid(uid);
      const price = instrument && exchange.market.last(instrument, world.timeline.now())?.price;
      return COSTS.has(kind) ? sum - cash - pieces * (price ?? 0n) : sum;
    }, 0n);
    const now = worths.reduce((sum, { worth }) => sum + worth, rub(books.cash()));
    const fall = (rub(cost) / (now + rub(cost))) * 100;
    if (now > 0 && fall < limitOf(account) * 0.9)
      world.violate('drawdown', `${account.id} is halted, all its trades have cost ${fall.toFixed(2)} %`);
  }

  /** Once a person lets it go on it begins anew: where nothing has moved since, there is no fall. */
  function again({ id, brokerAccount }: SimAccount): void {
    const { market, registry } = world.exchange;
    const prices = market.all().reduce((sum, instrument) => sum + market.changesOf(instrument), 0);
    const moved = `${prices} ${registry.account(brokerAccount).ledger.length}`;
    if (world.liveliness === 0 && movedBefore.get(id) === moved)
      world.violate('drawdown', `${id} is halted again, and nothing has moved since a person let it go on`);
    movedBefore.set(id, moved);
  }

  const accountOf = (id: string): SimAccount | undefined => world.accounts.find((each) => each.id === id);

  return {
    onCall({ call: { method, accountId } }, phase) {
      if (phase !== 'applied' || method !== 'GetPositions' || world.accountOf(accountId) === null) return;
      const id = accountId ?? '';
      const isOld = world.exchange.faults.conditions.positionsLagMs > 0;
      if (!shown.has(id)) shown.set(id, isOld ? -1 : world.exchange.registry.account(id).ledger.length);
      const before = shownMs.get(id);
      if (before === undefined) shownMs.set(id, [world.timeline.now()]);
      else before.push(world.timeline.now());
    },
    onPlan({ account: id, iteration, intents }) {
      const account = accountOf(id);
      if (account === undefined) return;
      for (const { request, ticker, sizedAt } of intents) {
        const jump = told.jumpOf(account, request.uid, raw(sizedAt));
        if (jump !== null) world.violate('price jump', `${request.side} ${ticker} ${jump}`);
        told.accepted(account, request.uid, raw(sizedAt));
      }
      if (looks.get(id)?.iteration === iteration || limitOf(account) === Number.POSITIVE_INFINITY) return;
      const look = lookAt(account, iteration);
      if (look === null) return;
      looks.set(id, look);
      if (!world.isUndisturbed(account.brokerAccount)) return;
      const over = beyond(account, look);
      if (over !== null && over > GRAIN_RUB && intents.some(({ request }) => request.side === 'buy'))
        world.violate(
          'drawdown',
          `${id} buys, ${over.toFixed(2)} RUB below what ${limitOf(account)} % allow`,
        );
    },
    onRecord(record) {
      const { account: id, iteration, status, reason, dry_run } = record;
      const account = accountOf(id);
      const planned = looks.get(id);
      looks.delete(id);
      const look = account && status === 'nothing_to_do' ? lookAt(account, iteration) : null;
      shown.delete(account?.brokerAccount ?? '');
      if (account === undefined || dry_run || /risk_only/.test(reason ?? '')) return;
      if (limitOf(account) === Number.POSITIVE_INFINITY) return;
      const beganMs = world.beganMs(record);
      if (planned !== undefined) return remember(account, planned, beganMs);
      if (look === null) return;
      if (!world.isUndisturbed(account.brokerAccount)) return remember(account, look, beganMs);
      const over = beyond(account, look);
      remember(account, look, beganMs);
      if (over !== null && over > GRAIN_RUB)
        world.violate(
          'drawdown',
          `${id} goes on, ${over.toFixed(2)} RUB below what ${limitOf(account)} % allow`,
        );
    },
    onHalt(id, { cause }) {
      const account = accountOf(id);
      if (account === undefined || cause !== 'drawdown') return;
      halted(account);
      again(account);
      marks.delete(id);
      const { life } = world;
      world.timeline.at(world.timeline.now() + MINUTE_MS, () => {
        const isTold = world.alerts.some(({ alert }) => alert.account === id && alert.event === 'halted');
        if (life?.alive && !isTold) world.violate('drawdown', `nobody was told that ${id} is halted`);
      });
    },
    /** An old journal knows an old peak. */
    onRestore() {
      marks.clear();
      movedBefore.clear();
    },
    onDeath() {
      looks.clear();
      shown.clear();
    },
  };
}
