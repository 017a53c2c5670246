/**
 * NumPy arrays of masks: one `.npy` file an image, named after it, `n x height x width` booleans. Read are also single masks
 * (`height x width`) and other plain types, as long as there are two values. A file holds masks and nothing else.
 */
import { finding } from '../../dataset/rules.js';
import type { Annotation, DatasetEntry, DatasetSource } from '../../dataset/types.js';
import { isSamError } from '../../errors.js';
import type { ImageSize } from '../../geometry/size.js';
import { bitmaskFromRle, type Rle } from '../../mask/rle.js';
import type { Format, Match, Probe, ReadOptions, Sink } from '../format.js';
import { loseAllBut, loseCategories, whereIs } from '../losses.js';
import { npyHeaderBytes } from './npy-header.js';
import { openNpyPlanes, type NpyPlanes } from './npy-planes.js';
import { OBJECT } from '../object-category.js';
import { once } from '../once.js';
import { runningIds } from '../running-ids.js';
import { rleOfAnnotation } from '../../dataset/masks.js';
import { hasImageSize, stemFiles, type StemFile } from '../stem-files.js';
import { stemPaths } from '../stem-names.js';

export const npy: Format = {
  name: 'npy',
  title: 'NumPy masks',
  detect: async (probe) => detect(probe),
  reader: {
    async read(path, options) {
      const files = await stemFiles(path, '.npy', options);
      const reported = { ...options, report: once(options.report) };
      return { categories: [OBJECT], entries: () => entriesOf(files, reported) };
    },
  },
  writer: { output: 'folder', write },
};

function detect({ path, directory, head, names }: Probe): Match {
  if (!directory) return isNpy(head) ? { score: 0.95, reason: 'the file begins as a NumPy file does' } : { score: 0, reason: `${path} does not begin as a NumPy file does` };
  const found = names.find((name) => name.toLowerCase().endsWith('.npy'));
  return found === undefined ? { score: 0, reason: 'there is no .npy file in the folder' } : { score: 0.7, reason: `there are .npy files in the folder, the first is ${found}` };
}

function isNpy(head: Uint8Array): boolean {
  return Buffer.from(head.subarray(0, 6)).toString('latin1') === '\x93NUMPY';
}

async function* entriesOf(files: readonly StemFile[], options: ReadOptions): AsyncGenerator<DatasetEntry> {
  let nextId = 1;
  for (const [i, file] of files.entries()) {
    const planes = await openPlanes(file, options);
    if (planes === undefined) continue;
    try {
      const image = { id: i + 1, fileName: file.fileName, width: planes.width, height: planes.height };
      const annotations: Annotation[] = [];
      for (let plane = 0; plane < planes.count; plane++) {
        const rle = await planes.mask(plane);
        if (typeof rle === 'string') options.report(finding('mask/not-binary', `The array is no mask: ${rle}.`, { file: file.name, record: `mask ${plane}` }));
        else annotations.push({ id: nextId++, imageId: image.id, categoryId: OBJECT.id, segmentation: { kind: 'rle', rle }, isCrowd: false });
      }
      yield { image, annotations };
    } finally {
      await planes.close();
    }
  }
}

/** The planes of a file, or `undefined` where they cannot be taken, which is reported. */
async function openPlanes(file: StemFile, { maxPixels, report }: ReadOptions): Promise<NpyPlanes | undefined> {
  let planes: NpyPlanes;
  try {
    planes = await openNpyPlanes(file.path, maxPixels, file.name);
  } catch (error) {
    if (!isSamError(error, 'data/format')) throw error;
    report(finding('file/malformed', error.message, { file: file.name }));
    return undefined;
  }
  if (await hasImageSize(file, planes, report)) return planes;
  await planes.close();
  return undefined;
}

async function write(source: DatasetSource, sink: Sink): Promise<void> {
  const lose = loseAllBut([], source, sink), ids = runningIds(sink), pathOf = stemPaths();
  loseCategories(source.categories, [OBJECT], sink);
  for await (const entry of source.entries()) {
    const { image } = entry;
    const kept: Annotation[] = [], masks: Rle[] = [];
    for (const annotation of entry.annotations) {
      const rle = rleOfAnnotation(annotation, image);
      if (rle === undefined) sink.lose('boxes', whereIs(annotation, image));
      if (rle === undefined) continue;
      if (annotation.segmentation?.kind === 'polygons') sink.lose('polygons', whereIs(annotation, image));
      masks.push(rle);
      kept.push(annotation);
    }
    lose({ image, annotations: kept });
    ids({ image, annotations: kept });
    await sink.put(`${pathOf(image.fileName)}.npy`, fileOf(masks, image));
  }
}

/** `n x height x width` booleans, one mask's pixels in memory at a time. */
async function* fileOf(masks: readonly Rle[], { width, height }: ImageSize): AsyncGenerator<Uint8Array> {
  yield npyHeaderBytes('|b1', [masks.length, height, width]);
  for (const rle of masks) yield bitmaskFromRle(rle).data;
}
