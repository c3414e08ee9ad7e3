// What a check of invariants is: something that looks at every event of a run. It sees the venue's own books, what went
// over the wire and what is durable; never what the bot says about itself, except where that is what is promised.

import type { IterationRecord } from '../src/core/iteration-record.ts';
import type { CallPhase } from '../src/exchange/exchange.ts';
import type { VenueOrder } from '../src/exchange/order.ts';
import type { CallRecord } from '../src/exchange/record.ts';
import type { Alert, Halt, Holdings, Intent, JournaledOrder, Transition } from '../src/ports.ts';
import type { Life } from './life.ts';

/** A call as the venue met it, with the life of the bot that made it. */
export interface SeenCall {
  readonly call: CallRecord;
  readonly life: Life;
}

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
  onLeave?(method: string, bytes: Uint8Array, life: Life): void;
  onCall?(seen: SeenCall, phase: CallPhase): void;
  /** The reply's bytes as the bot gets them. */
  onReply?(method: string, request: Uint8Array, body: Uint8Array, life: Life): void;
  /** An order changed at the venue. */
  onOrder?(order: VenueOrder): void;
  onPlan?(leg: PlannedLeg): void;
  onAttempt?(keys: readonly string[]): void;
  onSettle?(settled: Settled): void;
  onHalt?(account: string, halt: Halt): void;
  onRecord?(record: IterationRecord, life: Life): void;
  onAlert?(alert: Alert): void;
  /** SIGTERM. */
  onStop?(life: Life): void;
  onDeath?(life: Life): void;
  /** The faults have ended and the world has had its time. */
  atEnd?(): void;
}

/** All checks as one. */
export function together(checks: readonly Check[]): Required<Check> {
  const each =
    <Name extends keyof Check>(name: Name) =>
    (...args: Parameters<Required<Check>[Name]>): void => {
      for (const check of withIt(name)) (check[name] as (...given: typeof args) => void)(...args);
    };
  const found = new Map<keyof Check, readonly Check[]>();
  const withIt = (name: keyof Check): readonly Check[] => {
    const known = found.get(name) ?? checks.filter((check) => check[name] !== undefined);
    found.set(name, known);
    return known;
  };
  return {
    onLeave: each('onLeave'),
    onCall: each('onCall'),
    onReply: each('onReply'),
    onOrder: each('onOrder'),
    onPlan: each('onPlan'),
    onAttempt: each('onAttempt'),
    onSettle: each('onSettle'),
    onHalt: each('onHalt'),
    onRecord: each('onRecord'),
    onAlert: each('onAlert'),
    onStop: each('onStop'),
    onDeath: each('onDeath'),
    atEnd: each('atEnd'),
  };
}
