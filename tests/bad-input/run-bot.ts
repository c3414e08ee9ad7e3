// The whole program in this process: real commands, configuration, journal and adapter; the embedded exchange behind the
// byte transport, a virtual clock, a terminal that remembers. For tables of cases: a process each would take minutes.
// Guarantees: what it could not explain to a person is thrown; every file lies in the given directory.

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { folded } from '../../src/cli/amounts.ts';
import type { Outside, Terminal } from '../../src/cli/outside.ts';
import { runProgram } from '../../src/cli/program.ts';
import { withoutControls } from '../../src/cli/without-controls.ts';
import { createVirtualClock } from '../../src/clock.ts';
import { createScrubber, redactTokens } from '../../src/config/secret.ts';
import { createExchange, type Exchange } from '../../src/exchange/exchange.ts';
import { fundNames } from '../../src/funds/fund-names.ts';
import { noFundData } from '../../src/funds/no-fund-data.ts';
import { writeMetrics } from '../../src/funds/write-metrics.ts';
import { openJournal } from '../../src/journal/journal.ts';
import { asJournalError, JournalError } from '../../src/journal/journal-error.ts';
import { createKillSwitch } from '../../src/journal/kill-switch.ts';
import { acquireLock, LockHeld } from '../../src/journal/lock.ts';
import { createLog } from '../../src/log.ts';
import type { Journal } from '../../src/ports.ts';
import { createTInvest } from '../../src/tinvest/tinvest.ts';
import { TOKEN } from '../support/bot-process.ts';
import { exchangeTransport } from '../support/exchange-transport.ts';

/** Friday 2026-11-20, 13:00 Moscow. */
export const NOON_MS = Date.UTC(2026, 10, 20, 10);
export const ACCOUNT = '2000000001';

export interface Trial {
  readonly code: number;
  readonly out: string;
  readonly err: string;
  /** PostOrder calls that reached the venue. */
  readonly posted: number;
  readonly exchange: Exchange;
}

export interface TrialOptions {
  readonly dir: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly stdin?: string;
  /** One sound `start --once` comes first, so that there is something to remember. */
  readonly after?: 'a sound start';
  /** Prepares the venue, which has one account with 1,000,000 RUB and 1,000 TMOS. */
  readonly venue?: (exchange: Exchange) => void;
  /** The disk is full from the first of these writes on. */
  readonly diskFullAt?: 'plan' | 'attempt' | 'settle' | 'record';
  /** Width of the terminal; default 80. */
  readonly width?: number;
}

export async function runBot(args: readonly string[], options: TrialOptions): Promise<Trial> {
  const { dir } = options;
  const clock = createVirtualClock(NOON_MS, Number.POSITIVE_INFINITY);
  const exchange = createExchange({ clock, seed: 7, liveliness: 0, anchorMs: NOON_MS, limits: 'off' });
  exchange.openAccount({ token: TOKEN, id: ACCOUNT, cash: '1000000' });
  exchange.giveSecurities(ACCOUNT, 'TMOS', 1_000);
  const { terminal, said } = memoryTerminal(options);
  const environment = {
    TIEBB_CONFIG: join(dir, 'CONFIG.json'),
    TIEBB_STATE_DIR: join(dir, 'data'),
    ...(existsSync(join(dir, '.env')) ? { TIEBB_ENV_FILE: join(dir, '.env') } : {}),
    ...options.env,
  };
  const stop = new AbortController();
  let ids = 0;
  const outside: Outside = {
    terminal,
    environment,
    clock,
    random: () => 0.5,
    newId: () => {
      ids += 1;
      return `00000000-0000-4000-8000-${String(ids).padStart(12, '0')}`;
    },
    stop: stop.signal,
    connect: ({ token, broker, log, onTokenRefused = () => {} }) => ({
      ...createTInvest({
        transport: exchangeTransport(exchange, clock),
        clock,
        random: () => 0.5,
        token: () => token.reveal(),
        broker,
        log,
        signal: stop.signal,
        onTokenRefused,
      }),
      fundData: noFundData,
    }),
    openJournal: (stateDir) => withFullDisk(openJournal(stateDir), options.diskFullAt),
    readJournal,
    acquireLock,
    killSwitch: createKillSwitch,
    alertCommand: () => ({ alert() {}, close: async () => {} }),
    fundTickers: ({ names }) => [...fundNames(names).keys()],
    writeMetrics,
    createLog: ({ level, secrets }) =>
      createLog({
        level: level as 'warn',
        pretty: false,
        secrets,
        now: () => clock.now(),
        stream: { write: (line) => void said.err.push(line) },
      }),
  };
  const run = (what: readonly string[]) =>
    explained(terminal, () =>
      runProgram(what, {
        version: '0.0.0',
        outside,
        openPaperWorld: () => Promise.reject(new Error('no paper here')),
      }),
    );
  const postedSoFar = () => exchange.log.calls.filter(({ method }) => method === 'PostOrder').length;
  if (options.after) {
    await run(['start', '--once', '--json']);
    said.out.length = 0;
    await clock.sleep(3_600_000);
  }
  const before = postedSoFar();
  options.venue?.(exchange);
  const code = await run(args);
  clock.stop();
  const posted = postedSoFar() - before;
  return { code, out: said.out.join(''), err: said.err.join(''), posted, exchange };
}

/** As main.ts does it; whatever else reaches the outermost catch is a defect. */
async function explained(terminal: Terminal, work: () => Promise<number>): Promise<number> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof LockHeld || error instanceof JournalError)) throw error;
    terminal.err(`${folded(error.message, terminal.width)}\n`);
    return 1;
  }
}

function readJournal(stateDir: string): Journal | null {
  try {
    return openJournal(stateDir, { readOnly: true });
  } catch (error) {
    if (error instanceof JournalError && error.kind === 'missing') return null;
    throw error;
  }
}

function memoryTerminal({ stdin, width }: TrialOptions) {
  const said = { out: [] as string[], err: [] as string[] };
  const known = new Set<string>();
  const clean = (text: string): string =>
    withoutControls(redactTokens(createScrubber([...known])(text)), false);
  const terminal: Terminal = {
    out: (text) => void said.out.push(clean(text)),
    err: (text) => void said.err.push(clean(text)),
    conceal: (secrets) => {
      for (const secret of secrets) known.add(secret);
    },
    readerGone: new AbortController().signal,
    async *lines() {
      yield* (stdin ?? '').split('\n').slice(0, stdin ? undefined : 0);
    },
    isTerminal: false,
    colors: false,
    width: width ?? 80,
  };
  return { terminal, said };
}

function withFullDisk(journal: Journal, from: TrialOptions['diskFullAt']): Journal {
  let full = false;
  return new Proxy(journal, {
    get(target, name, receiver) {
      const member: unknown = Reflect.get(target, name, receiver);
      if (typeof member !== 'function' || !['plan', 'attempt', 'settle', 'record'].includes(String(name)))
        return member;
      return (...args: unknown[]) => {
        full ||= name === from;
        if (full)
          throw asJournalError(
            Object.assign(new Error('database or disk is full'), { code: 'SQLITE_FULL' }),
            'tiebb.sqlite',
          );
        return member(...args);
      };
    },
  });
}
