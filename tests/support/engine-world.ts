// A whole world for tests of the engine: the embedded exchange, the real adapter over its bytes, a real journal on disk,
// on one virtual clock. Guarantees: what is opened is closed after the test; every PostOrder is checked on its way.

import { onTestFinished } from 'bun:test';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createVirtualClock, systemClock, type VirtualClock } from '../../src/clock.ts';
import type { IterationRecord } from '../../src/core/iteration-record.ts';
import type { Policy } from '../../src/core/policy.ts';
import { NO_RULES } from '../../src/core/policy.ts';
import { RUB } from '../../src/core/portfolio.ts';
import { NO_TIMING } from '../../src/core/timing-policy.ts';
import { rate } from '../../src/core/units.ts';
import { type AccountContext, type AccountSettings, newMemory } from '../../src/engine/account-context.ts';
import { type CycleResult, runCycle } from '../../src/engine/cycle.ts';
import { type AccountEnd, runDaemon } from '../../src/engine/daemon.ts';
import { steady } from '../../src/engine/steady.ts';
import {
  type CallObserver,
  createExchange,
  type Exchange,
  type ExchangeOptions,
} from '../../src/exchange/exchange.ts';
import { serveExchange } from '../../src/exchange/grpc-server.ts';
import type { CallRecord } from '../../src/exchange/record.ts';
import { noFundData } from '../../src/funds/no-fund-data.ts';
import { createKillSwitch, type KillSwitchFiles } from '../../src/journal/kill-switch.ts';
import type { Alert, FundData, Journal } from '../../src/ports.ts';
import { createGrpcTransport } from '../../src/tinvest/grpc-transport.ts';
import type { Transport } from '../../src/tinvest/transport.ts';
import { bookFaults } from './engine-books.ts';
import { type OnWrite, type Process, startProcess } from './engine-process.ts';
import { type Watch, watchWire } from './engine-watch.ts';
import { exchangeTransport } from './exchange-transport.ts';

/** Friday 2026-11-20, 13:00 Moscow. */
export const FRIDAY_NOON = Date.UTC(2026, 10, 20, 10);
export const MINUTE_MS = 60_000;
export const HOUR_MS = 60 * MINUTE_MS;

export interface WorldAccount {
  /** Name of the configuration block; default "a". */
  readonly id?: string;
  readonly token?: string;
  readonly wallet: Readonly<Record<string, number>>;
  readonly cash: string;
  readonly pieces?: Readonly<Record<string, number>>;
  readonly type?: 'broker' | 'iis';
  /** As the broker has it; default off. */
  readonly margin?: { readonly enabled: boolean; readonly debtMaxRub?: string };
  readonly access?: 'full' | 'read_only';
  readonly settings?: Partial<Omit<AccountSettings, 'policy'>>;
  readonly policy?: Partial<Policy>;
}

export interface WorldOptions {
  readonly startMs?: number;
  readonly accounts?: readonly WorldAccount[];
  readonly exchange?: Partial<ExchangeOptions>;
  /** Real gRPC on loopback instead of direct calls. */
  readonly grpc?: boolean;
  readonly lookUpMs?: number;
  /** Default: no source at all. */
  readonly fundData?: FundData;
}

/** The example of the specification: 32/18/25/25 % of 1,000,000.37 RUB, a quarter each is wanted. */
export const SEED_ACCOUNT: WorldAccount = {
  wallet: { TMOS: 25, TBRU: 25, TRUR: 25, RUB: 25 },
  cash: '250011.65',
  pieces: { TMOS: 49_230, TBRU: 24_258, TRUR: 24_414 },
};

export type World = EngineWorld;

export interface DaemonRun {
  readonly once?: boolean;
  /** Stops the daemon after this long, as SIGTERM does. */
  readonly forMs?: number;
  readonly onRecord?: (record: IterationRecord) => void;
}

const policyOf = (account: WorldAccount): Policy => ({
  ...NO_RULES,
  mode: 'manual',
  wallet: new Map(Object.entries(account.wallet)),
  unlistedPositions: 'keep',
  minOneLot: true,
  minImprovementPp: 0.25,
  orderType: 'market',
  commission: rate(3_000_000n),
  maxPriceAgeMs: HOUR_MS,
  ...account.policy,
});

const settingsOf = (account: WorldAccount): AccountSettings => ({
  id: idOf(account),
  name: idOf(account),
  dryRun: false,
  tickers: Object.keys(account.wallet).filter((ticker) => ticker !== RUB),
  closure: { mode: 'skip_iteration', counts: false },
  exchange: 'MOEX',
  intervalMs: HOUR_MS,
  sleepBetweenOrdersMs: 0,
  orderWaitMs: 30_000,
  maxPriceJumpPercent: 30,
  maxDrawdownPercent: null,
  maxDayTurnoverPercent: 400,
  deleverageMs: null,
  timing: NO_TIMING,
  maxSpreadPercent: 1,
  ...account.settings,
  policy: policyOf(account),
});

const SILENT = { debug() {}, info() {}, warn() {}, error() {} };

interface OpenAccount {
  readonly account: WorldAccount;
  readonly brokerAccount: string;
}

interface Parts {
  readonly clock: VirtualClock;
  readonly exchange: Exchange;
  readonly stateDir: string;
  readonly transport: Transport;
  readonly accounts: ReadonlyMap<string, OpenAccount>;
  readonly lookUpMs: number;
  readonly fundData: FundData;
  release(): Promise<void>;
}

export async function openWorld(options: WorldOptions = {}): Promise<EngineWorld> {
  const clock = createVirtualClock(options.startMs ?? FRIDAY_NOON, Number.POSITIVE_INFINITY);
  const exchange = createExchange({
    seed: 1,
    liveliness: 0,
    anchorMs: clock.now(),
    clock,
    limits: 'off',
    ...options.exchange,
  });
  const accounts = new Map(
    (options.accounts ?? [SEED_ACCOUNT]).map((account) => [idOf(account), open(exchange, account)]),
  );
  const served = options.grpc ? await serveExchange(exchange) : null;
  const stateDir = mkdtempSync(join(tmpdir(), 'tiebb-engine-'));
  const world = new EngineWorld({
    clock,
    exchange,
    stateDir,
    accounts,
    transport: served ? standStill(clock, served.endpoint) : exchangeTransport(exchange, clock),
    lookUpMs: options.lookUpMs ?? MINUTE_MS,
    fundData: options.fundData ?? noFundData,
    async release() {
      await served?.close();
      rmSync(stateDir, { recursive: true, force: true });
    },
  });
  onTestFinished(() => world.close());
  return world;
}

export class EngineWorld {
  readonly clock: VirtualClock;
  readonly exchange: Exchange;
  readonly stateDir: string;
  readonly alerts: Alert[] = [];
  /** Records in the order the iterations ended. */
  readonly records: IterationRecord[] = [];
  /** Looks at every call; may kill the process. */
  onCall: CallObserver | null = null;
  onWrite: OnWrite | null = null;
  private readonly watch: Watch;
  private readonly processes: Process[] = [];
  private contexts = new Map<string, AccountContext>();
  private stopping = new AbortController();
  private iterations = 0;

  constructor(private readonly parts: Parts) {
    this.clock = parts.clock;
    this.exchange = parts.exchange;
    this.stateDir = parts.stateDir;
    this.watch = watchWire(parts.exchange, parts.stateDir);
    this.exchange.onCall = (call, phase) => {
      this.watch.observe(call, phase);
      return this.onCall?.(call, phase);
    };
    this.start();
  }

  get process(): Process {
    return this.processes.at(-1)!;
  }

  get killSwitch(): KillSwitchFiles {
    return createKillSwitch(this.stateDir);
  }

  get journal(): Journal {
    return this.process.journal;
  }

  /** Without an id: the first account. */
  context(id = this.first()): AccountContext {
    const known = this.contexts.get(id);
    if (known) return known;
    const { account, brokerAccount } = this.parts.accounts.get(id)!;
    const made: AccountContext = {
      settings: settingsOf(account),
      brokerAccount,
      isIis: account.type === 'iis',
      ...this.process.venueOf(tokenOf(account)),
      fundData: this.parts.fundData,
      journal: this.journal,
      notifier: this.notifier,
      killSwitch: this.killSwitch,
      clock: this.clock,
      log: SILENT,
      stop: this.stopping.signal,
      lookUpMs: this.parts.lookUpMs,
      newIterationId: this.newIterationId,
      memory: newMemory(steady(this.clock)),
    };
    this.contexts.set(id, made);
    return made;
  }

  async cycle(id?: string): Promise<CycleResult> {
    const result = await runCycle(this.context(id));
    this.records.push(result.record);
    return result;
  }

  /** The daemon over all accounts until its time is over, every account ended, or once. */
  daemon({ once = false, forMs, onRecord }: DaemonRun): Promise<AccountEnd[]> {
    const over = new AbortController();
    const stopping = this.stopping;
    if (forMs !== undefined) void this.clock.sleep(forMs, over.signal).then(() => stopping.abort());
    return runDaemon({
      accounts: [...this.parts.accounts.keys()].map((id) => ({
        settings: this.context(id).settings,
        open: async () => this.context(id),
      })),
      once,
      clock: this.clock,
      journal: this.journal,
      notifier: this.notifier,
      log: SILENT,
      stop: stopping.signal,
      newIterationId: this.newIterationId,
      stopAll: () => stopping.abort(),
      onRecord: onRecord ?? ((record) => void this.records.push(record)),
    }).finally(() => over.abort());
  }

  /** Asks the running process to stop, as SIGTERM does. */
  stop(): void {
    this.stopping.abort();
  }

  /** Ends this process (or what a kill left of it) and starts the next one on the same state. */
  restart(between: () => void = () => {}): void {
    this.process.kill();
    this.stop();
    between();
    this.contexts = new Map();
    this.stopping = new AbortController();
    this.start();
  }

  accountId(id = this.first()): string {
    return this.parts.accounts.get(id)!.brokerAccount;
  }

  uid(ticker: string): string {
    return this.exchange.instrument(ticker).uid;
  }

  calls(method: string): readonly CallRecord[] {
    return this.exchange.log.calls.filter((call) => call.method === method);
  }

  /** Calls since an index of the log, the tariff aside. */
  callsSince(index: number): readonly CallRecord[] {
    return this.exchange.log.calls.filter((call) => call.index >= index && call.method !== 'GetUserTariff');
  }

  /** RUB at the venue, nano. */
  cash(id?: string): bigint {
    return this.exchange.registry.account(this.accountId(id)).cash();
  }

  pieces(ticker: string, id?: string): bigint {
    return this.exchange.registry.account(this.accountId(id)).pieces(this.uid(ticker));
  }

  /** Everything that is wrong with what happened so far; empty when sound. */
  faults(settled = true): string[] {
    return [...this.watch.violations, ...bookFaults(this.exchange, this.journal, settled)];
  }

  async close(): Promise<void> {
    this.stop();
    this.clock.stop();
    for (const process of this.processes.splice(0)) process.close();
    await this.parts.release();
  }

  private first(): string {
    return [...this.parts.accounts.keys()][0]!;
  }

  private start(): void {
    const { stateDir, clock, transport } = this.parts;
    const onWrite: OnWrite = (...write) => this.onWrite?.(...write);
    this.processes.push(startProcess({ stateDir, clock, transport, stop: this.stopping.signal, onWrite }));
  }

  private readonly newIterationId = (): string => {
    this.iterations += 1;
    return `00000000-0000-4000-8000-${String(this.iterations).padStart(12, '0')}`;
  };

  private readonly notifier = { alert: (alert: Alert) => void this.alerts.push(alert) };
}

const idOf = (account: WorldAccount): string => account.id ?? 'a';
const tokenOf = (account: WorldAccount): string => account.token ?? `t.${idOf(account)}`;

function open(exchange: Exchange, account: WorldAccount): OpenAccount {
  const { id } = exchange.openAccount({
    token: tokenOf(account),
    cash: account.cash,
    ...(account.type ? { type: account.type } : {}),
    ...(account.access ? { access: account.access } : {}),
    ...(account.margin ? { margin: account.margin } : {}),
  });
  for (const [ticker, count] of Object.entries(account.pieces ?? {}))
    exchange.giveSecurities(id, ticker, count);
  return { account, brokerAccount: id };
}

/** Sockets are real, so time stands still while a call is on them. */
function standStill(clock: VirtualClock, endpoint: string): Transport {
  const transport = createGrpcTransport({ endpoint, caFile: null, clock: systemClock });
  return {
    ...transport,
    unary: (path, request, call) => clock.busy(() => transport.unary(path, request, call)),
  };
}
