// One seed from its first instant to its verdict. Phase one: the swarm is on. Phase two: everything that was broken is
// whole again, and the bot must get its accounts in order or say loudly why it cannot.
// Guarantees: a pure function of its options; the same options give the same trace hash.

import { allChecks } from './all-checks.ts';
import type { Coverage } from './coverage.ts';
import type { SimJournal } from './sim-journal.ts';
import type { Kept } from './swarm.ts';
import { StandStill } from './timeline.ts';
import { type Violation, World } from './world.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

export interface SeedOptions {
  readonly seed: number;
  readonly store: SimJournal;
  readonly kept?: Kept;
  readonly traced?: boolean;
  readonly calm?: boolean;
  readonly onlyAccount?: string | null;
}

export interface SeedResult {
  readonly seed: number;
  readonly violations: readonly Violation[];
  readonly hash: string;
  readonly events: number;
  /** Names of the faults that fired, in order. */
  readonly fired: readonly string[];
  readonly faults: number;
  readonly simulatedMs: number;
  readonly coverage: Coverage;
  readonly trace: readonly string[];
  readonly world: World;
}

export function runSeed(options: SeedOptions): SeedResult {
  const world = new World({
    seed: options.seed,
    kept: options.kept ?? null,
    traced: options.traced ?? false,
    calm: options.calm ?? false,
    onlyAccount: options.onlyAccount ?? null,
    store: options.store,
    checks: allChecks,
  });
  const startMs = world.timeline.now();
  try {
    live(world);
  } catch (error) {
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    world.violate(error instanceof StandStill ? 'liveness' : 'harness', text);
  }
  const { coverage, trace, swarm } = world;
  return {
    seed: options.seed,
    violations: world.violations,
    hash: trace.hash(),
    events: trace.events,
    fired: swarm.fired,
    faults: Object.values(coverage.tables.faults).reduce((sum, count) => sum + count, 0),
    simulatedMs: world.timeline.now() - startMs,
    coverage,
    trace: trace.kept(),
    world,
  };
}

function live(world: World): void {
  const { timeline, accounts } = world;
  const broken = (): boolean => world.violations.length > 0;
  const intervalMs = accounts[0]?.intervalMs ?? HOUR_MS;
  world.start();
  timeline.run(timeline.now() + Math.max(4 * intervalMs, 20 * MINUTE_MS), broken);
  if (broken()) return;
  calmDown(world);
  timeline.run(timeline.now() + 3 * intervalMs + 40 * MINUTE_MS, () => broken() || isQuiet(world));
  if (broken()) return;
  world.checks.atEnd();
}

function calmDown(world: World): void {
  world.note('faults end');
  world.swarm.end();
  world.events.end();
  world.events.lifeEnded(1_000);
}

/** Every account has had its two iterations. */
function isQuiet(_world: World): boolean {
  return false;
}
