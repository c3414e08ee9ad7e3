// What happens to the venue and to the bot at numbered effects of a run: every call's phases and every journal write
// are numbered, and each event of the seed waits for one number. So a kill or a halt meets any two lines of an iteration.

import { SecurityTradingStatus } from 'tinkoff-invest-api/dist/generated/common.js';
import type { VenueOrder } from '../../src/exchange/order.ts';
import { TICKERS } from '../generate/generate-accounts.ts';
import type { Life } from '../world/life.ts';
import type { Dice } from '../world/streams.ts';
import type { World } from '../world/world.ts';
import type { FaultKind } from './fault-kinds.ts';
import { OldJournals } from './old-journals.ts';
import { OrderKills } from './order-kills.ts';
import { OwnerChanges } from './owner-changes.ts';
import { cancelUnknown } from './resting-orders.ts';
import { VenueChanges } from './venue-changes.ts';

const SECOND_MS = 1_000;
const MINUTE_MS = 60_000;

/** Kinds that happen at a number, and at most how many of each. */
const MOST: Readonly<Partial<Record<FaultKind, number>>> = {
  late_visibility: 2,
  stale_positions: 3,
  limits_loading: 2,
  price_gap: 4,
  instrument_halted: 3,
  foreign_order: 2,
  cash_moved: 4,
  token_revoked: 1,
  clock_jump: 2,
  disk_full: 1,
  second_instance: 2,
  kill: 3,
  sigterm: 2,
  kill_switch: 2,
  margin_withdrawn: 2,
  trading_barred: 2,
  dividend: 2,
};

/** The same for kinds that wait for an effect of orders. */
const MOST_AT_ORDERS: Readonly<Partial<Record<FaultKind, number>>> = {
  maintenance: 1,
  token_read_only: 1,
  account_closed: 1,
};

/** Kinds that change no books, so that they may happen inside a journal write: half of them happen at an effect of orders. */
const AIMED: ReadonlySet<FaultKind> = new Set(['sigterm', 'kill_switch', 'disk_full', 'late_visibility']);

/** What ends all trading for a while hides everything else: of such plans only a share comes true. */
const SHARES: Readonly<Partial<Record<FaultKind, number>>> = {
  maintenance: 0.15,
  token_read_only: 0.12,
  account_closed: 0.12,
  token_revoked: 0.3,
  backup_restored: 0.3,
  kill_switch: 0.4,
  limits_loading: 0.5,
  // A new life is dear, and those that are aimed at orders meet more than those that come at random.
  kill: 0.25,
  sigterm: 0.35,
  disk_full: 0.6,
  second_instance: 0.5,
  trading_barred: 0.5,
};
const comesTrue = (kind: FaultKind, dice: Dice): boolean => dice.chance(SHARES[kind] ?? 1);

/** About as many effects as one account makes while faults are on. */
const EFFECTS_PER_ACCOUNT = 105;

const IN_A_WRITE = / (before|inside|after)$/;

/** A swarm that waits for a plan wakes at this effect at the latest. */
const ASLEEP_MAX = 170;

interface Planned {
  readonly kind: FaultKind;
  readonly dice: Dice;
  fire(): boolean;
}

export class PlannedEvents {
  private readonly at = new Map<number, Planned[]>();
  /** Due, waiting for the next call: what touches the venue must not happen inside a journal write. */
  private waiting: Planned[] = [];
  private restart = false;
  private asleepUntil = 0;
  private readonly halts = new Map<string, number>();
  private readonly orderKills = new OrderKills();
  private readonly journals: OldJournals;
  private readonly venue: VenueChanges;
  private readonly owner: OwnerChanges;

  constructor(private readonly world: World) {
    this.journals = new OldJournals(world);
    this.venue = new VenueChanges(world);
    this.owner = new OwnerChanges(world);
    if (world.options.onlyAccount) return;
    const span = EFFECTS_PER_ACCOUNT * world.accounts.length;
    for (const [kind, most] of Object.entries(MOST) as [FaultKind, number][])
      for (const { dice, fire } of world.swarm.planned(kind, most)) {
        if (!comesTrue(kind, dice)) continue;
        if (AIMED.has(kind) && dice.chance(0.5)) {
          this.orderKills.aim(dice, (_, life) => {
            if (fire()) this.happen(kind, dice, life);
          });
          continue;
        }
        const number = dice.whole(1, span);
        this.at.set(number, [...(this.at.get(number) ?? []), { kind, dice, fire }]);
      }
    this.aimAtOrders();
  }

  private aimAtOrders(): void {
    const { swarm } = this.world;
    for (const { dice, fire } of swarm.planned('kill_at_order', 6))
      this.orderKills.aim(dice, (name, life) => {
        if (!life.alive || !fire()) return;
        // What was taken a moment ago is often not shown yet to who asks so soon.
        if (dice.chance(0.2)) this.happen('late_visibility', dice, life);
        this.kill('kill_at_order', dice, life, name);
      });
    for (const { dice, fire } of swarm.planned('backup_restored', 1)) {
      if (!comesTrue('backup_restored', dice)) continue;
      this.orderKills.later(dice.whole(1, 25), () => {
        if (!fire()) return;
        this.journals.copySoon();
        this.orderKills.later(dice.whole(2, 30), (name, life) => {
          if (life.alive) this.restoreBackup(dice, life, name);
        });
      });
    }
    for (const [kind, most] of Object.entries(MOST_AT_ORDERS) as [FaultKind, number][])
      for (const { dice, fire } of swarm.planned(kind, most))
        if (comesTrue(kind, dice))
          this.orderKills.later(dice.whole(1, 60), () => this.waiting.push({ kind, dice, fire }));
  }

  /** A process begins: on a journal that somebody put back, or on one of an older version. */
  starting(): void {
    this.journals.starting();
    if (this.world.lives.length === 0) this.tell('order_from_before', this.owner.orderFromBefore());
  }

  /** A life opens its journal. */
  opening(life: Life): void {
    this.journals.opening(life, (where) => {
      this.hit('kill_in_migration', where);
      this.world.crashPoints.count('in a migration');
      this.world.kill(life, where);
      this.lifeEnded(5 * SECOND_MS);
    });
  }

  /** The end of the run. */
  close(): void {
    this.journals.close();
  }

  reached(number: number, name: string, life: Life): void {
    const { swarm } = this.world;
    if (swarm.isAsleep) {
      if (!name.startsWith('plan ') && number < ASLEEP_MAX) return;
      swarm.wake();
      this.asleepUntil = number;
    }
    this.journals.reached(name);
    this.orderKills.reached(name, life);
    const due = this.at.get(number - this.asleepUntil);
    if (due !== undefined) {
      this.at.delete(number - this.asleepUntil);
      for (const planned of due)
        if (planned.kind === 'kill') {
          if (life.alive && planned.fire()) this.kill('kill', planned.dice, life, name);
        } else this.waiting.push(planned);
    }
    if (this.waiting.length === 0 || this.world.copying || IN_A_WRITE.test(name)) return;
    const now = this.waiting;
    this.waiting = [];
    for (const { kind, dice, fire } of now) if (fire()) this.happen(kind, dice, life);
  }

  orderChanged(order: VenueOrder): void {
    // Its owner's order may wait in the book for long before it trades.
    if (order.foreign && order.executed > 0n) this.world.outside.mark(order.accountId);
    if (this.world.options.onlyAccount || order.foreign) return;
    if (order.executed > 0n) this.lagBehind();
    if (order.executed > 0n) this.dieSoon();
    if (order.side !== 'sell' || order.status !== 'filled') return;
    const dice = this.world.swarm.fires('halted_after_sells', 0.7);
    const account = this.world.accountOf(order.accountId);
    if (dice === null || account === null) return;
    const tickers = Object.keys(account.wallet).filter((ticker) => ticker !== 'RUB');
    const ticker = tickers[dice.whole(0, tickers.length - 1)];
    if (ticker === undefined) return;
    this.hit('halted_after_sells', ticker);
    this.halt(ticker, dice.whole(5, 40) * MINUTE_MS);
  }

  /** From a fill on positions are shown as they were a while ago: before the last leg, or before several. */
  private lagBehind(): void {
    const dice = this.world.swarm.fires('stale_after_fill', 0.4);
    if (dice === null) return;
    const { conditions } = this.world.exchange.faults;
    const lagMs = Math.round(dice.spread(SECOND_MS, 3 * MINUTE_MS));
    this.hit('stale_after_fill', `${lagMs}`);
    conditions.positionsLagMs = lagMs;
    const { timeline } = this.world;
    timeline.at(timeline.now() + dice.whole(1, 10) * MINUTE_MS, () => {
      conditions.positionsLagMs = 0;
    });
  }

  /** A kill within seconds of a fill, and a quick start: what the next life sees may be from before the last legs. */
  private dieSoon(): void {
    const { world } = this;
    const dice = world.swarm.fires('kill_after_fill', 0.2);
    if (dice === null) return;
    this.hit('kill_after_fill', '');
    world.timeline.at(world.timeline.now() + Math.round(dice.spread(1, 10_000)), () => {
      const { life } = world;
      if (!life?.alive) return;
      world.kill(life, 'after a fill');
      this.lifeEnded(Math.round(dice.spread(1, 60)) * SECOND_MS);
    });
  }

  /** A process that ended is started again a while later, by a person or a supervisor. */
  lifeEnded(afterMs = 30 * SECOND_MS, withMachine = false): void {
    if (this.restart) return;
    this.restart = true;
    const { timeline } = this.world;
    timeline.at(timeline.now() + afterMs, () => {
      this.restart = false;
      if (withMachine) this.world.reboot();
      this.world.start();
    });
  }

  /** Everything that lasts is over. */
  end(): void {
    const { world } = this;
    this.at.clear();
    this.waiting = [];
    this.orderKills.clear();
    this.venue.end();
    const isHidden = world.timeline.now() < world.faults.hiddenUntilMs;
    const { ordersVisibleAfterMs: visibleAfterMs } = world.exchange.faults.conditions;
    Object.assign(world.exchange.faults.conditions, {
      ordersVisibleAfterMs: isHidden ? visibleAfterMs : 0,
      positionsLagMs: 0,
      portfolioLagMs: 0,
      limitsLoading: false,
    });
    for (const { token } of world.accounts) world.exchange.restoreToken(token);
    for (const ticker of TICKERS) world.exchange.setStatus(ticker, null);
    cancelUnknown(world);
    world.killSwitch.clear();
    world.diskFullFor = 0;
    if (world.skewMs !== 0) {
      world.skewMs = 0;
      world.skewedAtMs = world.timeline.now();
    }
  }

  private kill(kind: FaultKind, dice: Dice, life: Life, where: string): void {
    this.hit(kind, where);
    this.world.kill(life, where);
    // What is aimed at orders is aimed at their recovery too: the next life begins soon, unless the whole machine was down.
    const isLate = dice.chance(kind === 'kill' ? 0.25 : 0.06);
    const latest = isLate ? 20 * 60 : kind === 'kill' ? 5 * 60 : 30;
    this.lifeEnded(Math.round(dice.spread(1, latest)) * SECOND_MS, isLate);
  }

  /** A process dies, and a person puts an old copy of its journal back: that takes them a while. */
  private restoreBackup(dice: Dice, life: Life, where: string): void {
    if (!this.journals.restoreNext()) return;
    this.hit('backup_restored', where);
    this.world.crashPoints.count('an old backup restored');
    this.world.kill(life, where);
    this.lifeEnded(dice.whole(5, 20) * MINUTE_MS);
  }

  private happen(kind: FaultKind, dice: Dice, life: Life): void {
    const { world } = this;
    const { exchange, timeline } = world;
    const { conditions } = exchange.faults;
    const account = world.accounts[dice.whole(0, world.accounts.length - 1)];
    if (account === undefined) return;
    const tickers = Object.keys(account.wallet).filter((ticker) => ticker !== 'RUB');
    const ticker = tickers[dice.whole(0, tickers.length - 1)] ?? 'TMOS';
    const later = (ms: number, work: () => void) => void timeline.at(timeline.now() + ms, work);
    switch (kind) {
      case 'late_visibility': {
        const lateMs = Math.round(dice.spread(5 * SECOND_MS, 20 * MINUTE_MS));
        this.hit(kind, `${lateMs}`);
        conditions.ordersVisibleAfterMs = lateMs;
        later(lateMs + dice.whole(0, 10) * MINUTE_MS, () => {
          conditions.ordersVisibleAfterMs = 0;
        });
        break;
      }
      case 'stale_positions': {
        const lagMs = Math.round(dice.spread(SECOND_MS, 3 * MINUTE_MS));
        this.hit(kind, `${lagMs}`);
        conditions.positionsLagMs = lagMs;
        later(dice.whole(1, 20) * MINUTE_MS, () => {
          conditions.positionsLagMs = 0;
        });
        break;
      }
      case 'limits_loading':
        this.hit(kind, '');
        conditions.limitsLoading = true;
        later(Math.round(dice.spread(SECOND_MS, 10 * MINUTE_MS)), () => {
          conditions.limitsLoading = false;
        });
        break;
      case 'price_gap': {
        const factor = dice.chance(0.2) ? dice.pick([0.5, 0.65, 1.4, 1.8]) : 0.9 + dice.random() * 0.2;
        this.hit(kind, `${ticker} ${factor.toFixed(4)}`);
        exchange.gapPrice(ticker, factor.toFixed(4));
        // Some come back: what was a fall for a while is none in the end.
        if (dice.chance(0.3))
          later(dice.whole(20, 90) * MINUTE_MS, () => {
            world.cameBackMs = timeline.now();
            exchange.gapPrice(ticker, (0.97 / factor).toFixed(4));
          });
        break;
      }
      case 'instrument_halted':
        this.hit(kind, ticker);
        this.halt(ticker, dice.whole(1, 40) * MINUTE_MS);
        break;
      case 'foreign_order':
        this.tell(kind, this.owner.order(dice, account.brokerAccount, ticker));
        break;
      case 'cash_moved':
        this.tell(kind, this.owner.moveCash(dice, account.brokerAccount));
        break;
      case 'token_revoked':
        this.hit(kind, account.token);
        exchange.revokeToken(account.token);
        later(Math.round(dice.spread(10, 30 * 60)) * SECOND_MS, () => exchange.restoreToken(account.token));
        break;
      case 'clock_jump': {
        const jumpMs = Math.round(dice.spread(SECOND_MS, 120 * MINUTE_MS)) * (dice.chance(0.5) ? 1 : -1);
        this.hit(kind, `${jumpMs}`);
        world.skewMs += jumpMs;
        world.skewedAtMs = timeline.now();
        break;
      }
      case 'disk_full':
        this.hit(kind, '');
        world.diskFullFor = dice.pick([1, 1, 2, 5]);
        break;
      case 'second_instance':
        this.hit(kind, '');
        world.crashPoints.count('a second instance started');
        world.startSecond();
        break;
      case 'sigterm':
        this.hit(kind, `life ${life.number}`);
        life.terminate();
        break;
      case 'kill_switch': {
        const whom = dice.chance(0.5) ? null : account.id;
        this.hit(kind, whom ?? 'all');
        world.killSwitch.engage(whom, timeline.now());
        later(Math.round(dice.spread(5, 15 * 60)) * SECOND_MS, () => world.killSwitch.release(whom));
        break;
      }
      default:
        this.tell(kind, this.venue.happen(kind, dice, account, ticker));
        break;
    }
  }

  private halt(ticker: string, forMs: number): void {
    const { exchange, timeline } = this.world;
    const until = timeline.now() + forMs;
    this.halts.set(ticker, until);
    exchange.setStatus(ticker, SecurityTradingStatus.SECURITY_TRADING_STATUS_BREAK_IN_TRADING);
    timeline.at(until, () => {
      if (this.halts.get(ticker) === until) exchange.setStatus(ticker, null);
    });
  }

  private tell(kind: FaultKind, detail: string | null): void {
    if (detail !== null) this.hit(kind, detail);
  }

  private hit(kind: FaultKind, detail: string): void {
    this.world.coverage.count('faults', kind);
    this.world.note(`fault ${kind} ${detail}`);
  }
}
