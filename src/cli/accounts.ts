// `accounts`: every account that every token sees, with the index that `account_id` may use; `--repin` after a change.

import Table from 'cli-table3';
import { selectAccount } from '../engine/select-account.ts';
import { type BrokerAccount, WorldError } from '../ports.ts';
import { visibleWidth } from './amounts.ts';
import type { CommonOptions } from './common-options.ts';
import { EXIT } from './exit-code.ts';
import { loadOrExplain } from './load-or-explain.ts';
import type { Outside } from './outside.ts';

export interface AccountsOptions extends CommonOptions {
  readonly repin: boolean;
}

interface Listed {
  readonly token: string;
  readonly index: number;
  readonly id: string;
  readonly type: string;
  readonly name: string;
  readonly status: string;
  readonly access: string;
  /** Blocks of CONFIG.json that mean it. */
  readonly blocks: readonly string[];
}

export async function accountsCommand(options: AccountsOptions, outside: Outside): Promise<number> {
  const loaded = loadOrExplain(options, outside);
  if (!loaded) return EXIT.usage;
  const { config, secrets } = loaded;
  const log = outside.createLog({ level: options.logLevel, secrets });
  const tokens = Map.groupBy(config.accounts, (account) => `${account.broker} ${account.token.reveal()}`);
  const journal = options.repin ? outside.openJournal(options.stateDir) : null;
  let code: number = EXIT.ok;
  const groups = await Promise.all(
    [...tokens.values()].map(async (blocks): Promise<Listed[]> => {
      const first = blocks[0];
      if (!first) return [];
      const { endpoint, caFile } = config;
      const connection = outside.connect({
        endpoint,
        caFile,
        token: first.token,
        broker: first.broker,
        log,
        funds: null,
      });
      const token = blocks.map((block) => block.id).join(', ');
      try {
        const accounts = await connection.broker.accounts();
        const chosen = blocks.map((block) => ({
          block,
          found: selectAccount(block.selector, accounts, false),
        }));
        for (const { block, found } of chosen) {
          if (found.kind === 'selected')
            journal?.pinBrokerAccount(block.id, found.account.id, outside.clock.now());
        }
        return accounts.map((account, index) => listed(account, index, token, chosen));
      } catch (error) {
        if (!(error instanceof WorldError)) throw error;
        outside.terminal.err(`the token of ${token}: ${error.message}\n`);
        code = error.kind === 'token' ? EXIT.token : code === EXIT.token ? code : EXIT.failed;
        return [];
      } finally {
        connection.close();
      }
    }),
  );
  journal?.close();
  const all = groups.flat();
  outside.terminal.out(
    options.json ? all.map((row) => `${JSON.stringify(row)}\n`).join('') : table(all, outside.terminal.width),
  );
  return code;
}

function listed(
  account: BrokerAccount,
  index: number,
  token: string,
  chosen: readonly { block: { id: string }; found: ReturnType<typeof selectAccount> }[],
): Listed {
  const blocks = chosen
    .filter(({ found }) => found.kind === 'selected' && found.account.id === account.id)
    .map(({ block }) => block.id);
  return {
    token,
    index,
    id: account.id,
    type: account.type,
    name: account.name,
    status: account.status,
    access: account.access,
    blocks,
  };
}

/** A table, or where it is too wide for the terminal a few lines for each account. */
function table(rows: readonly Listed[], width: number): string {
  if (rows.length === 0) return '';
  const sheet = new Table({
    head: ['#', 'id', 'type', 'name', 'status', 'access', 'block'],
    style: { head: [], border: [] },
  });
  for (const row of rows) {
    sheet.push([row.index, row.id, row.type, row.name, row.status, row.access, row.blocks.join(', ')]);
  }
  const text = sheet.toString();
  if (text.split('\n').every((line) => visibleWidth(line) <= width)) return `${text}\n`;
  return rows
    .map(({ index, id, type, name, status, access, blocks }) => {
      const used = blocks.length === 0 ? '' : `\n   block ${blocks.join(', ')}`;
      return `${index}  ${id} ${type}, ${status}, access ${access}\n   ${name}${used}\n`;
    })
    .join('');
}
