// The embedded exchange as a process of its own, for tests that run the bot as a process: `bun venue-process.ts '{...}'`.
// Its calendar never closes (or never opens), so that both sides keep real time whatever the day. The first line on stdout
// says where it listens; then one line of JSON answers each command line on stdin (see COMMANDS).

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { systemClock } from '../../src/clock.ts';
import { type Calendar, createCalendar, type Span } from '../../src/exchange/calendar.ts';
import type { CorruptionName } from '../../src/exchange/corruptions.ts';
import { type CallPhase, Exchange } from '../../src/exchange/exchange.ts';
import type { Loss, When } from '../../src/exchange/faults.ts';
import { type FundPageUrls, serveFundPages } from '../../src/exchange/fund-pages.ts';
import { serveExchange } from '../../src/exchange/grpc-server.ts';
import { dayStartMs, moscowDay } from '../../src/exchange/moscow.ts';
import { JOURNAL_FILE } from '../../src/journal/database.ts';
import { openJournal } from '../../src/journal/journal.ts';
import type { Clock } from '../../src/ports.ts';
import { bookFaults } from './engine-books.ts';
import { type Watch, watchWire } from './engine-watch.ts';
import { Striker } from './venue-strike.ts';

export interface VenueAccount {
  readonly token: string;
  readonly id?: string;
  readonly name?: string;
  readonly cash?: string;
  readonly type?: 'broker' | 'iis';
  readonly access?: 'full' | 'read_only' | 'none';
  /** Pieces per ticker, at the price of the moment. */
  readonly pieces?: Readonly<Record<string, number>>;
}

export interface VenueSettings {
  readonly accounts: readonly VenueAccount[];
  /** Default: open round the clock. */
  readonly calendar?: 'open' | 'closed';
  /** Its clock runs this far ahead of the system's, ms. */
  readonly offsetMs?: number;
  /** `off` counts no calls: for programs that start many times a minute. Default: the vendor's limits. */
  readonly limits?: 'off';
  /** RUB worth offered at each level of the book, as a decimal. */
  readonly depthRub?: string;
  /** A bot's state directory: every PostOrder is compared with its journal on arrival, `books` with all of it. */
  readonly watch?: string;
}

export interface VenueHello {
  readonly endpoint: string;
  readonly accounts: readonly string[];
  /** Where its fund pages are, as `fund_data.urls` wants them. */
  readonly fundUrls: FundPageUrls;
}

function always(open: boolean): Calendar {
  const ordinary = createCalendar([]);
  const spans = (_: string, day: number): readonly Span[] =>
    open ? [{ startMs: dayStartMs(day), endMs: dayStartMs(day + 1), phase: 'normal', session: 'main' }] : [];
  return {
    exchanges: ordinary.exchanges,
    spans,
    phase: () => (open ? 'normal' : 'closed'),
    lastTraded: (_, atMs) => atMs,
    dayEnd: (_, atMs) => dayStartMs(moscowDay(atMs) + 1),
  };
}

/** Stops calls of one method at one phase until they are let go. */
class Gatekeeper {
  private gate: { method: string; phase: CallPhase; held: () => void; open: Promise<void> } | null = null;
  private release: () => void = () => {};

  /** Resolves when a call has run into it. */
  hold(method: string, phase: CallPhase): Promise<void> {
    const open = new Promise<void>((resolve) => {
      this.release = resolve;
    });
    return new Promise((held) => {
      this.gate = { method, phase, held, open };
    });
  }

  letGo(): void {
    this.gate = null;
    this.release();
  }

  async pass(method: string, phase: CallPhase): Promise<void> {
    const { gate } = this;
    if (gate?.method !== method || gate.phase !== phase) return;
    gate.held();
    await gate.open;
  }
}

type Command = (...args: string[]) => unknown;

/** Killing the bot from here, and judging what it did by its journal. */
function crashCommands(exchange: Exchange, striker: Striker, watch: Watch | null, stateDir: string) {
  return {
    /** Kills a process at a phase of a call (see venue-strike.ts). */
    strike: (pid = '', method = '*', phase = 'received', nth = '1', afterMs = '0', withinMs = '10000') =>
      striker.arm({
        pid: Number(pid),
        method,
        phase: phase as CallPhase,
        nth: Number(nth),
        afterMs: Number(afterMs),
        withinMs: Number(withinMs),
      }),
    disarm: () => ({ struck: striker.disarm() }),
    /** What is wrong with the bot's orders so far; "settled": everything is expected to be final. */
    books: (settled = '') => {
      if (!existsSync(join(stateDir, JOURNAL_FILE)))
        return { faults: exchange.desk.orders.length === 0 ? [] : ['there are orders and no journal'] };
      const journal = openJournal(stateDir, { readOnly: true });
      try {
        return {
          faults: [...(watch?.violations ?? []), ...bookFaults(exchange, journal, settled === 'settled')],
        };
      } finally {
        journal.close();
      }
    },
    /** The next order fills one lot at once and the rest later. */
    partial: (afterMs = '500') =>
      void exchange.faults.execute({
        kind: 'partial',
        now: 1n,
        later: [{ afterMs: Number(afterMs), lots: 1_000_000_000n }],
      }),
    visible: (ms = '0') => {
      exchange.faults.conditions.ordersVisibleAfterMs = Number(ms);
    },
  } satisfies Record<string, Command>;
}

function commandsOf(exchange: Exchange, gate: Gatekeeper): Record<string, Command> {
  const times = (text: string | undefined): number => (text === undefined ? 1 : Number(text));
  let caught = Promise.resolve();
  return {
    audit: () => {
      const { orders, keys, faults } = exchange.audit();
      return {
        faults,
        orders: orders.map((order) => ({
          key: order.key,
          status: order.status,
          executed: Number(order.executed),
        })),
        keys: keys.map((key) => ({ key: key.key, orders: key.orders.length })),
      };
    },
    calls: (method) => ({ count: exchange.callCount(method) }),
    premium: (ticker = '', premium) => exchange.setPremium(ticker, premium ?? null),
    error: (method = '', code = '', count, ...message) => {
      const said = message.join(' ');
      const fault = { kind: 'error', code, ...(said === '' ? {} : { message: said }) } as const;
      exchange.faults.add({ method, fault, times: times(count) });
    },
    lose: (method = '', when = 'before', as = 'silence', count) =>
      void exchange.faults.lose(method, when as When, as as Loss, times(count)),
    delay: (method = '', ms = '0', count) =>
      void exchange.faults.delay(method, Number(ms), 'before', times(count)),
    corrupt: (name = '', count) => void exchange.faults.corrupt(name as CorruptionName, times(count)),
    rest: (count) => void exchange.faults.execute({ kind: 'rest' }, times(count)),
    reject: (count, ...message) =>
      void exchange.faults.execute({ kind: 'reject', message: message.join(' ') }, times(count)),
    gap: (ticker = '', factor = '1') => exchange.gapPrice(ticker, factor),
    status: (ticker = '', status = '1') => exchange.setStatus(ticker, Number(status)),
    deposit: (account = '', amount = '0') => exchange.deposit(account, amount),
    revoke: (token = '') => exchange.revokeToken(token),
    clear: () => exchange.faults.clear(),
    /** Answers once a call of the method stands at the phase. */
    hold: (method = '', phase = 'received') => gate.hold(method, phase as CallPhase),
    /** The same in two steps, so that others may come between. */
    catch: (method = '', phase = 'received') => {
      caught = gate.hold(method, phase as CallPhase);
    },
    caught: () => caught,
    release: () => gate.letGo(),
  };
}

const say = (value: unknown): void => void process.stdout.write(`${JSON.stringify(value)}\n`);

async function serve(settings: VenueSettings): Promise<void> {
  const offset = settings.offsetMs ?? 0;
  const clock: Clock = { ...systemClock, now: () => systemClock.now() + offset };
  const gate = new Gatekeeper();
  const striker = new Striker();
  const exchange = new Exchange({
    clock,
    seed: 7,
    liveliness: 0,
    anchorMs: dayStartMs(moscowDay(clock.now())),
    calendar: always(settings.calendar !== 'closed'),
    ...(settings.limits ? { limits: settings.limits } : {}),
    ...(settings.depthRub ? { depthRub: settings.depthRub } : {}),
  });
  const watch = settings.watch === undefined ? null : watchWire(exchange, settings.watch);
  exchange.onCall = (call, phase) => {
    watch?.observe(call, phase);
    striker.observe(call, phase);
    return gate.pass(call.method, phase);
  };
  const accounts = settings.accounts.map(({ pieces, ...terms }) => {
    const account = exchange.openAccount(terms);
    for (const [ticker, count] of Object.entries(pieces ?? {}))
      exchange.giveSecurities(account.id, ticker, count);
    return account.id;
  });
  const { endpoint } = await serveExchange(exchange);
  const pages = await serveFundPages(exchange);
  say({ endpoint, accounts, fundUrls: pages.urls } satisfies VenueHello);
  const commands = {
    ...commandsOf(exchange, gate),
    ...crashCommands(exchange, striker, watch, settings.watch ?? ''),
  };
  for await (const line of createInterface({ input: process.stdin })) {
    const [name = '', ...args] = line.split(' ');
    const command = (commands as Record<string, Command>)[name];
    void Promise.resolve(command ? command(...args) : { error: `no command ${name}` }).then((answer) =>
      say(answer ?? {}),
    );
  }
}

if (import.meta.main) {
  await serve(JSON.parse(process.argv[2] ?? '{"accounts":[]}') as VenueSettings);
  process.exit(0);
}
