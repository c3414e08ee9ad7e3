// The person behind the bot, once the faults are over: reads the alerts of an account that stands still, takes the exact
// command out of their text, and types it into the program's own command line beside the daemon, on the same journal.
// What became of an order the person sees in the broker's own app, which is the venue's books.
// Requires: between two steps of the timeline. Guarantees: no command but those that an alert, or a command's own words, name.

import { drainMicrotasks } from 'bun:jsc';
import { rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Outside } from '../../src/cli/outside.ts';
import { runProgram } from '../../src/cli/program.ts';
import type { IterationRecord } from '../../src/core/iteration-record.ts';
import { isFinal } from '../../src/core/order.ts';
import type { Journal, PendingOrder } from '../../src/ports.ts';
import type { SimAccount } from '../generate/generate-accounts.ts';
import { Neighbour } from './neighbour.ts';
import { diceOf } from './streams.ts';
import { clockOf } from './timeline.ts';
import type { World } from './world.ts';

/** A command as alerts and commands print it; of `resolve` the choice that follows it is the person's. */
const COMMAND =
  /tiebb ((?:resolve [0-9a-f-]{36})|(?:resume(?: --account \S+\w)?)|(?:accept [A-Z]+)|(?:(?:confirm|reject) [0-9a-f]{8})|orders)/g;

/** As much of a key as a person has to type. */
const SHOWN = 8;
/** Of the total. */
const PAID_IN = 0.5;

export class Person {
  /** When an account was last told to go on. */
  private readonly resumedMs = new Map<string, number>();
  private readonly neighbour: Neighbour;
  private hasPaidIn = false;
  /** The ticker whose price was accepted last. */
  acceptedTicker: string | null = null;

  constructor(private readonly world: World) {
    this.neighbour = new Neighbour(world);
  }

  /** Does for every account what its alerts ask for; false where nothing was left to do. */
  act(): boolean {
    let acted = false;
    for (const account of this.world.accounts) {
      const commands = [...this.halted(account), ...this.jumped(account), ...this.asked(account)];
      for (const command of new Set(commands)) acted = this.type(command, account) || acted;
    }
    return acted;
  }

  /** Whoever was told to go on goes on, or says anew why not. */
  judge(): void {
    const { world } = this;
    for (const [id, atMs] of this.resumedMs) {
      if (world.store.journal.halt(id) === null) continue;
      const isTold = world.alerts.some(
        ({ alert, atMs: toldMs }) => alert.account === id && alert.event === 'halted' && toldMs >= atMs,
      );
      if (!isTold)
        world.violate('liveness', `${id} stands still again after a person resumed it, and nobody was told`);
    }
  }

  private halted({ id }: SimAccount): readonly string[] {
    const { alerts, store } = this.world;
    if (store.journal.halt(id) === null) return [];
    const told = alerts.findLast(({ alert }) => alert.account === id && alert.event === 'halted');
    const commands = told === undefined ? [] : commandsIn(told.alert.message);
    if (commands.length === 0)
      this.world.violate('liveness', `${id} is halted, and no alert says what a person should do`);
    return commands;
  }

  /** A price that is held for a jump, in the account's last iteration. */
  private jumped({ id }: SimAccount): readonly string[] {
    const { alerts, records } = this.world;
    const last = records.findLast(({ record }) => record.account === id)?.record;
    const held = last === undefined ? [] : jumpsIn(last);
    return alerts
      .filter(({ alert }) => alert.account === id && alert.event === 'price_jump')
      .flatMap(({ alert }) => commandsIn(alert.message))
      .filter((command) => held.includes(command.replace('accept ', '')));
  }

  /** A yes or a no to orders that wait for one; about some this person never makes up their mind. */
  private asked({ id }: SimAccount): readonly string[] {
    const { alerts, seed, store, timeline } = this.world;
    const waiting = store.journal
      .pendingOrders(id)
      .filter(({ answer, expiresAtMs }) => answer === 'none' && timeline.now() < expiresAtMs);
    return waiting.flatMap(({ key }) => {
      const words = diceOf(seed, `answer ${key}`).pick(['confirm', 'confirm', 'confirm', 'reject', '']);
      return alerts
        .filter(({ alert }) => alert.account === id && alert.event === 'confirmation')
        .flatMap(({ alert }) => commandsIn(alert.message))
        .filter((command) => command === `${words} ${key.slice(0, SHOWN)}`);
    });
  }

  private type(command: string, account: SimAccount): boolean {
    const { world } = this;
    const asked = world.store.journal.pendingOrders(account.id);
    const key = /^resolve (\S+)$/.exec(command)?.[1];
    // Settled meanwhile: by the bot, which went on asking, or by this person, for `orders` lists every account's.
    if (key !== undefined && isSettled(world, key)) return false;
    const words = key === undefined ? command.split(' ') : ['resolve', key, ...this.truthOf(key)];
    const { code, said } = this.run(words);
    world.note(`a person types ${words.join(' ')}: ${code} ${said.trim()}`);
    world.coverage.count('person', words[0] ?? '');
    if (code !== 0) {
      world.violate(
        'liveness',
        `${account.id}: a person typed "${words.join(' ')}", as was told: ${said.trim()}`,
      );
      return false;
    }
    if (words[0] === 'accept') {
      this.acceptedTicker = words[1] ?? '';
      world.checks.onAccept(this.acceptedTicker);
    }
    const row = asked.find(({ key: of }) => words[0] === 'confirm' && of.startsWith(words[1] ?? '-'));
    if (row !== undefined) {
      world.checks.onConfirm(row);
      this.payIn(account, row);
    }
    if (words[0] === 'resume') this.resumedMs.set(account.id, world.timeline.now());
    // What a command's own words ask for next.
    const named = words[0] === 'resume' ? /^orders/ : words[0] === 'orders' ? /^resolve/ : null;
    if (named !== null)
      for (const next of new Set(commandsIn(said))) if (named.test(next)) this.type(next, account);
    return true;
  }

  /** Of some seeds: after a yes to a purchase there is more to buy with than when it was asked about. A yes is for that one. */
  private payIn({ brokerAccount, equity }: SimAccount, { side, key }: PendingOrder): void {
    const { exchange, outside, seed } = this.world;
    if (this.hasPaidIn || side !== 'buy' || !diceOf(seed, `pays in ${key}`).chance(0.7)) return;
    this.hasPaidIn = true;
    outside.mark(brokerAccount);
    exchange.deposit(brokerAccount, String(Math.round(equity * PAID_IN)));
    this.world.note(`a person pays in after a yes to ${key}`);
  }

  /** What the broker's app shows of an order. */
  private truthOf(key: string): readonly string[] {
    const { exchange, store } = this.world;
    const account = store.journal.order(key)?.request.brokerAccount ?? '';
    const order = exchange.desk.ordersOfKey(account, key).at(-1);
    return order === undefined ? ['--absent'] : ['--filled', String(order.executed)];
  }

  /** Types a command, whatever it is for. */
  run(words: readonly string[]): { readonly code: number | null; readonly said: string } {
    const { neighbour, world } = this;
    neighbour.moveIn();
    const config = join(tmpdir(), `tiebb-sim-${process.pid}.json`);
    const text = JSON.stringify({
      accounts: [...world.accounts.map(({ block }) => block), neighbour.block],
      alert_command: 'tell',
    });
    writeFileSync(config, text, { mode: 0o600 });
    let said = '';
    let code: number | null = null;
    const outside = this.outside((more) => {
      said += more;
    });
    const argv = [...words, '--config', config, '--state-dir', 'sim'];
    const options = {
      version: 'sim',
      outside,
      openPaperWorld: () => Promise.reject(new Error('no paper here')),
    };
    runProgram(argv, options).then(
      (ended) => {
        code = ended;
      },
      (error: unknown) => {
        said += String(error);
      },
    );
    drainMicrotasks();
    rmSync(config);
    if (words.join(' ') !== 'resume') neighbour.check(words);
    return { code, said };
  }

  private outside(say: (text: string) => void): Outside {
    const { world } = this;
    const never = (): never => {
      throw new Error('a person corrects a journal, and does no more');
    };
    return {
      terminal: {
        out: say,
        err: say,
        conceal() {},
        readerGone: new AbortController().signal,
        async *lines() {},
        isTerminal: false,
        colors: false,
        width: 1_000,
      },
      environment: {},
      clock: clockOf({ timeline: world.timeline, skewMs: () => 0, owner: null, isAlive: () => true }),
      random: world.jitter,
      newId: () => world.newId(),
      stop: new AbortController().signal,
      connect: never,
      openJournal: () => this.journal(),
      readJournal: () => this.journal(),
      acquireLock: never,
      killSwitch: () => ({
        engaged: (account) => world.killSwitch.engaged(account),
        engage: (account) => world.killSwitch.engage(account, world.timeline.now()),
        release: (account) => world.killSwitch.release(account),
      }),
      alertCommand: never,
      fundTickers: () => [],
      writeMetrics: async () => [],
      createLog: never,
    };
  }

  /** What a person writes is told to the checks, as what the bot writes is. */
  private journal(): Journal {
    const { world } = this;
    const { journal } = world.store;
    return {
      ...journal,
      settle(change, atMs) {
        const before = journal.order(change.key);
        const after = journal.settle(change, atMs);
        world.journalWatch.written('settle', [change, atMs], after, before);
        return after;
      },
      clearHalt(account) {
        journal.clearHalt(account);
        world.halted.delete(account);
      },
      close() {},
    };
  }
}

function isSettled({ store }: World, key: string): boolean {
  const order = store.journal.order(key);
  return order !== null && isFinal(order.state);
}

const commandsIn = (text: string): readonly string[] =>
  [...text.matchAll(COMMAND)].map(([, command]) => command ?? '');

const jumpsIn = ({ held_back }: IterationRecord): readonly string[] =>
  held_back.filter(({ rule }) => rule === 'max_price_jump_percent').map(({ ticker }) => ticker);
