// What an event of the seed does once it is due: to the venue, to its instruments and accounts, to the bot and its machine.
// Guarantees: what comes to nothing is not counted as a fault; `end` ends all that lasts, but for an order that the venue
// has taken and hides (call-faults.ts).

import { SecurityTradingStatus } from 'tinkoff-invest-api/dist/generated/common.js';
import { type SimAccount, TICKERS } from '../generate/generate-accounts.ts';
import type { Life } from '../world/life.ts';
import type { Dice } from '../world/streams.ts';
import type { World } from '../world/world.ts';
import type { FaultKind } from './fault-kinds.ts';
import { OwnerChanges } from './owner-changes.ts';
import { cancelUnknown } from './resting-orders.ts';
import { VenueChanges } from './venue-changes.ts';

const SECOND_MS = 1_000;
const MINUTE_MS = 60_000;

export class Happenings {
  /** Until when each instrument is halted: the last halt of several decides. */
  private readonly halts = new Map<string, number>();
  private readonly venue: VenueChanges;
  private readonly owner: OwnerChanges;

  constructor(private readonly world: World) {
    this.venue = new VenueChanges(world);
    this.owner = new OwnerChanges(world);
  }

  /** @param life the one that is running, for what ends it */
  happen(kind: FaultKind, dice: Dice, life: Life): void {
    const { world } = this;
    const account = world.accounts[dice.whole(0, world.accounts.length - 1)];
    if (account === undefined) return;
    const tickers = Object.keys(account.wallet).filter((ticker) => ticker !== 'RUB');
    const ticker = tickers[dice.whole(0, tickers.length - 1)] ?? 'TMOS';
    switch (kind) {
      case 'late_visibility':
        this.showOrdersLate(dice);
        break;
      case 'stale_positions':
        this.showPositionsLate(kind, dice, 20);
        break;
      case 'limits_loading':
        this.loadLimits(dice);
        break;
      case 'price_gap':
        this.gapPrice(ticker, dice);
        break;
      case 'instrument_halted':
        this.halt(kind, ticker, dice.whole(1, 40) * MINUTE_MS);
        break;
      case 'foreign_order':
        this.tell(kind, this.owner.order(dice, account.brokerAccount, ticker));
        break;
      case 'cash_moved':
        this.tell(kind, this.owner.moveCash(dice, account.brokerAccount));
        break;
      case 'token_revoked':
        this.revokeToken(account, dice);
        break;
      case 'clock_jump':
        this.turnClock(dice);
        break;
      case 'disk_full':
        world.hit(kind, '');
        world.diskFullFor = dice.pick([1, 1, 2, 5]);
        break;
      case 'second_instance':
        world.hit(kind, '');
        world.crashPoints.count('a second instance started');
        world.startSecond();
        break;
      case 'sigterm':
        world.hit(kind, `life ${life.number}`);
        life.terminate();
        break;
      case 'kill_switch':
        this.engageKillSwitch(account, dice);
        break;
      default:
        this.tell(kind, this.venue.happen(kind, dice, account, ticker));
        break;
    }
  }

  /** Before the first life begins. */
  orderFromBefore(): void {
    this.tell('order_from_before', this.owner.orderFromBefore());
  }

  halt(kind: FaultKind, ticker: string, forMs: number): void {
    const { world } = this;
    const { exchange, timeline } = world;
    world.hit(kind, ticker);
    const until = timeline.now() + forMs;
    this.halts.set(ticker, until);
    exchange.setStatus(ticker, SecurityTradingStatus.SECURITY_TRADING_STATUS_BREAK_IN_TRADING);
    timeline.at(until, () => {
      if (this.halts.get(ticker) === until) exchange.setStatus(ticker, null);
    });
  }

  /** Positions are shown as they were a while ago, for some minutes. */
  showPositionsLate(kind: FaultKind, dice: Dice, minutesMax: number): void {
    const { world } = this;
    const { conditions } = world.exchange.faults;
    const lagMs = Math.round(dice.spread(SECOND_MS, 3 * MINUTE_MS));
    world.hit(kind, `${lagMs}`);
    conditions.positionsLagMs = lagMs;
    this.later(dice.whole(1, minutesMax) * MINUTE_MS, () => {
      conditions.positionsLagMs = 0;
    });
  }

  /** Everything that lasts is over. */
  end(): void {
    const { world } = this;
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

  private showOrdersLate(dice: Dice): void {
    const { world } = this;
    const { conditions } = world.exchange.faults;
    const lateMs = Math.round(dice.spread(5 * SECOND_MS, 20 * MINUTE_MS));
    world.hit('late_visibility', `${lateMs}`);
    conditions.ordersVisibleAfterMs = lateMs;
    this.later(lateMs + dice.whole(0, 10) * MINUTE_MS, () => {
      conditions.ordersVisibleAfterMs = 0;
    });
  }

  private loadLimits(dice: Dice): void {
    const { world } = this;
    const { conditions } = world.exchange.faults;
    world.hit('limits_loading', '');
    conditions.limitsLoading = true;
    this.later(Math.round(dice.spread(SECOND_MS, 10 * MINUTE_MS)), () => {
      conditions.limitsLoading = false;
    });
  }

  private gapPrice(ticker: string, dice: Dice): void {
    const { world } = this;
    const { exchange, timeline } = world;
    const factor = dice.chance(0.2) ? dice.pick([0.5, 0.65, 1.4, 1.8]) : 0.9 + dice.random() * 0.2;
    world.hit('price_gap', `${ticker} ${factor.toFixed(4)}`);
    exchange.gapPrice(ticker, factor.toFixed(4));
    // Some come back: what was a fall for a while is none in the end.
    if (dice.chance(0.3))
      this.later(dice.whole(20, 90) * MINUTE_MS, () => {
        world.cameBackMs = timeline.now();
        exchange.gapPrice(ticker, (0.97 / factor).toFixed(4));
      });
  }

  private revokeToken({ token }: SimAccount, dice: Dice): void {
    const { world } = this;
    const { exchange } = world;
    world.hit('token_revoked', token);
    exchange.revokeToken(token);
    this.later(Math.round(dice.spread(10, 30 * 60)) * SECOND_MS, () => exchange.restoreToken(token));
  }

  private turnClock(dice: Dice): void {
    const { world } = this;
    const jumpMs = Math.round(dice.spread(SECOND_MS, 120 * MINUTE_MS)) * (dice.chance(0.5) ? 1 : -1);
    world.hit('clock_jump', `${jumpMs}`);
    world.skewMs += jumpMs;
    world.skewedAtMs = world.timeline.now();
  }

  private engageKillSwitch({ id }: SimAccount, dice: Dice): void {
    const { world } = this;
    const { killSwitch, timeline } = world;
    const whom = dice.chance(0.5) ? null : id;
    world.hit('kill_switch', whom ?? 'all');
    killSwitch.engage(whom, timeline.now());
    this.later(Math.round(dice.spread(5, 15 * 60)) * SECOND_MS, () => killSwitch.release(whom));
  }

  private later(ms: number, work: () => void): void {
    const { timeline } = this.world;
    timeline.at(timeline.now() + ms, work);
  }

  /** `null`: it came to nothing. */
  private tell(kind: FaultKind, detail: string | null): void {
    if (detail !== null) this.world.hit(kind, detail);
  }
}
