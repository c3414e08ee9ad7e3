// `metrics`: what is known of every fund (units, price, market cap, AUM, premium), from where and how old, and the weights
// that every mode would give. `--write` keeps it as files, `--watch` repeats it. Exit 1 where something needed is missing.

import { durationMs } from '../config/duration.ts';
import { shown } from '../config/problem.ts';
import { TICKER } from '../config/schema-account.ts';
import { TICKERS_MAX } from '../config/wallet.ts';
import { WorldError } from '../ports.ts';
import { folded } from './amounts.ts';
import type { CommonOptions } from './common-options.ts';
import { EXIT } from './exit-code.ts';
import { chosenAccounts, loadOrExplain } from './load-or-explain.ts';
import { metricsJson } from './metrics-json.ts';
import { isComplete, type Metrics, type MetricsInput, readMetrics } from './metrics-reading.ts';
import type { Outside } from './outside.ts';
import { createPaint } from './paint.ts';
import { metricsText } from './render-metrics.ts';

export interface MetricsOptions extends CommonOptions {
  readonly account: readonly string[];
  /** Every fund that the sources know, whatever the wallets name. */
  readonly all: boolean;
  readonly write: boolean;
  /** Interval as written, such as "1h". */
  readonly watch?: string;
}

const WATCH_MIN_MS = 60_000;
const WATCH_MAX_MS = 24 * 24 * 3_600_000;

export async function metricsCommand(
  tickers: readonly string[],
  options: MetricsOptions,
  outside: Outside,
): Promise<number> {
  const { terminal, clock, stop } = outside;
  const everyMs = options.watch === undefined ? null : durationMs(options.watch);
  if (options.watch !== undefined && (everyMs === null || everyMs < WATCH_MIN_MS || everyMs > WATCH_MAX_MS)) {
    const expected = 'a duration of at least a minute and at most 24 days, such as 15m or 1h';
    terminal.err(folded(`--watch ${options.watch}: expected ${expected}\n`, terminal.width));
    return EXIT.usage;
  }
  const wrong = wrongTicker(tickers);
  if (wrong !== null) {
    terminal.err(folded(`${wrong}\n`, terminal.width));
    return EXIT.usage;
  }
  const loaded = loadOrExplain(options, outside);
  const accounts = loaded && chosenAccounts(loaded.config, options.account, outside);
  if (!loaded || !accounts) return EXIT.usage;
  const [first] = accounts;
  if (!first) return EXIT.usage;
  const { config, secrets } = loaded;
  const { endpoint, caFile, fundData: settings } = config;
  const log = outside.createLog({ level: options.logLevel, secrets });
  const journal = outside.openJournal(options.stateDir);
  const { token, broker } = first;
  const funds = { settings, cache: journal };
  const connection = outside.connect({ endpoint, caFile, token, broker, log, funds });
  const named = tickers.length > 0 ? tickers : options.all ? outside.fundTickers(settings) : null;
  const reading = { connection, accounts, named, aliases: config.tickerAliases };
  try {
    for (;;) {
      const code = await once(reading, { ...options, dir: settings.metricsDir }, outside);
      if (everyMs === null || stop.aborted) return stop.aborted ? EXIT.ok : code;
      await clock.sleep(everyMs, stop);
      if (stop.aborted) return EXIT.ok;
    }
  } finally {
    connection.close();
    journal.close();
  }
}

/** What is no ticker is not asked of the broker; `null`: nothing is wrong. */
function wrongTicker(tickers: readonly string[]): string | null {
  if (tickers.length > TICKERS_MAX)
    return `metrics: ${tickers.length} tickers; expected at most ${TICKERS_MAX}`;
  const odd = tickers.find((ticker) => !TICKER.test(ticker.toUpperCase()) || CASH.test(ticker));
  if (odd === undefined) return null;
  return `metrics: ${shown(odd)} is no ticker; expected the name of a fund or a share such as TMOS, or none for all of the wallets`;
}

const CASH = /^(RUB|RUR)@?$/i;

type Shown = Pick<MetricsOptions, 'json' | 'write'> & { readonly dir: string };

async function once(reading: Omit<MetricsInput, 'nowMs'>, options: Shown, outside: Outside): Promise<number> {
  const { terminal, clock } = outside;
  try {
    const metrics = await readMetrics({ ...reading, nowMs: clock.now() });
    if (options.json) terminal.out(`${JSON.stringify(metricsJson(metrics))}\n`);
    else terminal.out(metricsText(metrics, createPaint(terminal.colors), terminal.width));
    const isWritten = !options.write || (await write(metrics, options.dir, outside));
    return isWritten && isComplete(metrics) ? EXIT.ok : EXIT.failed;
  } catch (error) {
    if (!(error instanceof WorldError)) throw error;
    terminal.err(folded(`${error.message}\n`, terminal.width));
    return error.kind === 'token' ? EXIT.token : EXIT.failed;
  }
}

/** False where the disk did not take them, which is said. */
async function write({ facts, atMs }: Metrics, dir: string, outside: Outside): Promise<boolean> {
  const { terminal } = outside;
  const say = (text: string): void => terminal.err(folded(`${text}\n`, terminal.width));
  try {
    const files = await outside.writeMetrics(dir, [...facts.values()], atMs);
    const missing = facts.size - files.length;
    const left = missing > 0 ? `, ${missing} left as they were for want of data` : '';
    say(`${files.length} files written to ${dir}${left}`);
    return true;
  } catch (error) {
    if (!(error instanceof Error && 'code' in error)) throw error;
    say(
      `--write: found ${error.message}; expected a directory that this user can write: correct ${dir}, or name ` +
        'another one as fund_data.metrics_dir',
    );
    return false;
  }
}
