// The world of one seed: the venue, the state directory, the bot's lives one after another, and the checks that watch.
// Guarantees: whatever happens is told to the trace and to the checks, in the order in which it happens.

import { drainMicrotasks } from 'bun:jsc';
import type { Config } from '../../src/config/config.ts';
import type { IterationRecord } from '../../src/core/iteration-record.ts';
import { createCalendar } from '../../src/exchange/calendar.ts';
import {
  type CallOutcome,
  type CallPhase,
  createExchange,
  type Exchange,
} from '../../src/exchange/exchange.ts';
import type { CallRecord } from '../../src/exchange/record.ts';
import type { Alert } from '../../src/ports.ts';
import type { Channel, Check } from '../check.ts';
import { CallFaults } from '../faults/call-faults.ts';
import { PlannedEvents } from '../faults/events.ts';
import type { FaultKind } from '../faults/fault-kinds.ts';
import { OutsideChanges } from '../faults/outside-changes.ts';
import { type Kept, Swarm } from '../faults/swarm.ts';
import { configOf } from '../generate/config-of.ts';
import {
  generateAccounts,
  SIM_CATALOGUE,
  type SimAccount,
  tradesAtOnce,
} from '../generate/generate-accounts.ts';
import { purchasesOf } from '../generate/generate-purchases.ts';
import { generateVenue } from '../generate/generate-venue.ts';
import { Coverage } from '../report/coverage.ts';
import { CrashPoints } from '../report/crash-points.ts';
import { effectName } from './effect-names.ts';
import { JournalWatch } from './journal-watch.ts';
import { SimKillSwitch } from './kill-switch.ts';
import { Life, memoryLock, type SimLock } from './life.ts';
import { Person } from './person.ts';
import type { SimJournal } from './sim-journal.ts';
import { diceOf } from './streams.ts';
import { clockOf, Timeline } from './timeline.ts';
import { Trace } from './trace.ts';
import { plainName } from './wire.ts';

const DISTURBED_MS = 20 * 60_000;

/** The venue's ordinary days, shared by all worlds: a calendar only answers. */
const CALENDAR = createCalendar();

export interface WorldOptions {
  readonly seed: number;
  readonly kept: Kept;
  readonly traced: boolean;
  /** Switches every fault off. */
  readonly calm?: boolean;
  /** Only this account's calls are struck, by block id. */
  readonly onlyAccount?: string | null;
  readonly store: SimJournal;
  checks(world: World): Required<Check>;
}

export interface Violation {
  readonly invariant: string;
  readonly text: string;
  readonly atMs: number;
}

export class World {
  readonly seed: number;
  readonly accounts: readonly SimAccount[];
  readonly config: Config;
  readonly timeline: Timeline;
  readonly exchange: Exchange;
  readonly store: SimJournal;
  readonly trace: Trace;
  readonly swarm: Swarm;
  readonly faults: CallFaults;
  readonly events: PlannedEvents;
  readonly coverage = new Coverage();
  readonly crashPoints = new CrashPoints(this);
  readonly journalWatch = new JournalWatch(this);
  readonly person = new Person(this);
  readonly killSwitch = new SimKillSwitch();
  readonly jitter;
  readonly outside = new OutsideChanges(() => this.timeline.now());
  readonly liveliness: number;
  /** Whether its accounts are the broker's sandbox ones. */
  readonly sandbox: boolean;
  readonly lock: SimLock = memoryLock();
  checks: Required<Check>;
  readonly violations: Violation[] = [];
  readonly records: { readonly record: IterationRecord; readonly life: Life; readonly atMs: number }[] = [];
  readonly alerts: { readonly alert: Alert; readonly atMs: number }[] = [];
  readonly lives: Life[] = [];
  /** Accounts that the journal holds a halt of. */
  readonly halted = new Set<string>();
  /** Keys of orders whose sending a restored backup of the journal does not know of. */
  readonly forgotten = new Set<string>();
  /** How far the bot's clock is off. */
  skewMs = 0;
  /** When the bot's machine was started last. */
  bootedMs = 0;
  /** True time at which the bot's clock was last changed. */
  skewedAtMs = Number.NEGATIVE_INFINITY;
  /** When a price last came back from a gap. */
  cameBackMs = Number.NEGATIVE_INFINITY;
  /** Writes that the disk has no room for. */
  diskFullFor = 0;
  /** Writes that failed so far. */
  unwritten = 0;
  effects = 0;
  /** Between the two copies of a request nothing happens: what the venue took it may not refuse a moment later. */
  copying = false;
  /** When the faults ended. */
  calmAtMs = Number.POSITIVE_INFINITY;
  private readonly callers = new Map<number, Life>();
  private readonly byBroker: ReadonlyMap<string, SimAccount>;
  private readonly named = new WeakMap<Uint8Array, SimAccount | null>();
  private ids = 0;
  /** When iterations began, true time, by id: their records go by the bot's clock. */
  private readonly began = new Map<string, number>();

  constructor(readonly options: WorldOptions) {
    const { seed, store } = options;
    this.seed = seed;
    this.store = store;
    store.reset();
    this.accounts = generateAccounts(seed);
    this.sandbox = this.accounts.some(({ block }) => block.broker === 'sandbox');
    this.byBroker = new Map(this.accounts.map((account) => [account.brokerAccount, account]));
    this.config = configOf(this.accounts);
    const venue = generateVenue(seed, Math.max(...this.accounts.map(({ equity }) => equity)));
    this.liveliness = venue.options.liveliness ?? 1;
    this.timeline = new Timeline(venue.startMs);
    this.trace = new Trace(options.traced);
    this.jitter = diceOf(seed, 'jitter').random;
    this.swarm = new Swarm(seed, options.calm ? new Set() : options.kept);
    if (!this.accounts.some(tradesAtOnce)) this.swarm.wake();
    this.exchange = createExchange({
      ...venue.options,
      seed,
      clock: clockOf({ timeline: this.timeline, skewMs: () => 0, owner: null, isAlive: () => true }),
      catalogue: SIM_CATALOGUE,
      calendar: CALENDAR,
      anchorMs: venue.startMs,
      onCall: (call, phase) => this.called(call, phase),
    });
    for (const account of this.accounts) this.openAccount(account);
    this.faults = new CallFaults(this, venue.latencyMs);
    this.events = new PlannedEvents(this);
    this.checks = options.checks(this);
    this.exchange.desk.onChange((order) => {
      this.trace.note(this.timeline.now(), `order ${order.id} ${order.status} ${order.executed}`);
      this.events.orderChanged(order);
      this.checks.onOrder(order);
    });
  }

  get life(): Life | null {
    return this.lives.at(-1) ?? null;
  }

  /** The account behind a broker account; `null` for a stranger. */
  accountOf(brokerAccount: string | null): SimAccount | null {
    return this.byBroker.get(brokerAccount ?? '') ?? null;
  }

  /** The account that a request names. */
  accountNamedIn(request: Uint8Array): SimAccount | null {
    const known = this.named.get(request);
    if (known !== undefined) return known;
    const bytes = Buffer.from(request.buffer, request.byteOffset, request.byteLength);
    const found = this.accounts.find(({ brokerAccount }) => bytes.includes(brokerAccount)) ?? null;
    this.named.set(request, found);
    return found;
  }

  /** Nobody else has changed the account, nor anybody the bot's clock, for so long that everything is seen everywhere. */
  isUndisturbed(brokerAccount: string): boolean {
    const jumped = this.timeline.now() - this.skewedAtMs <= DISTURBED_MS;
    return !jumped && !this.outside.within(brokerAccount, DISTURBED_MS);
  }

  newId(): string {
    this.ids += 1;
    const id = `00000000-0000-4000-8000-${String(this.ids).padStart(12, '0')}`;
    this.began.set(id, this.timeline.now());
    return id;
  }

  /** True time at which an iteration began. */
  beganMs({ iteration, started_at }: IterationRecord): number {
    return this.began.get(iteration) ?? Date.parse(started_at);
  }

  note(what: string): void {
    this.trace.note(this.timeline.now(), what);
  }

  /** A fault has struck. */
  hit(kind: FaultKind, detail: string): void {
    this.coverage.count('faults', kind);
    this.note(`fault ${kind} ${detail}`);
  }

  violate(invariant: string, text: string): void {
    this.note(`VIOLATION ${invariant}: ${text}`);
    this.violations.push({ invariant, text, atMs: this.timeline.now() });
  }

  // ---- the bot's lives

  start(): void {
    if (this.life?.alive) return;
    this.events.starting();
    const life = new Life(this, this.lives.length + 1);
    this.lives.push(life);
    this.note(`life ${life.number} begins`);
    life.begin(() => this.ended(life));
  }

  /** What the bot's machine tells of its own time begins anew. */
  reboot(): void {
    if (this.life?.alive) return;
    this.bootedMs = this.timeline.now();
    this.note('the machine was restarted');
  }

  /** Another one on the same state directory, while the first one runs. */
  startSecond(): void {
    if (!this.life?.alive) return;
    const second = new Life(this, 1_000 + this.lives.length);
    second.begin(() => this.note(`second instance ended: ${wordsOf(second)}`));
  }

  kill(life: Life, where: string): void {
    if (!life.alive) return;
    life.kill();
    this.crashPoints.died(where);
    this.note(`life ${life.number} killed at ${where}`);
    this.checks.onDeath(life);
  }

  /** The end of the run: nothing that is left of it holds on to anything. */
  close(): void {
    for (const life of this.lives) {
      life.kill();
      life.stop.abort('over');
    }
    drainMicrotasks();
    this.events.close();
  }

  private ended(life: Life): void {
    this.note(`life ${life.number} ended: ${wordsOf(life)}`);
    this.crashPoints.over();
    this.checks.onDeath(life);
    this.events.lifeEnded();
  }

  // ---- numbered effects

  effect(name: string, life: Life): void {
    this.effects += 1;
    this.coverage.reach(name);
    this.events.reached(this.effects, name, life);
  }

  // ---- calls

  leaving(method: string, bytes: Uint8Array, life: Life, token: string): void {
    this.crashPoints.leaving(method, bytes);
    this.checks.onLeave(method, bytes, life, token);
  }

  handle(
    path: string,
    bytes: Uint8Array,
    metadata: Readonly<Record<string, string>>,
    life: Life,
  ): Promise<CallOutcome> {
    this.callers.set(this.exchange.log.count(), life);
    return this.exchange.handle(path, bytes, metadata);
  }

  private called(made: CallRecord, phase: CallPhase): void {
    const life = this.callers.get(made.index);
    const call = this.sandbox ? { ...made, method: plainName(made.method) } : made;
    if (life === undefined) return;
    if (phase === 'received') this.faults.arrived(call);
    this.note(`call ${call.index} ${call.method} ${phase} ${call.orderId ?? ''} ${call.outcome ?? ''}`);
    this.crashPoints.called(call, phase, life);
    this.checks.onCall({ call, life }, phase);
    this.effect(effectName(call.method, phase), life);
    if (phase === 'replied') this.callers.delete(call.index);
  }

  replied(method: string, request: Uint8Array, body: Uint8Array, life: Life, token: string): void {
    this.checks.onReply(method, request, body, life, token);
  }

  // ---- what the bot says

  recorded(record: IterationRecord, life: Life): void {
    this.note(`record ${record.account} ${record.iteration} ${record.status} ${record.reason ?? ''}`);
    this.records.push({ record, life, atMs: this.timeline.now() });
    this.checks.onRecord(record, life);
  }

  alerted(alert: Alert): void {
    this.note(`alert ${alert.account} ${alert.event}: ${alert.message}`);
    this.alerts.push({ alert, atMs: this.timeline.now() });
    this.checks.onAlert(alert);
  }

  said(channel: Channel, text: string, life: Life): void {
    this.checks.onSaid(channel, text, life);
  }

  /** An error that the program calls a defect of its own. */
  unexpected(error: unknown): void {
    const text = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    this.note(`error ${text}`);
    const isDisk = error instanceof Error && error.name === 'JournalError';
    if (!isDisk) this.violate('no-defect', error instanceof Error ? placeOf(error) : text);
  }

  private openAccount(account: SimAccount): void {
    const { exchange, sandbox } = this;
    const { brokerAccount: id, token, type, cash, borrows } = account;
    exchange.openAccount({ id, token, type, cash, margin: { enabled: borrows }, sandbox });
    for (const { ticker, pieces, cost } of purchasesOf(this.options.seed, account))
      exchange.giveSecurities(id, ticker, pieces, cost);
  }
}

function wordsOf({ ending }: Life): string {
  if (ending === null) return 'not yet';
  if (ending.kind === 'exit') return `exit code ${ending.code}`;
  return ending.kind === 'killed' ? 'killed' : String(ending.error);
}

/** An error with the few lines of its stack that say where. */
const placeOf = (error: Error): string => (error.stack ?? error.message).split('\n').slice(0, 4).join(' ');
