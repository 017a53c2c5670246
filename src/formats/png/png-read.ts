/** Reads folders of PNG masks: those that `amg.py` and `segment-all` write, and numbered PNG files without `metadata.csv`. */
import { readdir } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { finding } from '../../dataset/rules.js';
import type { Annotation, DatasetEntry, DatasetSource, Report } from '../../dataset/types.js';
import { SamError, isSamError } from '../../errors.js';
import { sortedByText } from '../../files/order.js';
import { walk } from '../../files/walk.js';
import type { ImageSize } from '../../geometry/size.js';
import type { Rle } from '../../mask/rle.js';
import { maskOfSamples } from '../binary-mask.js';
import { isFolder, readWhole } from '../file-bytes.js';
import type { ReadOptions } from '../format.js';
import { readMaskPicture } from '../mask-picture.js';
import { OBJECT } from '../object-category.js';
import { once } from '../once.js';
import { metadataRows, type MetadataRow } from './png-metadata.js';
import { stemNames, type StemNames } from '../stem-names.js';

const MAX_METADATA_BYTES = 2 ** 26, MAX_PNG_BYTES = 2 ** 30;
const NUMBERED = /^[0-9]{1,15}\.png$/i;

/** The folder of one image. `name`: relative to the whole, for findings. */
interface MaskFolder { path: string; name: string; fileName: string; hasMetadata: boolean }

/** Folders in bytewise order of their images' names. Throws `usage/input-missing`, and `data/format` where there is none. */
export async function readPngFolder(path: string, options: ReadOptions): Promise<DatasetSource> {
  if (!await isFolder(path)) throw new SamError('data/format', 'PNG masks lie in folders, one for each image; this is a file.', { file: path });
  const report = once(options.report);
  const names = await stemNames({ images: options.images, report });
  const folders = await foldersOf(path, names, report);
  return { categories: [OBJECT], entries: () => entriesOf(folders, names, { ...options, report }) };
}

async function foldersOf(path: string, names: StemNames, report: Report): Promise<MaskFolder[]> {
  const found = new Map<string, boolean>();
  for await (const { name, problem, isFolder: isUnread = false } of walk(path)) {
    if (problem !== undefined && (isUnread || /(?:\.png|metadata\.csv)$/i.test(name))) report(finding('file/malformed', `It cannot be read: ${problem}.`, { file: name }));
    if (problem !== undefined) continue;
    const slash = name.lastIndexOf('/');
    const folder = slash < 0 ? '' : name.slice(0, slash), file = name.slice(slash + 1);
    if (file === 'metadata.csv') found.set(folder, true);
    else if (NUMBERED.test(file) && !found.has(folder)) found.set(folder, false);
  }
  if (found.size === 0) throw new SamError('data/format', 'There is no folder of numbered PNG masks.', { file: path });
  const folders: MaskFolder[] = [];
  for (const [folder, hasMetadata] of found) {
    const name = folder === '' ? basename(resolve(path)) : folder;
    const fileName = names.nameOf(name, { file: name });
    if (fileName !== undefined) folders.push({ path: join(path, folder), name, fileName, hasMetadata });
  }
  return sortedByText(folders, ({ fileName }) => fileName);
}

async function* entriesOf(folders: readonly MaskFolder[], names: StemNames, options: ReadOptions): AsyncGenerator<DatasetEntry> {
  let nextId = 1;
  for (const [i, folder] of folders.entries()) {
    const stated = await names.sizeOf(folder.fileName, { file: folder.name }, options.report);
    if (stated === 'unreadable') continue;
    let size: ImageSize | undefined = stated;
    const annotations: Annotation[] = [];
    for (const { file, area, generator } of await masksOf(folder, options.report)) {
      const rle = await maskIn(folder, file, size, options);
      if (rle === undefined) continue;
      size ??= { width: rle.width, height: rle.height };
      annotations.push({
        id: nextId++, imageId: i + 1, categoryId: OBJECT.id, segmentation: { kind: 'rle', rle }, isCrowd: false,
        ...(area === undefined ? {} : { area }), ...(generator === undefined ? {} : { generator }),
      });
    }
    if (size !== undefined) yield { image: { id: i + 1, fileName: folder.fileName, width: size.width, height: size.height }, annotations };
    else options.report(finding('image/size-unknown', 'The folder has no mask that can be read, so nothing says how large the image is; --images DIR does.', { file: folder.name }));
  }
}

/** The masks of a folder with their files: as `metadata.csv` lists them, else by number. */
async function masksOf({ path, name, hasMetadata }: MaskFolder, report: Report): Promise<(Omit<MetadataRow, 'id'> & { file: string })[]> {
  if (!hasMetadata) return (await readdir(path)).filter((file) => NUMBERED.test(file)).map((file) => ({ file })).sort((a, b) => Number.parseInt(a.file, 10) - Number.parseInt(b.file, 10) || (a.file < b.file ? -1 : 1));
  const file = `${name}/metadata.csv`;
  try {
    return metadataRows(await readWhole(join(path, 'metadata.csv'), MAX_METADATA_BYTES, file), file, report).map((row) => ({ ...row, file: `${row.id}.png` }));
  } catch (error) {
    if (!isSamError(error, 'data/format', 'data/unreadable')) throw error;
    report(finding('file/malformed', error.message, { file, ...(error.record === undefined ? {} : { record: error.record }) }));
    return [];
  }
}

/** One mask, or `undefined` where there is none, which is reported. */
async function maskIn(folder: MaskFolder, png: string, image: ImageSize | undefined, { maxPixels, report }: ReadOptions): Promise<Rle | undefined> {
  const file = `${folder.name}/${png}`;
  try {
    const samples = await readMaskPicture(await readWhole(join(folder.path, png), MAX_PNG_BYTES, file), file, maxPixels);
    const isSize = image === undefined || (image.width === samples.width && image.height === samples.height);
    const rle = isSize ? maskOfSamples(samples) : undefined;
    if (typeof rle === 'object') return rle;
    if (image !== undefined && !isSize) report(finding('size/mismatch', `The mask is ${samples.width} x ${samples.height}, the image ${image.width} x ${image.height}.`, { file }));
    else report(finding('mask/not-binary', `The picture is no mask: ${rle ?? ''}.`, { file }));
  } catch (error) {
    if (!(error instanceof SamError) || error.code === 'data/record' || (error.kind !== 'data' && error.kind !== 'item')) throw error;
    report(finding('file/malformed', error.message, { file }));
  }
  return undefined;
}
