// Faults of single calls, drawn at each call that reaches the venue: lost, refused, delayed, doubled, met by maintenance.
// What becomes of replies is in spoilt-replies.ts, of orders in executions.ts.

import { type Fault, type FaultCall, LOSSES, type When } from '../../src/exchange/faults.ts';
import type { CallRecord } from '../../src/exchange/record.ts';
import { type Dice, diceOf } from '../world/streams.ts';
import { plainName } from '../world/wire.ts';
import type { World } from '../world/world.ts';
import { Executions } from './executions.ts';
import type { Habits } from './odd-replies.ts';
import { refusalOf, stumbleOf } from './refusals.ts';
import { SpoiltReplies } from './spoilt-replies.ts';

export interface Delays {
  /** Until the call reaches the venue, and from its answer until the bot has it. */
  readonly outMs: number;
  readonly backMs: number;
}

const NO_DELAYS: Delays = { outMs: 0, backMs: 0 };

/** Order traffic is struck more often: that is where it hurts. */
const WEIGHTS: Readonly<Record<string, number>> = { PostOrder: 4, CancelOrder: 4, GetOrderState: 2 };

/** An order that gets lost this shortly before its session ends is often asked about only once that is over. */
const LAST_MOMENTS_MS = 30_000;
/** As long as it stays unanswered, and is asked about. */
const ASKED_WITHIN_MS = 60_000;

export class CallFaults {
  /** Until then the venue hides an order, whether faults have ended or not: it has taken it. */
  hiddenUntilMs = Number.NEGATIVE_INFINITY;
  readonly replies: SpoiltReplies;
  private readonly executions: Executions;
  private hadLastMoment = false;
  private downUntilMs = Number.NEGATIVE_INFINITY;
  private readonly hidden = new Set<string>();
  private readonly latency;
  private readonly delivered = new WeakSet<Uint8Array>();
  /** Keys whose last request was a copy. What the venue has taken it may not refuse a moment later. */
  private readonly copies = new Set<string>();

  constructor(
    private readonly world: World,
    private readonly latencyMs: number,
  ) {
    this.latency = diceOf(world.seed, 'latency of calls');
    this.replies = new SpoiltReplies(world);
    this.executions = new Executions(world);
    world.exchange.faults.strike = (call) => this.strike(call);
  }

  // What the checks ask about replies.

  get spoiltTheDay(): boolean {
    return this.replies.spoiltTheDay;
  }

  get hoursSpoiltMs(): number {
    return this.replies.hoursSpoiltMs;
  }

  get habits(): Habits {
    return this.replies.habits;
  }

  /** The venue answers nothing up to an instant. */
  downUntil(atMs: number): void {
    this.downUntilMs = atMs;
  }

  /** The network delivers the same request twice: only the second answer arrives. */
  isDoubled(method: string): boolean {
    const { swarm, options } = this.world;
    if (options.onlyAccount || swarm.fires('sent_twice', 0.03 * (WEIGHTS[method] ?? 1)) === null)
      return false;
    this.world.hit('sent_twice', method);
    return true;
  }

  delaysOf(method: string): Delays {
    const { swarm, options } = this.world;
    const weight = WEIGHTS[method] ?? 1;
    const base =
      this.latencyMs === 0
        ? NO_DELAYS
        : { outMs: this.latency.whole(1, this.latencyMs), backMs: this.latency.whole(1, this.latencyMs) };
    if (options.onlyAccount) return base;
    const out = swarm.fires('delayed_request', 0.035 * weight);
    const back = swarm.fires('delayed_reply', 0.035 * weight);
    if (out === null && back === null) return base;
    const outMs = out === null ? base.outMs : Math.round(out.spread(200, 60_000));
    const backMs = back === null ? base.backMs : Math.round(back.spread(200, 60_000));
    if (out !== null) this.world.hit('delayed_request', `${method} ${outMs}`);
    if (back !== null) this.world.hit('delayed_reply', `${method} ${backMs}`);
    return { outMs, backMs };
  }

  /** The same bytes a second time: the copy of a request that the network doubled. */
  arrived({ method, orderId, bytes }: CallRecord): void {
    if (method === 'CancelOrder' && orderId !== null) this.executions.fillBeforeCancel(orderId);
    if (method !== 'PostOrder' || orderId === null) return;
    if (this.delivered.has(bytes)) this.copies.add(orderId);
    else this.copies.delete(orderId);
    this.delivered.add(bytes);
  }

  private strike(call: FaultCall): readonly Fault[] {
    const { world } = this;
    const { swarm, options } = world;
    const method = plainName(call.method);
    const struck: Fault[] = [];
    if (options.onlyAccount && world.accountOf(call.accountId)?.id !== options.onlyAccount) return struck;
    if (this.isDown(call)) {
      const isTaken = call.orderId !== null && this.hidden.delete(call.orderId);
      return [{ kind: 'lose', when: isTaken ? 'after' : 'before', as: 'unavailable' }];
    }
    const weight = WEIGHTS[method] ?? 1;
    const lose = (kind: 'lost_before' | 'lost_after', when: When): void => {
      const isLast = when === 'before' && this.isLastMoment(method);
      const dice = swarm.fires(kind, isLast ? 1 : 0.06 * weight);
      if (dice === null) return;
      const as = isLast ? 'silence' : dice.pick(LOSSES);
      world.hit(kind, `${method} ${as}`);
      struck.push({ kind: 'lose', when, as });
      if (isLast) this.calmFor(ASKED_WITHIN_MS);
    };
    lose('lost_before', 'before');
    lose('lost_after', 'after');
    const limited = swarm.fires('rate_limited', 0.045 * weight);
    const isCopy = call.orderId !== null && this.copies.has(call.orderId);
    if (limited !== null && !isCopy) {
      world.hit('rate_limited', method);
      struck.unshift({ kind: 'error', code: '80002' });
    }
    const before = swarm.fires('error_before', 0.055 * weight);
    if (before !== null && !isCopy) {
      const code = refusalOf(method, before);
      world.hit('error_before', `${method} ${code}`);
      struck.unshift({ kind: 'error', code });
    }
    const after = swarm.fires('error_after', 0.05 * weight);
    if (after !== null) {
      const code = stumbleOf(after);
      world.hit('error_after', `${method} ${code}`);
      struck.push({ kind: 'error', code, when: 'after' });
    }
    this.replies.spoil(method, struck);
    return struck;
  }

  /** An order is lost as maintenance begins; meanwhile the owner may do something, and then nothing proves anything. */
  private isDown({ method, accountId, orderId, nowMs }: FaultCall): boolean {
    const { world } = this;
    if (nowMs < this.downUntilMs) return true;
    const dice =
      plainName(method) === 'PostOrder' && !this.copies.has(orderId ?? '')
        ? world.swarm.fires('lost_in_maintenance', 0.035)
        : null;
    if (dice === null) return false;
    world.hit('lost_in_maintenance', orderId ?? '');
    this.downUntilMs = nowMs + dice.whole(150, 600) * 1_000;
    const isHidden = orderId !== null && dice.chance(0.6);
    if (isHidden) this.hideTaken(orderId, dice);
    // Of an account that somebody touches nothing can be proved: what holds pieces in secret is to be the only difference.
    else if (dice.chance(0.6) && accountId !== null)
      world.timeline.at(nowMs + dice.whole(5, 120) * 1_000, () => {
        world.outside.mark(accountId);
        world.exchange.deposit(accountId, String(dice.whole(100, 5_000)));
      });
    return true;
  }

  /** The venue took it, and shows it nowhere for as long as such were ever seen to be late; mostly it rests meanwhile. */
  private hideTaken(orderId: string, dice: Dice): void {
    const { timeline, exchange } = this.world;
    const { conditions } = exchange.faults;
    this.hidden.add(orderId);
    if (dice.chance(0.8)) this.executions.letRest(orderId);
    this.hiddenUntilMs = timeline.now() + 20 * 60_000;
    this.world.hit('late_visibility', orderId);
    conditions.ordersVisibleAfterMs = 20 * 60_000;
    timeline.at(this.hiddenUntilMs, () => {
      conditions.ordersVisibleAfterMs = 0;
    });
  }

  /** An order's session is about to end, once in a run. */
  private isLastMoment(method: string): boolean {
    const { timeline, exchange } = this.world;
    if (method !== 'PostOrder' || this.hadLastMoment) return false;
    const { calendar } = exchange.market;
    const [now, soon] = [0, LAST_MOMENTS_MS].map((ms) => calendar.phase('MOEX', timeline.now() + ms));
    return now === 'normal' && soon !== 'normal';
  }

  /** Nothing else happens for a while, so that what this one does can be seen. */
  private calmFor(ms: number): void {
    const { swarm, timeline } = this.world;
    this.hadLastMoment = true;
    swarm.doze();
    timeline.at(timeline.now() + ms, () => swarm.wake());
  }
}
