// A JSON text of the journal, read back. What is none was changed from outside: nothing is traded on the rest.

import { JournalError } from './journal-error.ts';

/** @throws {JournalError} `corrupt`; `what` names the text in it */
export function jsonIn(text: string, what: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new JournalError(
      'corrupt',
      what,
      `the journal is damaged (${what} is not JSON): its row was changed from outside. Restore the journal from a backup before trading again`,
      { cause: error },
    );
  }
}
