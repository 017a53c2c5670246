/** What stands in the output folder already: which images' outputs are whole and ours, and what is in the way. */
import { lstat, readdir, realpath, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { SamError, printableName, systemCode } from '../errors.js';
import { sha256File, sha256Folder } from '../files/hash.js';
import { storageError } from '../files/storage-error.js';
import type { ClaimingImage } from './claims.js';
import type { Ledger } from './ledger.js';
import type { ImageEntry } from './ledger-lines.js';
import type { Claim, FolderSpec } from './spec.js';

/** A claim's place: free, holding something with this hash (`sha256Listing` for a folder), or holding a thing of another kind. */
export type Place = { kind: 'free' } | { kind: 'held'; sha256: string } | { kind: 'other' };

/** Looks at one place. An empty folder where a folder goes is free. */
export async function lookAt(output: string, { kind, path }: Claim): Promise<Place> {
  const at = join(output, path);
  try {
    const found = kind === 'file' ? await stat(at) : await lstat(at);
    if (kind === 'file') return found.isFile() ? { kind: 'held', sha256: (await sha256File(at)).sha256 } : { kind: 'other' };
    if (!found.isDirectory()) return { kind: 'other' };
    return (await readdir(at)).length === 0 ? { kind: 'free' } : { kind: 'held', sha256: await sha256Folder(at) };
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return { kind: 'free' };
    // a file is where a folder above should be
    if (systemCode(error) === 'ENOTDIR') return { kind: 'other' };
    throw await storageError(error, at);
  }
}

/**
 * The names of the images whose outputs all stand as the ledger's entry under run record `run` says. Throws `usage/output-exists` when a
 * place holds what no run of this folder wrote and `force` is off, or what cannot be replaced at all; `between` is called between images.
 */
export async function findStanding(
  images: readonly ClaimingImage[], ledger: Ledger, run: string, spec: Pick<FolderSpec, 'output' | 'force' | 'finish'>, between: () => void,
): Promise<Set<string>> {
  const complete = new Set<string>();
  const inTheWay: string[] = [];
  const look = async (claim: Claim): Promise<string | undefined> => {
    const place = await lookAt(spec.output, claim);
    if (place.kind === 'other') throw wrongKind(spec.output, claim);
    if (place.kind === 'free') return undefined;
    if (!ledger.knows(claim.path, place.sha256)) inTheWay.push(claim.path);
    return place.sha256;
  };
  for (const { fileName, claims } of images) {
    between();
    const entry = ledger.images.get(fileName);
    let isComplete = entry?.run === run && entry.outputs.length === claims.length;
    for (const claim of claims) {
      const sha256 = await look(claim);
      if (sha256 === undefined || sha256 !== recordedHash(entry, claim)) isComplete = false;
    }
    if (isComplete) complete.add(fileName);
  }
  if (spec.finish !== undefined) await look({ kind: 'file', path: spec.finish.path });
  if (!spec.force && inTheWay.length > 0) throw foreign(spec.output, inTheWay);
  if (inTheWay.length > 0) await refuseLinksToInputs(images, spec.output, inTheWay);
  return complete;
}

function recordedHash(entry: ImageEntry | undefined, { path }: Claim): string | undefined {
  return entry?.outputs.find((output) => output.path === path)?.sha256;
}

function wrongKind(output: string, { kind, path }: Claim): SamError {
  const at = join(output, path);
  const message = `The output ${printableName(at)} should be a ${kind === 'file' ? 'file' : 'folder'}, but something else is there; remove it.`;
  return new SamError('usage/output-exists', message, { file: at });
}

function foreign(output: string, paths: readonly string[]): SamError {
  const at = join(output, paths[0] ?? '');
  const more = paths.length === 1 ? '' : ` (and ${paths.length - 1} more)`;
  const message = `The output ${printableName(at)}${more} is there already, and not as a run of this folder wrote it. Remove it, choose another --output, or --force to overwrite it.`;
  return new SamError('usage/output-exists', message, { file: at });
}

/** A folder in the output may be a link to where the inputs are. */
async function refuseLinksToInputs(images: readonly ClaimingImage[], output: string, paths: readonly string[]): Promise<void> {
  const inputs = new Set(images.map((image) => image.realPath));
  for (const path of paths) {
    const target = await realpath(join(output, path));
    if (!inputs.has(target)) continue;
    throw new SamError('usage/output-in-input', `The output ${printableName(join(output, path))} is the input ${printableName(target)}.`, { file: target });
  }
}
