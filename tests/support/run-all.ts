// `npm test`: types, lint, tests, in that order, all of them even when one fails. The last line is the runner's own count.

import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const bin = (name: string) => join('node_modules', '.bin', name);

async function run(name: string, command: string[]): Promise<boolean> {
  console.log(`\n== ${name}`);
  const child = Bun.spawn(command, { stdio: ['ignore', 'inherit', 'inherit'] });
  const code = await child.exited;
  if (code !== 0) console.log(`${name}: exit code ${code}`);
  return code === 0;
}

/** Sums of the report that the test runner wrote itself. */
function countsOf(report: string): { passed: number; failed: number; skipped: number } {
  const root = /<testsuites\b[^>]*>/.exec(report)?.[0];
  const number = (name: string) =>
    Number(new RegExp(`\\b${name}="(\\d+)"`).exec(root ?? '')?.[1] ?? Number.NaN);
  const [tests, failed, skipped] = [number('tests'), number('failures'), number('skipped')];
  if (![tests, failed, skipped].every(Number.isInteger))
    throw new Error(`no counts in the report: ${root ?? report.slice(0, 200)}`);
  return { passed: tests - failed - skipped, failed, skipped };
}

const dir = mkdtempSync(join(tmpdir(), 'tiebb-tests-'));
const reportFile = join(dir, 'report.xml');
const types = await run('types', [bin('tsc'), '--noEmit']);
const lint = await run('lint', [bin('biome'), 'check', '.']);
const tests = await run('tests', [
  bin('bun'),
  'test',
  '--reporter=junit',
  `--reporter-outfile=${reportFile}`,
  ...process.argv.slice(2),
]);
const counts = countsOf(readFileSync(reportFile, 'utf8'));
rmSync(dir, { recursive: true, force: true });
if (counts.skipped > 0) console.log(`${counts.skipped} skipped: a skipped test proves nothing`);
console.log(
  `\ntypes ${types ? 'ok' : 'FAILED'}, lint ${lint ? 'ok' : 'FAILED'}, tests ${tests ? 'ok' : 'FAILED'}`,
);
console.log(`${counts.passed} passed, ${counts.failed} failed`);
process.exit(types && lint && tests && counts.skipped === 0 ? 0 : 1);
