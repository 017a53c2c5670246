/**
 * The one door to libsql: a SQLite file with typed rows, cached statements, transactions that are whole or nothing, and errors that
 * name the file. Everything is synchronous: a transaction is never open across a wait.
 *
 * Commits are durable (WAL, synchronous FULL): what was committed survives a power cut, at the cost of one sync of the disk a commit.
 */
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { SamError, isSamError, messageOf } from '../errors.js';
import { databaseError } from './database-errors.js';

/** What can be bound and read. Never a boolean: the library ends the process on one. Numbers are exact up to 2^53. */
export type SqlValue = number | string | null | Uint8Array;

interface Statement {
  run(parameters: readonly SqlValue[]): { changes: number; lastInsertRowid: number };
  get(parameters: readonly SqlValue[]): object | undefined;
  all(parameters: readonly SqlValue[]): object[];
}

interface Connection {
  readonly inTransaction: boolean;
  exec(sql: string): void;
  prepare(sql: string): Statement;
  close(): void;
}

type Library = new (path: string, options: { timeout: number }) => Connection;

/** How long a statement waits for another connection's transaction, which takes milliseconds. */
const BUSY_MILLISECONDS = 10_000;

/** `create`: a new file, or an empty one. */
export type DatabaseMode = 'create' | 'write' | 'read';

export class Database {
  private readonly statements = new Map<string, Statement>();

  private constructor(readonly path: string, private readonly connection: Connection) {}

  /** Opens the file at `path` (absolute). Throws `internal/install`, `data/project`, `storage/...`, `locked/project`. */
  static open(path: string, mode: DatabaseMode): Database {
    const Library = library();
    // as an address, no name can be taken for an option or for a server's
    const address = `${pathToFileURL(path).href}?mode=${mode === 'create' ? 'rwc' : mode === 'write' ? 'rw' : 'ro'}`;
    const connection = naming(path, () => new Library(address, { timeout: BUSY_MILLISECONDS }));
    const database = new Database(path, connection);
    try {
      database.exec('PRAGMA foreign_keys = ON; PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON;');
      if (mode !== 'read') database.exec('PRAGMA synchronous = FULL;');
    } catch (error) {
      connection.close();
      throw error;
    }
    return database;
  }

  /** Statements without parameters or results. */
  exec(sql: string): void {
    naming(this.path, () => { this.connection.exec(sql); });
  }

  /** Every row; `Row` names the columns that the statement selects (tables are STRICT, so each has the type that the schema says). */
  all<Row>(sql: string, ...parameters: SqlValue[]): Row[] {
    return naming(this.path, () => this.statement(sql).all(parameters) as Row[]);
  }

  /** The first row. */
  get<Row extends object>(sql: string, ...parameters: SqlValue[]): Row | undefined {
    const row = naming(this.path, () => this.statement(sql).get(parameters));
    if (row === undefined) return undefined;
    // the library adds a key of its own to single rows
    const { _metadata, ...columns } = row as Row & { _metadata?: unknown };
    return columns as unknown as Row; // Row less a key that it does not have
  }

  /** A statement that changes something. `id`: that of the row that was inserted last. */
  run(sql: string, ...parameters: SqlValue[]): { changes: number; id: number } {
    const { changes, lastInsertRowid } = naming(this.path, () => this.statement(sql).run(parameters));
    return { changes, id: lastInsertRowid };
  }

  /** The single number of a statement, 0 where it is none. */
  count(sql: string, ...parameters: SqlValue[]): number {
    return Number(Object.values(this.get<Record<string, unknown>>(sql, ...parameters) ?? {})[0] ?? 0);
  }

  /** A transaction: all that `act` does, or, where it throws, nothing. Inside of another it is a part of that. */
  write<T>(act: () => T): T {
    if (this.connection.inTransaction) return act();
    this.exec('BEGIN IMMEDIATE');
    try {
      const result = act();
      this.exec('COMMIT');
      return result;
    } catch (error) {
      // a full disk has ended the transaction already
      if (this.connection.inTransaction) this.exec('ROLLBACK');
      throw error;
    }
  }

  /** Does everything and keeps nothing: a dry run. Open across waits, so the caller lets nothing else write meanwhile. */
  rehearse<T>(act: () => Promise<T>): Promise<T> {
    return this.forgetting('BEGIN IMMEDIATE', act);
  }

  /** What is read while `act` waits and goes on is of one moment. */
  reading<T>(act: () => Promise<T>): Promise<T> {
    return this.forgetting('BEGIN', act);
  }

  private async forgetting<T>(begin: string, act: () => Promise<T>): Promise<T> {
    this.exec(begin);
    try {
      return await act();
    } finally {
      if (this.connection.inTransaction) this.exec('ROLLBACK');
    }
  }

  /** What is read inside `act` is of one moment, whatever others write meanwhile. */
  snapshot<T>(act: () => T): T {
    if (this.connection.inTransaction) return act();
    this.exec('BEGIN');
    try {
      return act();
    } finally {
      this.exec('COMMIT');
    }
  }

  /** Puts the log into the file, so that the file alone is all there is. A reader at work may prevent it, which loses nothing. */
  foldLog(): void {
    try {
      this.exec('PRAGMA busy_timeout = 0');
      this.all('PRAGMA wal_checkpoint(TRUNCATE)');
      this.all('PRAGMA journal_mode = DELETE');
    } catch (error) {
      if (!isSamError(error, 'locked/project')) throw error;
    }
  }

  /** The library keeps the file open until its statements are collected; what it holds then is in nobody's way once the log is folded. */
  close(): void {
    this.statements.clear();
    naming(this.path, () => { this.connection.close(); });
  }

  private statement(sql: string): Statement {
    const known = this.statements.get(sql);
    if (known !== undefined) return known;
    const statement = this.connection.prepare(sql);
    this.statements.set(sql, statement);
    return statement;
  }
}

/** Runs a call of the library; what it throws becomes an error that names the file. */
function naming<T>(path: string, act: () => T): T {
  try {
    return act();
  } catch (error) {
    throw databaseError(error, path);
  }
}

let loaded: Library | undefined;

/** Loaded when it is first needed: other commands do not pay for it. */
function library(): Library {
  try {
    // what `require` gives is not typed; the interface above is what this file uses of it
    loaded ??= createRequire(import.meta.url)('libsql') as Library;
    return loaded;
  } catch (error) {
    const reason = messageOf(error).split('\n')[0] ?? '';
    throw new SamError('internal/install', `The database library libsql cannot be loaded: ${reason}. Install the package again on this machine, with its optional dependencies.`, { cause: error });
  }
}
