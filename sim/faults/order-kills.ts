// Kills aimed at the effects of orders, where the money is: each waits for the n-th effect of one kind (a plan, a
// sending, an outcome, a cancel, a recovery ...), whatever else the run does in between.

import type { Life } from '../world/life.ts';
import type { Dice } from '../world/streams.ts';

/** What a kill may be aimed at; `rest`: whatever comes after the first outcome of a life that is none of the others. */
type Aim = 'plan' | 'send' | 'outcome' | 'follow' | 'cancel' | 'end' | 'recovery' | 'rest' | 'order';

const AIMS: Readonly<Partial<Record<Aim, RegExp>>> = {
  plan: /^plan /,
  send: /^(attempt |PostOrder )/,
  outcome: /^settle /,
  follow: /^(GetOrderState|GetOrders) /,
  cancel: /^CancelOrder /,
  end: /^(record|setLastSeen) /,
};
const OF_ORDERS: readonly Aim[] = ['plan', 'send', 'outcome', 'follow', 'cancel'];

/** Each with the highest number that is waited for: about as many as a run has. */
const CHOICES: readonly [readonly [Aim, number], ...(readonly [Aim, number])[]] = [
  ['plan', 6],
  ['send', 14],
  ['send', 14],
  ['outcome', 4],
  ['outcome', 12],
  ['follow', 24],
  ['cancel', 5],
  ['cancel', 5],
  ['cancel', 5],
  ['cancel', 5],
  ['cancel', 5],
  ['cancel', 3],
  ['end', 5],
  ['recovery', 6],
  ['recovery', 12],
  ['rest', 40],
];

interface Waiting {
  readonly aim: Aim;
  readonly number: number;
  work(name: string, life: Life): void;
}

export class OrderKills {
  private readonly waiting: Waiting[] = [];
  private readonly counts = new Map<Aim, number>();
  private readonly aims = new Map<string, readonly Aim[]>();
  /** The life that the flags are about. */
  private life: Life | null = null;
  private hasPlanned = false;
  private hasSettled = false;

  /** Aims by chance. */
  aim(dice: Dice, work: Waiting['work']): void {
    const [aim, most] = dice.pick(CHOICES);
    this.waiting.push({ aim, number: dice.whole(1, most), work });
  }

  /** At the `number`-th effect of orders from now on. */
  later(number: number, work: Waiting['work']): void {
    this.waiting.push({ aim: 'order', number: (this.counts.get('order') ?? 0) + number, work });
  }

  clear(): void {
    this.waiting.length = 0;
  }

  reached(name: string, life: Life): void {
    if (this.waiting.length === 0) return;
    if (life !== this.life) {
      this.life = life;
      this.hasPlanned = false;
      this.hasSettled = false;
    }
    const aims = this.aimsOf(name);
    const isOfOrders = aims.some((aim) => OF_ORDERS.includes(aim));
    for (const aim of aims) this.count(aim, name, life);
    if (isOfOrders) this.count('order', name, life);
    if (isOfOrders && !this.hasPlanned && aims[0] !== 'plan') this.count('recovery', name, life);
    if (aims.length === 0 && this.hasSettled) this.count('rest', name, life);
    this.hasPlanned ||= aims[0] === 'plan';
    this.hasSettled ||= name === 'settle after';
  }

  private count(aim: Aim, name: string, life: Life): void {
    const number = (this.counts.get(aim) ?? 0) + 1;
    this.counts.set(aim, number);
    for (const at of [...this.waiting.keys()].reverse()) {
      const one = this.waiting[at];
      if (one === undefined || one.aim !== aim || one.number !== number) continue;
      this.waiting.splice(at, 1);
      one.work(name, life);
    }
  }

  private aimsOf(name: string): readonly Aim[] {
    const known = this.aims.get(name);
    if (known !== undefined) return known;
    const found = (Object.entries(AIMS) as [Aim, RegExp][]).flatMap(([aim, is]) =>
      is.test(name) ? [aim] : [],
    );
    this.aims.set(name, found);
    return found;
  }
}
