// Exit codes, and how the ends of several accounts make one.

import type { AccountEnd } from '../engine/daemon.ts';

export const EXIT = { ok: 0, failed: 1, usage: 2, token: 3, unknownOutcome: 7 } as const;

/** The gravest end wins: an unknown order, then a refused token, then a failure. */
export function exitCodeOf(ends: readonly AccountEnd[]): number {
  if (ends.some((end) => end.status === 'unknown_outcome')) return EXIT.unknownOutcome;
  if (ends.some((end) => end.tokenRefused)) return EXIT.token;
  const bad = ends.some((end) => end.stopped || end.status === 'failed' || end.status === 'partial');
  return bad ? EXIT.failed : EXIT.ok;
}
