// What the commands need from the world, handed in by main.ts: the terminal, the clock, and makers of the concrete
// journal, lock and venue. No command knows which they are.

import type { Secret } from '../config/secret.ts';
import type { FundFacts } from '../core/fund-facts.ts';
import type { FundSettings } from '../core/fund-settings.ts';
import type { Log } from '../log.ts';
import type {
  Broker,
  Clock,
  FundData,
  Journal,
  KillSwitch,
  Market,
  Notifier,
  Random,
  Turn,
} from '../ports.ts';

export interface Terminal {
  /** Results. Never throws: a reader that went away is not a reason to stop trading. */
  out(text: string): void;
  /** Messages for people beside the results. */
  err(text: string): void;
  /** From now on these values are removed from everything that is written, in whatever disguise. */
  conceal(secrets: readonly string[]): void;
  /** Aborts when the reader of stdout went away. */
  readonly readerGone: AbortSignal;
  /** Lines of stdin, without their ends. @throws {UnreadableInput} where there are none to be had */
  lines(): AsyncIterable<string>;
  readonly isTerminal: boolean;
  readonly colors: boolean;
  /** Columns, 80 where unknown. */
  readonly width: number;
}

export interface Connection {
  readonly broker: Broker;
  readonly market: Market;
  readonly fundData: FundData;
  /** Resolves when an account of this token may begin an iteration; absent: at once. */
  turn?(turn: Turn): Promise<void>;
  close(): void;
}

export interface ConnectOptions {
  /** host:port; `null` = the broker's own. */
  readonly endpoint: string | null;
  readonly caFile: string | null;
  readonly token: Secret;
  readonly broker: 'live' | 'sandbox';
  readonly log: Log;
  /** Where fund data come from and are kept between runs; `null`: none are asked for. */
  readonly funds: { readonly settings: FundSettings; readonly cache: FundCache } | null;
  /** Called when the venue refuses the token: once, until it has accepted it again. */
  onTokenRefused?(): void;
}

export type FundCache = Pick<Journal, 'fundValues' | 'keepFundValues'>;

/** The brake of a state directory, and the hands on it. */
export interface KillSwitchFiles extends KillSwitch {
  /** `null` = every account. */
  engage(account: string | null): void;
  release(account: string | null): void;
}

export interface ClosingNotifier extends Notifier {
  close(): Promise<void>;
}

export interface Outside {
  readonly terminal: Terminal;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
  readonly random: Random;
  newId(): string;
  /** Aborts at the first SIGINT or SIGTERM; another one a second later ends the process at once. */
  readonly stop: AbortSignal;
  connect(options: ConnectOptions): Connection;
  openJournal(stateDir: string): Journal;
  /** For looking only, also beside a running daemon; `null` where there is none yet. */
  readJournal(stateDir: string): Journal | null;
  acquireLock(stateDir: string): { release(): void };
  killSwitch(stateDir: string): KillSwitchFiles;
  /** Hands alerts to a shell command. */
  alertCommand(options: { command: string; secrets: readonly string[]; log: Log }): ClosingNotifier;
  /** Funds that the sources know by name. */
  fundTickers(settings: FundSettings): readonly string[];
  /** One file per ticker whose data are complete; returns the files. */
  writeMetrics(dir: string, facts: readonly FundFacts[], atMs: number): Promise<readonly string[]>;
  createLog(options: { level: string; secrets: readonly string[]; now?: () => number }): Log;
}
