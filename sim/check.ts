// What a check of invariants is: something that looks at every event of a run. It sees the venue's own books, what went
// over the wire and what is durable; never what the bot says about itself, except where that is what is promised.

import type { IterationRecord } from '../src/core/iteration-record.ts';
import type { CallPhase } from '../src/exchange/exchange.ts';
import type { VenueOrder } from '../src/exchange/order.ts';
import type { CallRecord } from '../src/exchange/record.ts';
import type {
  Alert,
  Halt,
  Holdings,
  Intent,
  JournaledOrder,
  PendingOrder,
  Transition,
} from '../src/ports.ts';
import type { Life } from './world/life.ts';

/** A call as the venue met it, with the life of the bot that made it. */
export interface SeenCall {
  readonly call: CallRecord;
  readonly life: Life;
}

/** stdout, stderr; the log's lines; what the owner's alert command gets. */
export type Channel = 'stdout' | 'stderr' | 'log' | 'alert';

export interface PlannedLeg {
  readonly account: string;
  readonly iteration: string;
  readonly leg: number;
  readonly intents: readonly Intent[];
  readonly before: Holdings;
}

export interface Settled {
  readonly change: Transition;
  readonly before: JournaledOrder;
  readonly after: JournaledOrder;
}

export interface Check {
  /** The bytes leave the bot. */
  onLeave?(method: string, bytes: Uint8Array, life: Life, token: string): void;
  onCall?(seen: SeenCall, phase: CallPhase): void;
  /** The reply's bytes as the bot gets them. */
  onReply?(method: string, request: Uint8Array, body: Uint8Array, life: Life, token: string): void;
  /** The venue's error as the bot gets it. */
  onError?(code: string, life: Life, token: string): void;
  /** An order changed at the venue. */
  onOrder?(order: VenueOrder): void;
  onPlan?(leg: PlannedLeg): void;
  onAttempt?(keys: readonly string[]): void;
  onSettle?(settled: Settled): void;
  onHalt?(account: string, halt: Halt): void;
  /** When the next iteration is to begin, by the bot's clock: what `status` shows. */
  onAnnounce?(account: string, dueMs: number): void;
  onRecord?(record: IterationRecord, life: Life): void;
  onAlert?(alert: Alert): void;
  /** What leaves the program for people, as it leaves it. */
  onSaid?(channel: Channel, text: string, life: Life): void;
  /** SIGTERM. */
  onStop?(life: Life): void;
  onDeath?(life: Life): void;
  /** An old backup of the journal was put back. */
  onRestore?(): void;
  /** A person said that the next price of a ticker is right, however far it is from the last. */
  onAccept?(ticker: string): void;
  /** A person said yes to an order that waited for that. */
  onConfirm?(order: PendingOrder): void;
  /** The faults have ended and the world has had its time. */
  atEnd?(): void;
}

/** The named boundary: one caller for functions of different arguments. */
type Anything = (...args: readonly unknown[]) => void;

/** All checks as one. */
export function together(checks: readonly Check[]): Required<Check> {
  const each = <Name extends keyof Check>(name: Name): Required<Check>[Name] => {
    const withIt: readonly Anything[] = checks.flatMap(
      (check) => (check[name]?.bind(check) as Anything | undefined) ?? [],
    );
    // No more arguments than `onReply` has; spreading them would cost more than most checks do.
    const all: Anything = (a, b, c, d, e) => {
      for (let at = 0; at < withIt.length; at += 1) withIt[at]?.(a, b, c, d, e);
    };
    return all;
  };
  return {
    onLeave: each('onLeave'),
    onCall: each('onCall'),
    onReply: each('onReply'),
    onError: each('onError'),
    onOrder: each('onOrder'),
    onPlan: each('onPlan'),
    onAttempt: each('onAttempt'),
    onSettle: each('onSettle'),
    onHalt: each('onHalt'),
    onAnnounce: each('onAnnounce'),
    onRecord: each('onRecord'),
    onAlert: each('onAlert'),
    onSaid: each('onSaid'),
    onStop: each('onStop'),
    onDeath: each('onDeath'),
    onRestore: each('onRestore'),
    onAccept: each('onAccept'),
    onConfirm: each('onConfirm'),
    atEnd: each('atEnd'),
  };
}
