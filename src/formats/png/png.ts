/**
 * Meta's `amg.py` form: a folder an image with one 0/255 PNG a mask and `metadata.csv` in its columns. Categories and ids have no place in
 * it; how a mask was made has, and stays empty where it is not known.
 */
import type { Annotation, DatasetSource } from '../../dataset/types.js';
import { boxToSa1bXywh } from '../../geometry/box.js';
import { encodePngGrey } from '../../image/encode.js';
import { bitmaskFromRle, boxFromRle, rleArea, type Rle } from '../../mask/rle.js';
import type { Format, Match, Probe, Sink } from '../format.js';
import { pathStem, type EncodedFile, type GeneratedImage } from '../generated.js';
import { loseAllBut, loseCategories, whereIs } from '../losses.js';
import { OBJECT } from '../object-category.js';
import { PNG_METADATA } from './png-metadata.js';
import { readPngFolder } from './png-read.js';
import { runningIds } from '../running-ids.js';
import { rleOfAnnotation } from '../../dataset/masks.js';
import { stemPaths } from '../stem-names.js';

const HEADER = PNG_METADATA.join(',');

export const png: Format = {
  name: 'png',
  title: 'PNG masks',
  detect,
  reader: { read: readPngFolder },
  writer: { output: 'folder', write },
};

export function pngFolder(fileName: string): string {
  return pathStem(fileName);
}

/** Files `<stem>/0.png ...` and `<stem>/metadata.csv`; one mask's pixels in memory at a time. */
export async function encodePngMasks(image: GeneratedImage): Promise<EncodedFile[]> {
  const folder = pngFolder(image.fileName);
  const files: EncodedFile[] = [];
  const rows = [HEADER];
  for (const [i, mask] of image.masks.entries()) {
    files.push({ path: `${folder}/${i}.png`, bytes: await encodeMask(mask.rle) });
    const { cropBox: crop } = mask;
    rows.push([i, mask.area, ...boxToSa1bXywh(mask.box), ...(mask.pointCoords[0] ?? [0, 0]), mask.predictedIou, mask.stabilityScore,
      crop.x0, crop.y0, crop.x1 - crop.x0, crop.y1 - crop.y0].join(','));
  }
  files.push({ path: `${folder}/metadata.csv`, bytes: Buffer.from(`${rows.join('\n')}\n`) });
  return files;
}

/** A mask as a grey PNG of 0 and 255. */
export async function encodeMask(rle: Rle): Promise<Uint8Array> {
  const { data, width, height } = bitmaskFromRle(rle);
  for (let p = 0; p < data.length; p++) data[p] = data[p]! * 255;
  return encodePngGrey(data, width, height);
}

async function detect(probe: Probe): Promise<Match> {
  const { directory, names } = probe;
  if (!directory) return { score: 0, reason: 'PNG masks lie in folders, this is a file' };
  const metadata = names.find((name) => name === 'metadata.csv' || name.endsWith('/metadata.csv'));
  if (metadata !== undefined && Buffer.from(await probe.headOf(metadata)).toString('latin1').startsWith('id,area,bbox_x0')) return { score: 0.95, reason: `${metadata} has the columns that amg.py writes` };
  const mask = names.find((name) => /(?:^|\/)[0-9]+\.png$/.test(name));
  if (mask !== undefined && mask.includes('/')) return { score: 0.6, reason: `there are numbered PNG files in folders, the first is ${mask}` };
  return { score: 0, reason: 'there is no metadata.csv of amg.py, and there are no numbered PNG files in folders' };
}

async function write(source: DatasetSource, sink: Sink): Promise<void> {
  const lose = loseAllBut(['generator'], source, sink), ids = runningIds(sink), folderOf = stemPaths();
  loseCategories(source.categories, [OBJECT], sink);
  for await (const { image, annotations } of source.entries()) {
    const folder = folderOf(image.fileName);
    const kept: Annotation[] = [], rows = [HEADER];
    for (const annotation of annotations) {
      const rle = rleOfAnnotation(annotation, image), where = whereIs(annotation, image);
      if (rle === undefined) sink.lose('boxes', where);
      if (rle === undefined) continue;
      if (annotation.segmentation?.kind === 'polygons') sink.lose('polygons', where);
      if ((annotation.generator?.pointCoords?.length ?? 0) > 1) sink.lose('generator', where);
      await sink.put(`${folder}/${kept.length}.png`, await encodeMask(rle));
      rows.push(metadataRow(kept.length, rle, annotation));
      kept.push(annotation);
    }
    lose({ image, annotations: kept });
    ids({ image, annotations: kept });
    await sink.put(`${folder}/metadata.csv`, `${rows.join('\n')}\n`);
  }
}

/** A row as `encodePngMasks` writes it; cells of what is not known are empty. */
function metadataRow(i: number, rle: Rle, { generator }: Annotation): string {
  const box = boxToSa1bXywh(boxFromRle(rle) ?? { x0: 0, y0: 0, x1: 0, y1: 0 });
  const [x, y] = generator?.pointCoords?.[0] ?? [];
  const crop = generator?.cropBox;
  return [i, rleArea(rle), ...box, x, y, generator?.predictedIou, generator?.stabilityScore,
    ...(crop === undefined ? ['', '', '', ''] : [crop.x0, crop.y0, crop.x1 - crop.x0, crop.y1 - crop.y0])].join(',');
}
