// `accept TICKER`: a price that jumped is right; the next one is taken, however far it is from the last.

import { tickerOf } from '../config/ticker-aliases.ts';
import { RUB } from '../core/portfolio.ts';
import type { Journal } from '../ports.ts';
import type { CommonOptions } from './common-options.ts';
import { EXIT } from './exit-code.ts';
import { hasJournal } from './has-journal.ts';
import { chosenAccounts, loadOrExplain } from './load-or-explain.ts';
import type { Outside } from './outside.ts';
import { storedRecord } from './stored-record.ts';

const LOOKED_THROUGH = 20;

export function acceptCommand(
  ticker: string,
  options: CommonOptions & { readonly account: readonly string[] },
  outside: Outside,
): number {
  const loaded = loadOrExplain(options, outside, { needTokens: false });
  const accounts = loaded && chosenAccounts(loaded.config, options.account, outside);
  if (!accounts) return EXIT.usage;
  const { terminal } = outside;
  if (!hasJournal(options.stateDir, outside)) {
    terminal.err(`${options.stateDir}: no journal, so no price has been held\n`);
    return EXIT.usage;
  }
  const name = tickerOf(ticker.toUpperCase(), loaded.config.tickerAliases);
  const journal = outside.openJournal(options.stateDir);
  try {
    const holders = accounts.filter(({ id, wallet }) => wallet.has(name) || isHeld(journal, id, name));
    if (holders.length === 0 || name === RUB) {
      const known = [...new Set(accounts.flatMap((account) => [...account.wallet.keys()]))]
        .filter((each) => each !== RUB)
        .join(', ');
      terminal.err(`no wallet names ${name}; they name ${known}\n`);
      return EXIT.usage;
    }
    for (const { id } of holders) journal.allowJump(id, name, outside.clock.now());
    terminal.out(`the next price of ${name} is taken as it is (${holders.map(({ id }) => id).join(', ')})\n`);
    return EXIT.ok;
  } finally {
    journal.close();
  }
}

/** Under `unlisted_positions: sell` an instrument that no wallet names can be held for its price, too. */
function isHeld(journal: Journal, account: string, ticker: string): boolean {
  return journal.iterations({ account, limit: LOOKED_THROUGH }).some((row) => {
    const record = storedRecord(row);
    return record.held_back.some((held) => held.ticker === ticker && held.rule === 'max_price_jump_percent');
  });
}
