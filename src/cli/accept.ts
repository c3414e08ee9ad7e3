// `accept TICKER`: a price that jumped is right; the next one is taken, however far it is from the last.

import type { CommonOptions } from './common-options.ts';
import { EXIT } from './exit-code.ts';
import { chosenAccounts, loadOrExplain } from './load-or-explain.ts';
import type { Outside } from './outside.ts';

export function acceptCommand(
  ticker: string,
  options: CommonOptions & { readonly account: readonly string[] },
  outside: Outside,
): number {
  const loaded = loadOrExplain(options, outside, { needTokens: false });
  const accounts = loaded && chosenAccounts(loaded.config, options.account, outside);
  if (!accounts) return EXIT.usage;
  const name = ticker.replace(/@$/, '').toUpperCase();
  const holders = accounts.filter((account) => account.wallet.has(name));
  if (holders.length === 0) {
    const known = [...new Set(accounts.flatMap((account) => [...account.wallet.keys()]))].join(', ');
    outside.terminal.err(`no wallet names ${name}; they name ${known}\n`);
    return EXIT.usage;
  }
  const journal = outside.openJournal(options.stateDir);
  for (const { id } of holders) journal.allowJump(id, name, outside.clock.now());
  journal.close();
  outside.terminal.out(
    `the next price of ${name} is taken as it is (${holders.map(({ id }) => id).join(', ')})\n`,
  );
  return EXIT.ok;
}
