// How many calls a minute each service takes, per user, on the venue's clock; and per address in one second.
// A window begins with its first call. Guarantees: a call over the limit changes nothing but its own refusal.

export type LimitGroup =
  | 'instruments'
  | 'users'
  | 'operations'
  | 'market_data'
  | 'orders'
  | 'get_orders'
  | 'post_order'
  | 'cancel_order'
  | 'stop_orders'
  | 'sandbox';

export type LimitTable = Readonly<Record<LimitGroup, number>>;

/** Calls a minute. */
export const DEFAULT_LIMITS: LimitTable = {
  instruments: 200,
  users: 100,
  operations: 200,
  market_data: 600,
  orders: 100,
  get_orders: 200,
  post_order: 300,
  cancel_order: 100,
  stop_orders: 50,
  sandbox: 200,
};

const WINDOW_MS = 60_000;

export interface LimitVerdict {
  readonly allowed: boolean;
  readonly headers: Readonly<Record<string, string>>;
}

interface Window {
  startMs: number;
  used: number;
}

export class RateLimits {
  private readonly windows = new Map<string, Window>();
  private readonly seconds = new Map<string, Window>();

  /** `perSecond`: calls a second from one address, all services together; `null` = not counted. */
  constructor(
    readonly table: LimitTable,
    private readonly perSecond: number | null,
    private readonly enabled: boolean,
  ) {}

  take(user: string, group: LimitGroup, address: string, nowMs: number): LimitVerdict {
    const limit = this.table[group];
    if (!this.enabled) return { allowed: true, headers: headersOf(limit, limit, 60) };
    const window = open(this.windows, `${user}/${group}`, nowMs, WINDOW_MS);
    const second = open(this.seconds, address, nowMs, 1000);
    const crowded = this.perSecond !== null && second.used >= this.perSecond;
    const allowed = window.used < limit && !crowded;
    if (allowed) window.used += 1;
    second.used += 1;
    const until = crowded ? second.startMs + 1000 : window.startMs + WINDOW_MS;
    const resetSeconds = Math.max(1, Math.ceil((until - nowMs) / 1000));
    return { allowed, headers: headersOf(limit, crowded ? 0 : limit - window.used, resetSeconds) };
  }
}

function open(windows: Map<string, Window>, key: string, nowMs: number, lengthMs: number): Window {
  const known = windows.get(key);
  if (known !== undefined && nowMs < known.startMs + lengthMs && nowMs >= known.startMs) return known;
  const fresh = { startMs: nowMs, used: 0 };
  windows.set(key, fresh);
  return fresh;
}

const headersOf = (limit: number, remaining: number, resetSeconds: number): Record<string, string> => ({
  'x-ratelimit-limit': `${limit}, ${limit};w=60`,
  'x-ratelimit-remaining': String(Math.max(0, remaining)),
  'x-ratelimit-reset': String(resetSeconds),
});
