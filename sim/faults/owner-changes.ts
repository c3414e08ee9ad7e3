// What the owner of an account does beside the bot: trades by hand, pays in, takes out.

import { decimal, price } from '../../src/core/units.ts';
import { VenueError } from '../../src/exchange/errors.ts';
import type { SimAccount } from '../generate/generate-accounts.ts';
import type { Dice } from '../world/streams.ts';
import type { World } from '../world/world.ts';

const NANO = 1_000_000_000n;

export class OwnerChanges {
  constructor(private readonly world: World) {}

  /** Before the first plan: an order in one of the papers that it is about, which waits for longer than any iteration. */
  orderFromBefore(): string | null {
    const { accounts, swarm, options } = this.world;
    const [planned] = options.onlyAccount ? [] : swarm.planned('order_from_before', 1);
    if (planned === undefined || !planned.dice.chance(0.15) || !planned.fire()) return null;
    const { dice } = planned;
    const account = dice.pick(accounts as readonly [SimAccount, ...SimAccount[]]);
    const tickers = Object.keys(account.wallet).filter((ticker) => ticker !== 'RUB');
    // One that there is something to order of, on either side.
    for (const ticker of dice.some(tickers, tickers.length)) {
      const ordered = this.order(dice, account.brokerAccount, ticker, true);
      if (ordered !== null) return ordered;
    }
    return null;
  }

  /**
   * What was ordered, in words; `null` where there is too little to order.
   * @param waits whether nobody trades at its price for now; else the dice say
   */
  order(dice: Dice, brokerAccount: string, ticker: string, waits = false): string | null {
    const { exchange, outside } = this.world;
    const instrument = exchange.instrument(ticker);
    const books = exchange.registry.account(brokerAccount);
    const last = exchange.market.last(instrument, exchange.now())?.price ?? instrument.step;
    const side = dice.chance(0.5) ? 'buy' : 'sell';
    const most =
      side === 'sell'
        ? books.pieces(instrument.uid) / instrument.lot
        : books.cash() / (last * instrument.lot);
    if (most < 2n) return null;
    const lots = Math.max(1, Math.floor(Number(most) * dice.random() * 0.5));
    outside.mark(brokerAccount);
    const limit = waits || dice.chance(0.4) ? { limit: awayFrom(last, instrument.step, side) } : {};
    try {
      exchange.ownerOrder(brokerAccount, { uid: ticker, side, lots, ...limit });
    } catch (error) {
      if (!(error instanceof VenueError)) throw error;
    }
    return `${side} ${lots} ${ticker}`;
  }

  /** How much came or went, RUB; `null` where there is nothing to take. */
  moveCash(dice: Dice, brokerAccount: string): string | null {
    const { exchange, outside } = this.world;
    const rubles = Number(exchange.registry.account(brokerAccount).cash() / NANO);
    outside.mark(brokerAccount);
    if (dice.chance(0.35)) {
      const amount = Math.max(100, Math.round(rubles * dice.random() + dice.spread(100, 100_000)));
      exchange.deposit(brokerAccount, String(amount));
      return `+${amount}`;
    }
    const amount = Math.floor(rubles * dice.pick([0.1, 0.5, 0.9, 0.9, 1.02]));
    if (amount < 1) return null;
    exchange.withdraw(brokerAccount, String(amount));
    return `-${amount}`;
  }
}

/** A price at which nobody trades for now: the order waits in the book. */
function awayFrom(last: bigint, step: bigint, side: 'buy' | 'sell'): string {
  const wanted = (last * (side === 'buy' ? 96n : 104n)) / 100n;
  return decimal(price((wanted / step) * step));
}
