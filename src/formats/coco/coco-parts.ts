/**
 * COCO instances as `segment-all` writes them: one file for all images, made from a part an image so that a run can stop and go on.
 * Ids count from 1 in bytewise `file_name` order; boxes as pycocotools' `toBbox`; masks as compressed RLE, never crowds.
 */
import { readFile } from 'node:fs/promises';
import { SamError } from '../../errors.js';
import { boxToCocoXywh } from '../../geometry/box.js';
import { rleToCoco } from '../../mask/rle-string.js';
import type { EncodedFile, GeneratedImage } from '../generated.js';

/** One annotation of a part: what it is before it has ids. */
interface PartAnnotation { segmentation: { size: [number, number]; counts: string }; area: number; bbox: [number, number, number, number]; score: number }

/** An image of the finished file, and where its part lies. */
export interface CocoPart { fileName: string; width: number; height: number; path: string }

/** The part of one image: a JSON array of annotations without ids. `path`: where the run keeps it. */
export function encodeCocoPart(image: GeneratedImage, path: string): EncodedFile[] {
  const annotations: PartAnnotation[] = image.masks.map((mask) => ({
    segmentation: rleToCoco(mask.rle), area: mask.area, bbox: boxToCocoXywh(mask.box), score: mask.predictedIou,
  }));
  return [{ path, bytes: Buffer.from(`${JSON.stringify(annotations)}\n`) }];
}

/** The whole file as text in pieces: no more than one image's part in memory. `parts` in bytewise `fileName` order. */
export async function* cocoFile(parts: Iterable<CocoPart>, category: string): AsyncGenerator<string> {
  const list = [...parts];
  yield '{"images": [';
  for (const [i, part] of list.entries()) yield `${i === 0 ? '\n' : ',\n'}${imageLine(i + 1, part.fileName, part.width, part.height)}`;
  yield `${list.length === 0 ? '' : '\n'}],\n"annotations": [`;
  let id = 0;
  for (const [i, part] of list.entries()) {
    const annotations = await readPart(part);
    yield annotations.map((annotation) => `${++id === 1 ? '\n' : ',\n'}${annotationLine(id, i + 1, annotation)}`).join('');
  }
  yield `${id === 0 ? '' : '\n'}],\n"categories": [${JSON.stringify({ id: 1, name: category, supercategory: '' })}]}\n`;
}

async function readPart(part: CocoPart): Promise<PartAnnotation[]> {
  try {
    // written by encodeCocoPart and checked against its recorded hash by the run
    return JSON.parse(await readFile(part.path, 'utf8')) as PartAnnotation[];
  } catch (error) {
    throw new SamError('data/json', 'A finished part of the run cannot be read back.', { file: part.fileName, cause: error });
  }
}

function imageLine(id: number, fileName: string, width: number, height: number): string {
  return JSON.stringify({ id, file_name: fileName, width, height });
}

function annotationLine(id: number, imageId: number, a: PartAnnotation): string {
  return JSON.stringify({ id, image_id: imageId, category_id: 1, segmentation: a.segmentation, area: a.area, bbox: a.bbox, iscrowd: 0, score: a.score });
}
