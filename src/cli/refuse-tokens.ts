// A token on the command line is refused before anything reads it: other users of the machine and the shell's history see it.

import { looksLikeToken } from '../config/secret.ts';

/** What to say, without the token; `null` where the arguments hold none. */
export function tokenAmongArguments(argv: readonly string[]): string | null {
  const at = argv.findIndex(looksLikeToken);
  if (at < 0) return null;
  return (
    `error: argument ${at + 1} holds what looks like a T-Invest token; expected none on the command line, where ` +
    'the shell keeps it and other users see it. Put it into .env as T_INVEST_TOKEN_1=... and name the variable in ' +
    'CONFIG.json; if this token is real, issue a new one\n'
  );
}

/** Longer than any path, and than any name of an account. */
const LENGTH_MAX = 8_192;

/** The same for an argument that nobody meant to give: it would only be quoted back. */
export function tooLongArgument(argv: readonly string[]): string | null {
  const at = argv.findIndex((argument) => argument.length > LENGTH_MAX);
  if (at < 0) return null;
  return `error: argument ${at + 1} has ${argv[at]?.length} characters; expected at most ${LENGTH_MAX}. Look at what the shell put there\n`;
}
