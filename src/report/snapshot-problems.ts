// What zod found wrong with a snapshot, one line per problem: JSON path, what was expected, what was found.
// Guarantees: a value is shown whole or not at all, so that what hides tokens on the last hop sees them whole.

import type { z } from 'zod';

/** Zod's own words where a schema has none. */
const KINDS: ReadonlyMap<string, string> = new Map([
  ['string', 'a text'],
  ['number', 'a number'],
  ['int', 'a whole number'],
  ['boolean', 'true or false'],
  ['array', 'a list'],
  ['object', 'an object'],
  ['record', 'an object'],
]);

export function snapshotProblems({ issues }: z.ZodError, value: unknown): string[] {
  return issues.flatMap((issue) => {
    const at = pathOf(issue.path);
    if (issue.code === 'unrecognized_keys')
      return issue.keys.map((key) => `${at}: the unknown key ${shown(key)}; remove it`);
    return [`${at}: ${expectedBy(issue)}, found ${shown(valueAt(value, issue.path))}`];
  });
}

function expectedBy(issue: z.core.$ZodIssue): string {
  if (issue.code === 'invalid_type') return `expected ${KINDS.get(issue.expected) ?? issue.expected}`;
  if (issue.code === 'invalid_value')
    return `expected ${issue.values.map((each) => JSON.stringify(each)).join(' or ')}`;
  if (issue.code === 'too_big' && issue.message.startsWith('Too big'))
    return `expected at most ${issue.maximum}`;
  if (issue.code === 'too_small' && issue.message.startsWith('Too small'))
    return `expected at least ${issue.minimum}`;
  if (issue.code === 'invalid_union') return 'expected another value here';
  return issue.message;
}

const SHOWN_MAX = 60;

function shown(value: unknown): string {
  if (value === undefined) return 'nothing';
  const text = JSON.stringify(value);
  if (text.length <= SHOWN_MAX) return text;
  if (typeof value === 'string') return `a text of ${value.length} characters`;
  return Array.isArray(value) ? `a list of ${value.length}` : 'an object';
}

const valueAt = (value: unknown, path: readonly PropertyKey[]): unknown =>
  path.reduce<unknown>(
    (inner, part) =>
      typeof inner === 'object' && inner !== null && Object.hasOwn(inner, part)
        ? Reflect.get(inner, part)
        : undefined,
    value,
  );

const pathOf = (path: readonly PropertyKey[]): string =>
  path.reduce<string>(
    (text, key) =>
      typeof key === 'number' ? `${text}[${key}]` : text === '' ? String(key) : `${text}.${String(key)}`,
    '',
  ) || 'snapshot';
