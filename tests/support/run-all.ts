// `npm test`: types, lint, tests, all of them even when one fails. The last line is the runner's own count, summed over
// the shards that run beside each other.

import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Glob } from 'bun';

const SHARDS = 2;
/** Long by nature, each in a shard of its own from the start: whole processes that are killed, whole swarms of seeds. */
const LONGEST_FIRST = [/^tests\/crash\//, /^tests\/sim\//, /^tests\/cli\//, /property/, /^tests\/engine\//];

const bin = (name: string) => join('node_modules', '.bin', name);

/** @param label stands before every line, so that what runs beside each other can be told apart. */
async function run(name: string, command: readonly string[], label = ''): Promise<boolean> {
  console.log(`\n== ${name}`);
  const child = Bun.spawn([...command], { stdio: ['ignore', 'pipe', 'pipe'] });
  const [code] = await Promise.all([child.exited, echo(child.stdout, label), echo(child.stderr, label)]);
  if (code !== 0) console.log(`${name}: exit code ${code}`);
  return code === 0;
}

async function echo(stream: ReadableStream<Uint8Array>, label: string): Promise<void> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of stream) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) console.log(`${label}${line}`);
  }
  if (rest !== '') console.log(`${label}${rest}`);
}

interface Counts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

/** Sums of the report that the test runner wrote itself. */
function countsOf(report: string): Counts {
  const root = /<testsuites\b[^>]*>/.exec(report)?.[0];
  const number = (name: string) =>
    Number(new RegExp(`\\b${name}="(\\d+)"`).exec(root ?? '')?.[1] ?? Number.NaN);
  const [tests, failed, skipped] = [number('tests'), number('failures'), number('skipped')];
  if (![tests, failed, skipped].every(Number.isInteger))
    throw new Error(`no counts in the report: ${root ?? report.slice(0, 200)}`);
  return { passed: tests - failed - skipped, failed, skipped };
}

/** Every test file in one of the shards, the long ones spread evenly. */
function shardsOf(files: readonly string[]): string[][] {
  const rank = (file: string) => {
    const at = LONGEST_FIRST.findIndex((pattern) => pattern.test(file));
    return at < 0 ? LONGEST_FIRST.length : at;
  };
  const ordered = [...files].sort((a, b) => rank(a) - rank(b) || (a < b ? -1 : 1));
  const shards = Array.from({ length: SHARDS }, (): string[] => []);
  for (const [index, file] of ordered.entries()) shards[index % SHARDS]?.push(`./${file}`);
  return shards;
}

const dir = mkdtempSync(join(tmpdir(), 'tiebb-tests-'));
const types = await run('types', [bin('tsc'), '--noEmit']);
const lint = await run('lint', [bin('biome'), 'check', '.']);
const chosen = process.argv.slice(2);
const shards = chosen.length > 0 ? [chosen] : shardsOf([...new Glob('tests/**/*.test.ts').scanSync('.')]);
const reportOf = (index: number) => join(dir, `report-${index}.xml`);
const ended = await Promise.all(
  shards.map((files, index) =>
    run(
      shards.length === 1 ? 'tests' : `tests, shard ${index + 1} of ${shards.length}`,
      [
        bin('bun'),
        'test',
        '--timeout=120000',
        '--reporter=junit',
        `--reporter-outfile=${reportOf(index)}`,
        ...files,
      ],
      shards.length === 1 ? '' : `${index + 1} | `,
    ),
  ),
);
const tests = ended.every(Boolean);
const counts = shards
  .map((_, index) => countsOf(readFileSync(reportOf(index), 'utf8')))
  .reduce((a, b) => ({
    passed: a.passed + b.passed,
    failed: a.failed + b.failed,
    skipped: a.skipped + b.skipped,
  }));
rmSync(dir, { recursive: true, force: true });
if (counts.skipped > 0) console.log(`${counts.skipped} skipped: a skipped test proves nothing`);
console.log(
  `\ntypes ${types ? 'ok' : 'FAILED'}, lint ${lint ? 'ok' : 'FAILED'}, tests ${tests ? 'ok' : 'FAILED'}`,
);
console.log(`${counts.passed} passed, ${counts.failed} failed`);
process.exit(types && lint && tests && counts.skipped === 0 ? 0 : 1);
