// What is wrong with the configuration, as data and as text for people. A problem says where, what was found, what
// was expected and, where it can be said, what to do. Guarantees: the value of a token is in none of them.

import { redactTokens } from './secret.ts';

export interface Problem {
  /** JSON path such as `accounts[0].desired_wallet.TMOS`; empty for the whole file. */
  readonly path: string;
  readonly found: string;
  readonly expected: string;
  readonly fix?: string;
}

export type PathPart = string | number;

/** Longer than any key that there is. */
const PART_LENGTH_MAX = 100;

/** `['accounts', 0, 'desired_wallet', 'TMOS']` as `accounts[0].desired_wallet.TMOS`; odd keys in quotes. */
export function jsonPath(parts: readonly PathPart[]): string {
  const text = parts.map((part) => {
    if (typeof part === 'number') return `[${part}]`;
    if (part.length > PART_LENGTH_MAX) return `[${shown(part)}]`;
    return /^[A-Za-z_@][\w@-]*$/.test(part) ? `.${part}` : `[${JSON.stringify(part)}]`;
  });
  return text.join('').replace(/^\./, '');
}

const FOUND_LENGTH_MAX = 60;

/** A value as a message shows it: short, and without anything that has the form of a token. */
export function shown(value: unknown): string {
  if (value === undefined) return 'nothing';
  const text = redactTokens(JSON.stringify(value));
  return text.length <= FOUND_LENGTH_MAX ? text : `${text.slice(0, FOUND_LENGTH_MAX)}…`;
}

const PRINTED_MAX = 50;
const WIDTH = 80;

/** All problems as text that fits 80 columns; the first fifty in full. */
export function formatProblems(problems: readonly Problem[]): string {
  const blocks = problems.slice(0, PRINTED_MAX).map((problem) => {
    const lines = [
      problem.path === '' ? '(the whole file)' : problem.path,
      ...labelled('found', problem.found),
      ...labelled('expected', problem.expected),
      ...(problem.fix === undefined ? [] : labelled('fix', problem.fix)),
    ];
    return lines.join('\n');
  });
  if (problems.length > PRINTED_MAX) blocks.push(`… and ${problems.length - PRINTED_MAX} more`);
  const count = problems.length === 1 ? '1 problem' : `${problems.length} problems`;
  return `${count} in the configuration; nothing was started.\n\n${blocks.join('\n\n')}\n`;
}

const labelled = (label: string, text: string): string[] =>
  wrapped(text, WIDTH - 14).map(
    (line, index) => `  ${index === 0 ? `${label}:`.padEnd(12) : ' '.repeat(12)}${line}`,
  );

/** Breaks a text at spaces; a word longer than a line stays whole, so that it can be copied. */
export function wrapped(text: string, width: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(/\s+/)) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= width)
      lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}
