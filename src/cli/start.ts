// `start` (and `plan`, which is `start --once --dry-run`): the daemon on the real venue, or one iteration of it.

import type { AccountConfig, Config } from '../config/config.ts';
import { type AccountEnd, runDaemon } from '../engine/daemon.ts';
import type { Log } from '../log.ts';
import type { Journal, Notifier } from '../ports.ts';
import { folded } from './amounts.ts';
import type { CommonOptions } from './common-options.ts';
import { EXIT, exitCodeOf } from './exit-code.ts';
import { chosenAccounts, loadOrExplain } from './load-or-explain.ts';
import type { Outside } from './outside.ts';
import { paceWarnings } from './pace-warnings.ts';
import { iterationPrinter } from './print-iteration.ts';
import { scrubbedJournal } from './scrubbed-journal.ts';
import { snapshotDirProblem, snapshotWriter } from './snapshot-writer.ts';
import { openSession } from './trading-session.ts';

export interface StartOptions extends CommonOptions {
  readonly once: boolean;
  readonly dryRun: boolean;
  readonly account: readonly string[];
  readonly saveSnapshots?: string;
}

/**
 * `--once` asks about an unknown outcome for at most this long; a daemon for longer, and again a minute later: the venue's
 * limits are by the minute, so that a look which has to wait for the next one still finds its answer.
 */
const LOOK_UP_ONCE_MS = 30_000;
const LOOK_UP_MS = 75_000;

export async function startCommand(options: StartOptions, outside: Outside): Promise<number> {
  const loaded = loadOrExplain(options, outside);
  if (!loaded) return EXIT.usage;
  const accounts = chosenAccounts(loaded.config, options.account, outside);
  if (!accounts) return EXIT.usage;
  const unsavable = options.saveSnapshots === undefined ? null : snapshotDirProblem(options.saveSnapshots);
  if (unsavable !== null) {
    outside.terminal.err(folded(`${unsavable}\n`, outside.terminal.width));
    return EXIT.usage;
  }
  const log = outside.createLog({ level: options.logLevel, secrets: loaded.secrets });
  for (const warning of loaded.config.warnings) log.warn(warning);
  if (!options.once) for (const warning of paceWarnings(accounts)) log.warn(warning);
  return runSession({ options, config: loaded.config, accounts, outside, log, secrets: loaded.secrets });
}

export interface RunOptions {
  readonly options: StartOptions;
  readonly config: Config;
  readonly accounts: readonly AccountConfig[];
  readonly outside: Outside;
  readonly log: Log;
  /** Values that must not get into the journal. */
  readonly secrets: readonly string[];
  /** A headline for every day. */
  readonly byDay?: boolean;
  /** Stops the run besides a signal. */
  readonly until?: AbortSignal;
  readonly onRecord?: (record: Parameters<ReturnType<typeof iterationPrinter>>[0]) => void;
}

/** Opens lock, journal and connections, runs the daemon, closes them again. */
export async function runSession(run: RunOptions): Promise<number> {
  const { options, outside, log } = run;
  // A dry run trades nothing, so it may run beside the process that does.
  const lock = options.dryRun ? null : outside.acquireLock(options.stateDir);
  const journal = scrubbedJournal(outside.openJournal(options.stateDir), run.secrets);
  const ended = new AbortController();
  const stop = AbortSignal.any([outside.stop, ended.signal, ...(run.until ? [run.until] : [])]);
  const command = run.config.alertCommand;
  const channel = command === null ? null : outside.alertCommand({ command, secrets: run.secrets, log });
  const notifier = toBoth(logNotifier(log), channel);
  const session = openSession({
    config: run.config,
    accounts: run.accounts,
    journal,
    outside,
    log,
    notifier,
    killSwitch: outside.killSwitch(options.stateDir),
    stop,
    dryRun: options.dryRun,
    lookUpMs: options.once ? LOOK_UP_ONCE_MS : LOOK_UP_MS,
    ...(options.saveSnapshots === undefined
      ? {}
      : { saveSnapshot: snapshotWriter(options.saveSnapshots, (what) => log.error({}, what)) }),
  });
  try {
    const clashes = await session.clashes();
    if (clashes.length > 0) {
      for (const clash of clashes) outside.terminal.err(folded(`${clash}\n`, outside.terminal.width));
      return EXIT.usage;
    }
    const print = iterationPrinter(outside.terminal, {
      json: options.json,
      compact: !options.once,
      byDay: run.byDay ?? false,
    });
    const ends = await runDaemon({
      accounts: session.accounts,
      once: options.once,
      clock: outside.clock,
      journal,
      notifier,
      log,
      stop,
      newIterationId: outside.newId,
      stopAll: () => ended.abort(),
      onRecord: (record) => {
        print(record);
        run.onRecord?.(record);
      },
    });
    const asked = outside.stop.aborted || run.until?.aborted === true;
    return isUnresolved(run, journal) ? EXIT.unknownOutcome : exitCode(options, ends, asked);
  } finally {
    session.close();
    await channel?.close();
    journal.close();
    lock?.release();
  }
}

/** An order that was sent and is not known to have ended, whatever stopped its account since. A dry run has none. */
const isUnresolved = ({ options, accounts }: RunOptions, journal: Journal): boolean =>
  accounts.some(
    ({ id, dryRun }) =>
      !(dryRun || options.dryRun) && journal.openOrders(id).some(({ attempts }) => attempts > 0),
  );

/** A daemon that was asked to stop did well, unless it leaves an order behind whose fate it does not know. */
function exitCode(options: StartOptions, ends: readonly AccountEnd[], asked: boolean): number {
  const code = exitCodeOf(ends);
  return asked && !options.once && code !== EXIT.unknownOutcome ? EXIT.ok : code;
}

const toBoth = (log: Notifier, channel: Notifier | null): Notifier => ({
  alert(alert) {
    log.alert(alert);
    channel?.alert(alert);
  },
});

/** Every alert is an error in the log, whatever other channels there are. */
const logNotifier = (log: Log): Notifier => ({
  alert: ({ account, event, message }) => log.error({ account, alert: event }, message),
});
