// Keeps a document that many questions share (a page, a board's list, the day's rates), so that wallets with different
// funds cost one request. Guarantees: one request at a time; only what could be read is kept.

import type { Clock } from '../ports.ts';
import type { NoData } from './no-data.ts';

export type KeptDocument<Document> = () => Promise<Document | NoData>;

/** @param read never rejects */
export function keepDocument<Document extends { readonly kind: string }>(
  clock: Clock,
  keepMs: number,
  read: () => Promise<Document | NoData>,
): KeptDocument<Document> {
  let kept: { readonly document: Document | NoData; readonly untilMs: number } | null = null;
  let reading: Promise<Document | NoData> | null = null;
  return async () => {
    if (kept !== null && clock.now() < kept.untilMs) return kept.document;
    reading ??= read().finally(() => {
      reading = null;
    });
    const document = await reading;
    if (document.kind !== 'no_data') kept = { document, untilMs: clock.now() + keepMs };
    return document;
  };
}
