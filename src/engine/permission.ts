// May this account send an order now? Asked before every attempt, and once more when the bytes are about to leave.
// Guarantees: the stop signal, the kill switch and a halt each hold every new order back; looking up and cancelling go on.

import type { Halt } from '../ports.ts';
import type { AccountContext } from './account-context.ts';

/** Why nothing may be sent; `null` where it may. */
export function forbidden(context: AccountContext): string | null {
  if (context.stop.aborted) return 'the program was told to stop';
  return braked(context);
}

/** The same without the stop signal: what a person has to lift. */
export function braked(context: AccountContext): string | null {
  const { id } = context.settings;
  const kill = context.killSwitch.engaged(id);
  if (kill !== null) return `${kill}; to go on: tiebb resume`;
  const halt = context.journal.halt(id);
  if (halt === null) return null;
  const since = new Date(halt.atMs).toISOString();
  return `halted since ${since}: ${detailOf(context, halt)}; to go on: tiebb resume --account ${id}`;
}

/** What an order's halt says to do about it is no longer so once its fate is known. */
function detailOf({ journal, settings }: AccountContext, { cause, detail }: Halt): string {
  if (cause !== 'unresolved_order') return detail;
  const open = journal.openOrders(settings.id);
  if (open.some(({ request }) => detail.includes(request.key))) return detail;
  return 'an order was neither found nor provably absent; what became of it is known by now';
}
