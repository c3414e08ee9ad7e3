// JSON as a person writes it: a parser that knows line and column, and finds what JSON.parse lets pass in silence.
// Guarantees: the value equals JSON.parse's; a syntax error is one problem with its place; every duplicate key and
// every `__proto__` is a problem. No excerpt of the text is quoted: it could be a token.

import { jsonPath, type PathPart, type Problem } from './problem.ts';

export type JsonText =
  | { readonly ok: true; readonly value: unknown; readonly problems: readonly Problem[] }
  | { readonly ok: false; readonly problem: Problem };

const DEPTH_MAX = 50;

/** Reads a whole text as JSON. */
export function parseJson(text: string): JsonText {
  const reader = new Reader(text);
  try {
    const value = reader.whole();
    return { ok: true, value, problems: reader.problems };
  } catch (error) {
    if (error instanceof SyntaxProblem) return { ok: false, problem: error.problem };
    throw error;
  }
}

class SyntaxProblem extends Error {
  constructor(readonly problem: Problem) {
    super(problem.found);
  }
}

/** Words that other languages write for values, with what JSON wants. */
const FOREIGN_WORDS: ReadonlyMap<string, string> = new Map([
  ['NaN', 'write a number'],
  ['Infinity', 'write a number'],
  ['undefined', 'remove the key, or write null'],
  ['None', 'write null'],
  ['True', 'write true'],
  ['False', 'write false'],
]);

class Reader {
  readonly problems: Problem[] = [];
  #at = 0;
  readonly #path: PathPart[] = [];
  readonly #lineStarts: readonly number[];

  constructor(readonly text: string) {
    this.#lineStarts = [0, ...Array.from(text.matchAll(/\n/g), (match) => match.index + 1)];
  }

  whole(): unknown {
    const value = this.#value();
    this.#space();
    if (this.#at < this.text.length)
      this.#fail('the end of the file', 'remove what follows the last closing brace');
    return value;
  }

  #value(): unknown {
    this.#space();
    const next = this.text[this.#at];
    if (next === '{') return this.#nested(() => this.#object());
    if (next === '[') return this.#nested(() => this.#array());
    if (next === '"') return this.#string();
    for (const [word, value] of [
      ['true', true],
      ['false', false],
      ['null', null],
    ] as const) {
      if (this.#word() === word) {
        this.#at += word.length;
        return value;
      }
    }
    return this.#number();
  }

  #nested<T>(read: () => T): T {
    if (this.#path.length >= DEPTH_MAX) this.#fail(`at most ${DEPTH_MAX} levels of nesting`);
    return read();
  }

  #object(): Record<string, unknown> {
    const entries = new Map<string, unknown>();
    const seen = new Map<string, number>();
    this.#at += 1;
    for (let first = true; ; first = false) {
      this.#space();
      if (first && this.#take('}')) break;
      if (this.text[this.#at] !== '"') this.#fail('a key in double quotes', this.#keyFix());
      const from = this.#at;
      const key = this.#string();
      this.#path.push(key);
      this.#noteKey(key, from, seen);
      this.#space();
      if (!this.#take(':')) this.#fail('a colon after the key');
      entries.set(key, this.#value());
      this.#path.pop();
      this.#space();
      if (this.#take('}')) break;
      if (!this.#take(',')) this.#fail('a comma or a closing brace }');
    }
    entries.delete('__proto__');
    return Object.fromEntries(entries);
  }

  #noteKey(key: string, from: number, seen: Map<string, number>): void {
    const earlier = seen.get(key);
    if (earlier !== undefined)
      this.problems.push({
        path: jsonPath(this.#path),
        found: `the key a second time at ${this.#place(from)}; first at ${this.#place(earlier)}`,
        expected: 'every key once',
        fix: 'remove one of the two',
      });
    if (key === '__proto__')
      this.problems.push({
        path: jsonPath(this.#path),
        found: `the key __proto__ at ${this.#place(from)}`,
        expected: 'a known key',
        fix: 'remove it',
      });
    seen.set(key, from);
  }

  #array(): unknown[] {
    const items: unknown[] = [];
    this.#at += 1;
    for (let first = true; ; first = false) {
      this.#space();
      if (first && this.#take(']')) break;
      if (!first && this.text[this.#at] === ']')
        this.#fail('a value', 'remove the comma before the closing bracket');
      this.#path.push(items.length);
      items.push(this.#value());
      this.#path.pop();
      this.#space();
      if (this.#take(']')) break;
      if (!this.#take(',')) this.#fail('a comma or a closing bracket ]');
    }
    return items;
  }

  #string(): string {
    const from = this.#at;
    for (let at = from + 1; at < this.text.length; at += 1) {
      const code = this.text.charCodeAt(at);
      if (code === 0x5c) at += 1;
      else if (code < 0x20) {
        this.#at = at;
        this.#fail(
          'the closing quote of a text on the same line',
          'close the quote; write a line break as \\n',
        );
      } else if (code === 0x22) {
        this.#at = at + 1;
        return this.#decoded(from);
      }
    }
    return this.#fail('the closing quote of the text that begins here');
  }

  #decoded(from: number): string {
    try {
      return String(JSON.parse(this.text.slice(from, this.#at)));
    } catch {
      this.#at = from;
      return this.#fail('a text whose backslashes are JSON escapes', 'write a backslash as \\\\');
    }
  }

  #number(): number {
    const pattern = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
    pattern.lastIndex = this.#at;
    const match = pattern.exec(this.text);
    if (match === null) return this.#fail('a value', this.#valueFix());
    const value = Number(match[0]);
    if (!Number.isFinite(value)) this.#fail('a number that is not endless');
    if (value === 0 && /^-?[\d.]*[1-9]/.test(match[0]))
      this.#fail('a number that is not too small to be told from 0', 'write 0 if that is meant');
    this.#at += match[0].length;
    if (/[\w.%]/.test(this.text[this.#at] ?? '')) this.#fail('a number such as 10 or 0.5', this.#numberFix());
    return value;
  }

  #numberFix(): string {
    return this.text[this.#at] === '%' ? 'leave the % out' : 'write digits with one decimal point';
  }

  #valueFix(): string | undefined {
    const word = this.#word();
    if (FOREIGN_WORDS.has(word)) return `${word} is not JSON: ${FOREIGN_WORDS.get(word)}`;
    if (this.text[this.#at] === "'") return 'use double quotes';
    return this.#commentFix();
  }

  #keyFix(): string | undefined {
    if (this.text[this.#at] === '}') return 'remove the comma before the closing brace';
    if (this.text[this.#at] === "'") return 'use double quotes';
    return this.#commentFix();
  }

  #commentFix(): string | undefined {
    if (!/^(\/\/|\/\*|#)/.test(this.text.slice(this.#at, this.#at + 2))) return undefined;
    return 'JSON has no comments: write them as a key that begins with _, such as "_comment"';
  }

  #word(): string {
    const pattern = /[A-Za-z]+/y;
    pattern.lastIndex = this.#at;
    return pattern.exec(this.text)?.[0] ?? '';
  }

  #space(): void {
    while (this.#at < this.text.length && ' \t\n\r'.includes(this.text.charAt(this.#at))) this.#at += 1;
  }

  #take(mark: string): boolean {
    if (this.text[this.#at] !== mark) return false;
    this.#at += 1;
    return true;
  }

  /** Line and column, both from 1. */
  #place(at: number): string {
    let line = 0;
    let beyond = this.#lineStarts.length;
    while (beyond - line > 1) {
      const middle = (line + beyond) >> 1;
      if ((this.#lineStarts[middle] ?? 0) <= at) line = middle;
      else beyond = middle;
    }
    return `line ${line + 1}, column ${at - (this.#lineStarts[line] ?? 0) + 1}`;
  }

  #fail(expected: string, fix?: string): never {
    const word = this.#word();
    const next = this.text.codePointAt(this.#at);
    const mark = next === undefined ? 'the end of the file' : letterOf(next);
    throw new SyntaxProblem({
      path: jsonPath(this.#path),
      found: `invalid JSON: ${FOREIGN_WORDS.has(word) ? word : mark} at ${this.#place(this.#at)}`,
      expected,
      ...(fix === undefined ? {} : { fix }),
    });
  }
}

/** By its number, too, where it may look like another one or like nothing. */
const letterOf = (code: number): string =>
  `${JSON.stringify(String.fromCodePoint(code))}${code > 0x7e ? ` (U+${code.toString(16).toUpperCase().padStart(4, '0')})` : ''}`;
