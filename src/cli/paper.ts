// `paper`: the ordinary daemon against the embedded exchange, through the ordinary adapter, on a virtual clock.
// Guarantees: no token, no network, no configuration needed; nothing outside a temporary directory is written unless a
// state directory is named; Ctrl-C ends it cleanly at any moment, with the summary.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Config } from '../config/config.ts';
import { parseConfig } from '../config/parse.ts';
import { formatProblems } from '../config/problem.ts';
import { folded, plural } from './amounts.ts';
import type { CommonOptions } from './common-options.ts';
import { EXIT } from './exit-code.ts';
import type { Outside } from './outside.ts';
import { createPaint } from './paint.ts';
import {
  type PaperAccount,
  type PaperFundUrls,
  type PaperWishes,
  paperAccounts,
  paperConfig,
} from './paper-config.ts';
import { paperSummary } from './paper-summary.ts';
import { runSession } from './start.ts';

export interface PaperOptions extends CommonOptions, PaperWishes {
  /** Simulated hours per second. */
  readonly speed: number;
  readonly days?: number;
  readonly seed?: number;
}

/** The embedded exchange, served, with the program's clock on its time. */
export interface PaperWorld {
  readonly outside: Outside;
  readonly endpoint: string;
  /** Public pages about its funds. */
  readonly fundUrls: PaperFundUrls;
  open(account: PaperAccount): void;
  close(): Promise<void>;
}

export interface PaperWorldOptions {
  readonly seed: number;
  readonly startMs: number;
  /** Virtual milliseconds per real one. */
  readonly pace: number;
}

/** A Monday, ten minutes before the main session. */
const START_MS = Date.UTC(2026, 10, 16, 6, 50);
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

export async function paperCommand(
  options: PaperOptions,
  real: Outside,
  openWorld: (options: PaperWorldOptions) => Promise<PaperWorld>,
): Promise<number> {
  const seed = options.seed ?? Math.floor(real.random() * 1_000_000);
  const world = await openWorld({ seed, startMs: START_MS, pace: (options.speed * HOUR_MS) / 1000 });
  const ownDir = options.stateDir === 'data';
  const stateDir = ownDir ? mkdtempSync(join(tmpdir(), 'tiebb-paper-')) : options.stateDir;
  try {
    for (const account of paperAccounts(options)) world.open(account);
    const config = parsedConfig(paperConfig(options, world.endpoint, world.fundUrls), real);
    if (!config) return EXIT.usage;
    return await watch(options, { ...world, seed, stateDir }, config);
  } finally {
    await world.close();
    if (ownDir) rmSync(stateDir, { recursive: true, force: true });
  }
}

function parsedConfig(written: ReturnType<typeof paperConfig>, real: Outside): Config | null {
  const parsed = parseConfig(
    JSON.stringify(written),
    { process: {}, file: {}, filePath: '', fileFound: false },
    { needTokens: true },
  );
  if (parsed.ok) return { ...parsed.config, warnings: [] };
  real.terminal.err(formatProblems(parsed.problems));
  return null;
}

async function watch(
  options: PaperOptions,
  world: PaperWorld & { readonly seed: number; readonly stateDir: string },
  config: Config,
): Promise<number> {
  const { outside } = world;
  const { terminal, clock } = outside;
  const paint = createPaint(terminal.colors);
  const say = (text: string) => (options.json ? terminal.err(text) : terminal.out(text));
  say(
    folded(
      `${paint.bold('TIEBB on the embedded exchange')}: seed ${world.seed}, ` +
        `${plural(options.speed, 'simulated hour')} a second, ` +
        `${options.days === undefined ? 'until Ctrl-C' : plural(options.days, 'day')}; ` +
        `${config.accounts.length} accounts, no real order is ever sent\n\n`,
      terminal.width,
    ),
  );
  const secrets = config.accounts.map((account) => account.token.reveal());
  const log = outside.createLog({ level: options.logLevel, secrets, now: () => clock.now() });
  const summary = paperSummary();
  const over = new AbortController();
  const finished = new AbortController();
  if (options.days !== undefined) {
    void clock.sleep(options.days * DAY_MS, finished.signal).then(() => over.abort());
  }
  const code = await runSession({
    options: { ...options, stateDir: world.stateDir, once: false, dryRun: false, account: [] },
    config,
    accounts: config.accounts,
    outside,
    log,
    secrets,
    byDay: true,
    // Nobody watches any more: a real account would be traded on, this one need not be.
    until: AbortSignal.any([over.signal, terminal.readerGone]),
    onRecord: summary.add,
  });
  finished.abort();
  say(summary.text(paint, terminal.width));
  return code;
}
