// What zod found wrong, as problems: the value as it stands in the file, the words of the schema, a fix where one can
// be said. Requires: every schema carries what it expects as its error message (schema-kinds.ts).

import { closest, distance } from 'fastest-levenshtein';
import { z } from 'zod';
import { jsonPath, type PathPart, type Problem, shown } from './problem.ts';
import { REDACTED } from './secret.ts';

export interface SchemaCheck<Value> {
  /** As the schema completes it; `null` with a problem. */
  readonly data: Value | null;
  readonly problems: readonly Problem[];
  /** Paths inside the value that are wrong: what is left can be looked at further. */
  readonly bad: readonly (readonly PathPart[])[];
}

/** Holds `value` against `schema`. `root` is the path of `value` itself. */
export function checkSchema<Schema extends z.ZodType>(
  schema: Schema,
  value: unknown,
  root: readonly PathPart[] = [],
): SchemaCheck<z.output<Schema>> {
  const result = schema.safeParse(value);
  if (result.success) return { data: result.data, problems: [], bad: [] };
  const { issues } = result.error;
  return {
    data: null,
    problems: issues.flatMap((issue) => issueProblems(issue, schema, value, root)),
    bad: issues.flatMap((issue) =>
      issue.code === 'unrecognized_keys' ? issue.keys.map((key) => [...parts(issue), key]) : [parts(issue)],
    ),
  };
}

const parts = (issue: z.core.$ZodIssue): PathPart[] =>
  issue.path.filter((part): part is PathPart => typeof part !== 'symbol');

/** Their values are never printed, whatever they look like. */
const HOLDS_TOKEN: ReadonlySet<PathPart> = new Set(['t_invest_token', 'token_env_var']);

function issueProblems(
  issue: z.core.$ZodIssue,
  schema: z.ZodType,
  value: unknown,
  root: readonly PathPart[],
): Problem[] {
  const path = parts(issue);
  if (issue.code === 'unrecognized_keys') {
    const known = keysAt(schema, path);
    return issue.keys.map((key) => unknownKey([...root, ...path, key], key, known));
  }
  const at = jsonPath([...root, ...path]);
  if (issue.code === 'invalid_key')
    return [badKey(at, path.at(-1), issue.issues[0]?.message ?? 'another key')];
  const found = valueAt(value, path);
  const fix = fixFor(found, issue, path.at(-1), (value) => accepts(schema, path, value));
  const seen = path.some((part) => HOLDS_TOKEN.has(part)) && found !== undefined ? REDACTED : shown(found);
  return [{ path: at, found: seen, expected: issue.message, ...(fix === null ? {} : { fix }) }];
}

function unknownKey(path: readonly PathPart[], key: string, known: readonly string[]): Problem {
  const near = nearest(key, known);
  return {
    path: jsonPath(path),
    found: `the unknown key ${shown(key)}${strange(key)}`,
    expected: near === null ? `one of ${known.join(', ')}` : `a known key; did you mean "${near}"?`,
    fix: near === null ? 'remove it, or begin its name with _ (a comment)' : `write "${near}"`,
  };
}

function badKey(path: string, key: PathPart | undefined, expected: string): Problem {
  const upper = String(key).trim().toUpperCase();
  const fix = upper === String(key) ? {} : { fix: `write ${shown(upper)}` };
  return { path, found: `the key ${shown(key)}${strange(String(key))}`, expected, ...fix };
}

/** Names the first character that only looks like one of the alphabet, or like nothing at all. */
function strange(key: string): string {
  const letter = /[^\x20-\x7e]/u.exec(key)?.[0];
  const code = letter?.codePointAt(0);
  if (letter === undefined || code === undefined) return '';
  const at = [...key.slice(0, key.indexOf(letter))].length + 1;
  return `, whose character ${at} is U+${code.toString(16).toUpperCase().padStart(4, '0')}, none of A to Z`;
}

/** The nearest of some words, where it is near enough to be what was meant. */
export function nearest(word: string, known: readonly string[]): string | null {
  if (known.length === 0) return null;
  const lower = word.toLowerCase();
  const near = closest(
    lower,
    known.map((each) => each.toLowerCase()),
  );
  const original = known.find((each) => each.toLowerCase() === near) ?? null;
  return distance(lower, near) <= Math.max(2, Math.floor(word.length / 3)) ? original : null;
}

const schemaAt = (schema: z.ZodType, path: readonly PathPart[]): z.ZodType | null =>
  path.reduce<z.ZodType | null>((inner, part) => inner && step(bare(inner), part), schema);

/** Whether what a fix would write is any better. */
const accepts = (schema: z.ZodType, path: readonly PathPart[], value: unknown): boolean =>
  schemaAt(schema, path)?.safeParse(value).success ?? true;

function keysAt(schema: z.ZodType, path: readonly PathPart[]): string[] {
  const at = schemaAt(schema, path);
  const object = at && bare(at);
  return object instanceof z.ZodObject ? Object.keys(object.shape) : [];
}

function step(schema: z.ZodType, part: PathPart): z.ZodType | null {
  if (schema instanceof z.ZodObject && typeof part === 'string') return fieldOf(schema, part);
  const inner =
    schema instanceof z.ZodArray ? schema.element : schema instanceof z.ZodRecord ? schema.valueType : null;
  return inner instanceof z.ZodType ? inner : null;
}

function fieldOf(schema: z.ZodObject, key: string): z.ZodType | null {
  const field: unknown = schema.shape[key];
  return field instanceof z.ZodType ? field : null;
}

/** A schema without its `optional` and `default`. */
export function bare(schema: z.ZodType): z.ZodType {
  if (!(schema instanceof z.ZodOptional || schema instanceof z.ZodDefault)) return schema;
  const inner: unknown = schema.unwrap();
  return inner instanceof z.ZodType ? bare(inner) : schema;
}

export function valueAt(value: unknown, path: readonly PathPart[]): unknown {
  return path.reduce<unknown>((inner, part) => {
    if (typeof inner !== 'object' || inner === null || !Object.hasOwn(inner, part)) return undefined;
    return Reflect.get(inner, part);
  }, value);
}

/** What to write instead, where the value shows what was meant. */
function fixFor(
  found: unknown,
  issue: z.core.$ZodIssue,
  key: PathPart | undefined,
  isAccepted: (value: unknown) => boolean,
): string | null {
  if (found === undefined) return typeof key === 'string' ? `add "${key}"` : null;
  const wanted = issue.code === 'invalid_type' ? issue.expected : issue.code;
  if (typeof found === 'number') return wanted === 'string' ? quotesFix(found) : null;
  if (typeof found !== 'string') return null;
  if (wanted === 'number' || wanted === 'invalid_union') return numberFix(found, isAccepted);
  if (wanted === 'boolean' && /^(true|false)$/i.test(found.trim()))
    return `write ${found.trim().toLowerCase()}, without quotes`;
  const near = issue.code === 'invalid_value' ? nearest(found, issue.values.map(String)) : null;
  return near === null ? null : `did you mean "${near}"?`;
}

/** Of a number with more digits than a number holds, the text is not known any more. */
const quotesFix = (found: number): string =>
  Number.isSafeInteger(found) ? `write "${found}", in quotes` : 'write it in quotes';

/** "10%", "10" and "0,5" show which number was meant. */
function numberFix(found: string, isAccepted: (value: unknown) => boolean): string | null {
  const match = /^\s*(-?\d+(?:[.,]\d+)?)\s*(%?)\s*$/.exec(found);
  const number = match?.[1]?.replace(',', '.');
  if (number === undefined || !isAccepted(Number(number))) return null;
  const sign = match?.[2] === '%' ? 'without % and ' : '';
  return `write ${number}, ${sign}without quotes`;
}
