// Prices: a step every ten seconds, a pure function of (seed, asset, time) and of the corporate events so far.
// Prices are whole steps; the walk itself runs on doubles and never leaves this file. Raw bigints: counts of steps.

import { exponential, seedOf, Walk } from './walk.ts';

export const STEP_MS = 10_000;
const FIRST_MS = Date.UTC(2015, 0, 1);
const STEPS_PER_YEAR = (365 * 86_400_000) / STEP_MS;

/** Index of the step that holds the instant. */
export const stepAt = (atMs: number): number => Math.floor((atMs - FIRST_MS) / STEP_MS);
/** Instant at which a step begins. */
export const stepMs = (step: number): number => FIRST_MS + step * STEP_MS;

/** What the tape needs to know of a paper. Listings of one asset share its walk. */
export interface Paper {
  readonly assetUid: string;
  readonly volatility: number;
  readonly drift: number;
}

interface Anchor {
  readonly step: number;
  readonly ticks: number;
  /** The walk at that step, once known. */
  level: number | null;
}

export interface Tape {
  /** Price in whole steps of the paper's price step, at least 1. */
  ticksAt(paper: Paper, step: number): bigint;
  /** From `step` on the walk starts again at `ticks`: a gap, a split, a payout, a price set by hand. */
  rebase(paper: Paper, step: number, ticks: bigint): void;
  /** How often that was done to the paper. */
  rebases(paper: Paper): number;
}

export interface TapeSettings {
  readonly seed: number;
  /** Multiplies every volatility and drift; 0 = prices stand still. */
  readonly liveliness: number;
  /** Where the walk starts: price of the paper in steps, and when. */
  anchor(paper: Paper): { readonly ticks: bigint; readonly atMs: number };
}

export function createTape(settings: TapeSettings): Tape {
  const walks = new Map<string, Walk>();
  const anchors = new Map<string, Anchor[]>();
  const counts = new Map<string, number>();

  function walkOf(paper: Paper): Walk {
    const known = walks.get(paper.assetUid);
    if (known !== undefined) return known;
    const walk = new Walk(seedOf(settings.seed, paper.assetUid));
    walks.set(paper.assetUid, walk);
    return walk;
  }

  function anchorsOf(paper: Paper): Anchor[] {
    const known = anchors.get(paper.assetUid);
    if (known !== undefined) return known;
    const first = settings.anchor(paper);
    const list: Anchor[] = [{ step: stepAt(first.atMs), ticks: Number(first.ticks), level: null }];
    anchors.set(paper.assetUid, list);
    return list;
  }

  function ticksAt(paper: Paper, step: number): bigint {
    const list = anchorsOf(paper);
    const anchor = list.findLast((each) => each.step <= step) ?? list[0];
    if (anchor === undefined) throw new Error(`the tape has no anchor for asset ${paper.assetUid}`);
    if (settings.liveliness === 0 || step === anchor.step) return BigInt(anchor.ticks);
    const walk = walkOf(paper);
    anchor.level ??= walk.at(anchor.step);
    const shake = (paper.volatility / Math.sqrt(STEPS_PER_YEAR)) * (walk.at(step) - anchor.level);
    const drift = (paper.drift / STEPS_PER_YEAR) * (step - anchor.step);
    const moved = anchor.ticks * exponential(settings.liveliness * (shake + drift));
    return BigInt(Math.max(1, Math.round(moved)));
  }

  function rebase(paper: Paper, step: number, ticks: bigint): void {
    if (ticks < 1n) throw new RangeError(`a price must be at least one step, found ${ticks}`);
    const list = anchorsOf(paper);
    while (list.length > 1 && (list.at(-1)?.step ?? 0) >= step) list.pop();
    list.push({ step, ticks: Number(ticks), level: null });
    counts.set(paper.assetUid, rebases(paper) + 1);
  }

  const rebases = (paper: Paper): number => counts.get(paper.assetUid) ?? 0;

  return { ticksAt, rebase, rebases };
}
