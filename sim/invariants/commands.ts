// Commands of this program that an alert tells a person to type: each is run through the program's own command line, on a
// journal that writes nothing. Guarantees: the world stays as it was.

import type { Outside } from '../../src/cli/outside.ts';
import { runProgram } from '../../src/cli/program.ts';
import type { Journal } from '../../src/ports.ts';
import type { World } from '../world/world.ts';

/** `resolve KEY --absent`, `resolve KEY --filled N`, `resume --account ID`: each as typed after the program's name. */
export function commandsIn(message: string): readonly (readonly string[])[] {
  return [
    ...message.matchAll(/tiebb ((?:resolve|resume)[^.;,]*?)(?=[.;,]|$| to | or )(, or (--filled) N)?/g),
  ].flatMap(([, text = '', other, filled]) => {
    const argv = text.trim().split(/\s+/);
    return other === undefined ? [argv] : [argv, [...argv.slice(0, 2), filled ?? '', '1']];
  });
}

/** What is wrong with a command that a person was told to type; `null` where it does what it is for. */
export async function commandTrouble(
  world: World,
  account: string,
  argv: readonly string[],
): Promise<string | null> {
  // `resume --account` reads the configuration first, which no file of this world holds: its words are compared.
  if (argv[0] === 'resume') return RESUME(account).includes(argv.join(' ')) ? null : 'no such command';
  const said: string[] = [];
  const done: string[] = [];
  const code = await runProgram([...argv, '--state-dir', 'sim'], {
    version: '0',
    outside: outsideOf(world, said, done),
    openPaperWorld: () => Promise.reject(new Error('no paper here')),
  }).catch((error: unknown) => String(error));
  if (code !== 0) return `it ends with ${code}: ${said.join(' ')}`;
  return done.includes(argv[1] ?? '') ? null : `it does nothing to ${argv[1]}`;
}

const RESUME = (account: string): readonly string[] => ['resume', `resume --account ${account}`];

/** The named boundary: `resolve` uses no more of the world outside than this. */
function outsideOf(world: World, said: string[], done: string[]): Outside {
  const { journal } = world.store;
  const dry: Journal = {
    ...journal,
    settle(change) {
      done.push(change.key);
      const order = journal.order(change.key);
      if (order === null) throw new Error(`no order ${change.key}`);
      return order;
    },
    close() {},
  };
  return {
    terminal: {
      out() {},
      err: (text: string) => void said.push(text),
      conceal() {},
      readerGone: new AbortController().signal,
      isTerminal: false,
      colors: false,
      width: 80,
    },
    environment: {},
    clock: { now: () => world.timeline.now() + world.skewMs },
    openJournal: () => dry,
    readJournal: () => dry,
  } as unknown as Outside;
}
