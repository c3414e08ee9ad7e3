// The terminal as the commands see it: results on stdout, messages on stderr, both scrubbed of nothing they should not hold.
// Guarantees: writing never throws; a reader that went away (a closed pipe) does not end a program that trades.

import { createInterface } from 'node:readline';
import type { Terminal } from './outside.ts';

export function createTerminal(environment: Readonly<Record<string, string | undefined>>): Terminal {
  const { stdout, stderr, stdin } = process;
  for (const stream of [stdout, stderr]) stream.on('error', () => {});
  const isTerminal = stdout.isTTY === true;
  return {
    out: (text) => void stdout.write(text),
    err: (text) => void stderr.write(text),
    lines: () => createInterface({ input: stdin, crlfDelay: Number.POSITIVE_INFINITY }),
    isTerminal,
    colors: isTerminal && !environment.NO_COLOR && environment.TERM !== 'dumb',
    width: isTerminal ? Math.max(40, stdout.columns ?? 80) : 80,
  };
}
