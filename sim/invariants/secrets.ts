// Secrets: no token of any account leaves the program for people or gets into the journal, in no disguise. The venue of the
// simulator repeats the token in the text of its errors, raw and in base64, so there is something to let out.

import type { Check } from '../check.ts';
import type { World } from '../world/world.ts';

/** The whole journal is read at the end of one seed of so many. */
const JOURNAL_EVERY = 8;

export function secretChecks(world: World): Check {
  const forms = [...new Set(world.accounts.map(({ token }) => token))].flatMap(formsOf);
  const holds = (text: string): boolean => forms.some((form) => text.includes(form));

  function inJournal(): void {
    const { db } = world.store;
    const tables = db
      .query<{ name: string }, []>("SELECT name FROM sqlite_schema WHERE type = 'table'")
      .all();
    for (const { name } of tables)
      for (const row of db.query<Record<string, unknown>, []>(`SELECT * FROM "${name}"`).all())
        for (const [column, value] of Object.entries(row))
          if (typeof value === 'string' && holds(value))
            world.violate('secret', `a token is in the journal, ${name}.${column}: ${value.slice(0, 300)}`);
  }

  return {
    onSaid(channel, text, life) {
      if (holds(text))
        world.violate('secret', `life ${life.number} says a token, ${channel}: ${text.slice(0, 300)}`);
    },
    atEnd() {
      if (world.seed % JOURNAL_EVERY === 0) inJournal();
    },
  };
}

/** A token as it is, URL-encoded, in hex, and in base64 at each of its three alignments without the ends. */
export function formsOf(token: string): string[] {
  const base64 = [0, 1, 2].map((before) =>
    Buffer.concat([Buffer.alloc(before), Buffer.from(token)])
      .toString('base64')
      .slice(4, -4),
  );
  return [...new Set([token, encodeURIComponent(token), Buffer.from(token).toString('hex'), ...base64])];
}
