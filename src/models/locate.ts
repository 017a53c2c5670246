/** From what the user says (`--model`, `SAM_MODEL`, nothing) to the files of a model, each hashed, and verified where a checksum is known. */
import { stat } from 'node:fs/promises';
import { isAbsolute, join } from 'node:path';
import { SamError, printableName } from '../errors.js';
import { cacheFolder, checkCacheFolder, type Environment } from './cache-dir.js';
import { embeddedFolder } from './embedded.js';
import { locateFolder } from './locate-folder.js';
import type { LocatedModel, ModelFile } from './located-model.js';
import { EMBEDDED_MODEL, findEntry, requireEntry, type RegistryEntry } from './registry.js';
import { makeModelFolder, modelFolder, storedPath } from './store.js';
import { checkFile } from './verified-file.js';

/**
 * The model called `nameOrFolder`; without it, the one `SAM_MODEL` names, else the embedded one. A registry name comes before a
 * folder of the same name (`./name` is the folder). Nothing is fetched. Throws `model/unknown`, `model/missing`, `model/checksum`,
 * `model/format`, `model/json`, `model/unsafe`, `model/cache`.
 */
export async function locateModel(nameOrFolder: string | undefined, { env }: { env: Environment }): Promise<LocatedModel> {
  const wanted = nameOrFolder ?? (env['SAM_MODEL'] || EMBEDDED_MODEL);
  if (wanted === EMBEDDED_MODEL) return { ...(await locateFolder(embeddedFolder())), name: EMBEDDED_MODEL, origin: 'embedded' };
  const entry = findEntry(wanted);
  if (entry !== undefined) return await locateEntry(entry, env);
  const found = await stat(wanted).catch(() => undefined);
  if (found?.isDirectory()) return { ...(await locateFolder(wanted)), origin: 'folder' };
  if (found !== undefined) throw new SamError('model/missing', `A model is a folder with its graphs; ${printableName(wanted)} is a file.`, { file: wanted });
  if (looksLikePath(wanted)) throw new SamError('model/missing', `There is no folder ${printableName(wanted)}.`, { file: wanted });
  // what is left is a name that does not exist: this throws
  return await locateEntry(requireEntry(wanted), env);
}

function looksLikePath(text: string): boolean {
  return isAbsolute(text) || text.startsWith('.') || /[/\\]/.test(text);
}

/** A model of the registry that has been pulled; its folder is made anew where it is incomplete. */
export async function locateEntry(entry: RegistryEntry, env: Environment): Promise<LocatedModel> {
  if (entry.files.length === 0) {
    throw new SamError('model/unverified', `${entry.name} cannot be used: no checksum is published for its files. See ${entry.source}`);
  }
  const cache = cacheFolder(env);
  const exists = await checkCacheFolder(cache);
  const folder = modelFolder(cache, entry.name);
  const files: ModelFile[] = [];
  for (const { name, sha256 } of entry.files) {
    const stored = storedPath(cache, sha256);
    const check = exists ? await checkFile(stored, sha256) : { state: 'absent' as const };
    if (check.state === 'absent') throw new SamError('model/missing', `${name} of ${entry.name} is not in the cache ${cache}. Fetch it: sam models pull ${entry.name}`);
    if (check.state === 'bad') {
      throw new SamError('model/checksum', `${name} of ${entry.name} is damaged: expected sha256 ${sha256}, found ${check.sha256}. Fetch it again: sam models pull ${entry.name}`, { file: stored });
    }
    files.push({ path: join(folder, name), bytes: check.bytes, sha256 });
  }
  await makeModelFolder(cache, entry);
  const pathOf = (role: 'encoder' | 'decoder'): string => join(folder, entry.files.find((file) => file.role === role)?.name ?? `${role}.onnx`);
  return { name: entry.name, folder, encoder: pathOf('encoder'), decoder: pathOf('decoder'), entry, files, origin: 'registry' };
}
