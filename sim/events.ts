// What happens to the venue and to the bot at numbered effects of a run: every call's phases and every journal write
// are numbered, and each event of the seed waits for one number. So a kill or a halt meets any two lines of an iteration.

import { SecurityTradingStatus } from 'tinkoff-invest-api/dist/generated/common.js';
import { VenueError } from '../src/exchange/errors.ts';
import { isActive, type NewOrder, type VenueOrder } from '../src/exchange/order.ts';
import type { FaultKind } from './fault-kinds.ts';
import { TICKERS } from './generate-accounts.ts';
import type { Life } from './life.ts';
import type { Dice } from './streams.ts';
import type { World } from './world.ts';

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
  cash_moved: 3,
  token_revoked: 1,
  clock_jump: 2,
  disk_full: 1,
  second_instance: 2,
  kill: 5,
  sigterm: 2,
  kill_switch: 2,
};

/** About as many effects as one account makes while faults are on. */
const EFFECTS_PER_ACCOUNT = 160;

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
  private readonly halts = new Map<string, number>();

  constructor(private readonly world: World) {
    if (world.options.onlyAccount) return;
    const span = EFFECTS_PER_ACCOUNT * world.accounts.length;
    for (const [kind, most] of Object.entries(MOST) as [FaultKind, number][])
      for (const { dice, fire } of world.swarm.planned(kind, most)) {
        const number = dice.whole(1, span);
        this.at.set(number, [...(this.at.get(number) ?? []), { kind, dice, fire }]);
      }
  }

  reached(number: number, name: string, life: Life): void {
    const due = this.at.get(number);
    if (due !== undefined) {
      this.at.delete(number);
      for (const planned of due)
        if (planned.kind === 'kill') {
          if (life.alive && planned.fire()) this.kill(planned.dice, life, name);
        } else this.waiting.push(planned);
    }
    if (this.waiting.length === 0 || / (before|inside|after)$/.test(name)) return;
    const now = this.waiting;
    this.waiting = [];
    for (const { kind, dice, fire } of now) if (fire()) this.happen(kind, dice, life);
  }

  orderChanged(order: VenueOrder): void {
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

  /** The exchange turns a resting order down a while after it was taken. */
  turnDownLater({ accountId, key }: NewOrder, afterMs: number): void {
    const { timeline, exchange } = this.world;
    timeline.at(timeline.now() + afterMs, () => {
      const order = exchange.desk.ordersOfKey(accountId, key).at(-1);
      if (order !== undefined) exchange.desk.turnDown(order, exchange.now(), 'turned down by the exchange');
    });
  }

  /** A process that ended is started again a while later, by a person or a supervisor. */
  lifeEnded(afterMs = 30 * SECOND_MS): void {
    if (this.restart) return;
    this.restart = true;
    const { timeline } = this.world;
    timeline.at(timeline.now() + afterMs, () => {
      this.restart = false;
      this.world.start();
    });
  }

  /** Everything that lasts is over. */
  end(): void {
    const { world } = this;
    this.at.clear();
    this.waiting = [];
    Object.assign(world.exchange.faults.conditions, {
      ordersVisibleAfterMs: 0,
      positionsLagMs: 0,
      portfolioLagMs: 0,
      limitsLoading: false,
    });
    for (const { token } of world.accounts) world.exchange.restoreToken(token);
    for (const ticker of TICKERS) world.exchange.setStatus(ticker, null);
    for (const order of world.exchange.desk.orders)
      if (order.foreign && isActive(order)) world.exchange.desk.cancel(order, world.exchange.now());
    world.killSwitch.clear();
    world.diskFullFor = 0;
    if (world.skewMs !== 0) {
      world.skewMs = 0;
      world.skewedAtMs = world.timeline.now();
    }
  }

  private kill(dice: Dice, life: Life, where: string): void {
    this.hit('kill', where);
    this.world.kill(life, where);
    this.lifeEnded(Math.round(dice.spread(1, 20 * 60)) * SECOND_MS);
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
        break;
      }
      case 'instrument_halted':
        this.hit(kind, ticker);
        this.halt(ticker, dice.whole(1, 40) * MINUTE_MS);
        break;
      case 'foreign_order':
        this.foreignOrder(dice, account.brokerAccount, ticker);
        break;
      case 'cash_moved':
        this.moveCash(dice, account.brokerAccount);
        break;
      case 'token_revoked':
        this.hit(kind, account.token);
        exchange.revokeToken(account.token);
        later(dice.whole(10, 30 * 60) * SECOND_MS, () => exchange.restoreToken(account.token));
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

  private foreignOrder(dice: Dice, brokerAccount: string, ticker: string): void {
    const { exchange } = this.world;
    const instrument = exchange.instrument(ticker);
    const last = exchange.market.last(instrument, exchange.now())?.price ?? instrument.step;
    const held = exchange.registry.account(brokerAccount).pieces(instrument.uid) / instrument.lot;
    const free = exchange.registry.account(brokerAccount).cash() / (last * instrument.lot);
    const side = dice.chance(0.5) ? 'buy' : 'sell';
    const most = side === 'sell' ? held : free;
    if (most < 2n) return;
    const lots = Math.max(1, Math.floor(Number(most) * dice.random() * 0.5));
    this.hit('foreign_order', `${side} ${lots} ${ticker}`);
    this.world.outside.mark(brokerAccount);
    try {
      exchange.ownerOrder(brokerAccount, { uid: ticker, side, lots });
    } catch (error) {
      if (!(error instanceof VenueError)) throw error;
    }
  }

  private moveCash(dice: Dice, brokerAccount: string): void {
    const { exchange } = this.world;
    const cash = exchange.registry.account(brokerAccount).cash();
    const rubles = Number(cash / 1_000_000_000n);
    this.world.outside.mark(brokerAccount);
    if (dice.chance(0.5)) {
      const amount = Math.max(100, Math.round(rubles * dice.random() + dice.spread(100, 100_000)));
      this.hit('cash_moved', `+${amount}`);
      exchange.deposit(brokerAccount, String(amount));
    } else {
      const amount = Math.floor(rubles * dice.pick([0.1, 0.5, 0.9, 1.02]));
      if (amount < 1) return;
      this.hit('cash_moved', `-${amount}`);
      exchange.withdraw(brokerAccount, String(amount));
    }
  }

  private hit(kind: FaultKind, detail: string): void {
    this.world.coverage.count('faults', kind);
    this.world.note(`fault ${kind} ${detail}`);
  }
}
