// What can be wrong with the journal itself, as one typed error that tells a person what to do.
// Requires: every SQLite or file-system failure of this folder passes through `asJournalError`.
// Guarantees: a broken constraint is a Bug of ours, never a "disk problem"; unknown errors stay as they are.

import { SQLiteError } from 'bun:sqlite';
import { Bug } from '../core/assert.ts';

/**
 * missing: none yet. not_a_journal: another kind of file. corrupt: ours, damaged. newer_schema / older_schema: of
 * another version of this program. read_only, disk_full, locked, directory: the place. io: the disk failed.
 * unsafe: SQLite would not promise durable writes here.
 */
export type JournalErrorKind =
  | 'missing'
  | 'not_a_journal'
  | 'corrupt'
  | 'newer_schema'
  | 'older_schema'
  | 'read_only'
  | 'disk_full'
  | 'locked'
  | 'directory'
  | 'unsafe'
  | 'io';

/** The journal cannot be used: refuse to trade. It is never recreated or deleted by this program. */
export class JournalError extends Error {
  override readonly name = 'JournalError';
  constructor(
    readonly kind: JournalErrorKind,
    /** The file, directory or order in question. */
    readonly where: string,
    message: string,
    options?: { cause?: unknown },
  ) {
    super(message, options);
  }
}

/** A failure of SQLite or of the file system in our words; anything else is returned unchanged. */
export function asJournalError(error: unknown, path: string): unknown {
  if (error instanceof JournalError || error instanceof Bug || !(error instanceof Error)) return error;
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  if (code.startsWith('SQLITE_CONSTRAINT'))
    return new Bug(`the journal refused a write: ${error.message} (${path})`, { cause: error });
  const known = KNOWN.find(({ codes }) => codes.some((prefix) => code.startsWith(prefix)));
  if (known)
    return new JournalError(known.kind, path, `${path}: ${known.message} (${code})`, { cause: error });
  if (error instanceof SQLiteError && OTHER_TABLES.test(error.message))
    return new JournalError(
      'corrupt',
      path,
      `${path}: the journal is damaged (${error.message}); restore it from a backup before trading again`,
      { cause: error },
    );
  if (error instanceof SQLiteError)
    return new JournalError('io', path, `${path}: the journal failed: ${error.message} (${code}); ${CHECK}`, {
      cause: error,
    });
  return error;
}

/** Its tables are not those of the schema that it says it has. */
const OTHER_TABLES = /^no such (table|column)|^table \S+ (already exists|has no column)|^duplicate column/;
const CHECK = 'nothing is traded without it: check the disk, then start again';

const KNOWN: readonly { codes: readonly string[]; kind: JournalErrorKind; message: string }[] = [
  {
    codes: ['SQLITE_NOTADB'],
    kind: 'not_a_journal',
    message:
      'this file is not an SQLite database, a journal was expected; restore it from a backup, or move it ' +
      'away after checking the account for orders in flight',
  },
  {
    codes: ['SQLITE_CORRUPT'],
    kind: 'corrupt',
    message: 'the journal is damaged; restore it from a backup before trading again',
  },
  {
    codes: ['SQLITE_FULL', 'ENOSPC', 'EDQUOT'],
    kind: 'disk_full',
    message: 'the disk is full, the write was not made; free some space, then start again',
  },
  {
    codes: ['SQLITE_BUSY', 'SQLITE_LOCKED'],
    kind: 'locked',
    message:
      'another process holds this file; stop it (or close the tool that has the file open) and try again',
  },
  {
    codes: ['SQLITE_READONLY', 'EROFS'],
    kind: 'read_only',
    message: 'this place cannot be written; make it writable for this user, or choose another --state-dir',
  },
  {
    codes: [
      'SQLITE_CANTOPEN',
      'SQLITE_PERM',
      'EACCES',
      'EPERM',
      'ENOTDIR',
      'EISDIR',
      'EEXIST',
      'ENOENT',
      'ELOOP',
      'ENAMETOOLONG',
      'EFAULT',
      'EINVAL',
      'ENODEV',
      'ENXIO',
    ],
    kind: 'directory',
    message:
      'cannot be opened or created here; the state directory must be a directory that this user can write',
  },
  { codes: ['SQLITE_IOERR', 'EIO'], kind: 'io', message: `the disk failed to read or write; ${CHECK}` },
];
