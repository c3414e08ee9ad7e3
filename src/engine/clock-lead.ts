// How far the clock was set forward of late: by that much our own orders seem older than they are.
// Guarantees: 0 where the clock only ever ran; what was set while no program ran cannot be known and counts as nothing.

import type { AccountContext } from './account-context.ts';

/** Clocks that are only steered differ by less. */
const NOTICEABLE_MS = 1_000;
/** Nobody asks about more. */
const KEPT_MS = 60 * 60_000;

/** Milliseconds that were set within the last `withinMs` (an hour at most), as far as this program has seen it. */
export function clockLead(
  { clock, memory }: Pick<AccountContext, 'clock' | 'memory'>,
  withinMs: number,
): number {
  const wallMs = clock.now();
  const steadyMs = clock.monotonic?.() ?? wallMs;
  const last = memory.clock ?? { wallMs, steadyMs, leads: [] };
  const byMs = Math.ceil(wallMs - last.wallMs - (steadyMs - last.steadyMs));
  const leads = [...last.leads, ...(byMs > NOTICEABLE_MS ? [{ byMs, seenMs: steadyMs }] : [])].filter(
    ({ seenMs }) => steadyMs - seenMs < KEPT_MS,
  );
  memory.clock = { wallMs, steadyMs, leads };
  return leads.filter(({ seenMs }) => steadyMs - seenMs < withinMs).reduce((sum, lead) => sum + lead.byMs, 0);
}
