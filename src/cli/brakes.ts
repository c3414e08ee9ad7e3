// `stop` and `resume`: a person's hands on the brake. Work beside a running daemon, which obeys before its next order.

import type { CommonOptions } from './common-options.ts';
import { EXIT } from './exit-code.ts';
import { hasJournal } from './has-journal.ts';
import { chosenAccounts, loadOrExplain } from './load-or-explain.ts';
import type { Outside } from './outside.ts';

export interface BrakeOptions extends CommonOptions {
  readonly account: readonly string[];
}

/** Throws the kill switch: for the accounts named, or for all. Cancels still pass. */
export function stopCommand(options: BrakeOptions, outside: Outside): number {
  const named = namedAccounts(options, outside);
  if (!named) return EXIT.usage;
  const kill = outside.killSwitch(options.stateDir);
  for (const account of named) kill.engage(account);
  outside.terminal.out(
    `no new order is sent for ${inWords(named)}; to go on: tiebb resume${flags(options)}\n`,
  );
  return EXIT.ok;
}

/** Lifts the kill switch, and the halts of the accounts named, or of all. */
export function resumeCommand(options: BrakeOptions, outside: Outside): number {
  const loaded = loadOrExplain(options, outside, { needTokens: false });
  const accounts = loaded && chosenAccounts(loaded.config, options.account, outside);
  if (!accounts) return EXIT.usage;
  const kill = outside.killSwitch(options.stateDir);
  if (options.account.length === 0) kill.release(null);
  for (const { id } of accounts) kill.release(id);
  const said: string[] = [];
  if (hasJournal(options.stateDir, outside)) {
    const journal = outside.openJournal(options.stateDir);
    for (const { id } of accounts) {
      const halt = journal.halt(id);
      if (halt !== null) said.push(`${id}: the halt is lifted (${halt.detail})`);
      journal.clearHalt(id);
      const open = journal.openOrders(id).filter((order) => order.state === 'unknown');
      if (open.length > 0)
        said.push(`${id}: still blocked by an order of unknown outcome, see: tiebb orders`);
    }
    journal.close();
  }
  const left = accounts.flatMap(({ id }) => kill.engaged(id) ?? []);
  if (left.length > 0) said.push(`still stopped: ${left[0]}; to lift that: tiebb resume`);
  const free = accounts.filter(({ id }) => kill.engaged(id) === null).map(({ id }) => id);
  if (free.length > 0) said.push(`trading may go on for ${inWords(free)}`);
  outside.terminal.out(said.map((line) => `${line}\n`).join(''));
  return EXIT.ok;
}

function namedAccounts(options: BrakeOptions, outside: Outside): readonly (string | null)[] | null {
  // The brake must work whatever state the configuration is in: without a name none is read.
  if (options.account.length === 0) return [null];
  const loaded = loadOrExplain(options, outside, { needTokens: false });
  return (loaded && chosenAccounts(loaded.config, options.account, outside)?.map(({ id }) => id)) ?? null;
}

const inWords = (accounts: readonly (string | null)[]): string =>
  accounts.map((account) => account ?? 'any account').join(', ');

const flags = ({ account }: BrakeOptions): string => account.map((id) => ` --account ${id}`).join('');
