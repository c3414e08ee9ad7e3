// The house rules that a machine can check: who may import whom, which doors time and chance come through, sizes.
// The checker is itself checked on planted bad text, and says how many files it read.

import { expect, test } from 'bun:test';
import { Glob } from 'bun';
import manifest from '../package.json' with { type: 'json' };

interface Source {
  readonly path: string;
  readonly text: string;
}

interface Room {
  readonly name: string;
  readonly holds: RegExp;
  /** Rooms (by name) and packages that it may import. */
  readonly may: readonly string[];
}

const ROOMS: readonly Room[] = [
  { name: 'core', holds: /^src\/core\//, may: ['core', 'node:crypto'] },
  { name: 'ports', holds: /^src\/(ports|journal-port)\.ts$/, may: ['core', 'ports'] },
  { name: 'clock', holds: /^src\/clock\.ts$/, may: ['ports', 'node:os'] },
  { name: 'random', holds: /^src\/random\.ts$/, may: ['ports'] },
  { name: 'log', holds: /^src\/log\.ts$/, may: ['config', 'pino', 'pino-pretty'] },
  {
    name: 'config',
    holds: /^src\/config\//,
    may: ['config', 'core', 'zod', 'dotenv', 'fastest-levenshtein', 'node:'],
  },
  { name: 'engine', holds: /^src\/engine\//, may: ['engine', 'core', 'ports', 'date-fns-tz'] },
  {
    name: 'tinvest',
    holds: /^src\/tinvest\//,
    may: [
      'tinvest',
      'core',
      'ports',
      'tinkoff-invest-api',
      '@grpc/grpc-js',
      'date-fns-tz',
      'fastest-levenshtein',
      'node:',
    ],
  },
  {
    name: 'exchange',
    holds: /^src\/exchange\//,
    may: ['exchange', 'core', 'ports', 'tinkoff-invest-api', '@grpc/grpc-js', 'node:'],
  },
  {
    name: 'funds',
    holds: /^src\/funds\//,
    may: ['funds', 'core', 'ports', 'htmlparser2', 'domutils', 'node:'],
  },
  { name: 'journal', holds: /^src\/journal\//, may: ['journal', 'core', 'ports', 'bun:sqlite', 'node:'] },
  { name: 'notify', holds: /^src\/notify\//, may: ['notify', 'core', 'ports'] },
  { name: 'report', holds: /^src\/report\//, may: ['report', 'core', 'ports', 'zod'] },
  {
    name: 'cli',
    holds: /^src\/cli\//,
    may: [
      'cli',
      'core',
      'ports',
      'config',
      'engine',
      'report',
      'log',
      'commander',
      'cli-table3',
      'date-fns-tz',
      'node:',
    ],
  },
  { name: 'main', holds: /^src\/main\.ts$/, may: ['*'] },
];

const roomOf = (path: string): Room | undefined => ROOMS.find((room) => room.holds.test(path));

/** Every module that a file names, relative ones as paths from the top. */
function importsOf({ path, text }: Source): string[] {
  const named = [
    ...text.matchAll(/^(?:import|export)\s[^;']*?from '([^']+)'/gm),
    ...text.matchAll(/^import '([^']+)'/gm),
    ...text.matchAll(/\bimport\('([^']+)'\)/g),
  ].map((match) => match[1]!);
  return named.map((name) =>
    name.startsWith('.') ? new URL(name, `file:///${path}`).pathname.slice(1) : name,
  );
}

function forbiddenImports(source: Source): string[] {
  const room = roomOf(source.path);
  if (!room) return [`${source.path} is in no room of the table`];
  if (room.may.includes('*')) return [];
  return importsOf(source)
    .filter((name) => {
      const target = name.startsWith('src/') ? roomOf(name)?.name : name;
      return !room.may.some((allowed) =>
        allowed === 'node:'
          ? target?.startsWith('node:')
          : target === allowed || target?.startsWith(`${allowed}/`),
      );
    })
    .map((name) => `${source.path} (${room.name}) imports ${name}`);
}

interface Ban {
  readonly what: RegExp;
  readonly but: RegExp;
}

/** Time, chance and money enter by one door each; what must not be there at all has no exception. */
const BANS: readonly Ban[] = [
  {
    what: /\bDate\.now\(|\bnew Date\(\)|\bsetTimeout\(|\bsetInterval\(|\bperformance\.now\(/,
    but: /^src\/clock\.ts$/,
  },
  { what: /\bMath\.random\(/, but: /^src\/random\.ts$/ },
  { what: /\brandomUUID\(/, but: /^src\/main\.ts$/ },
  { what: /\bparseFloat\(|\btoQuotation\(|Helpers\.toNumber/, but: /^$/ },
  { what: /:\s*any\b|\bas any\b|@ts-ignore|@ts-expect-error/, but: /^$/ },
  { what: /\bconsole\.(log|error|warn)\(/, but: /^$/ },
  { what: /\b(TODO|FIXME|XXX|HACK)\b/, but: /^$/ },
];

const LINES_MAX = 400;
const FUNCTION_LINES_MAX = 70;

/** Functions at the margin of a file (all that are long enough to matter), by their closing brace at the margin. */
function longFunctions({ path, text }: Source): string[] {
  const long: string[] = [];
  let start: { line: number; name: string } | null = null;
  for (const [line, content] of text.split('\n').entries()) {
    const opened = /^(?:export )?(?:async )?function\*? (\w+)|^(?:export )?const (\w+) = .*=>.*\{$/.exec(
      content,
    );
    if (opened) start = { line, name: opened[1] ?? opened[2] ?? '' };
    else if (start && /^}/.test(content)) {
      const lines = line - start.line + 1;
      if (lines > FUNCTION_LINES_MAX) long.push(`${path}: ${start.name} has ${lines} lines`);
      start = null;
    }
  }
  return long;
}

function untidy(source: Source): string[] {
  const code = source.text.replace(/^\s*(\/\/|\*|\/\*).*$/gm, '');
  const banned = BANS.filter((ban) => ban.what.test(code) && !ban.but.test(source.path)).map(
    (ban) => `${source.path}: ${ban.what.exec(code)?.[0]}`,
  );
  const lines = source.text.split('\n').length;
  const header = /^(#!.*\n)?\/\/ \S/.test(source.text) ? [] : [`${source.path} does not say what it is for`];
  return [
    ...banned,
    ...header,
    ...longFunctions(source),
    ...(lines > LINES_MAX ? [`${source.path} has ${lines} lines`] : []),
  ];
}

/** Chains of imports that come back to where they began, over value imports (types vanish). */
function circles(sources: readonly Source[]): string[] {
  const edges = new Map(
    sources.map((source) => {
      const values = source.text.replace(/import type [\s\S]*?from '[^']+';/g, '');
      return [source.path, importsOf({ path: source.path, text: values })] as const;
    }),
  );
  const done = new Set<string>();
  const found: string[] = [];
  const visit = (path: string, trail: readonly string[]): void => {
    if (trail.includes(path)) {
      found.push([...trail.slice(trail.indexOf(path)), path].join(' -> '));
      return;
    }
    if (done.has(path)) return;
    for (const next of edges.get(path) ?? []) if (edges.has(next)) visit(next, [...trail, path]);
    done.add(path);
  };
  for (const path of edges.keys()) visit(path, []);
  return found;
}

async function read(pattern: string): Promise<Source[]> {
  const paths = [...new Glob(pattern).scanSync('.')].sort();
  return Promise.all(paths.map(async (path) => ({ path, text: await Bun.file(path).text() })));
}

const sources = await read('src/**/*.ts');

test('the checker reads the whole house', () => {
  expect(sources.length).toBeGreaterThan(100);
  expect(new Set(sources.map((source) => roomOf(source.path)?.name)).size).toBe(ROOMS.length);
});

test('every room imports only what its row allows', () => {
  expect(sources.flatMap(forbiddenImports)).toEqual([]);
});

test('nobody imports the composition root', () => {
  expect(
    sources.filter((source) => importsOf(source).includes('src/main.ts')).map(({ path }) => path),
  ).toEqual([]);
});

test('no chain of imports comes back to where it began', () => {
  expect(circles(sources)).toEqual([]);
});

test('time, chance and money come through their doors only', () => {
  expect(sources.flatMap(untidy)).toEqual([]);
});

test('what is measured runs under the same switches of the engine as what users run', () => {
  const switches = (['start', 'dev', 'paper', 'bench'] as const).map(
    (name) => manifest.scripts[name].split(' exec ')[0],
  );
  expect(switches[0]).toMatch(/^BUN_JSC_\w+=\S+( BUN_JSC_\w+=\S+)*$/);
  expect(new Set(switches).size).toBe(1);
});

test('no test is skipped, focused or asserts nothing', async () => {
  const tests = await read('tests/**/*.test.ts');
  expect(tests.length).toBeGreaterThan(20);
  const lazy = tests.filter(
    ({ text }) =>
      /\.(skip|only|todo)\(/.test(text.replace(/'[^'\n]*'|\/[^/\n]+\//g, '')) ||
      !/expect\(|assert/.test(text),
  );
  expect(lazy.map(({ path }) => path)).toEqual([]);
});

test('the checker catches what it is there for', () => {
  const planted = (path: string, text: string): Source => ({ path, text: `// Planted.\n${text}` });
  expect(forbiddenImports(planted('src/core/decide.ts', "import { x } from '../ports.ts';"))).toHaveLength(1);
  expect(
    forbiddenImports(planted('src/engine/cycle.ts', "import { x } from '../tinvest/tinvest.ts';")),
  ).toHaveLength(1);
  expect(
    forbiddenImports(planted('src/cli/start.ts', "const x = await import('../exchange/exchange.ts');")),
  ).toHaveLength(1);
  expect(forbiddenImports(planted('src/engine/cycle.ts', "import { x } from 'node:fs';"))).toHaveLength(1);
  expect(forbiddenImports(planted('src/nowhere/x.ts', ''))).toHaveLength(1);
  expect(untidy(planted('src/engine/cycle.ts', 'const t = Date.now();'))).toHaveLength(1);
  expect(untidy(planted('src/core/lots.ts', 'const x = Math.random();'))).toHaveLength(1);
  expect(untidy(planted('src/core/lots.ts', 'let x: any;'))).toHaveLength(1);
  expect(untidy(planted('src/core/lots.ts', 'x\n'.repeat(401)))).toHaveLength(1);
  expect(untidy(planted('src/core/lots.ts', `function f() {\n${'x\n'.repeat(70)}}`))).toHaveLength(1);
  expect(untidy({ path: 'src/core/lots.ts', text: 'const x = 1;' })).toHaveLength(1);
  const a = planted('src/core/a.ts', "import { b } from './b.ts';");
  const b = planted('src/core/b.ts', "import { a } from './a.ts';");
  expect(circles([a, b])).toEqual(['src/core/a.ts -> src/core/b.ts -> src/core/a.ts']);
});
