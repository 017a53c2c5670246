/** A dataset as a COCO instances file: a record a line, as `segment-all` lays it out; keys that COCO does not know stay on their records. */
import type { Annotation, Category, DatasetSource, Extra, ImageRecord } from '../../dataset/types.js';
import type { ImageSize } from '../../geometry/size.js';
import { canonicalRle } from '../../mask/merge.js';
import { rleArea, type Rle } from '../../mask/rle.js';
import { rleToCoco, type CocoRleString } from '../../mask/rle-string.js';
import { boxToShortXywh } from './coco-box.js';
import { planIds, type IdPlan } from './coco-ids.js';
import { ALL_ANNOTATION_KEYS, CATEGORY_KEYS, IMAGE_KEYS } from './coco-records.js';
import { unknownKeys } from '../extra-keys.js';
import type { Sink } from '../format.js';
import type { JsonObject } from '../record-check.js';
import { rleOfAnnotation } from '../../dataset/masks.js';
import { boxOf } from '../../dataset/shape-of.js';

/** Writes the file. Loses splits, and ids that are 0 or not unique. */
export async function writeCoco(source: DatasetSource, sink: Sink): Promise<void> {
  const plan = await planIds(source, sink);
  await sink.put('', pieces(source, plan, sink));
}

async function* pieces(source: DatasetSource, { images, imageIds, annotationIds }: IdPlan, sink: Sink): AsyncGenerator<string> {
  yield `{${topLines(source.extra, sink)}"images": [`;
  let place = 0;
  for await (const image of images) {
    if (image.split !== undefined) sink.lose('splits', `image ${image.fileName}`);
    yield `${place === 0 ? '\n' : ',\n'}${JSON.stringify(imageRecord(image, imageIds?.[place] ?? image.id, sink))}`;
    place++;
  }
  yield `${place === 0 ? '' : '\n'}],\n"annotations": [`;
  let count = 0;
  place = 0;
  for await (const { image, annotations } of source.entries()) {
    const imageId = imageIds?.[place++] ?? image.id;
    let lines = '';
    for (const annotation of annotations) {
      const id = annotationIds?.[count] ?? annotation.id;
      lines += `${count++ === 0 ? '\n' : ',\n'}${JSON.stringify({ id, ...annotationRecord(annotation, imageId, image, sink) })}`;
    }
    if (lines !== '') yield lines;
  }
  yield `${count === 0 ? '' : '\n'}],\n"categories": [${source.categories.map((category) => JSON.stringify(categoryRecord(category, sink))).join(',\n')}]}\n`;
}

const LISTS: ReadonlySet<string> = new Set(['images', 'annotations', 'categories']);

/** `info`, `licenses` and what else a file has beside its lists, a line each. */
function topLines(extra: Extra | undefined, sink: Sink): string {
  return Object.entries(unknownKeys(extra, LISTS, sink, 'the file')).map(([key, value]) => `${JSON.stringify(key)}: ${JSON.stringify(value)},\n`).join('');
}

function imageRecord({ fileName, width, height, extra }: ImageRecord, id: number, sink: Sink): unknown {
  return { id, file_name: fileName, width, height, ...unknownKeys(extra, IMAGE_KEYS, sink, `image ${fileName}`) };
}

function categoryRecord({ id, name, supercategory, extra }: Category, sink: Sink): unknown {
  return { id, name, supercategory: supercategory ?? '', ...unknownKeys(extra, CATEGORY_KEYS, sink, `category ${name}`) };
}

/** An annotation's keys but its id. `area` and `bbox`, which COCO's programs need, are computed where the source does not state them. */
function annotationRecord(annotation: Annotation, imageId: number, size: ImageSize, sink: Sink): JsonObject {
  const { categoryId, segmentation, isCrowd } = annotation;
  return {
    image_id: imageId, category_id: categoryId,
    segmentation: segmentation === undefined ? [] : segmentation.kind === 'polygons' ? segmentation.rings : { ...cocoRle(segmentation.rle) },
    area: annotation.area ?? areaOf(annotation, size), bbox: bboxOf(annotation), iscrowd: isCrowd ? 1 : 0, ...optionalKeys(annotation, sink),
  };
}

/** Score, what the generator knows, attributes, and the keys that COCO has no name for. */
export function optionalKeys({ id, score, generator, attributes, extra }: Annotation, sink: Sink): JsonObject {
  const { predictedIou, stabilityScore, pointCoords, cropBox } = generator ?? {};
  return {
    ...(score === undefined ? {} : { score }), ...(predictedIou === undefined ? {} : { predicted_iou: predictedIou }),
    ...(stabilityScore === undefined ? {} : { stability_score: stabilityScore }), ...(pointCoords === undefined ? {} : { point_coords: pointCoords }),
    ...(cropBox === undefined ? {} : { crop_box: boxToShortXywh(cropBox) }), ...(attributes === undefined ? {} : { attributes }),
    ...unknownKeys(extra, ALL_ANNOTATION_KEYS, sink, `annotation ${id}`),
  };
}

/** The compressed form. */
export function cocoRle(rle: Rle): CocoRleString {
  return rleToCoco(plainRle(rle));
}

/** Without runs of no length, on which other programs' boxes go wrong. */
export function plainRle(rle: Rle): Rle {
  return rle.counts.indexOf(0, 1) < 0 ? rle : canonicalRle(rle);
}

function areaOf(annotation: Annotation, size: ImageSize): number {
  const mask = rleOfAnnotation(annotation, size);
  if (mask !== undefined) return rleArea(mask);
  const { x0, y0, x1, y1 } = annotation.box ?? NO_BOX;
  return (x1 - x0) * (y1 - y0);
}

const NO_BOX = { x0: 0, y0: 0, x1: 0, y1: 0 };

/** As pycocotools' `toBbox` has it for a mask (an empty one: zeros), around the points of polygons; none at all as an empty list. */
export function bboxOf(annotation: Annotation): number[] {
  const box = boxOf(annotation);
  if (box === undefined && annotation.segmentation === undefined) return [];
  return boxToShortXywh(box ?? NO_BOX);
}
