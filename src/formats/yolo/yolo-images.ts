/**
 * The images of a YOLO dataset and the label file of each. Without `--images` they are those that lie in the dataset's places, named
 * relative to its root; with it they are looked for in that folder, and named relative to it.
 */
import { join } from 'node:path';
import { finding } from '../../dataset/rules.js';
import type { Report, Split } from '../../dataset/types.js';
import { printableName } from '../../errors.js';
import { insideRoot } from '../../files/safe-path.js';
import { walk } from '../../files/walk.js';
import { isThere, readWhole } from '../file-bytes.js';
import type { ReadOptions } from '../format.js';
import { isImageName } from '../image-folder.js';
import { within, type YoloConfig, type YoloPlace } from './yolo-config.js';
import { behindLast, labelPathOf } from './yolo-label-path.js';
import { labelIndex } from './yolo-label-index.js';

/** `folder`: where `fileName` is. `label`: relative to the dataset's root; it need not be there (an image without objects). */
export interface YoloImage { fileName: string; folder: string; label?: string; split?: Split }

const MAX_LIST_BYTES = 256 * 2 ** 20;

/** In the order of the lists, bytewise in folders. What is in the lists and cannot be is reported. */
export async function yoloImages(config: YoloConfig, options: Pick<ReadOptions, 'images' | 'report'>): Promise<YoloImage[]> {
  const images = new Map<string, YoloImage>();
  const add = (image: YoloImage, file: string): void => {
    if (images.has(image.fileName)) options.report(finding('image/repeated', `The image ${printableName(image.fileName)} was listed before.`, { file }));
    else images.set(image.fileName, image);
  };
  const places = config.places ?? [{ path: await isThere(join(config.root, 'images')) || await isThere(join(config.root, 'labels')) ? 'images' : '' }];
  const folders: YoloPlace[] = [];
  for (const place of places) {
    if (place.path.toLowerCase().endsWith('.txt')) for await (const image of listed(config, place, options)) add(image, place.path);
    else if (options.images !== undefined) folders.push(place);
    else for await (const image of inPlace(config, place, options)) add(image, place.path);
  }
  if (options.images !== undefined && folders.length > 0) for await (const image of inFolder(config, folders, options.images, options)) add(image, config.file);
  return [...images.values()];
}

async function* inPlace({ root, file }: YoloConfig, { path, split }: YoloPlace, { report }: Pick<ReadOptions, 'report'>): AsyncGenerator<YoloImage> {
  const folder = await insideRoot(root, path === '' ? '.' : path, file);
  if (!await isThere(folder)) {
    report(finding('image/missing', `The folder "${printableName(path)}" is not there; --images says where the images are.`, { file, path: split ?? 'train' }));
    return;
  }
  for await (const name of imagesBelow(folder, report)) {
    const fileName = path === '' ? name : `${path}/${name}`;
    yield { fileName, folder: root, label: labelPathOf(fileName), ...(split === undefined ? {} : { split }) };
  }
}

/** A list has a path a line: relative to the list if it begins with `./`, else to the dataset's root. */
async function* listed({ root, file }: YoloConfig, { path, split }: YoloPlace, { images, report }: Pick<ReadOptions, 'images' | 'report'>): AsyncGenerator<YoloImage> {
  const text = Buffer.from(await readWhole(await insideRoot(root, path, file), MAX_LIST_BYTES, path)).toString();
  const lines = text.replace(/^\ufeff/, '').split(/\r?\n/);
  for (const [i, line] of lines.entries()) {
    if (line.trim() === '') continue;
    const at = { file: path, record: `line ${i + 1}`, line: i + 1 };
    const name = within(root, line.startsWith('./') ? join(path, '..', line) : line);
    if (name === undefined || name === '') {
      report(finding('path/outside', `The image "${printableName(line)}" lies outside of the dataset's folder.`, at));
      continue;
    }
    const fileName = images === undefined ? name : await foundIn(images, name, split);
    if (fileName === undefined) report(finding('image/missing', `The image ${printableName(name)} is not below --images.`, at));
    else yield { fileName, folder: images ?? root, label: labelPathOf(name), ...(split === undefined ? {} : { split }) };
  }
}

/** The name below `--images` of an image that the dataset knows as `name`: as our writer put it, else by more and more of its path. */
async function foundIn(images: string, name: string, split: Split | undefined): Promise<string | undefined> {
  const behind = behindLast(name, 'images');
  const folder = `${split ?? 'train'}/`;
  const candidates = [...(behind?.startsWith(folder) === true ? [behind.slice(folder.length)] : []), ...(behind === undefined ? [] : [behind]), name];
  for (const candidate of candidates) if (await isThere(join(images, candidate))) return candidate;
  return undefined;
}

async function* imagesBelow(folder: string, report: Report): AsyncGenerator<string> {
  for await (const { name, problem, isFolder } of walk(folder)) {
    if (problem !== undefined && (isFolder || isImageName(name))) report(finding('image/missing', `It cannot be read: ${problem}.`, { file: name === '' ? folder : name }));
    else if (problem === undefined && isImageName(name)) yield name;
  }
}

async function* inFolder(config: YoloConfig, places: readonly YoloPlace[], images: string, { report }: Pick<ReadOptions, 'report'>): AsyncGenerator<YoloImage> {
  const index = await labelIndex(config, places);
  for await (const name of imagesBelow(images, report)) {
    const label = index.take(name);
    if (label === 'ambiguous') report(finding('image/ambiguous', `The image ${printableName(name)} has a label file in several splits.`, { file: name }));
    else yield { fileName: name, folder: images, ...(label === undefined ? {} : label) };
  }
  for (const label of index.left()) report(finding('image/missing', 'No image below --images belongs to this label file.', { file: label }));
}
