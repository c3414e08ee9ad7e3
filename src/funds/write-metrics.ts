// Writes `etf_metrics/<TICKER>.json` as the original TIEBB did, for programs that read those files, with the dates of the
// two numbers that we read back. Guarantees: numbers are exact decimals; a reader sees the old file or the new one, never
// half of one; data that are not complete write nothing, so that a good file is not replaced by a worse one.

import { mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { type FundFacts, type Known, premiumPercent } from '../core/fund-facts.ts';
import { decimal, raw } from '../core/units.ts';
import { metricsPath } from './metrics-files.ts';

/**
 * One file per ticker whose units, price and AUM are known.
 * @returns the files written @throws what the disk says
 */
export async function writeMetrics(
  dir: string,
  facts: readonly FundFacts[],
  atMs: number,
): Promise<readonly string[]> {
  const written: string[] = [];
  for (const each of facts) {
    const path = metricsPath(dir, each.ticker);
    const text = metricsText(each, atMs);
    if (path === null || text === null) continue;
    await replaceFile(path, text);
    written.push(path);
  }
  return written;
}

/** JSON, written by hand because JSON.stringify would make doubles of exact amounts; `null` for incomplete data. */
function metricsText(facts: FundFacts, atMs: number): string | null {
  const { units, price, marketCap, aum } = facts;
  if (units.kind === 'unknown' || price.kind === 'unknown') return null;
  if (marketCap.kind === 'unknown' || aum.kind === 'unknown') return null;
  const fields: readonly (readonly [string, string])[] = [
    ['symbol', JSON.stringify(facts.ticker)],
    ['timestamp', instant(atMs)],
    ['sharesCount', raw(units.value).toString()],
    ['price', decimal(price.value)],
    ['marketCap', decimal(marketCap.value)],
    ['aum', decimal(aum.value)],
    ['decorrelationPct', JSON.stringify(premiumPercent(facts))],
    ...dated('sharesCount', units),
    ...dated('aum', aum),
  ];
  return `{\n${fields.map(([name, value]) => `  ${JSON.stringify(name)}: ${value}`).join(',\n')}\n}\n`;
}

const instant = (atMs: number): string => JSON.stringify(new Date(atMs).toISOString());

const dated = (name: string, { asOfMs, source }: Known<unknown>): (readonly [string, string])[] => [
  [`${name}AsOf`, instant(asOfMs)],
  [`${name}Source`, JSON.stringify(source)],
];

async function replaceFile(path: string, text: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const partial = `${path}.${process.pid}.partial`;
  try {
    const file = await open(partial, 'w');
    try {
      await file.writeFile(text);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(partial, path);
  } catch (error) {
    await rm(partial, { force: true });
    throw error;
  }
}
