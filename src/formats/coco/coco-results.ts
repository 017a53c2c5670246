/** COCO results: one JSON list of detections that name images and categories of an instances file. */
import type { Annotation, DatasetEntry, DatasetSource } from '../../dataset/types.js';
import { readResults } from './coco-results-read.js';
import { bboxOf, cocoRle, optionalKeys } from './coco-write.js';
import type { Format, Match, Probe, Sink } from '../format.js';
import { jsonHead } from '../json/json-head.js';
import { loseAllBut, whereIs } from '../losses.js';
import { rleOfAnnotation } from '../../dataset/masks.js';

export const cocoResults: Format = {
  name: 'coco-results',
  title: 'COCO results (one JSON list, beside an instances file)',
  detect: async (probe) => detectResults(probe),
  reader: { read: (path, options) => readResults(path, options) },
  writer: { output: 'file', extension: '.json', write: (source, sink) => sink.put('', pieces(source, sink)) },
};

function detectResults({ directory, head }: Probe): Match {
  if (directory) return { score: 0, reason: 'it is a folder, and results are one file' };
  const { shape, firstKeys } = jsonHead(head);
  if (shape !== 'list') return { score: 0, reason: 'it does not begin with a list of JSON' };
  const first = firstKeys.get('') ?? [];
  if (['image_id', 'category_id'].every((key) => first.includes(key))) return { score: 0.95, reason: 'it is a list of records with "image_id" and "category_id"' };
  if (/^\s*\[\s*\]\s*$/.test(Buffer.from(head).toString('latin1'))) return { score: 0.3, reason: 'it is an empty list' };
  return { score: 0, reason: 'its first record has no "image_id" and "category_id"' };
}

async function* pieces(source: DatasetSource, sink: Sink): AsyncGenerator<string> {
  yield '[';
  let count = 0;
  // what images and categories have beside is in the instances file
  const loseOthers = loseAllBut(['scores', 'attributes', 'generator', 'extra'], source, sink);
  for await (const entry of source.entries()) {
    loseOthers(entry);
    let lines = '';
    for (const annotation of entry.annotations) {
      if (annotation.id !== count + 1) sink.lose('ids', whereIs(annotation, entry.image));
      lines += `${count++ === 0 ? '\n' : ',\n'}${JSON.stringify(resultOf(annotation, entry, sink))}`;
    }
    if (lines !== '') yield lines;
  }
  yield `${count === 0 ? '' : '\n'}]\n`;
}

/** A mask or a box, not both: COCO's `loadRes` takes the area of a result with `bbox` from its box, which sorts masks into wrong sizes. */
function resultOf(annotation: Annotation, { image }: DatasetEntry, sink: Sink): unknown {
  const { categoryId, segmentation, score, generator } = annotation;
  if (segmentation?.kind === 'polygons') sink.lose('polygons', whereIs(annotation, image));
  const rank = score ?? generator?.predictedIou;
  if (rank === undefined) sink.lose('scores', `${whereIs(annotation, image)}, which has none: 1 is written`);
  const mask = rleOfAnnotation(annotation, image);
  return {
    image_id: image.id, category_id: categoryId, ...(mask === undefined ? { bbox: bboxOf(annotation) } : { segmentation: cocoRle(mask) }),
    ...optionalKeys({ ...annotation, score: rank ?? 1 }, sink),
  };
}
