// Exit codes, and how the ends of several accounts make one.

import { RISK_ONLY } from '../core/iteration-record.ts';
import type { AccountEnd } from '../engine/daemon.ts';

export const EXIT = { ok: 0, failed: 1, usage: 2, token: 3, unknownOutcome: 7 } as const;

const FAILURES: ReadonlySet<string> = new Set(['failed', 'partial', 'none']);

/** The gravest end wins: an unknown order, then a refused token, then a failure (or an iteration that never began). */
export function exitCodeOf(ends: readonly AccountEnd[]): number {
  if (ends.some((end) => end.status === 'unknown_outcome')) return EXIT.unknownOutcome;
  if (ends.some((end) => end.tokenRefused)) return EXIT.token;
  const bad = ends.some(
    (end) => end.stopped || (FAILURES.has(end.status) && !end.reason?.startsWith(RISK_ONLY)),
  );
  return bad ? EXIT.failed : EXIT.ok;
}
