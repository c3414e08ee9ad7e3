// `etf_metrics/<TICKER>.json`: the original TIEBB's own files, which a person or another program may have written.
// Guarantees: numbers are as old as the file says they are; a file about another ticker, or without a time, is no data.

import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock, FundQuestion, FundValue } from '../ports.ts';
import { type Json, member, nanoOf, parseJson, textOf } from './exact-json.ts';
import { type NoData, noData, quoted } from './no-data.ts';
import { parseInstant } from './parse-date.ts';
import type { FundSource, NoValue } from './source.ts';

const NAME = 'files';
const SIZE_MAX = 1024 * 1024;
/** Also keeps names from leaving the directory. */
const TICKER = /^[A-Za-z0-9][A-Za-z0-9_-]{0,31}$/;

/** Where a ticker's file is; `null` for a ticker that no file can be named after. */
export const metricsPath = (dir: string, ticker: string): string | null =>
  TICKER.test(ticker) ? join(dir, `${ticker}.json`) : null;

const FIELDS = { units: 'sharesCount', aum: 'aum' } as const;

export function createMetricsFiles(dir: string, clock: Clock): FundSource {
  return {
    name: NAME,
    local: true,
    async values(questions, kinds) {
      const asked = (['units', 'aum'] as const).filter((kind) => kinds.has(kind));
      const values: FundValue[] = [];
      const missing: NoValue[] = [];
      for (const question of asked.length === 0 ? [] : questions) {
        const file = await readMetrics(dir, question);
        for (const kind of asked) {
          const found =
            file.kind === 'no_data' ? file : datumOf(file.json, kind, question.ticker, clock.now());
          if ('because' in found) missing.push({ ticker: question.ticker, kind, because: found.because });
          else values.push(found);
        }
      }
      return { values, missing };
    },
  };
}

async function readMetrics(
  dir: string,
  { ticker }: FundQuestion,
): Promise<{ readonly kind: 'file'; readonly json: Json } | NoData> {
  const path = metricsPath(dir, ticker);
  if (path === null) return noData(`no file can be named after ${quoted(ticker)}`);
  let text: string;
  try {
    const read = await textOfFile(path);
    if (typeof read !== 'string') return read;
    // Editors of another system begin a file with a mark of its encoding.
    text = read.replace(/^\ufeff/, '');
  } catch (error) {
    const absent = error instanceof Error && 'code' in error && error.code === 'ENOENT';
    return noData(absent ? `there is no ${path}` : `${path} cannot be read: ${quoted(String(error), 120)}`);
  }
  const json = parseJson(text);
  if (json === undefined) return noData(`${path} is not JSON`);
  const symbol = textOf(member(json, 'symbol'))?.replace(/@$/, '');
  if (symbol?.toUpperCase() !== ticker.toUpperCase())
    return noData(`${path} is about ${quoted(symbol ?? 'nothing')}, not about ${ticker}`);
  return { kind: 'file', json };
}

/** A pipe would be waited for, a device has no end: neither is opened as a file is. @throws what the disk says */
async function textOfFile(path: string): Promise<string | NoData> {
  const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const facts = await file.stat();
    if (!facts.isFile()) return noData(`${path} is not a file`);
    if (facts.size > SIZE_MAX) return noData(`${path} is larger than ${SIZE_MAX} bytes`);
    return await file.readFile('utf8');
  } finally {
    await file.close();
  }
}

function datumOf(json: Json, kind: 'units' | 'aum', ticker: string, nowMs: number): FundValue | NoData {
  const field = FIELDS[kind];
  const value = nanoOf(member(json, field));
  if (value === null) return noData(`${ticker}.json has no ${field}`);
  const written = textOf(member(json, `${field}AsOf`)) ?? textOf(member(json, 'timestamp')) ?? '';
  const asOfMs = parseInstant(written);
  if (asOfMs === null) return noData(`${ticker}.json has no usable timestamp (${quoted(written)})`);
  const currency = kind === 'units' ? '' : 'RUB';
  return { ticker, kind, value, currency, asOfMs, fetchedAtMs: nowMs, source: NAME };
}
