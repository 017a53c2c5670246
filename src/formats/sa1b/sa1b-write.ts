/** A dataset as SA-1B files, one an image, laid out as `segment-all` writes them; what the format has no key for is a loss. */
import type { Annotation, DatasetEntry, DatasetSource, Extra } from '../../dataset/types.js';
import { boxToSa1bXywh } from '../../geometry/box.js';
import { boxFromRle, rleArea, type Rle } from '../../mask/rle.js';
import { boxToShortXywh } from '../coco/coco-box.js';
import { cocoRle } from '../coco/coco-write.js';
import { unknownKeys } from '../extra-keys.js';
import type { Sink } from '../format.js';
import { loseAllBut, loseCategories, whereIs } from '../losses.js';
import { OBJECT } from '../object-category.js';
import { SA1B_ANNOTATION_KEYS, SA1B_IMAGE_KEYS } from './sa1b-records.js';
import { rleOfAnnotation } from '../../dataset/masks.js';
import { stemPaths } from '../stem-names.js';

/** Writes one file an image. Loses categories, boxes without masks, polygons, crowds, scores, attributes, splits, ids over all files. */
export async function writeSa1b(source: DatasetSource, sink: Sink): Promise<void> {
  if (source.categories.length > 0) loseCategories(source.categories, [OBJECT], sink);
  if (source.extra !== undefined) sink.lose('extra', 'the dataset');
  const loseOthers = loseAllBut(['generator', 'extra'], source, sink);
  const pathOf = stemPaths();
  const hasRunningIds = idsInOrder();
  for await (const entry of source.entries()) {
    loseOthers(entry);
    const path = `${pathOf(entry.image.fileName)}.json`;
    const own = entry.annotations.filter((annotation) => hasMask(annotation, entry, sink));
    for (const annotation of own) if (!hasRunningIds(path, annotation)) sink.lose('ids', whereIs(annotation, entry.image));
    await sink.put(path, textOf({ image: entry.image, annotations: own }, sink));
  }
}

function hasMask(annotation: Annotation, { image }: DatasetEntry, sink: Sink): boolean {
  if (annotation.segmentation === undefined) sink.lose('boxes', whereIs(annotation, image));
  if (annotation.segmentation?.kind === 'polygons') sink.lose('polygons', whereIs(annotation, image));
  return annotation.segmentation !== undefined;
}

/** True while ids count from 1 through the files in the order of their paths, which is how they are read again; or where the file's own id is kept. */
function idsInOrder(): (path: string, annotation: Annotation) => boolean {
  let before: Buffer | undefined, isSorted = true, count = 0;
  return (path, annotation) => {
    const key = Buffer.from(path);
    isSorted &&= before === undefined || Buffer.compare(before, key) <= 0;
    before = key;
    return (++count === annotation.id && isSorted) || ownIdOf(annotation) !== undefined;
  };
}

function ownIdOf({ extra }: Annotation): number | undefined {
  const id = extra?.['sa1b_id'];
  return typeof id === 'number' && Number.isSafeInteger(id) ? id : undefined;
}

/** One annotation a line. */
function textOf({ image, annotations }: DatasetEntry, sink: Sink): string {
  const { id, fileName, width, height, extra } = image;
  const header = { image_id: id, width, height, file_name: fileName, ...unknownKeys(extra, SA1B_IMAGE_KEYS, sink, `image ${fileName}`) };
  const lines = annotations.map((annotation, i) => JSON.stringify(recordOf(annotation, i + 1, image, sink)));
  return `{"image": ${JSON.stringify(header)}, "annotations": [${lines.length === 0 ? '' : `\n${lines.join(',\n')}\n`}]}\n`;
}

function without(extra: Extra | undefined, key: string): Extra {
  // fromEntries makes own properties, of `__proto__` too
  return Object.fromEntries(Object.entries(extra ?? {}).filter(([other]) => other !== key));
}

/** A box is that of its mask here; one that says more is lost. */
function boxInFile(mask: Rle, { box }: Annotation, where: string, sink: Sink): number[] {
  const own = boxFromRle(mask) ?? { x0: 0, y0: 0, x1: 0, y1: 0 };
  if (box !== undefined && (box.x0 !== own.x0 || box.y0 !== own.y0 || box.x1 !== own.x1 || box.y1 !== own.y1)) sink.lose('precision', `the box of ${where}`);
  return boxToSa1bXywh(own);
}

function recordOf(annotation: Annotation, place: number, image: DatasetEntry['image'], sink: Sink): unknown {
  const { area, generator, extra } = annotation;
  const where = whereIs(annotation, image);
  const { predictedIou, stabilityScore, cropBox, pointCoords } = generator ?? {};
  const mask = rleOfAnnotation(annotation, image);
  const ownId = ownIdOf(annotation);
  const others = ownId === undefined ? extra : without(extra, 'sa1b_id');
  return {
    id: ownId ?? place,
    ...(mask === undefined ? {} : { segmentation: cocoRle(mask), bbox: boxInFile(mask, annotation, where, sink), area: area ?? rleArea(mask) }),
    ...(predictedIou === undefined ? {} : { predicted_iou: predictedIou }), ...(stabilityScore === undefined ? {} : { stability_score: stabilityScore }),
    ...(cropBox === undefined ? {} : { crop_box: boxToShortXywh(cropBox) }), ...(pointCoords === undefined ? {} : { point_coords: pointCoords }),
    ...unknownKeys(others, SA1B_ANNOTATION_KEYS, sink, where),
  };
}
