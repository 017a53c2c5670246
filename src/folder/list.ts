/** From INPUT... to images: folders are walked, globs expanded, files taken; every image once, in bytewise order of its `file_name`. */
import type { Stats } from 'node:fs';
import { lstat, realpath, stat } from 'node:fs/promises';
import { basename, dirname, extname, join, relative, sep } from 'node:path';
import { SamError, messageOf, printableName, systemCode } from '../errors.js';
import { sortedByText } from '../files/order.js';
import { realpathOfExisting } from '../files/safe-path.js';
import { storing } from '../files/storage-error.js';
import { kindOf, walk, type WalkEntry } from '../files/walk.js';
import { isRunFolder } from './house.js';
import { expandGlob, isGlob } from './glob.js';
import type { FolderWarning } from './spec.js';

/** The extensions by which an image in a folder is recognised, in any case. */
export const IMAGE_EXTENSIONS = ['.jpg', '.jpeg', '.png', '.webp', '.tif', '.tiff'] as const;

/** An image to work on. `problem` says, where that is known already, why it cannot be read. */
export interface ListedImage {
  path: string;
  /** Relative to its INPUT, with `/`. */
  fileName: string;
  /** Where it is when links in the way to its INPUT are resolved: what makes two findings the same file. */
  realPath: string;
  problem?: string;
  /** What the worker needs for this image besides its pixels: plain data, of no effect on what is skipped (it belongs in the run's record). */
  data?: unknown;
}

export interface ImageList { images: ListedImage[]; warnings: FolderWarning[] }

/** What one listing gathers. `runs`: folders that were looked at, and whether they are outputs of earlier runs. */
interface Findings { images: ListedImage[]; warnings: FolderWarning[]; others: Map<string, number>; inOutput: number; runs: Map<string, boolean> }

/**
 * Lists the images of `inputs`; nothing in `output` is listed, nor in the outputs of earlier runs below an input, but for files that are named directly. Throws `usage/input-missing`,
 * `usage/no-images`, `storage/not-writable` where `output` cannot be reached, and `usage/output-in-input` for a folder that lies in the output folder.
 */
export async function listImages(inputs: readonly string[], output: string): Promise<ImageList> {
  const findings: Findings = { images: [], warnings: [], others: new Map(), inOutput: 0, runs: new Map() };
  const realOutput = await storing(output, realpathOfExisting(output));
  for (const input of inputs) await listInput(input, output, realOutput, findings);
  const unique = new Map<string, ListedImage>();
  for (const image of findings.images) if (!unique.has(image.realPath)) unique.set(image.realPath, image);
  if (unique.size === 0) throw noImages(inputs, output, findings);
  return { images: sortedByText([...unique.values()], (image) => image.fileName), warnings: findings.warnings };
}

async function listInput(input: string, output: string, realOutput: string, findings: Findings): Promise<void> {
  if (input === '') throw new SamError('usage/input-missing', 'An INPUT is an empty text; is a variable not set?');
  let found: Stats;
  try {
    found = await stat(input);
  } catch (error) {
    // a name with brackets or stars that is there is that name; only what is not there can be a pattern
    const isThere = await lstat(input).then(() => true, () => false);
    if (!isThere && isGlob(input)) return await listGlob(input, realOutput, findings);
    const reason = systemCode(error) === 'ENOENT' ? (isThere ? 'it is a broken link' : 'there is no such file or folder') : refusalOf(error);
    throw new SamError('usage/input-missing', `Cannot read the input ${printableName(input)}: ${reason}.`, { file: input });
  }
  if (found.isDirectory()) return await listFolder(input, output, realOutput, findings);
  const realPath = join(await realpath(dirname(input)), basename(input));
  findings.images.push({ path: input, fileName: basename(input), realPath, ...problemOf(found) });
}

function problemOf(found: Stats): { problem?: string } {
  return found.isFile() ? {} : { problem: `it is ${kindOf(found)}` };
}

async function listFolder(input: string, output: string, realOutput: string, findings: Findings): Promise<void> {
  const root = await realpath(input);
  if (isWithin(root, realOutput)) {
    const where = root === realOutput ? 'is the output folder' : `lies in the output folder ${printableName(output)}`;
    throw new SamError('usage/output-in-input', `The input ${printableName(input)} ${where}, which is never read as input; choose another --output.`, { file: input });
  }
  const enter = (folder: string): boolean => join(root, relative(input, folder)) !== realOutput && !isSkippedRun(folder, findings);
  for await (const entry of walk(input, enter)) {
    // the INPUT itself, which is no image among others
    if (entry.name === '') throw new SamError('usage/input-missing', `Cannot read the input ${printableName(input)}: ${entry.problem ?? 'it is no folder'}.`, { file: input });
    takeEntry(entry, join(root, entry.name), findings);
  }
}

function refusalOf(error: unknown): string {
  return systemCode(error) === 'EACCES' ? 'permission denied' : messageOf(error);
}

function takeEntry(entry: WalkEntry, realPath: string, findings: Findings): void {
  const { path, name, problem } = entry;
  if (entry.isLink === true && problem !== undefined) {
    findings.warnings.push({ code: 'folder/remark', message: `${problem}; to read it, name it as an input of its own.`, file: path });
  } else if (hasImageExtension(name) || entry.isFolder === true) {
    // an unreadable folder stands for the images in it: it must not go unnoticed
    findings.images.push({ path, fileName: name, realPath, ...(problem === undefined ? {} : { problem }) });
  } else countOther(name, findings);
}

async function listGlob(pattern: string, realOutput: string, findings: Findings): Promise<void> {
  const { base, paths } = await expandGlob(pattern);
  if (paths.length === 0) return;
  const root = await realpath(base);
  for (const path of paths) {
    const fileName = relative(base, path).split(sep).join('/');
    const realPath = join(root, fileName);
    if (fileName.startsWith('../')) throw new SamError('usage/input-missing', `The pattern ${printableName(pattern)} leads out of ${printableName(base)}: no .. after a wildcard.`, { file: pattern });
    if (isWithin(realPath, realOutput)) findings.inOutput++;
    else if (foldersBetween(base, path).some((folder) => isSkippedRun(folder, findings))) countOther(fileName, findings);
    else if (!hasImageExtension(fileName)) countOther(fileName, findings);
    else {
      const found = await stat(path).catch(() => undefined);
      if (found?.isDirectory() === true) countOther('', findings);
      else findings.images.push({ path, fileName, realPath, ...(found === undefined ? { problem: 'it is a broken link' } : problemOf(found)) });
    }
  }
}

/**
 * Whether a folder below an input is the output of an earlier run: its pictures are masks and overlays, no photographs. It is told once; a
 * user who wants it names it as an input of its own.
 */
function isSkippedRun(folder: string, { runs, warnings }: Findings): boolean {
  const known = runs.get(folder);
  if (known !== undefined) return known;
  const isRun = isRunFolder(folder);
  runs.set(folder, isRun);
  if (isRun) warnings.push({ code: 'folder/remark', message: 'The output of an earlier run is not read as input; to read it, name it as an input of its own.', file: folder });
  return isRun;
}

/** The folders below `base` on the way to a file, the outermost first. */
function foldersBetween(base: string, path: string): string[] {
  const parts = relative(base, dirname(path)).split(sep).filter((part) => part !== '');
  return parts.map((_, i) => join(base, ...parts.slice(0, i + 1)));
}

function hasImageExtension(name: string): boolean {
  const extension = extname(name).toLowerCase();
  return IMAGE_EXTENSIONS.some((known) => known === extension);
}

/** True if `path` is `folder` or below it; both resolved. */
export function isWithin(path: string, folder: string): boolean {
  return path === folder || path.startsWith(folder.endsWith(sep) ? folder : folder + sep);
}

function countOther(name: string, findings: Findings): void {
  const extension = extname(name).toLowerCase() || 'no extension';
  findings.others.set(extension, (findings.others.get(extension) ?? 0) + 1);
}

function noImages(inputs: readonly string[], output: string, { others, inOutput }: Findings): SamError {
  const where = inputs.map((input) => printableName(input)).join(', ');
  const skipped = [...others].sort((a, b) => b[1] - a[1]).slice(0, 5).map(([extension, count]) => `${count} × ${printableName(extension)}`);
  if (inOutput > 0) skipped.push(`${inOutput} in the output folder ${printableName(output)}`);
  const what = skipped.length === 0 ? 'nothing is there' : `what is there was skipped: ${skipped.join(', ')}`;
  return new SamError('usage/no-images', `No image in ${where}: ${what}. Images in folders end in ${IMAGE_EXTENSIONS.join(', ')}.`);
}
