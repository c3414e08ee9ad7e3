// Which broker account a configuration block means. Pure: the list that the token sees in, one account or a refusal out.
// Guarantees: never another account instead; an account that is closed, foreign or (for trading) read-only is refused.

import type { BrokerAccount } from '../ports.ts';

export type AccountSelector =
  | { readonly kind: 'id'; readonly id: string }
  | { readonly kind: 'id_or_index'; readonly id: string; readonly index: number }
  | { readonly kind: 'index'; readonly index: number }
  | { readonly kind: 'type'; readonly type: 'broker' | 'iis' };

export type Selected =
  | { readonly kind: 'selected'; readonly account: BrokerAccount }
  | { readonly kind: 'refused'; readonly because: string };

/** @param trading false for a dry run: reading is enough then. */
export function selectAccount(
  selector: AccountSelector,
  accounts: readonly BrokerAccount[],
  trading: boolean,
): Selected {
  const found = find(selector, accounts);
  if (found.kind === 'refused') return found;
  const { account } = found;
  const name = `account ${account.id} (${account.name})`;
  if (account.status === 'closed') return refuse(`${name} is closed`);
  if (account.status !== 'open') return refuse(`${name} is not open yet (status ${account.status})`);
  if (account.access === 'none') return refuse(`the token has no access to ${name}: issue one that has`);
  if (trading && account.access !== 'full') {
    return refuse(`the token may only read ${name}: issue a full-access token, or set "dry_run": true`);
  }
  return found;
}

function find(selector: AccountSelector, accounts: readonly BrokerAccount[]): Selected {
  const byId = (id: string) => accounts.find((account) => account.id === id);
  switch (selector.kind) {
    case 'id':
      return select(byId(selector.id), `no account has the id ${selector.id}`, accounts);
    case 'index':
      return select(
        accounts[selector.index],
        `there is no account number ${selector.index} (from 0)`,
        accounts,
      );
    case 'id_or_index': {
      const because = `no account has the id ${selector.id}, and there is no number ${selector.index} (from 0)`;
      return select(byId(selector.id) ?? accounts[selector.index], because, accounts);
    }
    case 'type': {
      const usable = accounts.filter(
        (account) => account.type === selector.type && account.status === 'open' && account.access !== 'none',
      );
      if (usable.length <= 1)
        return select(usable[0], `no open, accessible ${selector.type} account`, accounts);
      const ids = usable.map((account) => `${account.id} (${account.name})`).join(', ');
      return refuse(`several ${selector.type} accounts: ${ids}; name one in account_id`);
    }
  }
}

function select(
  account: BrokerAccount | undefined,
  because: string,
  all: readonly BrokerAccount[],
): Selected {
  if (account) return { kind: 'selected', account };
  const ids = all.map((known) => known.id).join(', ');
  return refuse(`${because}; the token sees ${ids === '' ? 'no account' : ids} (see: tiebb accounts)`);
}

const refuse = (because: string): Selected => ({ kind: 'refused', because });
