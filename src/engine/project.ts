/**
 * A project of the data engine: a folder with one database (`engine.db`), which refers to images elsewhere and never changes them. One
 * process at a time writes; any number read meanwhile.
 */
import { access, constants, rename, rm, stat } from 'node:fs/promises';
import { isAbsolute, join, relative, resolve } from 'node:path';
import { SamError, isSamError, messageOf, printableName, systemCode } from '../errors.js';
import { ensureDirectory, syncDirectory, syncFile } from '../files/atomic.js';
import { acquireLock, type Lock } from '../files/lock.js';
import { storing } from '../files/storage-error.js';
import { sweepFolder, temporaryName } from '../files/temporary.js';
import { Database } from './database.js';
import { applySteps, checkDatabase, migrate } from './migrate.js';
import { refuseNetworkDisk } from './network-disk.js';
import { APPLICATION_ID, MIGRATIONS } from './schema.js';

export const DATABASE_NAME = 'engine.db';
const HOUSE = '.sam';

/** An open project. `imageRoot`: the folder that the names of images are relative to, absolute. */
export interface Project {
  readonly folder: string;
  readonly mode: 'read' | 'write';
  readonly database: Database;
  readonly imageRoot: string;
  /** Ends the writer's hold; what was committed is safe without it. */
  close(): Promise<void>;
}

export interface NewProject {
  /** Folder of the images; it is looked into by `scanImages`. */
  images: string;
  /** Decides which images are held out, together with the images' bytes. */
  seed: number;
  /** Parts of the images held out for validation and for testing, 0..1, together below 1. */
  valShare: number;
  testShare: number;
  /** What made it, for the record: name and version of the program. */
  createdBy: string;
}

/**
 * Makes an empty project, complete or not at all, with the category `object` and its first round open at stage assisted-manual; it is
 * closed again. Throws `usage/output-exists` where one is, `locked/project`, `storage/...`.
 */
export async function createProject(folder: string, { images, seed, valShare, testShare, createdBy }: NewProject, now: number): Promise<void> {
  const root = resolve(images);
  if (!(await stat(root).then((found) => found.isDirectory(), () => false))) throw new SamError('usage/input-missing', `There is no folder of images ${printableName(images)}.`, { file: images });
  const lock = await enter(folder);
  try {
    const path = join(folder, DATABASE_NAME);
    if (await exists(path)) throw new SamError('usage/output-exists', `There is a project in ${printableName(folder)} already.`, { file: path });
    const temporary = join(folder, temporaryName(DATABASE_NAME));
    try {
      const database = Database.open(resolve(temporary), 'create');
      try {
        database.exec(`PRAGMA application_id = ${APPLICATION_ID}`);
        applySteps(database, MIGRATIONS, 0);
        database.write(() => {
          database.run('INSERT INTO categories (id, name) VALUES (1, ?)', 'object');
          database.run('INSERT INTO rounds (number, stage, opened_at) VALUES (1, ?, ?)', 'assisted-manual', now);
          database.run(
            'INSERT INTO project (id, image_root, image_root_absolute, seed, val_share, test_share, created_at, created_by) VALUES (1, ?, ?, ?, ?, ?, ?, ?)',
            rootFrom(folder, root), root, seed, valShare, testShare, now, createdBy,
          );
        });
      } finally {
        database.close();
      }
      await syncFile(temporary);
      await storing(path, rename(temporary, path));
    } finally {
      await rm(temporary, { force: true });
    }
    await syncDirectory(folder);
  } finally {
    await lock.release();
  }
}

/**
 * Opens a project: checked page by page, brought up to date if this version knows more. With `write`, no other process can until it is
 * closed. `steps` is for tests. Throws `usage/no-project`, `data/unreadable`, `locked/project`, `data/project`, `storage/...`.
 */
export async function openProject(folder: string, mode: 'read' | 'write', steps: readonly string[] = MIGRATIONS): Promise<Project> {
  const path = resolve(folder, DATABASE_NAME);
  if (!(await hasProject(folder))) {
    throw new SamError('usage/no-project', `There is no project in ${printableName(folder)}: it has no ${DATABASE_NAME}. Make one: sam engine init ${printableName(folder)} --images IMAGES`, { file: folder });
  }
  return mode === 'read' ? await openToRead(folder, path, steps) : await openToWrite(folder, path, steps);
}

/** Whether there is a project in a folder. Throws `data/unreadable` where that may not be looked at: such a one is not to be taken for none. */
export async function hasProject(folder: string): Promise<boolean> {
  const path = resolve(folder, DATABASE_NAME);
  try {
    if (!(await stat(path)).isFile()) return false;
    await access(path, constants.R_OK);
    return true;
  } catch (error) {
    const code = systemCode(error);
    if (code === 'ENOENT' || code === 'ENOTDIR') return false;
    throw new SamError('data/unreadable', `The project ${printableName(folder)} cannot be read: ${code === 'EACCES' ? 'permission denied' : messageOf(error)}.`, { file: path, cause: error });
  }
}

/** Opens a project only for what is asked of it, and closes it whatever comes. Throws as `openProject` and `ask`. */
export async function withProject<T>(folder: string, mode: 'read' | 'write', ask: (project: Project) => T | Promise<T>): Promise<T> {
  const project = await openProject(folder, mode);
  try {
    return await ask(project);
  } finally {
    await project.close();
  }
}

async function openToWrite(folder: string, path: string, steps: readonly string[]): Promise<Project> {
  const lock = await enter(folder);
  try {
    const database = Database.open(path, 'write');
    try {
      await checkDatabase(database, steps.length);
      await migrate(database, steps);
      const found = database.get<{ journal_mode: string }>('PRAGMA journal_mode = WAL');
      if (found?.journal_mode !== 'wal') throw new SamError('storage/network', `The disk of ${printableName(folder)} cannot hold a database that is read while it is written (its journal stays "${found?.journal_mode ?? ''}"); put the project on a local disk.`, { file: path });
      return { folder, mode: 'write', database, imageRoot: await imageRootOf(folder, database), close: () => closeWriter(database, lock) };
    } catch (error) {
      database.close();
      throw error;
    }
  } catch (error) {
    await lock.release();
    throw error;
  }
}

async function closeWriter(database: Database, lock: Lock): Promise<void> {
  try {
    database.foldLog();
    database.close();
  } finally {
    await lock.release();
  }
}

async function openToRead(folder: string, path: string, steps: readonly string[]): Promise<Project> {
  try {
    return await readFrom(folder, path, steps);
  } catch (error) {
    // what a killed process left beside it has to be taken back or in first, and that is written
    if (!isSamError(error, 'storage/not-writable') || !((await exists(`${path}-wal`)) || (await exists(`${path}-journal`)))) throw error;
    await recover(folder, path, error);
    return await readFrom(folder, path, steps);
  }
}

async function readFrom(folder: string, path: string, steps: readonly string[]): Promise<Project> {
  const database = Database.open(path, 'read');
  try {
    await checkDatabase(database, steps.length);
    const version = database.count('PRAGMA user_version');
    if (version < steps.length) throw new SamError('data/project', `The project was made by an older version of sam; any command that writes (sam engine init ${printableName(folder)}) brings it up to date.`, { file: path });
    return { folder, mode: 'read', database, imageRoot: await imageRootOf(folder, database), close: async () => { database.close(); } };
  } catch (error) {
    database.close();
    throw error;
  }
}

/** Has SQLite bring a database in order that a process was killed over, as it does when it may write and reads for the first time. */
async function recover(folder: string, path: string, cause: SamError): Promise<void> {
  try {
    const lock = await enter(folder);
    try {
      const database = Database.open(path, 'write');
      try {
        database.count('PRAGMA schema_version');
      } finally {
        database.close();
      }
    } finally {
      await lock.release();
    }
  } catch (error) {
    if (isSamError(error, 'locked/project')) throw error;
    throw new SamError(cause.code, `The project ${printableName(folder)} cannot be read: the log of a process that was killed stands beside its database, and takes a folder that may be written to. Copy the project to one.`, { file: path, cause: error });
  }
}

/** The folder is made, locked, and cleaned of what a killed process left. */
async function enter(folder: string): Promise<Lock> {
  const found = await stat(folder).catch(() => undefined);
  if (found !== undefined && !found.isDirectory()) throw new SamError('usage/output-exists', `${printableName(folder)} is there and is not a folder.`, { file: folder });
  await ensureDirectory(join(folder, HOUSE));
  await refuseNetworkDisk(folder);
  const lock = await acquireLock(join(folder, HOUSE, 'lock'), 'locked/project', `The project ${printableName(folder)}`);
  await sweepFolder(folder);
  return lock;
}

/** Relative to the project, with `/`, so that both can be moved together; absolute where no relative path leads there (another drive). */
function rootFrom(folder: string, root: string): string {
  const path = relative(resolve(folder), root);
  return isAbsolute(path) ? path : path.replaceAll('\\', '/') || '.';
}

/** Where the images are: as seen from the project, else where they were at first. */
async function imageRootOf(folder: string, database: Database): Promise<string> {
  const row = database.get<{ near: string; far: string }>('SELECT image_root AS near, image_root_absolute AS far FROM project');
  const near = resolve(folder, row?.near ?? '.'), far = row?.far ?? near;
  for (const path of [near, far]) if (await stat(path).then((found) => found.isDirectory(), () => false)) return path;
  return near;
}

/** Says that the images lie elsewhere now; the next scan finds them again by their bytes. */
export async function setImageRoot(project: Project, images: string): Promise<Project> {
  const root = resolve(images);
  if (!(await stat(root).then((found) => found.isDirectory(), () => false))) throw new SamError('usage/input-missing', `There is no folder of images ${printableName(images)}.`, { file: images });
  project.database.run('UPDATE project SET image_root = ?, image_root_absolute = ?', rootFrom(project.folder, root), root);
  return { ...project, imageRoot: root };
}

function exists(path: string): Promise<boolean> {
  return stat(path).then(() => true, () => false);
}
