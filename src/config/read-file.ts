// One file as the configuration needs it: its bytes and permissions, or in one word why not.

import { readFileSync, statSync } from 'node:fs';

export const FILE_BYTES_MAX = 2 * 1024 * 1024;

export type FileFinding =
  | { readonly kind: 'file'; readonly bytes: Uint8Array; readonly mode: number }
  | { readonly kind: 'missing' }
  | { readonly kind: 'directory' }
  | { readonly kind: 'too_big'; readonly bytes: number }
  | { readonly kind: 'unreadable'; readonly because: string };

export type ReadFile = (path: string) => FileFinding;

/** Reads a file of at most 2 MiB. Never throws. */
export const readFile: ReadFile = (path) => {
  try {
    const { mode, size, ...kind } = factsOf(path);
    if (kind.isDirectory) return { kind: 'directory' };
    if (!kind.isReadable) return { kind: 'unreadable', because: 'it is not a file' };
    if (size > FILE_BYTES_MAX) return { kind: 'too_big', bytes: size };
    return { kind: 'file', bytes: readFileSync(path), mode };
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
    if (code === 'ENOENT' || code === 'ENOTDIR') return { kind: 'missing' };
    return { kind: 'unreadable', because: code === 'EACCES' ? 'permission denied (EACCES)' : code };
  }
};

function factsOf(path: string) {
  const stat = statSync(path);
  return {
    mode: stat.mode,
    size: stat.size,
    isDirectory: stat.isDirectory(),
    isReadable: stat.isFile() || stat.isFIFO(),
  };
}
