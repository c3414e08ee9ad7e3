// The README's table of configuration keys, written by the schema itself; a test compares the two.

import { z } from 'zod';
import { configSchema } from './schema.ts';
import { accountSchema } from './schema-account.ts';
import { shownDefaults } from './schema-kinds.ts';
import { bare } from './schema-problems.ts';

export interface KeyRow {
  readonly key: string;
  readonly meaning: string;
  readonly fallback: string;
}

/** Every key of a section with those inside it, in the order of the schema. */
export function keyRows(section: z.ZodObject, prefix = ''): KeyRow[] {
  return Object.entries(section.shape).flatMap(([name, field]) => {
    if (!(field instanceof z.ZodType)) return [];
    const key = `${prefix}${name}`;
    const inner = bare(field);
    const deeper = inner instanceof z.ZodObject && name !== 'analysis' ? keyRows(inner, `${key}.`) : [];
    const meaning = field.description ?? '';
    return [{ key, meaning, fallback: fallbackOf(field) }, ...deeper];
  });
}

function fallbackOf(field: z.ZodType): string {
  const shown = shownDefaults.get(field)?.shown;
  if (shown !== undefined) return shown;
  if (!(field instanceof z.ZodDefault)) return '-';
  const { defaultValue } = field.def;
  if (typeof defaultValue === 'object') return Array.isArray(defaultValue) ? 'none' : '-';
  return typeof defaultValue === 'string' ? `\`${defaultValue}\`` : String(defaultValue);
}

/** Markdown: the top level's keys, then an account block's. */
export function configTable(): string {
  return `${tableOf(configSchema, 'top-level key')}\n\n${tableOf(accountSchema, 'account key')}`;
}

function tableOf(section: z.ZodObject, title: string): string {
  const rows = keyRows(section).map(({ key, meaning, fallback }) => [`\`${key}\``, meaning, fallback]);
  const lines = [[title, 'meaning', 'default'], ['---', '---', '---'], ...rows];
  return lines
    .map((cells) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`)
    .join('\n');
}
