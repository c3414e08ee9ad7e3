// A long run of the whole program (`start`, with its configuration, journal, throttle and adapter) on one virtual clock
// against the embedded exchange in the same process: what the endurance and fairness runs look at.
// Guarantees: no sockets, no real waiting; `close` removes the state directory.

import { Database } from 'bun:sqlite';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Outside } from '../../src/cli/outside.ts';
import { runSession } from '../../src/cli/start.ts';
import { createVirtualClock, type VirtualClock } from '../../src/clock.ts';
import type { Config } from '../../src/config/config.ts';
import { parseConfig } from '../../src/config/parse.ts';
import type { IterationRecord } from '../../src/core/iteration-record.ts';
import { createExchange, type Exchange, type ExchangeOptions } from '../../src/exchange/exchange.ts';
import { noFundData } from '../../src/funds/no-fund-data.ts';
import { JOURNAL_FILE } from '../../src/journal/database.ts';
import { openJournal } from '../../src/journal/journal.ts';
import type { Log } from '../../src/log.ts';
import { seededRandom } from '../../src/random.ts';
import { createAddressRate } from '../../src/tinvest/throttle.ts';
import { createTInvest } from '../../src/tinvest/tinvest.ts';
import type { Transport } from '../../src/tinvest/transport.ts';
import { exchangeTransport } from '../support/exchange-transport.ts';

export const MINUTE_MS = 60_000;
export const HOUR_MS = 60 * MINUTE_MS;
export const DAY_MS = 24 * HOUR_MS;

/** A run must not grow by what watches it. */
const COMPLAINTS_KEPT = 50;

export interface LongAccount {
  readonly id: string;
  readonly token: string;
  readonly wallet: Readonly<Record<string, number>>;
  readonly cash: string;
  readonly intervalMs: number;
  /** More keys of its block. */
  readonly block?: Readonly<Record<string, unknown>>;
}

export interface LongWorldOptions {
  readonly startMs: number;
  readonly seed: number;
  readonly accounts: readonly LongAccount[];
  readonly exchange?: Partial<ExchangeOptions>;
  /** How long a call takes there and back. */
  readonly latencyMs: number;
  readonly onRecord?: (record: IterationRecord, world: LongWorld) => void;
}

export class LongWorld {
  readonly clock: VirtualClock;
  readonly exchange: Exchange;
  readonly stateDir = mkdtempSync(join(tmpdir(), 'tiebb-long-'));
  /** What was logged as a warning or worse: how often, and the first of it. */
  readonly complaints: string[] = [];
  complaintCount = 0;
  private readonly stop = new AbortController();
  private readonly config: Config;
  private readonly brokerIds = new Map<string, string>();

  constructor(private readonly options: LongWorldOptions) {
    const { startMs, seed, accounts } = options;
    this.clock = createVirtualClock(startMs, Number.POSITIVE_INFINITY);
    this.exchange = createExchange({
      seed,
      clock: this.clock,
      anchorMs: startMs,
      callsKept: 100,
      ...options.exchange,
    });
    const blocks = accounts.map(({ id, token, wallet, cash, intervalMs, block }) => {
      const opened = this.exchange.openAccount({ token, cash });
      this.brokerIds.set(id, opened.id);
      return {
        id,
        name: id,
        t_invest_token: token,
        account_id: opened.id,
        desired_wallet: wallet,
        balance_interval: intervalMs,
        ...block,
      };
    });
    const parsed = parseConfig(JSON.stringify({ accounts: blocks }), {
      process: {},
      file: {},
      filePath: '.env',
      fileFound: false,
    });
    if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
    this.config = parsed.config;
  }

  brokerId(account: string): string {
    return this.brokerIds.get(account) ?? '';
  }

  /** Runs the daemon until the instant, then stops it as SIGTERM does. Returns its exit code. */
  async runUntil(untilMs: number): Promise<number> {
    void this.clock.sleep(untilMs - this.clock.now()).then(() => this.stop.abort());
    return runSession({
      options: {
        config: 'CONFIG.json',
        envFile: '.env',
        envFileNamed: false,
        stateDir: this.stateDir,
        json: true,
        logLevel: 'silent',
        once: false,
        dryRun: false,
        account: [],
      },
      config: this.config,
      accounts: this.config.accounts,
      outside: this.outside(),
      log: this.log(),
      secrets: [],
      onRecord: (record) => this.options.onRecord?.(record, this),
    });
  }

  /** Bytes of the journal's pages, and how many of them are in use. */
  journalSize(): { readonly bytes: number; readonly used: number } {
    const db = new Database(join(this.stateDir, JOURNAL_FILE), { readonly: true });
    try {
      const value = (name: string) =>
        Number(Object.values(db.query<Record<string, number>, []>(`PRAGMA ${name}`).get() ?? {})[0]);
      const [pages, free, size] = [value('page_count'), value('freelist_count'), value('page_size')];
      return { bytes: pages * size, used: (pages - free) * size };
    } finally {
      db.close(true);
    }
  }

  close(): void {
    this.clock.stop();
    rmSync(this.stateDir, { recursive: true, force: true });
  }

  private outside(): Outside {
    const { clock, stop } = this;
    const random = seededRandom(this.options.seed);
    const addressRate = createAddressRate();
    let ids = 0;
    return {
      terminal: SILENT_TERMINAL,
      environment: {},
      clock,
      random,
      newId: () => {
        ids += 1;
        return `00000000-0000-4000-8000-${String(ids).padStart(12, '0')}`;
      },
      stop: stop.signal,
      connect: ({ token, broker, log }) => {
        const venue = createTInvest({
          transport: this.transport(),
          clock,
          random,
          broker,
          log,
          addressRate,
          signal: stop.signal,
          token: () => token.reveal(),
        });
        return { ...venue, fundData: noFundData };
      },
      openJournal,
      readJournal: (dir) => openJournal(dir, { readOnly: true }),
      acquireLock: () => ({ release() {} }),
      killSwitch: () => ({ engaged: () => null, engage() {}, release() {} }),
      alertCommand: () => ({ alert() {}, close: async () => {} }),
      fundTickers: () => [],
      writeMetrics: async () => [],
      createLog: () => this.log(),
    };
  }

  private transport(): Transport {
    const { latencyMs } = this.options;
    const direct = exchangeTransport(this.exchange, this.clock);
    if (latencyMs === 0) return direct;
    return {
      ...direct,
      unary: async (path, request, call) => {
        await this.clock.sleep(latencyMs);
        return direct.unary(path, request, call);
      },
    };
  }

  /** The named boundary: the program uses no more of a log than this. */
  private log(): Log {
    const quiet = (): void => {};
    const complain = (facts: unknown, text?: string): void => {
      this.complaintCount += 1;
      if (this.complaints.length < COMPLAINTS_KEPT)
        this.complaints.push(`${text ?? ''} ${typeof facts === 'string' ? facts : JSON.stringify(facts)}`);
    };
    const log = {
      trace: quiet,
      debug: quiet,
      info: quiet,
      warn: complain,
      error: complain,
      fatal: complain,
      child: () => log,
    };
    return log as unknown as Log;
  }
}

const SILENT_TERMINAL: Outside['terminal'] = {
  out() {},
  err() {},
  conceal() {},
  readerGone: new AbortController().signal,
  async *lines() {},
  isTerminal: false,
  colors: false,
  width: 80,
};
