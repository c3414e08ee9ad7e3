// Which trouble while an order is asked about is worth asking again, and which ends the asking.

import { WorldError } from '../ports.ts';

/**
 * Swallows what may pass by itself: no answer, or one that cannot be trusted.
 * @throws every other error: a refused token or account, a changed contract, a defect of ours.
 */
export function tolerate(error: unknown): WorldError {
  const passes = error instanceof WorldError && !LASTING.has(error.kind);
  if (!passes) throw error;
  return error;
}

const LASTING: ReadonlySet<WorldError['kind']> = new Set(['token', 'account', 'contract'] as const);
