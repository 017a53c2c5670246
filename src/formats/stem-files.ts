/** The files of formats that have one file an image, called after it: found in a folder, or the one that was named. */
import { basename } from 'node:path';
import { finding } from '../dataset/rules.js';
import type { Report } from '../dataset/types.js';
import { sortedByText } from '../files/order.js';
import { walk, type WalkEntry } from '../files/walk.js';
import type { ImageSize } from '../geometry/size.js';
import { isFolder } from './file-bytes.js';
import type { ReadOptions } from './format.js';
import { stemNames } from './stem-names.js';

/** `name`: the file's, relative to the folder, for findings. `fileName`: the image's. */
export interface StemFile { path: string; name: string; fileName: string; imageSize(report: Report): Promise<ImageSize | 'unreadable' | undefined> }

/** The files whose name ends in `extension` (with its dot), in bytewise order of their images' names; what cannot be looked into is reported. Throws `usage/input-missing`. */
export async function stemFiles(path: string, extension: string, options: Pick<ReadOptions, 'images' | 'report'>): Promise<StemFile[]> {
  const names = await stemNames(options);
  const files: StemFile[] = [];
  for await (const { path: at, name, problem, isFolder: isUnread = false } of filesOf(path)) {
    if (!isUnread && !name.toLowerCase().endsWith(extension)) continue;
    if (problem !== undefined) options.report(finding('file/malformed', `The file cannot be read: ${problem}.`, { file: name }));
    const fileName = problem === undefined ? names.nameOf(name.slice(0, -extension.length), { file: name }) : undefined;
    if (fileName !== undefined) files.push({ path: at, name, fileName, imageSize: (report) => names.sizeOf(fileName, { file: name }, report) });
  }
  return sortedByText(files, ({ fileName }) => fileName);
}

async function* filesOf(path: string): AsyncGenerator<WalkEntry> {
  if (await isFolder(path)) yield* walk(path);
  else yield { path, name: basename(path) };
}

/** Reports where an image has another size than the file that was made for it; true where the file may be taken. */
export async function hasImageSize(file: StemFile, { width, height }: ImageSize, report: Report): Promise<boolean> {
  const image = await file.imageSize(report);
  if (image === undefined) return true;
  if (image === 'unreadable') return false;
  if (image.width === width && image.height === height) return true;
  report(finding('size/mismatch', `The masks are ${width} x ${height}, the image ${file.fileName} is ${image.width} x ${image.height}.`, { file: file.name }));
  return false;
}
