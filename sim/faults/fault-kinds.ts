// Every kind of fault that the simulator knows. call: drawn at each call; execution: at each order; event: planned at
// numbered effects of the run.

export const FAULT_KINDS = [
  // calls
  'lost_before',
  'lost_after',
  'error_before',
  'error_after',
  'rate_limited',
  'delayed_request',
  'delayed_reply',
  'sent_twice',
  'corrupt_reply',
  'cut_reply',
  'stale_prices',
  // executions
  'order_rests',
  'order_partly_filled',
  'order_turned_down',
  'order_turned_down_later',
  // lasting conditions
  'late_visibility',
  'stale_positions',
  'limits_loading',
  // what happens at the venue
  'price_gap',
  'instrument_halted',
  'halted_after_sells',
  'foreign_order',
  'cash_moved',
  'token_revoked',
  // what happens to the bot
  'clock_jump',
  'disk_full',
  'second_instance',
  'kill',
  'sigterm',
  'kill_switch',
  // at an execution, as the first ones of its kind are; last, for kinds draw in the order of this list
  'stale_after_fill',
  'kill_after_fill',
  // the same for what came later: at effects of orders, at calls, at the venue
  'kill_at_order',
  'kill_in_migration',
  'backup_restored',
  'price_missing',
  'orders_hidden',
  'lost_in_maintenance',
  'order_cancelled_later',
  'maintenance',
  'token_read_only',
  'account_closed',
  'margin_withdrawn',
  'trading_barred',
  'dividend',
  // before anything else: the owner's order waits in the book already
  'order_from_before',
] as const;

export type FaultKind = (typeof FAULT_KINDS)[number];
