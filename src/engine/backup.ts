/** Copies of a project's database, each complete or absent, in `backups/` beside it. */
import { readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { ensureDirectory, syncDirectory, syncFile } from '../files/atomic.js';
import { storing } from '../files/storage-error.js';
import { temporaryName } from '../files/temporary.js';
import type { Database } from './database.js';

const FOLDER = 'backups';

/** Copies the database as it is now to `backups/<label>.db`, or `<label>-2.db` where that is there. Returns the path. Throws `storage/...`. */
export async function backUp(database: Database, label: string): Promise<string> {
  const folder = join(dirname(database.path), FOLDER);
  await ensureDirectory(folder);
  const path = await freePath(folder, label);
  const temporary = join(folder, temporaryName(basename(path)));
  try {
    // an empty file is taken, and one that cannot be made says why
    await storing(path, writeFile(temporary, '', { flag: 'wx' }));
    // a copy without free pages, of one moment
    database.run('VACUUM INTO ?', temporary);
    await syncFile(temporary);
    await storing(path, rename(temporary, path));
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined);
    throw error;
  }
  await syncDirectory(folder);
  return path;
}

async function freePath(folder: string, label: string): Promise<string> {
  for (let n = 1; ; n++) {
    const path = join(folder, `${label}${n === 1 ? '' : `-${n}`}.db`);
    if (await stat(path).then(() => false, () => true)) return path;
  }
}

/** The newest copy of a project's database, if there is one. */
export async function lastBackup(projectFolder: string): Promise<string | undefined> {
  const folder = join(projectFolder, FOLDER);
  const names = (await readdir(folder).catch(() => [])).filter((name) => name.endsWith('.db'));
  const dated = await Promise.all(names.map(async (name) => ({ path: join(folder, name), at: (await stat(join(folder, name))).mtimeMs })));
  return dated.sort((a, b) => b.at - a.at)[0]?.path;
}
