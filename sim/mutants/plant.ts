// Plants one bug in this process: from now on the named file is loaded with its text changed.
// Guarantees: a text that is not there exactly once throws; `wasLoaded` tells whether the changed file was used at all.

import { plugin } from 'bun';
import type { Mutant } from './mutant.ts';

export function plant({ name, file, edits }: Mutant): () => boolean {
  let loaded = false;
  const source = new URL(`../../src/${file}`, import.meta.url).pathname;
  plugin({
    name: `mutant ${name}`,
    setup(build) {
      build.onLoad({ filter: new RegExp(`/src/${file.replaceAll('.', '\\.')}$`) }, async ({ path }) => {
        if (path !== source) throw new Error(`${name}: loaded ${path}, expected ${source}`);
        loaded = true;
        return { contents: planted(name, await Bun.file(path).text(), edits), loader: 'ts' };
      });
    },
  });
  return () => loaded;
}

export function planted(name: string, text: string, edits: Mutant['edits']): string {
  return edits.reduce((changed, [found, put]) => {
    const times = changed.split(found).length - 1;
    if (times !== 1)
      throw new Error(
        `mutant ${name}: its text is there ${times} times, expected once: ${JSON.stringify(found)}`,
      );
    return changed.replace(found, () => put);
  }, text);
}
