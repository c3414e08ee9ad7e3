// The bot and the venue as processes of their own, as a user has them: what the benchmark times from the outside.
// Guarantees: `close` ends every process that was started here and removes its directory.

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import type { IterationRecord } from '../src/core/iteration-record.ts';

const ROOT = resolve(import.meta.dir, '..');
const TOKEN = 't.bench-0123456789_abcdefghij';
/** Switches of Bun's engine that the scripts of package.json set for `bench` as for `start`. */
const ENGINE = Object.fromEntries(
  Object.entries(process.env).filter(([name]) => name.startsWith('BUN_JSC_')),
);

export interface Venue {
  readonly endpoint: string;
  /** One command of tests/support/venue-process.ts, and its answer. */
  tell(command: string): Promise<Record<string, unknown>>;
}

export interface Bot {
  readonly pid: number;
  /** Iteration records as they are printed. */
  readonly records: AsyncIterator<IterationRecord>;
  stop(): Promise<number>;
}

export interface BotOptions {
  readonly args: readonly string[];
  readonly endpoint?: string;
  readonly accounts?: readonly Record<string, unknown>[];
}

export class Bench {
  private readonly dir = mkdtempSync(join(tmpdir(), 'tiebb-bench-'));
  private readonly children: Bun.Subprocess[] = [];
  private count = 0;

  async venue(accounts: number, cash: string): Promise<Venue> {
    const settings = {
      accounts: Array.from({ length: accounts }, (_, index) => ({
        token: TOKEN,
        id: accountId(index),
        cash,
      })),
    };
    const script = join(ROOT, 'tests', 'support', 'venue-process.ts');
    const child = Bun.spawn([process.execPath, script, JSON.stringify(settings)], {
      stdin: 'pipe',
      stdout: 'pipe',
    });
    this.children.push(child);
    const lines = linesOf(child.stdout);
    const next = async () => JSON.parse((await lines.next()).value ?? '{}') as Record<string, unknown>;
    const { endpoint } = (await next()) as { endpoint: string };
    return {
      endpoint,
      tell(command) {
        child.stdin.write(`${command}\n`);
        child.stdin.flush();
        return next();
      },
    };
  }

  bot(options: BotOptions): Bot {
    this.count += 1;
    const cwd = join(this.dir, String(this.count));
    Bun.spawnSync(['mkdir', '-p', cwd]);
    const { accounts = [], endpoint } = options;
    writeFileSync(join(cwd, 'CONFIG.json'), JSON.stringify({ accounts, ...(endpoint ? { endpoint } : {}) }));
    const child = Bun.spawn([process.execPath, join(ROOT, 'src', 'main.ts'), ...options.args], {
      cwd,
      stdout: 'pipe',
      stderr: 'inherit',
      env: { ...ENGINE, PATH: process.env.PATH, TIEBB_LOG_LEVEL: 'error' },
    });
    this.children.push(child);
    return {
      pid: child.pid,
      records: parsed(linesOf(child.stdout)),
      async stop() {
        child.kill('SIGTERM');
        return child.exited;
      },
    };
  }

  async close(): Promise<void> {
    for (const child of this.children) child.kill('SIGKILL');
    await Promise.all(this.children.map((child) => child.exited));
    rmSync(this.dir, { recursive: true, force: true });
  }
}

export const accountId = (index: number): string => String(2_000_000_001 + index);

/** A block that balances so many instruments equally, every `intervalMs`. */
export function block(
  index: number,
  tickers: readonly string[],
  intervalMs: number,
): Record<string, unknown> {
  return {
    id: `account_${index}`,
    name: `Account ${index}`,
    t_invest_token: TOKEN,
    account_id: accountId(index),
    balance_interval: intervalMs,
    desired_wallet: Object.fromEntries(tickers.map((ticker) => [ticker, 100 / tickers.length])),
  };
}

/** Resident memory of a process, MB. */
export function residentMb(pid: number): number {
  const kb = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return Number(kb) / 1024;
}

const linesOf = (stream: ReadableStream<Uint8Array>): AsyncIterator<string> =>
  createInterface({ input: Readable.from(stream) })[Symbol.asyncIterator]();

async function* parsed(lines: AsyncIterator<string>): AsyncGenerator<IterationRecord> {
  for (let line = await lines.next(); !line.done; line = await lines.next()) {
    yield JSON.parse(line.value) as IterationRecord;
  }
}
