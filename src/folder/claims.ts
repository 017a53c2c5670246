/** Who writes what: every output path of every image is known, and no two are one, before any work is done. */
import { dirname, join } from 'node:path';
import { SamError, printableName } from '../errors.js';
import { realpathOfExisting } from '../files/safe-path.js';
import { isTemporaryName } from '../files/temporary.js';
import { HOUSE } from './house.js';
import { isWithin, type ListedImage } from './list.js';
import type { Claim, FolderSpec } from './spec.js';

const NAME_LIMIT_BYTES = 255;

/** An image with the paths that it will write; none, and the reason, where it is known already that it cannot be done. */
export interface ClaimingImage extends ListedImage { claims: Claim[]; refusal?: SamError }

const PARTS = `${HOUSE}/parts/`;

/**
 * Gives every image its claims. Throws `usage/name-collision` if two would write one path (also on a file system that takes no notice
 * of case or of how accents are composed), or one inside a folder that is the other's. A name too long becomes the image's problem.
 */
export function claimOutputs(images: readonly ListedImage[], spec: Pick<FolderSpec, 'claims' | 'finish'>): ClaimingImage[] {
  const owners = new Map<string, { path: string; owner: string }>();
  if (spec.finish !== undefined) owners.set(sameness(spec.finish.path), { path: spec.finish.path, owner: 'the file of the whole run' });
  const claiming = images.map((image) => withClaims(image, spec));
  for (const { fileName, claims } of claiming) {
    for (const { path } of claims) {
      const owner = `"${printableName(fileName)}"`;
      if (isReserved(path)) throw collision(owner, 'the run\'s own housekeeping', path, path);
      const other = owners.get(sameness(path));
      if (other !== undefined) throw collision(other.owner, owner, other.path, path);
      owners.set(sameness(path), { path, owner });
    }
  }
  for (const { path, owner } of owners.values()) {
    const above = foldersAbove(path).map((folder) => owners.get(sameness(folder))).find((found) => found !== undefined);
    if (above !== undefined) throw collision(above.owner, owner, above.path, path);
  }
  return claiming;
}

function withClaims(image: ListedImage, spec: Pick<FolderSpec, 'claims'>): ClaimingImage {
  const { fileName, problem } = image;
  if (problem !== undefined) {
    const message = `Cannot read ${printableName(fileName)}: ${problem}.`;
    return { ...image, claims: [], refusal: new SamError('image/unreadable', message, { file: fileName }) };
  }
  const claims = spec.claims(fileName);
  const long = claims.flatMap(({ path }) => path.split('/')).find((part) => Buffer.byteLength(part) > NAME_LIMIT_BYTES);
  if (long === undefined) return { ...image, claims };
  const message = `The output name ${printableName(long)} has ${Buffer.byteLength(long)} bytes; file systems take ${NAME_LIMIT_BYTES}. Shorten the image's name.`;
  return { ...image, claims: [], refusal: new SamError('image/name', message, { file: fileName }) };
}

/** One key for all spellings that some file system takes for one name. */
function sameness(path: string): string {
  return path.normalize('NFC').toLowerCase().normalize('NFC');
}

function isReserved(path: string): boolean {
  const parts = path.split('/');
  return (parts[0]?.toLowerCase() === HOUSE && !path.startsWith(PARTS)) || parts.some((part) => isTemporaryName(part));
}

function foldersAbove(path: string): string[] {
  const parts = path.split('/');
  return parts.slice(1).map((_, i) => parts.slice(0, i + 1).join('/'));
}

function collision(first: string, second: string, firstPath: string, secondPath: string): SamError {
  const [a, b] = [printableName(firstPath), printableName(secondPath)];
  const where = a === b ? `both claim the output ${a}` : `claim the outputs ${a} and ${b}, which cannot both be there on every file system`;
  return new SamError('usage/name-collision', `${first} and ${second} ${where}. Rename one, or run them into folders of their own.`);
}

/** Throws `usage/output-in-input` if a claim is an input's own path, or a folder with an input in it. */
export async function refuseOverwrittenInputs(images: readonly ClaimingImage[], output: string): Promise<void> {
  const realOutput = await realpathOfExisting(output);
  const inputs = new Map<string, string>();
  for (const { path, realPath } of images.filter((image) => isWithin(image.realPath, realOutput))) {
    for (let place = realPath; place !== realOutput; place = dirname(place)) inputs.set(place, path);
  }
  for (const { path } of images.flatMap(({ claims }) => claims)) {
    const input = inputs.get(join(realOutput, path));
    if (input === undefined) continue;
    const message = `The output ${printableName(join(output, path))} would overwrite the input ${printableName(input)}; choose another --output.`;
    throw new SamError('usage/output-in-input', message, { file: input });
  }
}
