// Keeps a document that many questions share (a page, a board's list), so that wallets with different funds cost one request.
// Requires: passes that do not overlap. Guarantees: only what could be read is kept.

import type { Clock } from '../ports.ts';
import type { NoData } from './no-data.ts';

export type KeptDocument<Document> = () => Promise<Document | NoData>;

/** @param read never rejects */
export function keepDocument<Document extends { readonly kind: string }>(
  clock: Clock,
  keepMs: number,
  read: () => Promise<Document | NoData>,
): KeptDocument<Document> {
  let kept: { readonly document: Document; readonly untilMs: number } | null = null;
  return async () => {
    if (kept !== null && clock.now() < kept.untilMs) return kept.document;
    const document = await read();
    if (isRead(document)) kept = { document, untilMs: clock.now() + keepMs };
    return document;
  };
}

const isRead = <Document extends { readonly kind: string }>(
  document: Document | NoData,
): document is Document => document.kind !== 'no_data';
