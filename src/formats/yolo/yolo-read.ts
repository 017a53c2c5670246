/** YOLO datasets as a stream of images: sizes from the images' headers, rows from the label files, ids from 1 in that order. */
import { isUtf8 } from 'node:buffer';
import { join } from 'node:path';
import { finding } from '../../dataset/rules.js';
import type { DatasetEntry, DatasetSource } from '../../dataset/types.js';
import { SamError } from '../../errors.js';
import { insideRoot } from '../../files/safe-path.js';
import type { ImageSize } from '../../geometry/size.js';
import { isThere, readWhole } from '../file-bytes.js';
import type { ReadOptions } from '../format.js';
import { imageSizeIn } from '../image-folder.js';
import { once } from '../once.js';
import { readYoloConfig, type YoloConfig } from './yolo-config.js';
import { yoloImages, type YoloImage } from './yolo-images.js';
import { parseRows, type RowAt, type YoloTask } from './yolo-rows.js';

const MAX_LABEL_BYTES = 64 * 2 ** 20;

export async function readYolo(path: string, task: YoloTask, given: ReadOptions): Promise<DatasetSource> {
  const options = { ...given, report: once(given.report) };
  if (options.images !== undefined && !await isThere(options.images)) throw new SamError('usage/input-missing', 'The folder of --images does not exist.', { file: options.images });
  const config = await readYoloConfig(path, options.report);
  const images = await yoloImages(config, options);
  return { categories: [...config.classes.values()], entries: () => entriesOf(config, images, task, options) };
}

async function* entriesOf(config: YoloConfig, images: readonly YoloImage[], task: YoloTask, options: ReadOptions): AsyncGenerator<DatasetEntry> {
  let imageId = 0, annotationId = 0;
  for (const { fileName, folder, label, split } of images) {
    const size = await sizeOf(folder, fileName, options);
    if (size === undefined) continue;
    imageId++;
    const rows = label === undefined ? [] : await rowsOf(config, label, size, task, options);
    const annotations = rows.map(({ row, line }) => {
      const annotation = { id: ++annotationId, imageId, isCrowd: false, ...row };
      if (label !== undefined) options.placed?.(annotation, () => ({ file: label, record: `line ${line}`, line }));
      return annotation;
    });
    const image = { id: imageId, fileName, ...size, ...(split === undefined ? {} : { split }) };
    options.placed?.(image, () => ({ file: fileName }));
    yield { image, annotations };
  }
}

async function sizeOf(folder: string, fileName: string, { maxPixels, report }: ReadOptions): Promise<ImageSize | undefined> {
  const size = await imageSizeIn(folder, fileName).catch((error: unknown) => {
    if (error instanceof SamError) return error;
    throw error;
  });
  const wrong = size instanceof SamError
    ? finding('image/missing', `The image gives no size: ${size.message}`, { file: fileName })
    : size.width * size.height > maxPixels ? finding('image/invalid', `The image has ${size.width} x ${size.height} pixels, more than --max-pixels ${maxPixels}.`, { file: fileName }) : undefined;
  if (wrong !== undefined) report(wrong);
  return size instanceof SamError || wrong !== undefined ? undefined : size;
}

/** No label file, or an empty one: an image without objects. */
async function rowsOf({ root, classes }: YoloConfig, label: string, size: ImageSize, task: YoloTask, { report }: ReadOptions): Promise<RowAt[]> {
  if (!await isThere(join(root, label))) return [];
  const bytes = await readWhole(await insideRoot(root, label), MAX_LABEL_BYTES, label);
  if (!isUtf8(bytes)) {
    report(finding('file/malformed', 'The label file is no UTF-8 text.', { file: label }));
    return [];
  }
  return parseRows(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString(), { task, classes, size, file: label, report });
}
