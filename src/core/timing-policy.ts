// When `rebalance` may trade: what an owner chooses about days and hours.

export type Weekday = 'mon' | 'tue' | 'wed' | 'thu' | 'fri' | 'sat' | 'sun';

/** When `rebalance` may trade; `null` = no such rule. Times of day are minutes after midnight. */
export interface TimingPolicy {
  readonly calendar: {
    readonly every: 'daily' | 'weekly' | 'monthly' | 'quarterly' | 'yearly';
    readonly weekday: Weekday | null;
    readonly timeMinutes: number;
    readonly timeZone: string;
  } | null;
  /** Moscow time. */
  readonly window: {
    readonly days: ReadonlySet<Weekday>;
    readonly fromMinutes: number;
    readonly toMinutes: number;
  } | null;
  readonly cooldownMs: number;
}

export const NO_TIMING: TimingPolicy = { calendar: null, window: null, cooldownMs: 0 };
