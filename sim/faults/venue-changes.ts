// What the broker does to accounts and instruments while a bot runs: an account is closed or may only be read, margin is
// taken away, a paper may no longer be bought, a dividend comes, everything is down for some minutes.

import { VenueError } from '../../src/exchange/errors.ts';
import type { SimAccount } from '../generate/generate-accounts.ts';
import type { Dice } from '../world/streams.ts';
import type { World } from '../world/world.ts';
import type { FaultKind } from './fault-kinds.ts';

const SECOND_MS = 1_000;
const MINUTE_MS = 60_000;
const NANO = 1_000_000_000n;

/** Whether a paper may still be bought, and sold. */
const BARRED = [
  [false, true],
  [true, false],
  [false, false],
] as const;

export class VenueChanges {
  private readonly barred = new Set<string>();

  constructor(private readonly world: World) {}

  /** What happened, in a word; `null` where the kind is another's or means nothing here. */
  happen(kind: FaultKind, dice: Dice, account: SimAccount, ticker: string): string | null {
    const { exchange, timeline, faults } = this.world;
    const lastsMs = Math.round(dice.spread(10 * SECOND_MS, 10 * MINUTE_MS));
    const later = (work: () => void) => void timeline.at(timeline.now() + lastsMs, work);
    switch (kind) {
      case 'maintenance':
        faults.downUntil(timeline.now() + dice.whole(1, 10) * MINUTE_MS);
        return 'everything is unavailable';
      case 'token_read_only':
        if (!this.setAccess(account, 'read_only')) return null;
        later(() => this.setAccess(account, 'full'));
        return account.token;
      case 'account_closed':
        exchange.closeAccount(account.brokerAccount);
        later(() => this.open(account));
        return account.id;
      case 'margin_withdrawn':
        if (!account.borrows) return null;
        exchange.setMargin(account.brokerAccount, { enabled: false });
        later(() => exchange.setMargin(account.brokerAccount, { enabled: true }));
        return account.id;
      case 'trading_barred': {
        const [buyable, sellable] = dice.pick<readonly [boolean, boolean]>(BARRED);
        const change = { buyable, sellable };
        exchange.amend(ticker, change);
        this.barred.add(ticker);
        // A paper that leaves the API does so with its trading status: what was listed this morning does not say it.
        const { uid } = exchange.instrument(ticker);
        if (!buyable && !sellable) faults.replies.barredFromApi.add(uid);
        // Who reads the day's lists meanwhile goes by them until tomorrow.
        faults.replies.spoiltTheDay = true;
        later(() => this.unbar(ticker));
        return `${ticker} ${JSON.stringify(change)}`;
      }
      case 'dividend':
        return this.payOut(dice, ticker);
      default:
        return null;
    }
  }

  /** All is as it was. */
  end(): void {
    const { accounts, exchange, faults } = this.world;
    faults.downUntil(Number.NEGATIVE_INFINITY);
    for (const ticker of this.barred) this.unbar(ticker);
    for (const account of accounts) {
      exchange.restoreToken(account.token);
      this.setAccess(account, 'full');
      this.open(account);
      if (account.borrows) exchange.setMargin(account.brokerAccount, { enabled: true });
    }
  }

  private unbar(ticker: string): void {
    const { exchange, faults } = this.world;
    exchange.amend(ticker, { buyable: true, sellable: true });
    faults.replies.barredFromApi.delete(exchange.instrument(ticker).uid);
  }

  private open({ brokerAccount }: SimAccount): void {
    this.world.exchange.registry.account(brokerAccount).closedMs = null;
  }

  /** False while the token is revoked anyway. */
  private setAccess({ token }: SimAccount, access: 'full' | 'read_only'): boolean {
    try {
      this.world.exchange.addToken(token, token, { access });
      return true;
    } catch (error) {
      if (error instanceof VenueError) return false;
      throw error;
    }
  }

  private payOut(dice: Dice, ticker: string): string | null {
    const { exchange, accounts, outside } = this.world;
    const instrument = exchange.instrument(ticker);
    const price = exchange.market.last(instrument, exchange.now())?.price ?? 0n;
    const each = (price * BigInt(dice.whole(2, 60))) / 1_000n;
    if (each <= 0n) return null;
    const rubles = `${each / NANO}.${String(each % NANO).padStart(9, '0')}`;
    for (const { brokerAccount } of accounts) outside.mark(brokerAccount);
    exchange.payOut(ticker, rubles);
    return `${ticker} ${rubles}`;
  }
}
