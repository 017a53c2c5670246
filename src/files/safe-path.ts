/** Names from untrusted files (annotations, class names, model manifests): none may lead out of the folder it belongs to. */
import { realpath } from 'node:fs/promises';
import { basename, dirname, join, resolve, sep } from 'node:path';
import { SamError, printableName, systemCode } from '../errors.js';

const DEVICE = /^(?:con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]|conin\$|conout\$)(?:\.|$)/i;

/** Why a relative name must not be used as a path below a folder, or undefined if it may. Both `/` and `\` count as separators. */
export function unsafeReason(name: string): string | undefined {
  if (name === '') return 'it is empty';
  if (/[\u0000-\u001f\u007f]/.test(name)) return 'it has control characters';
  if (/^[/\\]/.test(name)) return 'it is absolute';
  if (/^[a-z]:/i.test(name)) return 'it names a drive';
  const parts = name.split(/[/\\]/);
  if (parts.includes('..')) return 'it leads out of its folder';
  // on other systems `aux.jpg` is a name like any
  if (process.platform === 'win32' && parts.some((part) => DEVICE.test(part))) return 'it names a device';
  return undefined;
}

/**
 * The path of `name` below `root`, checked by its text and, as far as it exists, by its links. Throws `data/unsafe-path`; `from`
 * (the annotation file) and `record` say where the name came from.
 */
export async function insideRoot(root: string, name: string, from?: string, record?: string): Promise<string> {
  const reason = unsafeReason(name) ?? ((await staysBelow(root, name)) ? undefined : 'a link leads out of its folder');
  if (reason === undefined) return join(root, name);
  throw new SamError('data/unsafe-path', `The name "${printableName(name)}" is refused: ${reason}.`, { file: from, record });
}

async function staysBelow(root: string, name: string): Promise<boolean> {
  const [base, target] = [await realpathOfExisting(root), await realpathOfExisting(join(root, name))];
  // with the separator: `/data/images-secret` is not below `/data/images`
  return target === base || target.startsWith(base.endsWith(sep) ? base : base + sep);
}

/** `realpath` for what may not exist yet: that of the nearest folder above which does, and the rest as it stands. */
export async function realpathOfExisting(path: string): Promise<string> {
  const absolute = resolve(path);
  try {
    return await realpath(absolute);
  } catch (error) {
    if (systemCode(error) !== 'ENOENT' && systemCode(error) !== 'ENOTDIR') throw error;
    const parent = dirname(absolute);
    return parent === absolute ? absolute : join(await realpathOfExisting(parent), basename(absolute));
  }
}
