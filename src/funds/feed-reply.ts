// Reads a page of T-Bank's fund news: the newest item that counts all units. Undocumented, so anything that does not look as
// expected is no data. Guarantees: items are taken newest first; a newest count that cannot be read hides older ones.

import { type Json, listOf, member, parseJson, textOf } from './exact-json.ts';
import { type NoData, noData, quoted } from './no-data.ts';
import { parseDate, parseInstant } from './parse-date.ts';
import { isTotalUnits, parseUnits } from './parse-units.ts';
import { sameWords } from './plain-text.ts';

export interface FeedPage {
  readonly kind: 'feed';
  /** Nano-units, or why the newest count cannot be read; `null`: this page counts nothing. */
  readonly units: bigint | NoData | null;
  /** Of the item with the count, else of the newest dated item before it; `null`: nothing is dated. */
  readonly asOfMs: number | null;
  readonly cursor: string | null;
}

const DATE_KEYS = ['date', 'published_at', 'publishedAt', 'publish_date', 'created_at', 'createdAt', 'time'];

export function readFeedPage(text: string): FeedPage | NoData {
  const payload = member(parseJson(text), 'payload');
  const news = listOf(member(payload, 'news'));
  const meta = member(payload, 'meta');
  if (news === null || meta === null) return noData('its answer has no payload.news or payload.meta');
  const cursor = textOf(member(meta, 'cursor'));
  let newerMs: number | null = null;
  for (const item of news) {
    const fields = listOf(member(item, 'additional_fields')) ?? [];
    const asOfMs: number | null = dateOf(item, fields) ?? newerMs;
    const totals = fields.filter((field) => isTotalUnits(textOf(member(field, 'name')) ?? ''));
    if (totals.length > 0) return { kind: 'feed', units: oneCount(totals), asOfMs, cursor };
    newerMs = asOfMs;
  }
  return { kind: 'feed', units: null, asOfMs: newerMs, cursor };
}

function oneCount(totals: readonly Json[]): bigint | NoData {
  const texts = totals.map((field) => textOf(member(field, 'value')) ?? '');
  const counts = new Set(texts.map(parseUnits));
  const [count = null] = counts;
  const said = texts.map((text) => quoted(text)).join(', ');
  if (counts.size > 1) return noData(`its newest item gives several totals: ${said}`);
  return count ?? noData(`its newest item gives ${said}, which is no number of units`);
}

/** The item's own date, or the earliest that its fields name. */
function dateOf(item: Json, fields: readonly Json[]): number | null {
  const named = fields
    .filter((field) => /дата/.test(sameWords(textOf(member(field, 'name')) ?? '')))
    .map((field) => parseDate(textOf(member(field, 'value')) ?? ''))
    .filter((date) => date !== null);
  if (named.length > 0) return Math.min(...named);
  const own = DATE_KEYS.map((key) => textOf(member(item, key)) ?? '').map(
    (text) => parseInstant(text) ?? (text.length <= 40 ? parseDate(text) : null),
  );
  return own.find((date) => date !== null) ?? null;
}
