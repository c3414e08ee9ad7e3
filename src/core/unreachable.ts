// The end of every `switch` over a union: a case that the types rule out is a bug, and stops what it is in.

/** @throws {Error} always. */
export function unreachable(value: never): never {
  throw new Error(`unreachable: ${JSON.stringify(value)}`);
}
