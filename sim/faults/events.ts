// When something happens to the venue and to the bot: every call's phases and every journal write of a run are numbered,
// and each event of the seed waits for one number. So a kill or a halt meets any two lines of an iteration. What an event
// does is in happenings.ts; kills are here, with when the next life begins.

import type { VenueOrder } from '../../src/exchange/order.ts';
import type { Life } from '../world/life.ts';
import type { Dice } from '../world/streams.ts';
import type { World } from '../world/world.ts';
import type { FaultKind } from './fault-kinds.ts';
import { Happenings } from './happenings.ts';
import { OldJournals } from './old-journals.ts';
import { OrderKills } from './order-kills.ts';

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
  private readonly orderKills = new OrderKills();
  private readonly journals: OldJournals;
  private readonly happenings: Happenings;

  constructor(private readonly world: World) {
    this.journals = new OldJournals(world);
    this.happenings = new Happenings(world);
    if (world.options.onlyAccount) return;
    const span = EFFECTS_PER_ACCOUNT * world.accounts.length;
    for (const [kind, most] of Object.entries(MOST) as [FaultKind, number][])
      for (const { dice, fire } of world.swarm.planned(kind, most)) {
        if (!comesTrue(kind, dice)) continue;
        if (AIMED.has(kind) && dice.chance(0.5)) {
          this.orderKills.aim(dice, (_, life) => {
            if (fire()) this.happenings.happen(kind, dice, life);
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
        if (dice.chance(0.2)) this.happenings.happen('late_visibility', dice, life);
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
    if (this.world.lives.length === 0) this.happenings.orderFromBefore();
  }

  /** A life opens its journal. */
  opening(life: Life): void {
    this.journals.opening(life, (where) => {
      this.world.hit('kill_in_migration', where);
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
    for (const { kind, dice, fire } of now) if (fire()) this.happenings.happen(kind, dice, life);
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
    this.happenings.halt('halted_after_sells', ticker, dice.whole(5, 40) * MINUTE_MS);
  }

  /** From a fill on positions are shown as they were a while ago: before the last leg, or before several. */
  private lagBehind(): void {
    const dice = this.world.swarm.fires('stale_after_fill', 0.4);
    if (dice !== null) this.happenings.showPositionsLate('stale_after_fill', dice, 10);
  }

  /** A kill within seconds of a fill, and a quick start: what the next life sees may be from before the last legs. */
  private dieSoon(): void {
    const { world } = this;
    const dice = world.swarm.fires('kill_after_fill', 0.2);
    if (dice === null) return;
    world.hit('kill_after_fill', '');
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

  /** Nothing more is planned, and everything that lasts is over. */
  end(): void {
    this.at.clear();
    this.waiting = [];
    this.orderKills.clear();
    this.happenings.end();
  }

  private kill(kind: FaultKind, dice: Dice, life: Life, where: string): void {
    this.world.hit(kind, where);
    this.world.kill(life, where);
    // What is aimed at orders is aimed at their recovery too: the next life begins soon, unless the whole machine was down.
    const isLate = dice.chance(kind === 'kill' ? 0.25 : 0.06);
    const latest = isLate ? 20 * 60 : kind === 'kill' ? 5 * 60 : 30;
    this.lifeEnded(Math.round(dice.spread(1, latest)) * SECOND_MS, isLate);
  }

  /** A process dies, and a person puts an old copy of its journal back: that takes them a while. */
  private restoreBackup(dice: Dice, life: Life, where: string): void {
    if (!this.journals.restoreNext()) return;
    this.world.hit('backup_restored', where);
    this.world.crashPoints.count('an old backup restored');
    this.world.kill(life, where);
    this.lifeEnded(dice.whole(5, 20) * MINUTE_MS);
  }
}
