// A venue without a socket for tests of the desk: standing prices unless told otherwise (TMOS 6.50, bid 6.50, ask 6.51,
// commission 0.05 %).

import { parseNano } from '../../src/core/units.ts';
import { createExchange, type Exchange, type ExchangeOptions } from '../../src/exchange/exchange.ts';
import type { NewOrder } from '../../src/exchange/order.ts';
import { createManualClock } from '../support/manual-clock.ts';
import { FRIDAY_NOON, freshKey } from './venue-client.ts';

export function scene(options: Partial<ExchangeOptions> = {}, nowMs = FRIDAY_NOON) {
  const clock = createManualClock(nowMs);
  const exchange = createExchange({ clock, seed: 7, liveliness: 0, ...options });
  return { clock, exchange };
}

export function wish(
  exchange: Exchange,
  accountId: string,
  change: Partial<NewOrder> & { ticker?: string },
): NewOrder {
  const { ticker = 'TMOS', ...rest } = change;
  return {
    accountId,
    key: freshKey(),
    uid: exchange.instrument(ticker).uid,
    side: 'buy',
    type: 'market',
    lots: 1n,
    price: null,
    confirmMargin: false,
    timeInForce: 'day',
    foreign: false,
    ...rest,
  };
}

export const post = (
  exchange: Exchange,
  accountId: string,
  change: Partial<NewOrder> & { ticker?: string },
) => exchange.desk.post(wish(exchange, accountId, change), exchange.now());

export const codeOf = (act: () => unknown): string => {
  try {
    act();
    return 'accepted';
  } catch (error) {
    return (error as { code?: string }).code ?? String(error);
  }
};
export const rub = (text: string) => parseNano(text);
