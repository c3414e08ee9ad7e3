// T-Invest as Broker and Market: one of these per token. Accounts of one token share its limits and its day's lists.
// Requires: a transport that outlives it (whoever opened the transport closes it).

import type { Broker, Clock, Market, Random, Turn } from '../ports.ts';
import { createBroker } from './broker.ts';
import { type Calls, createCalls } from './call.ts';
import { createMarket } from './market.ts';
import { ACCOUNT_METHODS } from './methods.ts';
import type { SlidingWindow } from './sliding-window.ts';
import { readTariff } from './tariff.ts';
import { createThrottle } from './throttle.ts';
import { watchToken } from './token-watch.ts';
import type { Transport } from './transport.ts';
import { createTurnstile } from './turnstile.ts';
import { SILENT, type WireLog } from './wire-log.ts';

export interface TInvestOptions {
  readonly transport: Transport;
  /** The program's time: throttle, backoff, the day of the caches. */
  readonly clock: Clock;
  readonly random: Random;
  /** Reveals the bare token; asked for at each call. */
  readonly token: () => string;
  readonly broker: 'live' | 'sandbox';
  readonly log?: WireLog;
  /** One per process (`createAddressRate`), where several tokens share the address's limit. */
  readonly addressRate?: SlidingWindow;
  /** Aborted when the process is stopping and nothing may wait any longer; calls that need not wait still go. */
  readonly signal?: AbortSignal;
  /** Called when the venue refuses the token: once, until it has accepted it again. */
  onTokenRefused?(): void;
}

export interface TInvest {
  readonly broker: Broker;
  readonly market: Market;
  /** Resolves when it is an account's turn to begin an iteration: first come, first served. */
  turn(turn: Turn): Promise<void>;
  /** Ends every wait for the rate limit or a retry. Does not close the transport. */
  close(): void;
}

export function createTInvest(options: TInvestOptions): TInvest {
  const { clock, random, log = SILENT, signal, addressRate } = options;
  const closing = new AbortController();
  const stop = signal ? AbortSignal.any([signal, closing.signal]) : closing.signal;
  const throttle = createThrottle({ clock, random, signal: stop, ...(addressRate ? { addressRate } : {}) });
  const calls = createCalls({
    transport: options.transport,
    throttle,
    clock,
    random,
    log,
    token: options.token,
    tokenWatch: watchToken(() => options.onTokenRefused?.()),
    signal: stop,
  });
  const withTariff = afterFirstCall(calls, () => void readTariff(calls, throttle, log));
  return {
    broker: createBroker(withTariff, ACCOUNT_METHODS[options.broker]),
    market: createMarket(withTariff, clock, log),
    turn: createTurnstile(clock, throttle.roomMs, stop),
    close: () => closing.abort('closed'),
  };
}

/** The tariff is read beside the first call and delays nothing. */
function afterFirstCall(calls: Calls, first: () => void): Calls {
  let done = false;
  const started = <Result>(result: Result): Result => {
    if (!done) {
      done = true;
      first();
    }
    return result;
  };
  return {
    ask: (method, request, unwanted) => started(calls.ask(method, request, unwanted)),
    read: (method, request) => started(calls.read(method, request)),
    send: (method, request, mayLeave) => started(calls.send(method, request, mayLeave)),
  };
}
