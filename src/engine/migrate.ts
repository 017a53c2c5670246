/** From a file to a database that this version knows: recognised, checked page by page, and brought up to date, with a copy made before. */
import { SamError, isSamError, printableName } from '../errors.js';
import { backUp, lastBackup } from './backup.js';
import type { Database } from './database.js';
import { APPLICATION_ID } from './schema.js';
import { dirname } from 'node:path';

/** What the file says it is. */
export function versionOf(database: Database): { application: number; version: number } {
  return { application: database.count('PRAGMA application_id'), version: database.count('PRAGMA user_version') };
}

/**
 * Throws `data/project` for another program's file, one of a newer version of sam, or a damaged one; then nothing was changed, and the
 * message names the last copy. Reads every page once.
 */
export async function checkDatabase(database: Database, known: number): Promise<void> {
  const refuse = (reason: string): SamError => new SamError('data/project', `${reason}: ${printableName(database.path)}.`, { file: database.path });
  try {
    const { application, version } = versionOf(database);
    if (application !== APPLICATION_ID) throw refuse('The database is another program\'s');
    if (version > known) throw refuse(`The project was made by a newer version of sam (its database is of version ${version}, this program knows ${known}); install that version or a later one`);
    const findings = database.all<{ quick_check: string }>('PRAGMA quick_check(3)').map((row) => row.quick_check);
    if (findings.length !== 1 || findings[0] !== 'ok') throw refuse(`The database is damaged (${findings.join('; ').replaceAll('\n', ' ')})`);
  } catch (error) {
    throw isSamError(error, 'data/project') ? await withBackup(error, database.path) : error;
  }
}

/** The error of a damaged database with what can be done about it. */
async function withBackup(error: SamError, path: string): Promise<SamError> {
  if (/newer version|another program/.test(error.message)) return error;
  const copy = await lastBackup(dirname(path));
  const advice = copy === undefined ? 'There is no copy in backups/; nothing was changed.' : `Nothing was changed. The last copy is ${printableName(copy)}: put it in the place of the database (move engine.db, -wal and -shm aside first).`;
  return new SamError('data/project', `${error.message} ${advice}`, { file: path, cause: error.cause });
}

/** Runs the steps that the file lacks, each whole or not at all, after copying it to `backups/version-<n>.db`. */
export async function migrate(database: Database, steps: readonly string[]): Promise<void> {
  const { version } = versionOf(database);
  if (version >= steps.length) return;
  await backUp(database, `version-${version}`);
  applySteps(database, steps, version);
}

/** Steps `from` and on. */
export function applySteps(database: Database, steps: readonly string[], from: number): void {
  steps.slice(from).forEach((step, i) => {
    database.write(() => {
      database.exec(step);
      database.exec(`PRAGMA user_version = ${from + i + 1}`);
    });
  });
}
