// `max_drawdown_percent`: measures each iteration's equity against where the account began and its peak, and halts.
// Guarantees: deposits and withdrawals are no loss, also where the operations list shows them an iteration late.

import { drawdownTrouble, movedMarks } from '../core/drawdown.ts';
import { absolute, add, isMore, type Money, money, NANO, NO_MONEY, subtract } from '../core/units.ts';
import type { EquityMarks } from '../ports.ts';
import type { AccountContext } from './account-context.ts';
import { haltAccount } from './halt.ts';

const READ_AGAIN_MS = 3_600_000;
/** The operations are read back to here at most; older flows are folded into the marks. */
const FOLD_AFTER_MS = 30 * 86_400_000;
/** Operations this old are certainly on the list. */
const SETTLED_MS = 86_400_000;
const ONE_RUBLE = money(NANO);

/** @throws {WorldError} where the operations cannot be read: the breaker would be blind. */
export async function watchDrawdown(
  context: AccountContext,
  equity: Money,
  outsideCash: Money,
): Promise<void> {
  const { journal, settings, clock, memory } = context;
  const { id, maxDrawdownPercent } = settings;
  if (maxDrawdownPercent === null) return;
  const known = journal.equityMarks(id);
  if (known === null) {
    journal.setEquityMarks(id, { ...movedMarks(null, equity, NO_MONEY), flowsSinceMs: clock.now() });
    return;
  }
  const before = memory.flows;
  const stale =
    before === null || clock.now() - before.atMs > READ_AGAIN_MS || isMore(absolute(outsideCash), NO_MONEY);
  const flows = stale ? await flowsBetween(context, known.flowsSinceMs, clock.now()) : before.sum;
  const explained = subtract(flows, before?.sum ?? flows);
  const late = before !== null && isMore(absolute(subtract(outsideCash, explained)), ONE_RUBLE);
  memory.flows = { sum: flows, atMs: late ? 0 : clock.now() };
  // Money moved and the list does not say how: the next iteration reads it again, and judges then.
  if (late) return;
  const marks = movedMarks(known, equity, flows);
  journal.setEquityMarks(id, { ...marks, flowsSinceMs: known.flowsSinceMs });
  const trouble = drawdownTrouble(marks, flows, equity, maxDrawdownPercent);
  if (trouble !== null) haltAccount(context, 'drawdown', trouble);
  else if (clock.now() - known.flowsSinceMs > FOLD_AFTER_MS) await fold(context, { ...known, ...marks });
}

async function flowsBetween(context: AccountContext, fromMs: number, toMs: number): Promise<Money> {
  const operations = await context.broker.operations(context.brokerAccount, fromMs, toMs);
  return operations
    .filter(({ kind }) => kind === 'deposit' || kind === 'withdrawal')
    .reduce((sum, { amount }) => add(sum, amount), NO_MONEY);
}

async function fold(context: AccountContext, marks: EquityMarks): Promise<void> {
  const untilMs = context.clock.now() - SETTLED_MS;
  const flows = await flowsBetween(context, marks.flowsSinceMs, untilMs);
  context.journal.setEquityMarks(context.settings.id, {
    start: add(marks.start, flows),
    peak: add(marks.peak, flows),
    flowsSinceMs: untilMs,
  });
  context.memory.flows = null;
}
