// A token that cannot be printed by accident, and the scrubber that removes tokens from any text by value.
// Guarantees: every implicit way to text (template, JSON, inspect, console) gives `[redacted]`; only `reveal` gives
// the value. The scrubber knows a token's usual disguises: base64 at any alignment, URL-encoded, JSON-escaped, hex.

import { inspect } from 'node:util';

export const REDACTED = '[redacted]';

export class Secret {
  readonly #value: string;

  constructor(value: string) {
    this.#value = value;
  }

  /** The value itself: for the wire and for the scrubber only. */
  reveal(): string {
    return this.#value;
  }

  /** Enough to tell two tokens apart: at most the first four and the last two characters. */
  masked(): string {
    return this.#value.length < 16 ? '…' : `${this.#value.slice(0, 4)}…${this.#value.slice(-2)}`;
  }

  toString(): string {
    return REDACTED;
  }

  toJSON(): string {
    return REDACTED;
  }

  [Symbol.toPrimitive](): string {
    return REDACTED;
  }

  [inspect.custom](): string {
    return REDACTED;
  }
}

const TOKEN = /t\.[A-Za-z0-9_-]{16,}/g;

/** Removes whatever has the form of a T-Invest token, known or not. */
export const redactTokens = (text: string): string => text.replace(TOKEN, REDACTED);

/** Whether a text holds something that has the form of a T-Invest token. */
export const looksLikeToken = (text: string): boolean => text.search(TOKEN) >= 0;

/**
 * A function that replaces every given secret in a text, in each of its disguises, by `[redacted]`.
 * Blank secrets are left out; those below eight characters are looked for only as they are.
 */
export function createScrubber(secrets: readonly string[]): (text: string) => string {
  const named = secrets.filter((secret) => secret.trim() !== '');
  if (named.length === 0) return (text) => text;
  // Made at the first text: most that are made never see one.
  let scrub: ((text: string) => string) | null = null;
  return (text) => {
    scrub ??= scrubberOf(new Set(named.flatMap(disguises)));
    return scrub(text);
  };
}

function scrubberOf(forms: ReadonlySet<string>): (text: string) => string {
  const longestFirst = [...forms].sort((a, b) => b.length - a.length);
  const long = longestFirst.filter((form) => form.length > FORM_MAX);
  const patterns = patternsOf(longestFirst.slice(long.length));
  return (text) => {
    const shortened = long.reduce((left, form) => left.replaceAll(form, REDACTED), text);
    return patterns.reduce((left, pattern) => left.replace(pattern, REDACTED), shortened);
  };
}

/** An engine takes no expression of any length: what is long is searched for by itself, the rest in portions. */
const FORM_MAX = 8_192;
const PORTION_MAX = 65_536;

function patternsOf(forms: readonly string[]): RegExp[] {
  const portions: string[] = [];
  for (const form of forms) {
    const escaped = form.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');
    const last = portions.at(-1);
    if (last !== undefined && last.length + escaped.length < PORTION_MAX)
      portions[portions.length - 1] = `${last}|${escaped}`;
    else portions.push(escaped);
  }
  return portions.map((portion) => new RegExp(portion, 'g'));
}

function disguises(secret: string): string[] {
  if (secret.length < 8) return [secret];
  const bytes = Buffer.from(secret);
  const escaped = JSON.stringify(secret).slice(1, -1);
  const url = encodeURIComponent(secret);
  const hex = bytes.toString('hex');
  return [
    secret,
    escaped,
    JSON.stringify(escaped).slice(1, -1),
    url,
    url.replace(/%[0-9A-F]{2}/g, (code) => code.toLowerCase()),
    hex,
    hex.toUpperCase(),
    bytes.join(','),
    ...[0, 1, 2].flatMap((before) => base64Core(bytes, before)),
  ];
}

/** The part of a base64 text that depends on these bytes alone, `before` bytes after a multiple of three. */
function base64Core(bytes: Buffer, before: number): string[] {
  const text = Buffer.concat([Buffer.alloc(before), bytes]).toString('base64');
  const core = text.slice(Math.ceil((before * 8) / 6), Math.floor(((before + bytes.length) * 8) / 6));
  return [core, core.replaceAll('+', '-').replaceAll('/', '_')];
}
