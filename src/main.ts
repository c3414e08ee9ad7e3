#!/usr/bin/env bun
// Composition root: chooses who stands behind the ports (the real venue or the embedded exchange) and runs the command.
// Nobody imports it, and nothing else names a concrete broker, journal or clock.

import manifest from '../package.json' with { type: 'json' };
import { folded } from './cli/amounts.ts';
import type { Connection, ConnectOptions, Outside } from './cli/outside.ts';
import type { PaperWorld, PaperWorldOptions } from './cli/paper.ts';
import { runProgram } from './cli/program.ts';
import { listenForStop } from './cli/stop-signals.ts';
import { createTerminal } from './cli/terminal.ts';
import { createVirtualClock, monotonicMs, realTimeout, systemClock } from './clock.ts';
import { createScrubber } from './config/secret.ts';
import { Bug } from './core/assert.ts';
import { createFundData } from './funds/fund-data.ts';
import { fundNames } from './funds/fund-names.ts';
import { createFundSources, type FundSources } from './funds/fund-sources.ts';
import type { Busy } from './funds/http-client.ts';
import { noFundData } from './funds/no-fund-data.ts';
import { writeMetrics } from './funds/write-metrics.ts';
import { openJournal } from './journal/journal.ts';
import { JournalError } from './journal/journal-error.ts';
import { createKillSwitch } from './journal/kill-switch.ts';
import { acquireLock, LockHeld } from './journal/lock.ts';
import { createLog, LOG_LEVELS, type Log } from './log.ts';
import { createAlertCommand } from './notify/alert-command.ts';
import type { Clock, Journal, Random } from './ports.ts';
import { seededRandom, systemRandom } from './random.ts';
import { createGrpcTransport } from './tinvest/grpc-transport.ts';
import { createAddressRate } from './tinvest/throttle.ts';
import { createTInvest } from './tinvest/tinvest.ts';
import type { Transport } from './tinvest/transport.ts';

type FundsOptions = NonNullable<ConnectOptions['funds']>;

const ENDPOINTS = {
  live: 'invest-public-api.tbank.ru:443',
  sandbox: 'sandbox-invest-public-api.tbank.ru:443',
} as const;

/** After a stop signal the program is gone in this time, whatever hangs. */
const EXIT_WITHIN_MS = 9_500;

const terminal = createTerminal(process.env);
const stop = listenForStop(terminal, monotonicMs);

/** The venue limits each address, whatever the token: all connections of one world share that budget. */
function connectorOf(
  clock: Clock,
  random: Random,
  wrap: (transport: Transport) => Transport = (transport) => transport,
  busy?: Busy,
): (options: ConnectOptions) => Connection {
  const addressRate = createAddressRate();
  let shared: FundSources | null = null;
  /** Once for all connections: what one token has learned about a fund the others need not ask. */
  const sharedFunds = ({ settings, cache }: FundsOptions, log: Log): FundSources => {
    shared ??= createFundSources({ settings, clock, log, store: cache, ...(busy ? { busy } : {}) });
    return shared;
  };
  return (options) => {
    const endpoint = options.endpoint ?? ENDPOINTS[options.broker];
    const transport = wrap(createGrpcTransport({ endpoint, caFile: options.caFile, clock: systemClock }));
    const { log, token, broker, funds } = options;
    const venue = createTInvest({
      transport,
      clock,
      random,
      token: () => token.reveal(),
      broker,
      log,
      signal: stop,
      addressRate,
      onTokenRefused: () => options.onTokenRefused?.(),
    });
    return {
      broker: venue.broker,
      market: venue.market,
      fundData:
        funds === null
          ? noFundData
          : createFundData({ shared: sharedFunds(funds, log), market: venue.market }),
      turn: venue.turn,
      close: () => {
        venue.close();
        transport.close();
      },
    };
  };
}

const live: Outside = {
  terminal,
  environment: process.env,
  clock: systemClock,
  random: systemRandom,
  newId: () => crypto.randomUUID(),
  stop,
  connect: connectorOf(systemClock, systemRandom),
  openJournal: (stateDir) => openJournal(stateDir),
  readJournal,
  acquireLock,
  killSwitch: createKillSwitch,
  fundTickers: ({ names }) => [...fundNames(names).keys()],
  writeMetrics,
  alertCommand: ({ command, secrets, log }) =>
    createAlertCommand({
      command,
      scrub: createScrubber(secrets),
      environment: withoutSecrets(process.env, secrets),
      now: systemClock.now,
      wait: realTimeout,
      onTrouble: (what) => log.error({}, what),
    }),
  createLog: ({ level, secrets, now }) =>
    createLog({
      level: LOG_LEVELS.find((known) => known === level) ?? 'warn',
      pretty: process.stderr.isTTY === true,
      colors: terminal.colors,
      secrets,
      ...(now ? { now } : {}),
    }),
};

function withoutSecrets(
  environment: NodeJS.ProcessEnv,
  secrets: readonly string[],
): Record<string, string | undefined> {
  return Object.fromEntries(
    Object.entries(environment).filter(([, value]) => !secrets.some((secret) => value?.includes(secret))),
  );
}

function readJournal(stateDir: string): Journal | null {
  try {
    return openJournal(stateDir, { readOnly: true });
  } catch (error) {
    if (error instanceof JournalError && error.kind === 'missing') return null;
    throw error;
  }
}

/** The embedded exchange on loopback; time stands still while a call is under way. */
async function openPaperWorld(options: PaperWorldOptions): Promise<PaperWorld> {
  const { Exchange } = await import('./exchange/exchange.ts');
  const { serveExchange } = await import('./exchange/grpc-server.ts');
  const { serveFundPages } = await import('./exchange/fund-pages.ts');
  const clock = createVirtualClock(options.startMs, options.pace);
  const random = seededRandom(options.seed);
  const exchange = new Exchange({
    clock,
    seed: options.seed,
    perSecond: null,
    callsKept: 1_000,
    anchorMs: options.startMs,
  });
  const served = await serveExchange(exchange);
  const pages = await serveFundPages(exchange);
  const standStill = (transport: Transport): Transport => ({
    ...transport,
    unary: (path, request, call) => clock.busy(() => transport.unary(path, request, call)),
  });
  return {
    endpoint: served.endpoint,
    fundUrls: pages.urls,
    outside: {
      ...live,
      clock,
      random,
      newId: () => crypto.randomUUID(),
      connect: connectorOf(clock, random, standStill, (work) => clock.busy(work)),
    },
    open({ id, token, name, cash, pieces, margin }) {
      const account = exchange.openAccount({ id, token, name, cash, margin: { enabled: margin } });
      for (const [ticker, count] of Object.entries(pieces))
        exchange.giveSecurities(account.id, ticker, count);
    },
    async close() {
      clock.stop();
      await pages.close();
      await served.close();
    },
  };
}

async function main(): Promise<number> {
  try {
    return await runProgram(process.argv.slice(2), {
      version: manifest.version,
      outside: live,
      openPaperWorld,
    });
  } catch (error) {
    return explain(error);
  }
}

/** What reaches the outermost catch: things that a person can put right, or a defect of ours. */
function explain(error: unknown): number {
  if (error instanceof LockHeld || error instanceof JournalError) {
    terminal.err(`${folded(error.message, terminal.width)}\n`);
    return 1;
  }
  const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
  terminal.err(`${error instanceof Bug ? 'a defect in this program: ' : ''}${message}\n`);
  return 1;
}

if (import.meta.main) {
  stop.addEventListener('abort', () => {
    void realTimeout(EXIT_WITHIN_MS).then(() => process.exit(1));
  });
  const code = await main();
  await new Promise<void>((resolve) => process.stdout.write('', () => resolve()));
  process.exit(code);
}
