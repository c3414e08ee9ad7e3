// All accounts at once, each on its own interval, each failing alone; one iteration never overlaps the next of its account.
// Guarantees: a Bug stops its account and no other; a stop signal ends every loop after its iteration is recorded.

import type { IterationRecord } from '../core/iteration-record.ts';
import { type Clock, type Journal, type Notifier, type Turn, WorldError } from '../ports.ts';
import type { AccountContext, AccountSettings, EngineLog } from './account-context.ts';
import { type CycleResult, IterationDefect, runCycle } from './cycle.ts';
import { debtDue, owesTooMuch } from './deleverage.ts';
import { type Afterwards, defectReason, isJournalFailure } from './ending.ts';
import { failedRecord, failedRow } from './failed-record.ts';
import { watchPause } from './pause.ts';
import { rest } from './rest.ts';
import { nextDue } from './schedule.ts';

/** An account as the daemon gets it: its context is made once the venue has said which account it is. */
export interface AccountPlan {
  readonly settings: AccountSettings;
  /** @throws {WorldError} while the venue cannot be asked, or where it refuses. */
  open(): Promise<AccountContext>;
  /** Resolves when the account may begin an iteration: accounts of one token take turns when its limits are used up. */
  turn?(turn: Turn): Promise<void>;
}

export interface DaemonOptions {
  readonly accounts: readonly AccountPlan[];
  readonly once: boolean;
  readonly clock: Clock;
  readonly journal: Journal;
  readonly notifier: Notifier;
  readonly log: EngineLog;
  readonly stop: AbortSignal;
  newIterationId(): string;
  /** Asked to end every loop: the venue's contract changed. */
  stopAll(because: string): void;
  onRecord(record: IterationRecord): void;
  onSleep?(account: string, untilMs: number): void;
}

/** How each account's last iteration ended. */
export interface AccountEnd {
  readonly account: string;
  readonly status: IterationRecord['status'] | 'none';
  readonly reason: string | null;
  readonly tokenRefused: boolean;
  readonly stopped: boolean;
}

const ENDED_WELL: ReadonlySet<IterationRecord['status']> = new Set([
  'balanced',
  'nothing_to_do',
  'planned',
] as const);
const TOKEN_RECHECK_MS = 5 * 60_000;
/** An account that cannot even be opened is tried again this soon, or after its interval if that is shorter. */
const OPEN_AGAIN_MS = 60_000;

export const runDaemon = (options: DaemonOptions): Promise<AccountEnd[]> =>
  Promise.all(options.accounts.map((account) => runAccount(options, account)));

async function runAccount(options: DaemonOptions, account: AccountPlan): Promise<AccountEnd> {
  const { settings } = account;
  const { clock, stop } = options;
  const session: Session = { context: null, sessions: null };
  let end: AccountEnd = {
    account: settings.id,
    status: 'none',
    reason: null,
    tokenRefused: false,
    stopped: false,
  };
  /** When the iteration was to begin; a late beginning does not put off the ones after it. */
  let plannedMs = clock.now();
  while (!stop.aborted) {
    await account.turn?.(session.context === null ? 'first' : 'later');
    if (stop.aborted) break;
    const startedAtMs = clock.now();
    const result = await attempt(options, account, session, startedAtMs);
    unharmed(options, settings, () => options.onRecord(result.record));
    tidy(options);
    const { afterwards } = result;
    const stopped = afterwards.kind === 'stop_account' || afterwards.kind === 'stop_all';
    const tokenRefused = afterwards.kind === 'token_refused';
    report(options, settings, afterwards);
    const { status, reason } = result.record;
    end = { account: settings.id, status, reason, tokenRefused, stopped };
    if (stopped || options.once) break;
    session.sessions = result.sessions ?? session.sessions;
    const dueMs = dueAfter(settings, result, session.sessions, {
      plannedMs,
      startedAtMs,
      nowMs: clock.now(),
    });
    unharmed(options, settings, () => {
      options.journal.planNextIteration(settings.id, dueMs);
      options.onSleep?.(settings.id, dueMs);
    });
    await rest({
      clock,
      journal: options.journal,
      stop,
      account: settings.id,
      sinceMs: startedAtMs,
      untilMs: dueMs,
    }).catch((error: unknown) => {
      options.log.error(
        { account: settings.id, ...inWords(error) },
        'answers to waiting orders cannot be read',
      );
      return clock.sleep(dueMs - clock.now(), stop);
    });
    plannedMs = Math.min(dueMs, clock.now());
  }
  return end;
}

interface Session {
  context: AccountContext | null;
  /** When this account trades, as last read. */
  sessions: CycleResult['sessions'];
}

/** Printing a record, noting the next hour: nothing that trading depends on, so its failure ends no loop. */
function unharmed(options: DaemonOptions, settings: AccountSettings, work: () => void): void {
  try {
    work();
  } catch (error) {
    options.log.error(
      { account: settings.id, ...inWords(error) },
      'an iteration could not be shown or planned',
    );
  }
}

/** One small step between two iterations; what fails today is tried again after the next one. */
function tidy({ journal, clock, log }: DaemonOptions): void {
  try {
    journal.summarise(clock.now());
  } catch (error) {
    log.warn(inWords(error), 'old rows of the journal could not be summarised');
  }
}

async function attempt(
  options: DaemonOptions,
  account: AccountPlan,
  session: Session,
  startedAtMs: number,
): Promise<CycleResult> {
  try {
    session.context ??= await account.open();
    return await runCycle(session.context);
  } catch (error) {
    return failure(options, account, session.context, error, startedAtMs);
  }
}

/** An account that could not be opened, or a defect: where the iteration could not record itself, that is done here. */
function failure(
  options: DaemonOptions,
  account: AccountPlan,
  context: AccountContext | null,
  error: unknown,
  startedAtMs: number,
): CycleResult {
  const { settings } = account;
  const message = error instanceof Error ? error.message : String(error);
  const base = { counted: true, sessions: null };
  const times = { startedAtMs, nowMs: options.clock.now() };
  if (error instanceof WorldError) {
    const record = failedRecord(settings, options.newIterationId(), times, message);
    const fatal = error.kind === 'account' || error.kind === 'request';
    // An account that was opened has looked at its own iteration already.
    if (!fatal && context === null)
      unharmed(options, settings, () => watchPause({ ...options, settings }, record, false));
    const afterwards: Afterwards =
      error.kind === 'token'
        ? { kind: 'token_refused' }
        : error.kind === 'contract'
          ? { kind: 'stop_all', because: message }
          : fatal
            ? { kind: 'stop_account', because: message }
            : { kind: 'soon', afterMs: Math.min(OPEN_AGAIN_MS, settings.intervalMs) };
    return { ...base, record, afterwards };
  }
  const cause = error instanceof IterationDefect ? error.cause : error;
  options.log.error(
    { account: settings.id, ...inWords(cause) },
    'an unexpected error: the account is stopped',
  );
  if (error instanceof IterationDefect) return error.result;
  const reason = defectReason(error);
  const record = failedRecord(settings, options.newIterationId(), times, reason);
  try {
    context?.journal.record(failedRow(record));
  } catch (second) {
    options.log.error(
      { account: settings.id, ...inWords(second) },
      'its last iteration could not be recorded',
    );
  }
  return { ...base, record, afterwards: { kind: 'stop_account', because: reason } };
}

/** Where in the program a journal failed tells nobody anything. */
const inWords = (error: unknown): Record<string, unknown> =>
  isJournalFailure(error) ? { problem: error.message } : { err: error };

const isLive = ({ settings }: AccountPlan): boolean => !settings.dryRun;

function report(options: DaemonOptions, settings: AccountSettings, afterwards: Afterwards): void {
  const account = settings.id;
  const alert = (event: string, message: string) => {
    // Nothing is at stake in a dry run: whoever runs it reads it, nobody is woken up. All that ends with it is another matter.
    const stopsOthers = afterwards.kind === 'stop_all' && options.accounts.some(isLive);
    if (settings.dryRun && !stopsOthers) options.log.error({ account, alert: event }, message);
    else options.notifier.alert({ account, event, message });
  };
  if (afterwards.kind === 'stop_account') {
    alert('account_stopped', `no more iterations of this account: ${afterwards.because}`);
  } else if (afterwards.kind === 'stop_all') {
    alert('contract_changed', `everything is stopped: ${afterwards.because}`);
    options.stopAll(afterwards.because);
  }
}

function dueAfter(
  settings: AccountSettings,
  result: CycleResult,
  sessions: CycleResult['sessions'],
  { plannedMs, startedAtMs, nowMs }: { plannedMs: number; startedAtMs: number; nowMs: number },
): number {
  const planned = nextDue({
    startedAtMs: plannedMs,
    nowMs,
    intervalMs: settings.intervalMs,
    sessions: result.sessions,
    waitForOpening: settings.closure.mode === 'skip_iteration',
  });
  const endedWell = ENDED_WELL.has(result.record.status) && !owesTooMuch(settings, result.record);
  const debtMs = debtDue(settings, sessions, nowMs, endedWell, startedAtMs);
  const regular = debtMs === null ? planned : Math.min(planned, debtMs);
  if (result.afterwards.kind === 'soon') return Math.min(regular, nowMs + result.afterwards.afterMs);
  return result.afterwards.kind === 'token_refused' ? nowMs + TOKEN_RECHECK_MS : regular;
}
