// The bot and the venue as processes of their own, as a user and a script see them: real argv, environment, pipes, signals
// and exit codes. Guarantees: every process and directory of a test file is gone after its last test.

import { afterAll } from 'bun:test';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { IterationRecord } from '../../src/core/iteration-record.ts';
import type { VenueHello, VenueSettings } from './venue-process.ts';

const ROOT = resolve(import.meta.dir, '..', '..');
export const BUN = process.execPath;
export const MAIN = join(ROOT, 'src', 'main.ts');
export const REPOSITORY = ROOT;

export const TOKEN = 't.canary-0123456789_abcdefghij-KLMNOP';

export interface Ended {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** An expression, or any other judge of a text. */
export type Pattern = Pick<RegExp, 'test'>;

export interface Running {
  readonly pid: number;
  kill(signal: 'SIGINT' | 'SIGTERM' | 'SIGHUP' | 'SIGKILL'): void;
  /** What stdout has said so far, once it matches. */
  untilOut(pattern: Pattern): Promise<string>;
  untilErr(pattern: Pattern): Promise<string>;
  readonly ended: Promise<Ended>;
}

export interface RunOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly stdin?: string;
  /** Instead of `bun src/main.ts`. */
  readonly command?: readonly string[];
  readonly cwd?: string;
  /** Leads a process group of its own. */
  readonly detached?: boolean;
}

export interface VenueProcess extends VenueHello {
  readonly pid: number;
  tell(command: string): Promise<Record<string, unknown>>;
  kill(): Promise<void>;
}

export interface Workshop {
  dir(): string;
  start(args: readonly string[], cwd: string, options?: RunOptions): Running;
  run(args: readonly string[], cwd: string, options?: RunOptions): Promise<Ended>;
  venue(settings: VenueSettings): Promise<VenueProcess>;
}

/** Call once at the top of a test file. */
export function workshop(): Workshop {
  const home = mkdtempSync(join(tmpdir(), 'tiebb-home-'));
  const dirs: string[] = [home];
  const processes: Bun.Subprocess[] = [];
  afterAll(async () => {
    for (const child of processes) child.kill('SIGKILL');
    await Promise.all(processes.map((child) => child.exited));
    for (const dir of dirs) rmSync(dir, { recursive: true, force: true });
  });
  const start = (args: readonly string[], cwd: string, options: RunOptions = {}): Running => {
    const command = options.command ?? [BUN, '--no-env-file', MAIN];
    const child = Bun.spawn([...command, ...args], {
      cwd: options.cwd ?? cwd,
      env: { PATH: process.env.PATH, HOME: home, TZ: 'America/New_York', ...options.env },
      stdin: new Blob([options.stdin ?? '']),
      stdout: 'pipe',
      stderr: 'pipe',
      ...(options.detached ? { detached: true } : {}),
    });
    processes.push(child);
    return running(child);
  };
  return {
    dir() {
      const dir = mkdtempSync(join(tmpdir(), 'tiebb-cli-'));
      dirs.push(dir);
      return dir;
    },
    start,
    run: (args, cwd, options) => start(args, cwd, options).ended,
    venue: async (settings) => {
      const child = Bun.spawn([BUN, join(import.meta.dir, 'venue-process.ts'), JSON.stringify(settings)], {
        stdin: 'pipe',
        stdout: 'pipe',
        stderr: 'inherit',
      });
      processes.push(child);
      const answers = jsonLines(child.stdout);
      const next = async () => (await answers.next()).value as Record<string, unknown>;
      const hello = (await next()) as unknown as VenueHello;
      return {
        ...hello,
        pid: child.pid,
        tell(command) {
          child.stdin.write(`${command}\n`);
          child.stdin.flush();
          return next();
        },
        async kill() {
          child.kill('SIGKILL');
          await child.exited;
        },
      };
    },
  };
}

async function* jsonLines(stream: ReadableStream<Uint8Array>): AsyncGenerator<unknown> {
  let rest = '';
  const decoder = new TextDecoder();
  for await (const chunk of stream) {
    rest += decoder.decode(chunk, { stream: true });
    const lines = rest.split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) yield JSON.parse(line);
  }
}

/** Collects a stream as text; `until` resolves with what there is once it matches, or at the end. */
function collect(stream: ReadableStream<Uint8Array>) {
  let text = '';
  let waiting: { pattern: Pattern; resolve: (text: string) => void }[] = [];
  const read = async (): Promise<string> => {
    const decoder = new TextDecoder();
    for await (const chunk of stream) {
      text += decoder.decode(chunk, { stream: true });
      const met = waiting.filter((one) => one.pattern.test(text));
      waiting = waiting.filter((one) => !met.includes(one));
      for (const one of met) one.resolve(text);
    }
    for (const one of waiting) one.resolve(text);
    return text;
  };
  const until = (pattern: Pattern): Promise<string> =>
    pattern.test(text) ? Promise.resolve(text) : new Promise((resolve) => waiting.push({ pattern, resolve }));
  return { whole: read(), until };
}

function running(child: Bun.Subprocess<Blob, 'pipe', 'pipe'>): Running {
  const [out, err] = [collect(child.stdout), collect(child.stderr)];
  return {
    pid: child.pid,
    kill: (signal) => child.kill(signal),
    untilOut: out.until,
    untilErr: err.until,
    ended: Promise.all([child.exited, out.whole, err.whole]).then(([code, out, err]) => ({ code, out, err })),
  };
}

/** Lines of `--json`, each of which has to parse. */
export const records = (out: string): IterationRecord[] =>
  out
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as IterationRecord);

/** An account block of the configuration that differs from the ordinary in `keys`. */
export const block = (keys: Record<string, unknown> = {}): Record<string, unknown> => ({
  id: 'main',
  name: 'Main',
  t_invest_token: `\${CANARY_TOKEN}`,
  account_id: '2000000001',
  desired_wallet: { TMOS: 25, TBRU: 25, TRUR: 25, RUB: 25 },
  ...keys,
});

/** Writes CONFIG.json (and .env with the token) into a directory. */
export function configure(
  dir: string,
  blocks: readonly Record<string, unknown>[],
  top: Record<string, unknown> = {},
): void {
  mkdirSync(dir, { recursive: true });
  writeFileSync(join(dir, 'CONFIG.json'), JSON.stringify({ accounts: blocks, ...top }));
  writeFileSync(join(dir, '.env'), `CANARY_TOKEN=${TOKEN}\n`, { mode: 0o600 });
}
