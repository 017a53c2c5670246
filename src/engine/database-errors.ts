/** What SQLite says when it cannot go on, as an error that a user can act on. */
import { SamError, messageOf, printableName, systemCode, type ErrorCode } from '../errors.js';

/** By the beginning of SQLite's code: which error it is, and what to say before SQLite's own words. */
const MEANINGS: readonly (readonly [string, ErrorCode, string])[] = [
  ['SQLITE_CORRUPT', 'data/project', 'The database is damaged'],
  ['SQLITE_NOTADB', 'data/project', 'The file is no database, or its first page is damaged'],
  ['SQLITE_FULL', 'storage/full', 'The disk is full; nothing of this step was kept, all that was saved before is there'],
  ['SQLITE_BUSY', 'locked/project', 'Another process holds the database'],
  ['SQLITE_LOCKED', 'locked/project', 'Another process holds the database'],
  ['SQLITE_READONLY', 'storage/not-writable', 'The database cannot be written'],
  ['SQLITE_PERM', 'storage/not-writable', 'The database cannot be opened'],
  ['SQLITE_CANTOPEN', 'storage/not-writable', 'The database cannot be opened'],
  ['SQLITE_IOERR', 'storage/not-writable', 'The disk refused the database'],
  ['SQLITE_AUTH', 'storage/not-writable', 'The database cannot be opened'],
];

/** A failed write of the log on a full disk comes as an error of the disk. */
const IOERR_BY_NUMBER = 10;

/** The SamError for what libsql threw about the database at `path`; what is none of SQLite's is handed back as it is. */
export function databaseError(error: unknown, path: string): unknown {
  if (error instanceof SamError) return error;
  const code = codeOf(error);
  const meaning = MEANINGS.find(([start]) => code.startsWith(start));
  // a statement that SQLite does not take, a constraint that a check of ours should have kept
  if (meaning === undefined) return code === '' ? error : new SamError('internal/unexpected', `The database refused a step (${messageOf(error)}): ${printableName(path)}.`, { file: path, cause: error });
  const [, kind, sentence] = meaning;
  return new SamError(kind, `${sentence} (${messageOf(error)}): ${printableName(path)}.`, { file: path, cause: error });
}

/** The library knows some extended codes by their number only; its low byte is the code they extend. */
function codeOf(error: unknown): string {
  const code = systemCode(error) ?? '';
  const number = Number(/^UNKNOWN_SQLITE_ERROR_(\d+)$/.exec(code)?.[1] ?? NaN);
  if (Number.isNaN(number)) return code;
  const basic = number & 0xff;
  return basic === IOERR_BY_NUMBER ? 'SQLITE_IOERR' : basic === 11 ? 'SQLITE_CORRUPT' : basic === 13 ? 'SQLITE_FULL' : basic === 14 ? 'SQLITE_CANTOPEN' : code;
}
