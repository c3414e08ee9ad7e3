// What may be done with an instrument now: its trading status and the order types that status takes.

import { SecurityTradingStatus } from 'tinkoff-invest-api/dist/generated/common.js';
import { unreachable } from '../core/unreachable.ts';
import type { Phase } from './calendar.ts';

export interface OrderFlags {
  readonly market: boolean;
  readonly limit: boolean;
  readonly bestPrice: boolean;
}

/** Status that a phase of the calendar gives every instrument of its schedule. `today`: it trades on this day at all. */
export function statusOfPhase(phase: Phase, today: boolean): SecurityTradingStatus {
  switch (phase) {
    case 'opening':
      return SecurityTradingStatus.SECURITY_TRADING_STATUS_OPENING_PERIOD;
    case 'normal':
      return SecurityTradingStatus.SECURITY_TRADING_STATUS_NORMAL_TRADING;
    case 'closing':
      return SecurityTradingStatus.SECURITY_TRADING_STATUS_CLOSING_PERIOD;
    case 'break':
      return SecurityTradingStatus.SECURITY_TRADING_STATUS_BREAK_IN_TRADING;
    case 'dealer':
      return SecurityTradingStatus.SECURITY_TRADING_STATUS_DEALER_NORMAL_TRADING;
    case 'closed':
      return today
        ? SecurityTradingStatus.SECURITY_TRADING_STATUS_SESSION_CLOSE
        : SecurityTradingStatus.SECURITY_TRADING_STATUS_NOT_AVAILABLE_FOR_TRADING;
    default:
      return unreachable(phase);
  }
}

const ALL: OrderFlags = { market: true, limit: true, bestPrice: true };
const PRICED: OrderFlags = { market: false, limit: true, bestPrice: true };
const NONE: OrderFlags = { market: false, limit: false, bestPrice: false };

/** Order types that a status takes; statuses that are not known to be open take none. */
export function flagsOf(status: number): OrderFlags {
  switch (status) {
    case SecurityTradingStatus.SECURITY_TRADING_STATUS_NORMAL_TRADING:
      return ALL;
    case SecurityTradingStatus.SECURITY_TRADING_STATUS_DEALER_NORMAL_TRADING:
    case SecurityTradingStatus.SECURITY_TRADING_STATUS_OPENING_PERIOD:
    case SecurityTradingStatus.SECURITY_TRADING_STATUS_CLOSING_PERIOD:
      return PRICED;
    default:
      return NONE;
  }
}

export const isDealer = (status: number): boolean =>
  status === SecurityTradingStatus.SECURITY_TRADING_STATUS_DEALER_NORMAL_TRADING;

/** Whether a status means that the instrument may not be traded at all, as against "not this minute". */
export const isUnavailable = (status: number): boolean =>
  status === SecurityTradingStatus.SECURITY_TRADING_STATUS_NOT_AVAILABLE_FOR_TRADING;
