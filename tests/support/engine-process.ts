// One life of the program in a test: its adapter and its journal, until it ends or is killed at a chosen instant.
// Guarantees: a killed process neither writes nor calls anything any more, as if by SIGKILL.

import { openJournal } from '../../src/journal/journal.ts';
import type { Broker, Clock, Journal, Market } from '../../src/ports.ts';
import { seededRandom } from '../../src/random.ts';
import { createTInvest } from '../../src/tinvest/tinvest.ts';
import type { Transport } from '../../src/tinvest/transport.ts';

/** What a killed process sees of everything it still tries. */
export class Killed extends Error {
  override readonly name = 'Killed';
}

export type JournalWrite = 'plan' | 'attempt' | 'settle' | 'record';
/** Called around the writes that recovery depends on; may kill the process. */
export type OnWrite = (
  write: JournalWrite,
  phase: 'before' | 'after',
  nth: number,
  args: readonly unknown[],
) => void;

export interface Process {
  readonly journal: Journal;
  readonly alive: boolean;
  venueOf(token: string): { readonly broker: Broker; readonly market: Market };
  kill(): void;
  close(): void;
}

export interface ProcessOptions {
  readonly stateDir: string;
  readonly clock: Clock;
  readonly transport: Transport;
  readonly stop: AbortSignal;
  readonly onWrite: OnWrite;
}

const WRITES: readonly string[] = ['plan', 'attempt', 'settle', 'record'] satisfies readonly JournalWrite[];

export function startProcess(options: ProcessOptions): Process {
  const real = openJournal(options.stateDir);
  const venues = new Map<string, { broker: Broker; market: Market; close(): void }>();
  let alive = true;
  let writes = 0;
  const check = () => {
    if (!alive) throw new Killed('this process was killed');
  };
  const journal = new Proxy(real, {
    get(target, name, receiver) {
      const member: unknown = Reflect.get(target, name, receiver);
      if (typeof member !== 'function' || typeof name !== 'string') return member;
      return (...args: unknown[]) => {
        check();
        if (!WRITES.includes(name)) return member(...args);
        const nth = writes;
        writes += 1;
        options.onWrite(name as JournalWrite, 'before', nth, args);
        check();
        const result: unknown = member(...args);
        options.onWrite(name as JournalWrite, 'after', nth, args);
        check();
        return result;
      };
    },
  });
  const transport: Transport = {
    close: () => {},
    async unary(path, body, call) {
      check();
      try {
        return await options.transport.unary(path, body, call);
      } finally {
        check();
      }
    },
  };
  return {
    journal,
    get alive() {
      return alive;
    },
    venueOf(token) {
      const known = venues.get(token);
      if (known) return known;
      const made = createTInvest({
        transport,
        clock: options.clock,
        random: seededRandom(7),
        token: () => token,
        broker: 'live',
        signal: options.stop,
      });
      venues.set(token, made);
      return made;
    },
    kill: () => {
      alive = false;
    },
    close() {
      for (const venue of venues.values()) venue.close();
      real.close();
    },
  };
}
