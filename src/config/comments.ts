// Comments in the configuration: keys that begin with `_`, at every level.

/** A JSON value without its comments. */
export function withoutComments(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutComments);
  if (typeof value !== 'object' || value === null) return value;
  const kept = Object.entries(value).filter(([key]) => !key.startsWith('_'));
  return Object.fromEntries(kept.map(([key, inner]) => [key, withoutComments(inner)]));
}
