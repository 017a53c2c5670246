/**
 * Label images: one grey PNG an image, 0 for background, 1, 2, ... for its objects (8 bits, 16 where there are more than 255), and
 * `labels.csv`, which says what each label is. A pixel has one label, so of masks that overlap the smaller stays whole.
 */
import type { Annotation, DatasetSource } from '../../dataset/types.js';
import { csvLine } from '../csv/csv-line.js';
import type { Format, Match, Probe, Sink } from '../format.js';
import { encodeIndexPng } from './index-png-write.js';
import { paintLabels } from './label-pixels.js';
import { readLabelPngs } from './label-png-read.js';
import { LABEL_COLUMNS, LABEL_TABLE } from './label-table.js';
import { loseAllBut, loseCategories, whereIs } from '../losses.js';
import { OBJECT } from '../object-category.js';
import { rleOfAnnotation } from '../../dataset/masks.js';
import { stemPaths } from '../stem-names.js';

export const labelPng: Format = {
  name: 'label-png',
  title: 'Label images',
  detect,
  reader: { read: readLabelPngs },
  writer: { output: 'folder', write },
};

async function detect(probe: Probe): Promise<Match> {
  if (!probe.directory) return { score: isLabelPng(probe.head) ? 0.2 : 0, reason: isLabelPng(probe.head) ? 'the file is a PNG of grey samples or palette indices' : 'the file is no PNG of labels' };
  if (probe.names.includes(LABEL_TABLE) && Buffer.from(await probe.headOf(LABEL_TABLE)).toString('latin1').startsWith('file_name,label,')) return { score: 0.95, reason: `${LABEL_TABLE} has the columns of label images` };
  const first = probe.names.find((name) => name.toLowerCase().endsWith('.png'));
  if (first !== undefined && isLabelPng(await probe.headOf(first))) return { score: 0.2, reason: `${first} is a PNG of grey samples or palette indices` };
  return { score: 0, reason: `there is no ${LABEL_TABLE}, and no PNG of labels` };
}

/** By the header: grey (0) or palette (3). */
function isLabelPng(head: Uint8Array): boolean {
  return Buffer.from(head.subarray(0, 8)).toString('latin1') === '\x89PNG\r\n\x1a\n' && (head[25] === 0 || head[25] === 3);
}

async function write(source: DatasetSource, sink: Sink): Promise<void> {
  const lose = loseAllBut(['scores'], source, sink), pathOf = stemPaths();
  const names = new Map(source.categories.map(({ id, name }) => [id, name])), used = new Set<string>();
  const table = [csvLine(LABEL_COLUMNS)];
  let images = 0;
  for await (const { image, annotations } of source.entries()) {
    if (image.id !== ++images) sink.lose('ids', `image ${image.fileName}`);
    const masks = annotations.flatMap((annotation) => {
      const rle = rleOfAnnotation(annotation, image);
      if (rle === undefined) sink.lose('boxes', whereIs(annotation, image));
      if (annotation.segmentation?.kind === 'polygons') sink.lose('polygons', whereIs(annotation, image));
      return rle === undefined ? [] : [{ annotation, rle }];
    });
    const { data, labels, covered } = paintLabels(masks.map(({ rle }) => rle), image);
    for (const i of covered) sink.lose('overlap', whereIs(masks[i]!.annotation, image));
    const seen: Annotation[] = [];
    for (const [i, { annotation, rle }] of masks.entries()) {
      const category = names.get(annotation.categoryId) ?? OBJECT.name, label = labels[i]!;
      if (label === 0 && !covered.includes(i)) sink.lose('masks', `${whereIs(annotation, image)}, which has no pixels in its mask of ${rle.width} x ${rle.height}`);
      if (label === 0) continue;
      seen.push(annotation);
      used.add(category);
      table.push(csvLine([image.fileName, label, category, annotation.score, annotation.id]));
    }
    if (seen.length === 0) table.push(csvLine([image.fileName, 0, undefined, undefined, undefined]));
    lose({ image, annotations: seen });
    await sink.put(`${pathOf(image.fileName)}.png`, encodeIndexPng({ width: image.width, height: image.height, data: seen.length > 255 ? data : Uint8Array.from(data) }));
  }
  loseCategories(source.categories, [...used].map((name, i) => ({ id: i + 1, name })), sink);
  await sink.put(LABEL_TABLE, table.join(''));
}
