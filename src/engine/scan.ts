/**
 * Brings the images of a project in line with the folder: new ones are added, those that were moved or renamed are known by their bytes and keep
 * their masks, changed and missing ones are marked and told. Files are never touched.
 */
import { realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { SamError, isSamError, plainError, type PlainError } from '../errors.js';
import { realpathOfExisting } from '../files/safe-path.js';
import { isWithin, listImages, type ListedImage } from '../folder/list.js';
import type { FolderWarning } from '../folder/spec.js';
import type { OptionTable, OptionsOf } from '../options.js';
import { factsOfImage, stampOf, type ImageFacts } from './image-facts.js';
import { addImages, knownImages, settle, type FoundFile, type KnownImage, type ScanChanges } from './scan-changes.js';
import type { Project } from './project.js';
import { regroup, type Regrouped } from './regroup.js';

export const SCAN_OPTIONS = {
  nearRadius: { kind: 'integer', default: 6, min: 0, max: 32, unit: 'bits of 64', summary: 'Images whose perceptual hashes differ in at most this many bits look alike and stay in one split.' },
} as const satisfies OptionTable;

export interface ScanRequest extends OptionsOf<typeof SCAN_OPTIONS> {
  /** Images whose files have changed are taken as they are now; masks that fit them stay. */
  adoptChanged?: boolean | undefined;
  /** Aborting gives up; what was read until then is kept (`interrupted/signal`). */
  stop?: AbortSignal | undefined;
  /** Told after each image that was looked at. */
  progress?: ((done: number, total: number) => void) | undefined;
}

/** `images`: those in the folder that can be read. */
export interface ScanReport extends ScanChanges, Regrouped { images: number; problems: PlainError[]; warnings: FolderWarning[] }

/** New images are written down this many at a time: a scan that is killed goes on from there. */
const BATCH = 50;

/**
 * Looks at every image once; one whose size and time of change are those that are known is not read. Memory: a list of names, one image's bytes.
 * Throws `usage/input-missing`, `usage/no-images`, `interrupted/signal`, `storage/...`; an image that cannot be read is a problem in the report.
 */
export async function scanImages(project: Project, request: ScanRequest): Promise<ScanReport> {
  const { images, warnings } = await listImages([project.imageRoot], await notImages(project));
  const known = knownImages(project);
  const byName = new Map(known.map((image) => [image.fileName, image])), contents = new Set(known.map(({ sha256 }) => sha256));
  const settled = new Set<number>(), pending: FoundFile[] = [], problems: PlainError[] = [];
  let waiting: FoundFile[] = [], added = 0, unchanged = 0;
  const flush = (): void => {
    addImages(project, waiting);
    added += waiting.length;
    waiting = [];
  };
  for (const [i, image] of images.entries()) {
    if (request.stop?.aborted === true) throw stopped(flush);
    const old = byName.get(image.fileName);
    try {
      if (old !== undefined && await isAsKnown(old, image, request)) {
        settled.add(old.id);
        unchanged++;
      } else {
        const facts = await factsOf(image);
        // bytes that no image of the project has cannot be one that was moved
        const isNew = old === undefined && !contents.has(facts.sha256);
        (isNew ? waiting : pending).push({ fileName: image.fileName, facts });
      }
    } catch (error) {
      problems.push(problemOf(error, image));
      if (old !== undefined) settled.add(old.id);
    }
    if (waiting.length >= BATCH) flush();
    request.progress?.(i + 1, images.length);
  }
  flush();
  const changes = settle(project, pending, known.filter(({ id }) => !settled.has(id)), request.adoptChanged === true);
  const still = known.filter(({ id, state }) => settled.has(id) && state === 'changed').map(({ fileName }) => fileName);
  return {
    images: images.length - problems.length, problems, warnings, ...changes, added: added + changes.added, unchanged: unchanged - still.length + changes.unchanged,
    changed: [...changes.changed, ...still].sort(), ...regroup(project, request.nearRadius),
  };
}

/** Whether a file need not be read: its size and time are those of the last look. */
async function isAsKnown(old: KnownImage, image: ListedImage, { adoptChanged }: ScanRequest): Promise<boolean> {
  if (image.problem !== undefined || old.state === 'missing' || (old.state === 'changed' && adoptChanged === true)) return false;
  const stamp = await stampOf(image.path);
  return stamp?.bytes === old.bytes && stamp.modifiedAt === old.modifiedAt;
}

/** A project inside the folder of images is no part of them; of one around it only its own house. */
async function notImages({ folder, imageRoot }: Project): Promise<string> {
  const house = join(folder, '.sam');
  const [outer, inner] = [await realpathOfExisting(imageRoot), await realpath(folder)];
  return inner !== outer && isWithin(inner, outer) ? folder : house;
}

function stopped(flush: () => void): SamError {
  flush();
  return new SamError('interrupted/signal', 'Interrupted; the images that were looked at are in the project, the same command goes on with the others.');
}

async function factsOf({ path, fileName, problem }: ListedImage): Promise<ImageFacts> {
  if (problem !== undefined) throw new SamError('image/unreadable', `The image cannot be read: ${problem}.`, { file: fileName });
  return await factsOfImage(path, fileName);
}

function problemOf(error: unknown, { fileName }: ListedImage): PlainError {
  // a fault of ours, a full disk and the like end the scan
  if (!isSamError(error) || error.kind !== 'item') throw error;
  return { ...plainError(error), file: fileName };
}
