// What may be chosen of a venue and of what a test does to it: its hours, prices, fees and books; accounts; hand orders.

import type { Rate } from '../core/units.ts';
import type { Clock } from '../ports.ts';
import type { Calendar } from './calendar.ts';
import type { Instrument } from './instrument.ts';

export interface VenueOptions {
  readonly clock: Clock;
  readonly seed: number;
  readonly catalogue?: readonly Instrument[];
  readonly calendar?: Calendar;
  /** Default 0.05 %. */
  readonly commission?: Rate;
  /** For the house's own funds; default: the same. */
  readonly fundCommission?: Rate;
  /** Ask minus bid, in price steps; default 1. */
  readonly spreadTicks?: number;
  /** How many times that it is outside the hours of the main session; default 2. */
  readonly offHoursSpread?: number;
  /** RUB worth offered at each level of the book, as a decimal; default "5000000". */
  readonly depthRub?: string;
  /** Multiplies volatility and drift; 0 = prices stand still. Default 1. */
  readonly liveliness?: number;
  /** When the catalogue's prices were last; default 2026-01-01. */
  readonly anchorMs?: number;
  /** What a repeated key gets; default `state`. */
  readonly duplicateAnswer?: 'state' | '30057' | 'forgotten';
  /** How long a final order can be asked about; default a day. */
  readonly orderMemoryMs?: number;
  /** What a debt over the end of a Moscow day costs, nano; default the broker's tariff, `off` = nothing. */
  readonly overnightFee?: ((debt: bigint) => bigint) | 'off';
  /** Whether the broker closes positions by force below the minimal margin; default false. */
  readonly marginCalls?: boolean;
  /** `sandbox`: the ordinary services serve sandbox accounts, as the broker's sandbox host does. */
  readonly contour?: 'live' | 'sandbox';
}

export interface OpenAccount {
  readonly token: string;
  /** RUB as a decimal, paid in at once. */
  readonly cash?: string;
  readonly type?: 'broker' | 'iis' | 'invest_box';
  readonly access?: 'full' | 'read_only' | 'none';
  readonly name?: string;
  /** All digits; default the next free one. */
  readonly id?: string;
  readonly commission?: Rate;
  /** Default: off. */
  readonly margin?: { readonly enabled: boolean; readonly debtMaxRub?: string };
  readonly sandbox?: boolean;
}

/** What a test may make of one instrument's book. */
export interface OwnBook {
  /** Ask minus bid at any hour, in price steps. */
  readonly spreadTicks?: number;
  /** RUB worth offered at each level, as a decimal. */
  readonly depthRub?: string;
  /** Levels on each side; 0 = nobody is there. */
  readonly levels?: number;
}

export interface OwnerOrder {
  readonly uid: string;
  readonly side: 'buy' | 'sell';
  readonly lots: number;
  /** Price of one piece as a decimal; absent = at the market. */
  readonly limit?: string;
}
