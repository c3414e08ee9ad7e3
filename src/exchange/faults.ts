// What a test makes the venue do wrong: losses, delays, errors, corrupt replies, odd executions, stale reads.
// A table of rules, first come first served; nothing here is random. Guarantees: a spent rule never fires again.

import { CORRUPTIONS, type CorruptionName } from './corruptions.ts';
import type { ExecutionPlan } from './desk.ts';
import type { NewOrder } from './order.ts';
import type { Rewrite } from './rewrite.ts';

/** How a lost reply looks to the client. silence: never answered. reset: the connection is torn down. */
export const LOSSES = [
  'unavailable',
  'silence',
  'deadline',
  'internal',
  'unknown',
  'aborted',
  'cancelled',
  'broken_body',
  'reset',
] as const;
export type Loss = (typeof LOSSES)[number];

/** before: the venue never learns of the call. after: it has taken effect. */
export type When = 'before' | 'after';

export type Fault =
  | { readonly kind: 'lose'; readonly when: When; readonly as: Loss }
  | { readonly kind: 'delay'; readonly when: When; readonly ms: number }
  | {
      readonly kind: 'error';
      readonly code: string;
      readonly message?: string;
      readonly status?: number;
      /** Default: before. */
      readonly when?: When;
    }
  | { readonly kind: 'rewrite'; readonly change: Rewrite }
  | { readonly kind: 'rewrite_bytes'; readonly change: (bytes: Uint8Array) => Uint8Array };

/** What a rule may look at to decide. */
export interface FaultCall {
  readonly method: string;
  readonly service: string;
  readonly token: string | null;
  readonly nowMs: number;
  /** The decoded request of that method. */
  readonly request: unknown;
  readonly accountId: string | null;
  /** Idempotency key or order id, where the request has one. */
  readonly orderId: string | null;
}

export interface FaultRule {
  /** Method name such as "PostOrder" (its sandbox twin too); "*" = every method. */
  readonly method: string;
  readonly fault: Fault;
  /** How often it fires; default 1. */
  readonly times?: number;
  /** How many matching calls pass before; default 0. */
  readonly skip?: number;
  readonly when?: (call: FaultCall) => boolean;
}

interface LiveRule {
  readonly rule: FaultRule;
  left: number;
  skip: number;
}

interface ExecutionRule {
  readonly plan: ExecutionPlan;
  readonly when: (order: NewOrder) => boolean;
  left: number;
}

/** "PostSandboxOrder" is "PostOrder" to a rule. */
const plainName = (method: string): string => method.replace('Sandbox', '');

/** Lasting conditions of the venue. */
export interface Conditions {
  /** Orders are found and listed only this long after they were taken. */
  ordersVisibleAfterMs: number;
  /** GetPositions does not know trades younger than this. */
  positionsLagMs: number;
  /** GetPortfolio does not know trades younger than this. */
  portfolioLagMs: number;
  /** GetPositions says `limits_loading_in_progress`. */
  limitsLoading: boolean;
}

export class Faults {
  readonly conditions: Conditions = {
    ordersVisibleAfterMs: 0,
    positionsLagMs: 0,
    portfolioLagMs: 0,
    limitsLoading: false,
  };
  private rules: LiveRule[] = [];
  private executions: ExecutionRule[] = [];

  /** Adds a rule; the returned function takes it back. */
  add(rule: FaultRule): () => void {
    const live: LiveRule = { rule, left: rule.times ?? 1, skip: rule.skip ?? 0 };
    this.rules.push(live);
    return () => {
      this.rules = this.rules.filter((each) => each !== live);
    };
  }

  /** Loses the reply of the next call of a method. */
  lose(method: string, when: When, as: Loss, times = 1): () => void {
    return this.add({ method, fault: { kind: 'lose', when, as }, times });
  }

  /** Answers with an error code instead of doing anything. */
  error(method: string, code: string, times = 1): () => void {
    return this.add({ method, fault: { kind: 'error', code }, times });
  }

  delay(method: string, ms: number, when: When = 'after', times = Number.POSITIVE_INFINITY): () => void {
    return this.add({ method, fault: { kind: 'delay', when, ms }, times });
  }

  /** Changes decoded replies; `Reply` is the generated message of that method. */
  rewrite<Reply>(
    method: string,
    change: (reply: Reply) => Reply,
    times = Number.POSITIVE_INFINITY,
  ): () => void {
    // The named boundary: the caller says which message the method answers with.
    return this.add({ method, fault: { kind: 'rewrite', change: (reply) => change(reply as Reply) }, times });
  }

  /** A reply gone wrong in one of the named ways. */
  corrupt(name: CorruptionName, times = Number.POSITIVE_INFINITY): () => void {
    const { method, change } = CORRUPTIONS[name];
    return this.add({ method, fault: { kind: 'rewrite', change }, times });
  }

  rewriteBytes(
    method: string,
    change: (bytes: Uint8Array) => Uint8Array,
    times = Number.POSITIVE_INFINITY,
  ): () => void {
    return this.add({ method, fault: { kind: 'rewrite_bytes', change }, times });
  }

  /** Makes the next orders (all, or those that match) execute in another way. */
  execute(plan: ExecutionPlan, times = 1, when: (order: NewOrder) => boolean = () => true): () => void {
    const live: ExecutionRule = { plan, when, left: times };
    this.executions.push(live);
    return () => {
      this.executions = this.executions.filter((each) => each !== live);
    };
  }

  /** No faults any more. */
  clear(): void {
    this.rules = [];
    this.executions = [];
    Object.assign(this.conditions, {
      ordersVisibleAfterMs: 0,
      positionsLagMs: 0,
      portfolioLagMs: 0,
      limitsLoading: false,
    });
  }

  /** The faults that strike this call; each is spent by it. */
  strike(call: FaultCall): readonly Fault[] {
    const struck: Fault[] = [];
    for (const live of this.rules) {
      const { rule } = live;
      if (rule.method !== '*' && rule.method !== plainName(call.method)) continue;
      if (live.left <= 0 || (rule.when !== undefined && !rule.when(call))) continue;
      if (live.skip > 0) {
        live.skip -= 1;
        continue;
      }
      live.left -= 1;
      struck.push(rule.fault);
    }
    this.rules = this.rules.filter((live) => live.left > 0);
    return struck;
  }

  planFor(order: NewOrder): ExecutionPlan | null {
    const live = this.executions.find((each) => each.left > 0 && each.when(order));
    if (live === undefined) return null;
    live.left -= 1;
    this.executions = this.executions.filter((each) => each.left > 0);
    return live.plan;
  }
}
