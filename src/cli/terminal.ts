// The terminal as the commands see it: results on stdout, messages on stderr.
// Guarantees: what is written holds no token, known or not (the last hop before the file descriptor), and nothing that steers
// a terminal; writing never throws: a reader that went away (a closed pipe) does not end a program that trades.

import { createScrubber, redactTokens } from '../config/secret.ts';
import { linesOf } from './lines.ts';
import type { Terminal } from './outside.ts';
import { withoutControls } from './without-controls.ts';

export type Streams = Pick<typeof process, 'stdout' | 'stderr' | 'stdin'>;

export function createTerminal(
  environment: Readonly<Record<string, string | undefined>>,
  { stdout, stderr, stdin }: Streams = process,
): Terminal {
  const gone = new AbortController();
  stdout.on('error', () => gone.abort());
  stderr.on('error', () => {});
  const known = new Set<string>();
  let scrub = createScrubber([]);
  const isTerminal = stdout.isTTY === true;
  const colors = isTerminal && !environment.NO_COLOR && environment.TERM !== 'dumb';
  const clean = (text: string, coloured = false): string =>
    withoutControls(redactTokens(scrub(text)), coloured);
  return {
    out: (text) => void stdout.write(clean(text, colors)),
    err: (text) => void stderr.write(clean(text)),
    conceal(secrets) {
      for (const secret of secrets) known.add(secret);
      scrub = createScrubber([...known]);
    },
    readerGone: gone.signal,
    lines: () => linesOf(stdin),
    isTerminal,
    colors,
    width: isTerminal ? Math.max(40, stdout.columns ?? 80) : 80,
  };
}
