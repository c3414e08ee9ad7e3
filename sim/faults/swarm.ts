// The swarm of faults of a seed: a random subset of all kinds with random weights. Each kind draws from a stream of its
// own, so that leaving one out changes no draw of another. Guarantees: each firing has a name (`kind#n`, n counts the
// draws of that kind that came up), and a run may be limited to firings by name: that is how a failure is shrunk.

import { type Dice, diceOf } from '../world/streams.ts';
import { FAULT_KINDS, type FaultKind } from './fault-kinds.ts';

/** `null` = everything that the seed turns on. */
export type Kept = ReadonlySet<string> | null;

interface Source {
  readonly dice: Dice;
  readonly weight: number;
  drawn: number;
}

/** Faults after which they end: most runs are short, some go on for long. */
const MOST: readonly [number, ...number[]] = [
  9, 9, 10, 10, 10, 10, 10, 10, 10, 10, 10, 10, 11, 11, 11, 11, 12, 12, 12, 40,
];

/** How much more often faults strike than their own figures say: the denser, the shorter the run for as many. */
const DENSITY = 1.7;

export class Swarm {
  private readonly sources = new Map<FaultKind, Source>();
  private on = true;
  private asleep: boolean;
  private readonly most: number;
  /** Names of the firings so far. */
  readonly fired: string[] = [];

  constructor(
    seed: number,
    private readonly kept: Kept,
  ) {
    const dice = diceOf(seed, 'swarm');
    // Some seeds are calm, some have everything at once.
    const share = dice.pick([0.2, 0.35, 0.5, 0.8]);
    for (const kind of FAULT_KINDS) {
      const isOn = dice.chance(share);
      const weight = dice.spread(0.3, 3);
      if (isOn) this.sources.set(kind, { dice: diceOf(seed, `fault ${kind}`), weight, drawn: 0 });
    }
    // What strikes while the program starts keeps it from ever trading: most seeds wait for the first plan.
    this.asleep = dice.chance(0.8);
    this.most = dice.pick(MOST);
  }

  /** Whether as much has happened as this seed is to survive. */
  get isEnough(): boolean {
    return this.fired.length >= this.most;
  }

  /** Whether this seed has the kind at all. */
  has(kind: FaultKind): boolean {
    return this.sources.has(kind);
  }

  get isAsleep(): boolean {
    return this.asleep;
  }

  wake(): void {
    this.asleep = false;
  }

  /** Until it is woken nothing fires. */
  doze(): void {
    this.asleep = true;
  }

  /** From now on nothing fires any more. */
  end(): void {
    this.on = false;
  }

  /**
   * An opportunity for a kind: its dice where it fires now, for the details; else `null`.
   * @param awake for what keeps nothing from trading: it fires before the swarm is woken, too
   */
  fires(kind: FaultKind, probability: number, awake = !this.asleep): Dice | null {
    const source = this.sources.get(kind);
    if (
      source === undefined ||
      !this.on ||
      !awake ||
      !source.dice.chance(DENSITY * probability * source.weight)
    )
      return null;
    source.drawn += 1;
    return this.fire(kind, source.drawn) ? diceOf(source.drawn, `${kind} ${source.weight}`) : null;
  }

  /** How many events of a kind are planned, each with its dice. */
  planned(kind: FaultKind, most: number): readonly { readonly dice: Dice; fire(): boolean }[] {
    const source = this.sources.get(kind);
    if (source === undefined) return [];
    const count = Math.max(1, Math.round(source.dice.random() * most * Math.min(2, source.weight)));
    return Array.from({ length: count }, (_, at) => ({
      dice: diceOf(at + 1, `${kind} ${source.weight}`),
      fire: () => this.on && this.fire(kind, at + 1),
    }));
  }

  private fire(kind: FaultKind, number: number): boolean {
    const name = `${kind}#${number}`;
    if (this.kept !== null && !this.kept.has(name)) return false;
    this.fired.push(name);
    return true;
  }
}
