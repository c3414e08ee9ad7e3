// Waits for work that runs side by side. Guarantees: nothing is left running when it returns or throws; of several
// errors a defect of ours outranks the world's, so that it is never hidden behind one.

import { WorldError } from '../ports.ts';

/** @throws the first error, once every piece of work has ended. */
export async function allEnded<Result>(work: readonly Promise<Result>[]): Promise<Result[]> {
  const ended = await Promise.allSettled(work);
  const errors = ended.flatMap((end) => (end.status === 'rejected' ? [end.reason as unknown] : []));
  if (errors.length > 0) throw errors.find((error) => !(error instanceof WorldError)) ?? errors[0];
  return ended.flatMap((end) => (end.status === 'fulfilled' ? [end.value] : []));
}
