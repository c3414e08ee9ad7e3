// One file as the program needs it: its bytes and permissions, or in one word why not.
// Guarantees: never throws, never reads more than it was allowed, and always comes back: a pipe that nobody writes to, or
// that its writer neither fills nor closes, is given up.

import { closeSync, constants, openSync, readSync, statSync } from 'node:fs';

export const FILE_BYTES_MAX = 2 * 1024 * 1024;

export type FileFinding =
  | {
      readonly kind: 'file';
      readonly bytes: Uint8Array;
      readonly mode: number;
      /** It can be read only once. */
      readonly isPipe: boolean;
    }
  | { readonly kind: 'missing' }
  | { readonly kind: 'directory' }
  | { readonly kind: 'too_big'; readonly bytes: number }
  | { readonly kind: 'unreadable'; readonly because: string };

export type ReadFile = (path: string) => FileFinding;

/** Reads a file of at most 2 MiB. */
export const readFile: ReadFile = (path) => readUpTo(path, FILE_BYTES_MAX);

/** Reads a file or a pipe of at most so many bytes. */
export function readUpTo(path: string, bytesMax: number): FileFinding {
  try {
    const { mode, size, isPipe, ...kind } = factsOf(path);
    if (kind.isDirectory) return { kind: 'directory' };
    if (!kind.isFile && !isPipe) return { kind: 'unreadable', because: 'it is not a file' };
    if (size > bytesMax) return { kind: 'too_big', bytes: size };
    const bytes = bytesOf(path, bytesMax, isPipe);
    if (bytes === null) return { kind: 'unreadable', because: 'a pipe that nobody writes to the end' };
    return bytes.length > bytesMax
      ? { kind: 'too_big', bytes: bytes.length }
      : { kind: 'file', bytes, mode, isPipe };
  } catch (error) {
    const code = codeOf(error);
    if (code === 'ENOENT' || code === 'ENOTDIR') return { kind: 'missing' };
    return { kind: 'unreadable', because: code === 'EACCES' ? 'permission denied (EACCES)' : code };
  }
}

const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error ? String(error.code) : 'unknown';

function factsOf(path: string) {
  const stat = statSync(path);
  return {
    mode: stat.mode,
    size: stat.size,
    isDirectory: stat.isDirectory(),
    isFile: stat.isFile(),
    isPipe: stat.isFIFO(),
  };
}

const CHUNK = 65_536;
const NAP_MS = 20;
/** For whoever opens the other end a little later. */
const NAPS_WITHOUT_WRITER = 150;
/** Behind `<(pass show ...)` a person may be typing. */
const NAPS_FOR_WRITER = 3_000;

/** All bytes, or one chunk more than allowed; `null` for a pipe that was given up. */
function bytesOf(path: string, bytesMax: number, isPipe: boolean): Uint8Array | null {
  // Without it the open itself would wait for a writer, deaf to Ctrl-C.
  const file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const chunks: Uint8Array[] = [];
    let length = 0;
    let alone = 0;
    let waited = 0;
    while (length <= bytesMax) {
      const chunk = new Uint8Array(CHUNK);
      const count = readIfThere(file, chunk);
      if (count !== null && count > 0) {
        chunks.push(chunk.subarray(0, count));
        length += count;
      } else if (count === 0 && (!isPipe || length > 0 || waited > 0)) break;
      else if (count === 0 ? ++alone > NAPS_WITHOUT_WRITER : ++waited > NAPS_FOR_WRITER) return null;
      else Bun.sleepSync(NAP_MS);
    }
    return Buffer.concat(chunks);
  } finally {
    closeSync(file);
  }
}

/** How many bytes; 0 at the end, or where nobody writes; `null` while a writer has nothing yet. */
function readIfThere(file: number, into: Uint8Array): number | null {
  try {
    return readSync(file, into);
  } catch (error) {
    if (codeOf(error) === 'EAGAIN') return null;
    throw error;
  }
}
