// What is in order and has not changed is left alone: after an iteration without faults that ended balanced, at the same
// prices, the next one posts nothing. Only what its trades have cost, which no plan knows to the step, may move its targets;
// what was left as too little to trade may be enough to be traded by that.

import type { IterationRecord } from '../../src/core/iteration-record.ts';
import { raw } from '../../src/core/units.ts';
import { executedValue, type VenueOrder } from '../../src/exchange/order.ts';
import type { Check } from '../check.ts';
import type { SimAccount } from '../generate/generate-accounts.ts';
import type { World } from '../world/world.ts';
import { rateOf } from './decisions.ts';
import { DUST_PERCENT, fillsOf, rub, type Standing, standingOf } from './targets.ts';
import type { Told } from './told.ts';

/** Rules under which an iteration goes only a part of the way, or goes by the hour or by what was. */
const SLOW = ['limits', 'rebalance', 'diff', 'buy_requires_total_marginal_sell', 'confirmationThresholdRub'];

/** Of what is sold, at most. */
const STEP = 0.003;

interface Settled {
  /** Entries in the venue's books. */
  readonly entries: number;
  readonly scene: string;
  /** RUB that the next iteration may trade. */
  readonly allowed: number;
  /** RUB that a side of an instrument was left as too little to trade, by the targets before the trades had cost anything. */
  readonly left: ReadonlyMap<string, number>;
}

interface Begun {
  readonly iteration: string;
  readonly total: number;
  /** RUB by instrument. */
  readonly targets: ReadonlyMap<string, number>;
  /** At which commission it was reckoned. */
  readonly rate: number;
}

export function calmChecks(world: World, told: Told): Check {
  const settled = new Map<string, Settled>();
  const begun = new Map<string, Begun>();

  /** What the next iteration would look at; `null` while any of it is in doubt. */
  function sceneOf(account: SimAccount): Standing | null {
    const { market, faults } = world.exchange;
    const nowMs = world.timeline.now();
    if (faults.conditions.positionsLagMs > 0) return null;
    return standingOf(world, account, (uid) => {
      const instrument = market.byUid(uid);
      const last = instrument ? market.last(instrument, nowMs)?.price : undefined;
      const isOpen = instrument !== null && market.flags(instrument, nowMs).market;
      return isOpen && last === told.worthTo(account, uid) ? (last ?? null) : null;
    });
  }

  /** RUB that its trades have cost, or that they have cost less than was reckoned: an account's first ones go by no rate it has paid. */
  function unforeseen(account: SimAccount, { orders }: IterationRecord, start: Begun, now: Standing): number {
    const cost = Math.max(0, start.total - now.total);
    const keys = new Set(orders.map((order) => order.idempotency_key));
    const fills = fillsOf(world, account).filter(({ key }) => keys.has(key));
    const worthOf = (orders: readonly VenueOrder[]): number =>
      orders.reduce((sum, order) => sum + rub(executedValue(order)), 0);
    // Of sells a step of the price is kept, too.
    const steps = STEP * worthOf(fills.filter(({ side }) => side === 'sell'));
    return Math.max(cost, start.rate * worthOf(fills) - cost) + steps;
  }

  const entriesOf = ({ brokerAccount }: SimAccount): number =>
    world.exchange.registry.account(brokerAccount).ledger.length;

  const isFree = (): boolean => world.timeline.now() >= world.calmAtMs || world.swarm.fired.length === 0;

  return {
    onRecord(record) {
      const { account: id, iteration, status, dry_run, exchange_open } = record;
      settled.delete(id);
      const start = begun.get(id);
      begun.delete(id);
      const account = world.accounts.find((each) => each.id === id);
      if (account === undefined || account.borrows || dry_run || !exchange_open) return;
      if (SLOW.some((key) => key in account.block)) return;
      // By true time: the bot's clock may have run ahead while it was still told wrong things.
      const isWhole = isFree() && (world.swarm.fired.length === 0 || world.beganMs(record) >= world.calmAtMs);
      if (!isWhole || (status !== 'balanced' && status !== 'nothing_to_do')) return;
      const standing = sceneOf(account);
      if (standing === null || (start !== undefined && start.iteration !== iteration)) return;
      // Of what was traded nobody saw the beginning: what it was reckoned to cost is not known.
      if (start === undefined && record.orders.length > 0) return;
      const costliest = Math.max(0, ...standing.rows.map(({ lot }) => lot));
      const allowed = start === undefined ? 0 : unforeseen(account, record, start, standing) + costliest;
      const left = start === undefined ? new Map<string, number>() : dustOf(start, standing);
      settled.set(id, { entries: entriesOf(account), scene: textOf(standing), allowed, left });
    },
    onPlan({ account: id, iteration, intents }) {
      const account = world.accounts.find((each) => each.id === id);
      const before = settled.get(id);
      settled.delete(id);
      if (account === undefined || begun.get(id)?.iteration === iteration) return;
      const standing = sceneOf(account);
      if (standing === null) return;
      const targets = new Map(standing.rows.map(({ uid, low }) => [uid, low]));
      begun.set(id, { iteration, total: standing.total, targets, rate: rateOf(world, account) });
      if (before === undefined || !isFree() || !world.isUndisturbed(account.brokerAccount)) return;
      if (entriesOf(account) !== before.entries || textOf(standing) !== before.scene) return;
      const sum = intents.reduce((all, { request, sizedAt }) => {
        const amount = rub(raw(request.lots) * raw(request.lot) * raw(sizedAt));
        return all + Math.max(0, amount - (before.left.get(sideOf(request)) ?? 0));
      }, 0);
      if (sum <= before.allowed) return;
      const what = intents.map(({ request, ticker }) => `${request.side} ${request.lots} ${ticker}`).join();
      world.violate('calm', `${id} was in order, nothing has changed, and it plans ${what}`);
    },
    onDeath: () => begun.clear(),
  };
}

const sideOf = ({ uid, side }: { readonly uid: string; readonly side: string }): string => `${side} ${uid}`;

function dustOf({ total, targets }: Begun, { rows }: Standing): ReadonlyMap<string, number> {
  const least = (total * DUST_PERCENT) / 100;
  return new Map(
    rows.flatMap(({ uid, worth }) => {
      const over = worth - (targets.get(uid) ?? worth);
      const side = sideOf({ uid, side: over > 0 ? 'sell' : 'buy' });
      return Math.abs(over) < least ? [[side, Math.abs(over)] as const] : [];
    }),
  );
}

/** What the next iteration would look at. */
const textOf = ({ rows }: Standing): string => rows.map(({ lot, low }) => `${lot} ${low}`).join();
