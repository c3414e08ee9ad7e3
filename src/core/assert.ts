// Assertions stay on in production: a broken assumption about money stops the account that holds it.

/** A bug in this program (never the world's fault): caught only in the daemon, which stops that account. */
export class Bug extends Error {
  override readonly name = 'Bug';
}

/** @throws {Bug} when the condition is false. */
export function assert(condition: boolean, message: string): asserts condition {
  if (!condition) throw new Bug(message);
}
