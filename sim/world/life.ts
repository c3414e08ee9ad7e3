// One life of the bot: the whole program as `start` runs it (src/cli/start.ts), on ports of the simulated world.
// Guarantees: a killed life writes nothing, sends nothing, says nothing and never goes on, as if by SIGKILL; what was
// committed and what is on its way to the venue stays.

import type { Outside } from '../../src/cli/outside.ts';
import { runSession } from '../../src/cli/start.ts';
import { createTerminal, type Streams } from '../../src/cli/terminal.ts';
import { createScrubber } from '../../src/config/secret.ts';
import { LockHeld } from '../../src/journal/lock.ts';
import { createLog, type Log } from '../../src/log.ts';
import { alertText } from '../../src/notify/alert-command.ts';
import type { Clock, Journal } from '../../src/ports.ts';
import { createAddressRate } from '../../src/tinvest/throttle.ts';
import { createTInvest } from '../../src/tinvest/tinvest.ts';
import { fundTruth } from '../generate/fund-truth.ts';
import { lifeJournal } from './life-journal.ts';
import { clockOf } from './timeline.ts';
import { wireOf } from './wire.ts';
import type { World } from './world.ts';

/** What a killed process sees of everything it still tries. */
export class Killed extends Error {
  override readonly name = 'Killed';
}

export type Ending =
  | { readonly kind: 'exit'; readonly code: number }
  | { readonly kind: 'failed'; readonly error: unknown }
  | { readonly kind: 'killed' };

export class Life {
  readonly startedMs: number;
  readonly stop = new AbortController();
  ending: Ending | null = null;
  /** When it was told to stop. */
  stoppedMs: number | null = null;
  lock: { release(): void } | null = null;
  readonly clock: Clock;
  readonly journal: Journal;

  constructor(
    readonly world: World,
    readonly number: number,
  ) {
    this.startedMs = world.timeline.now();
    const { bootedMs } = world;
    this.clock = clockOf({
      timeline: world.timeline,
      skewMs: () => world.skewMs,
      bootedMs: () => bootedMs,
      owner: this,
      isAlive: () => this.alive,
    });
    this.journal = lifeJournal(this);
  }

  get alive(): boolean {
    return this.ending === null;
  }

  /** Starts the program; `ended` is called when it ends by itself. */
  begin(ended: () => void): void {
    const end = (ending: Ending): void => {
      if (!this.alive) return;
      this.ending = ending;
      this.lock?.release();
      ended();
    };
    const { config, accounts } = this.world;
    const outside = this.outside();
    const secrets = accounts.map(({ token }) => token);
    outside.terminal.conceal(secrets);
    runSession({
      options: {
        config: 'CONFIG.json',
        envFile: '.env',
        envFileNamed: false,
        stateDir: 'sim',
        json: true,
        logLevel: 'silent',
        once: false,
        dryRun: false,
        account: [],
      },
      config,
      accounts: config.accounts,
      outside,
      log: this.log(),
      secrets,
      onRecord: (record) => {
        if (this.alive) this.world.recorded(record, this);
      },
    }).then(
      (code) => end({ kind: 'exit', code }),
      (error: unknown) => end({ kind: 'failed', error }),
    );
  }

  /** SIGTERM. */
  terminate(): void {
    if (!this.alive || this.stop.signal.aborted) return;
    this.stoppedMs = this.world.timeline.now();
    this.world.checks.onStop(this);
    this.stop.abort();
  }

  /** SIGKILL. */
  kill(): void {
    if (!this.alive) return;
    this.ending = { kind: 'killed' };
    this.world.timeline.forget(this);
    this.lock?.release();
  }

  assertAlive(): void {
    if (!this.alive) throw new Killed('this process was killed');
  }

  private outside(): Outside {
    const { world, clock } = this;
    const addressRate = createAddressRate();
    const random = world.jitter;
    return {
      terminal: createTerminal({}, this.streams()),
      environment: {},
      clock,
      random,
      newId: () => world.newId(),
      stop: this.stop.signal,
      connect: ({ token, broker, log, onTokenRefused = () => {} }) => {
        const transport = wireOf(this);
        const options = { transport, clock, random, broker, log, addressRate, signal: this.stop.signal };
        const venue = createTInvest({ ...options, token: () => token.reveal(), onTokenRefused });
        return {
          broker: venue.broker,
          market: venue.market,
          fundData: fundTruth(world.exchange),
          close: () => venue.close(),
        };
      },
      openJournal: () => {
        world.events.opening(this);
        this.assertAlive();
        return this.journal;
      },
      readJournal: () => this.journal,
      acquireLock: () => {
        this.lock = world.lock.acquire(this);
        return { release: () => this.alive && this.lock?.release() };
      },
      killSwitch: () => ({
        engaged: (account) => {
          this.assertAlive();
          return world.killSwitch.engaged(account);
        },
        engage() {},
        release() {},
      }),
      alertCommand: ({ secrets }) => {
        const scrub = createScrubber(secrets);
        return {
          alert: (alert) => {
            if (!this.alive) return;
            world.alerted(alert);
            world.said('alert', alertText({ scrub, now: clock.now }, alert), this);
          },
          close: async () => {},
        };
      },
      fundTickers: () => [],
      writeMetrics: async () => [],
      createLog: () => this.log(),
    };
  }

  /** A pipe for each of the two that the checks read. The named boundary: the terminal uses no more of them than this. */
  private streams(): Streams {
    const pipe = (channel: 'stdout' | 'stderr') => ({
      write: (text: string) => {
        if (this.alive) this.world.said(channel, text, this);
        return true;
      },
      on() {},
      isTTY: false,
    });
    return { stdout: pipe('stdout'), stderr: pipe('stderr'), stdin: null } as unknown as Streams;
  }

  /**
   * Where nobody reads it a log costs nothing: in most seeds it is silent, but for what a run must not meet. The named
   * boundary: the program uses no more of a log than this.
   */
  private log(): Log {
    const { world, clock } = this;
    const written =
      world.seed % LOGGED_EVERY === 0
        ? createLog({
            level: 'info',
            pretty: false,
            secrets: world.accounts.map(({ token }) => token),
            now: clock.now,
            stream: { write: (text) => this.alive && world.said('log', text, this) },
          })
        : null;
    const quiet = (): void => {};
    const line = (level: 'debug' | 'info' | 'warn'): ((...said: unknown[]) => void) =>
      written === null ? quiet : (...said) => Reflect.apply(written[level], written, said);
    const log = {
      trace: quiet,
      debug: line('debug'),
      info: line('info'),
      warn: line('warn'),
      error: (facts: { readonly err?: unknown }, ...said: unknown[]) => {
        if (!this.alive) return;
        if (written !== null) Reflect.apply(written.error, written, [facts, ...said]);
        if (facts.err !== undefined) world.unexpected(facts.err);
      },
      fatal: quiet,
      child: () => log,
    };
    return log as unknown as Log;
  }
}

/** Of so many seeds one has its log written as `start` writes it, and read by the checks. */
const LOGGED_EVERY = 8;

/** One life at a time trades on a state directory. */
export interface SimLock {
  /** @throws {LockHeld} */
  acquire(life: Life): { release(): void };
}

/** The lock without files: freed with its holder, as the operating system does. */
export function memoryLock(): SimLock {
  let holder: Life | null = null;
  return {
    acquire(life) {
      if (holder?.alive) throw new LockHeld(holder.number, 'sim');
      holder = life;
      return {
        release() {
          if (holder === life) holder = null;
        },
      };
    },
  };
}
