import type { Line, Problem, Solution } from '../lots.ts';
import { type Lots, lots, raw } from '../units.ts';
import { boundAt, explore, type Goal, type Search, startOf, type Tally } from './branch.ts';
import { relaxations } from './relaxation.ts';
import { scoresOf, type ScoreLine } from './scores.ts';
import { choose, judge, makeFrame, raisingMost, type Verdict } from './verdict.ts';

export const STATS = { bound: 0, nodes: 0, best: 0, accepts: 0, rejected: 0 };

export function solve(problem: Problem, options: { nodes?: number }): { solution: Solution } {
  const order = problem.lines.map((_, i) => i).sort((a, b) => {
    const x = problem.lines[a] as Line, y = problem.lines[b] as Line;
    return raw(x.lotValue) === raw(y.lotValue) ? (x.name < y.name ? -1 : 1) : raw(x.lotValue) > raw(y.lotValue) ? -1 : 1;
  });
  const canon: Problem = { ...problem, lines: order.map((i) => problem.lines[i] as Line) };
  const frame = makeFrame(canon);
  const raise = judge(frame, raisingMost(canon));
  const back = (v: Verdict, feasible: boolean) => {
    const out: Lots[] = new Array(order.length);
    order.forEach((i, k) => { out[i] = v.lots[k] as Lots; });
    return { solution: { lots: out, objective: v.objective, feasible } };
  };
  if (raw(raise.slack) < 0n) return back(raise, false);
  const scores = scoresOf(frame);
  const movable = scores.lines.filter((l) => l.lowest < l.highest);
  const fixed = scores.lines.filter((l) => l.lowest >= l.highest);
  const levels = levelsOf(movable, fixed);
  const relaxed = [relaxations(levels, 'cash'), relaxations(levels, 'floor')];
  const found: Verdict[] = [];
  const toLots = (t: Float64Array) => canon.lines.map((l, i) => lots(raw(l.held) + BigInt(t[i] as number)));
  let best = Number.POSITIVE_INFINITY;
  const goal: Goal = {
    stillFirst: false,
    cut: (_l, bound) => bound >= best - (best === Infinity ? 0 : Math.max(best * 1e-6, scores.grain)),
    hopeless: (bound) => bound >= best - (best === Infinity ? 0 : Math.max(best * 1e-6, scores.grain)),
    accept(trades, objective) {
      if (objective >= best) return;
      const v = judge(frame, toLots(trades));
      STATS.accepts++;
      if (!v.acceptable) {STATS.rejected++; return;}
      best = objective;
      found.push(v);
    },
  };
  const search: Search = { scores, levels, relaxed, trades: new Float64Array(scores.lines.length), goal, nodes: options.nodes ?? 10000 };
  const start = startOf(scores);
  STATS.bound = boundAt(search, 0, start);
  const n0 = search.nodes;
  explore(search, 0, start);
  STATS.nodes = n0 - search.nodes;
  STATS.best = best;
  const still = judge(frame, frame.nearest);
  if (still.acceptable) found.push(still);
  const v = choose(found) ?? raise;
  return back(v, true);
}

function levelsOf(movable: readonly ScoreLine[], fixed: readonly ScoreLine[]): ScoreLine[][] {
  const head = fixed.length > 0 ? [[...fixed]] : [];
  if (movable.length <= 48) return [...head, ...movable.map((l) => [l])];
  return [...head, ...movable.slice(0, 20).map((l) => [l]), movable.slice(20, movable.length - 20), ...movable.slice(-20).map((l) => [l])];
}
