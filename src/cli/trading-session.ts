// Everything a run of the daemon holds open, and how configuration blocks become accounts of it.
// Guarantees: one connection per token and contour, one list of accounts per connection; what was opened is closed in
// reverse order; two blocks that mean one broker account are both refused.

import type { AccountConfig, Config } from '../config/config.ts';
import type { Snapshot } from '../core/portfolio.ts';
import type { AccountContext } from '../engine/account-context.ts';
import { newMemory } from '../engine/account-context.ts';
import type { AccountPlan } from '../engine/daemon.ts';
import { selectAccount } from '../engine/select-account.ts';
import { steady } from '../engine/steady.ts';
import { untilStop } from '../engine/until-stop.ts';
import type { Log } from '../log.ts';
import { type BrokerAccount, type Journal, type KillSwitch, type Notifier, WorldError } from '../ports.ts';
import { settingsOf } from './account-settings.ts';
import type { Connection, Outside } from './outside.ts';

export interface SessionOptions {
  readonly config: Config;
  readonly accounts: readonly AccountConfig[];
  readonly journal: Journal;
  readonly outside: Outside;
  readonly log: Log;
  readonly notifier: Notifier;
  readonly killSwitch: KillSwitch;
  readonly stop: AbortSignal;
  readonly dryRun: boolean;
  readonly lookUpMs: number;
  saveSnapshot?(iteration: string, snapshot: Snapshot): void;
}

export interface TradingSession {
  readonly accounts: readonly AccountPlan[];
  /** Blocks that turn out to mean one broker account, asked before anything trades; what cannot be asked now is no clash. */
  clashes(): Promise<readonly string[]>;
  close(): void;
}

interface Line {
  readonly connection: Connection;
  list: Promise<readonly BrokerAccount[]> | null;
}

export function openSession(options: SessionOptions): TradingSession {
  const startedMs = steady(options.outside.clock);
  const settingsOptions = { overnightFees: options.config.overnightFees, dryRun: options.dryRun };
  const lines = new Map<string, Line>();
  const opened = new Map<string, AccountContext>();
  const keyOf = ({ broker, token }: AccountConfig): string => `${broker} ${token.reveal()}`;
  const lineOf = (account: AccountConfig): Line => {
    const key = keyOf(account);
    const known = lines.get(key);
    if (known) return known;
    const { endpoint, caFile, fundData } = options.config;
    const funds = { settings: fundData, cache: options.journal };
    const { broker, token } = account;
    const connection = options.outside.connect({
      endpoint,
      caFile,
      token,
      broker,
      log: options.log,
      funds,
      onTokenRefused: () => {
        for (const each of options.accounts) if (keyOf(each) === key) tellTokenRefused(options, each);
      },
    });
    const line: Line = { connection, list: null };
    lines.set(key, line);
    return line;
  };
  const contextOf = async (account: AccountConfig): Promise<AccountContext> => {
    const { stop, log, outside } = options;
    const opening = async () =>
      opened.get(account.id) ?? (await openAccount({ ...options, startedMs }, account, lineOf(account)));
    const context = await untilStop({ clock: outside.clock, stop, log }, opening());
    if (context === 'stuck')
      throw new WorldError('unreachable', 'interrupted: the venue did not answer in time', 'soon');
    opened.set(account.id, context);
    return context;
  };
  /** What `clashes` met: an unreachable venue is not asked all over again a moment later. */
  const failed = new Map<string, unknown>();
  const contextOrFailure = async (account: AccountConfig): Promise<AccountContext> => {
    const failure = failed.get(account.id);
    failed.delete(account.id);
    if (failure !== undefined) throw failure;
    return contextOf(account);
  };
  return {
    accounts: options.accounts.map((account) => ({
      settings: settingsOf(account, settingsOptions),
      open: async () => {
        const context = await contextOrFailure(account);
        const clash = clashesOf([...opened.values()]).find((text) => text.includes(context.brokerAccount));
        if (clash !== undefined) throw new WorldError('account', clash, 'never');
        return context;
      },
      turn: async (turn) => lines.get(keyOf(account))?.connection.turn?.(turn),
    })),
    async clashes() {
      const asked = await Promise.allSettled(options.accounts.map(contextOf));
      asked.forEach((result, at) => {
        const account = options.accounts[at];
        if (account && result.status === 'rejected') failed.set(account.id, result.reason);
      });
      return clashesOf(asked.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : [])));
    },
    close: () => {
      for (const { connection } of lines.values()) connection.close();
    },
  };
}

/** At once, and not when an iteration ends: one may wait for long, or end well without what was refused. */
function tellTokenRefused({ dryRun, log, notifier }: SessionOptions, account: AccountConfig): void {
  const alert = {
    account: account.id,
    event: 'token_refused',
    message:
      'the venue refuses the token: nothing is traded with it; it is tried again, within 5 minutes or at the next iteration',
  };
  // Nothing is at stake in a dry run: whoever runs it reads it, nobody is woken up.
  if (dryRun || account.dryRun) log.error({ account: alert.account, alert: alert.event }, alert.message);
  else notifier.alert(alert);
}

/** Broker accounts that several blocks mean, in words. */
function clashesOf(contexts: readonly AccountContext[]): string[] {
  const blocks = Map.groupBy(contexts, (context) => context.brokerAccount);
  return [...blocks]
    .filter(([, group]) => group.length > 1)
    .map(([id, group]) => {
      const names = group.map((context) => context.settings.id).join(' and ');
      return `blocks ${names} mean one broker account, ${id}: leave one of them, or name another account_id`;
    });
}

async function openAccount(
  options: SessionOptions & { readonly startedMs: number },
  account: AccountConfig,
  line: Line,
): Promise<AccountContext> {
  const settings = settingsOf(account, {
    overnightFees: options.config.overnightFees,
    dryRun: options.dryRun,
  });
  const found = await findAccount(options, line, account, !settings.dryRun);
  checkPin(options, account, found, settings.dryRun);
  const { journal, outside, notifier, stop, lookUpMs } = options;
  return {
    settings,
    brokerAccount: found.id,
    isIis: found.type === 'iis',
    broker: line.connection.broker,
    market: line.connection.market,
    fundData: line.connection.fundData,
    journal,
    notifier,
    killSwitch: options.killSwitch,
    clock: outside.clock,
    log: options.log.child({ account: account.id }),
    stop,
    lookUpMs,
    newIterationId: outside.newId,
    ...(options.saveSnapshot ? { saveSnapshot: options.saveSnapshot } : {}),
    memory: newMemory(options.startedMs),
  };
}

/** The list is read once for all accounts of a token; a failed reading is not kept, nor one that cannot be right. */
async function findAccount(
  { journal }: SessionOptions,
  line: Line,
  account: AccountConfig,
  trading: boolean,
): Promise<BrokerAccount> {
  line.list ??= line.connection.broker.accounts();
  try {
    const list = await line.list;
    const selected = selectAccount(account.selector, list, trading);
    if (selected.kind === 'selected') return selected.account;
    const because = `account_id "${account.accountIdText}": ${selected.because}`;
    throw isSound(list, journal.brokerAccountPin(account.id))
      ? new WorldError('account', because, 'never')
      : new WorldError('refused_data', `${because}; it is asked again`, 'later');
  } catch (error) {
    if (error instanceof WorldError && error.kind !== 'account') line.list = null;
    throw error;
  }
}

/**
 * The venue lists closed accounts, too: what is missing from a list that had it, or is described by words that nobody knows,
 * may be there the next time.
 */
const isSound = (list: readonly BrokerAccount[], pinned: string | null): boolean =>
  list.length > 0 &&
  (pinned === null || list.some(({ id }) => id === pinned)) &&
  list.every((each) => ![each.type, each.status, each.access].includes('unknown'));

/** The broker account that a block first resolved to stays its account: another answer later is not obeyed. */
function checkPin(
  options: SessionOptions,
  account: AccountConfig,
  found: BrokerAccount,
  dryRun: boolean,
): void {
  const pinned = options.journal.brokerAccountPin(account.id);
  if (pinned === null) {
    if (!dryRun) options.journal.pinBrokerAccount(account.id, found.id, options.outside.clock.now());
    return;
  }
  if (pinned === found.id) return;
  throw new WorldError(
    'account',
    `account_id "${account.accountIdText}" now means ${found.id}, it was ${pinned}: an account was opened or closed. ` +
      'If the new one is right, run: tiebb accounts --repin',
    'never',
  );
}
