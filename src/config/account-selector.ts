// Which broker account a block means: what `account_id` says, before any broker was asked.

import type { AccountSelector } from './config.ts';

/** `null` where the text names no account. */
export function selectorOf(text: string): AccountSelector | null {
  const upper = text.toUpperCase();
  if (upper === 'BROKER') return { kind: 'type', type: 'broker' };
  if (upper === 'ISS' || upper === 'IIS') return { kind: 'type', type: 'iis' };
  if (upper.startsWith('INDEX')) {
    const index = /^INDEX:(\d{1,6})$/.exec(upper)?.[1];
    return index === undefined ? null : { kind: 'index', index: Number(index) };
  }
  if (/^\d{1,32}$/.test(text)) return { kind: 'id_or_index', id: text, index: Number(text) };
  return /^[\w-]{1,64}$/.test(text) ? { kind: 'id', id: text } : null;
}
