/**
 * CSV files of boxes: `file_name,x0,y0,x1,y1[,category][,score][,id]`, half-open, in pixels. Sizes come from `--images`, or from the
 * columns `width` and `height` where a file has them. Without ids an annotation has the number of its row.
 */
import type { Annotation, DatasetEntry, DatasetSource } from '../../dataset/types.js';
import { SamError, isSamError } from '../../errors.js';
import { CSV_HEADER, columnsOf, rowOf } from './csv-columns.js';
import { NO_CATEGORY, indexCsv, type CsvImage, type CsvIndex } from './csv-index.js';
import { csvLine } from './csv-line.js';
import { csvSplitter } from './csv-records.js';
import { isFolder } from '../file-bytes.js';
import type { Format, Match, Probe, ReadOptions, Sink } from '../format.js';
import { JsonFile } from '../json/json-file.js';
import { readRanges } from '../json/json-ranges.js';
import { loseAllBut, loseCategories, whereIs } from '../losses.js';
import { RecordCheck } from '../record-check.js';
import { boxOf } from '../../dataset/shape-of.js';

export const csv: Format = {
  name: 'csv',
  title: 'CSV of boxes',
  detect: async (probe) => detect(probe),
  reader: {
    async read(path, options) {
      if (await isFolder(path)) throw new SamError('data/format', 'A CSV of boxes is a file, this is a folder.', { file: path });
      const index = await indexCsv(path, options);
      return { categories: index.categories, imageCount: index.images.length, entries: () => entriesOf(path, index, options) };
    },
  },
  writer: {
    output: 'file',
    extension: '.csv',
    write: (source, sink) => sink.put('', linesOf(source, sink)),
  },
};

function detect({ directory, head, path }: Probe): Match {
  if (directory) return { score: 0, reason: 'a CSV of boxes is a file, this is a folder' };
  try {
    const text = head.subarray(0, head.indexOf(10) < 0 ? head.length : head.indexOf(10) + 1);
    const splitter = csvSplitter(path);
    columnsOf([...splitter.feed(text), ...splitter.end()][0]?.fields, path);
    return { score: 0.95, reason: 'the first line has the columns file_name, x0, y0, x1 and y1' };
  } catch (error) {
    if (!isSamError(error)) throw error;
    return { score: 0, reason: 'the first line has no columns file_name, x0, y0, x1 and y1' };
  }
}

async function* entriesOf(path: string, index: CsvIndex, { placed }: Pick<ReadOptions, 'placed'>): AsyncGenerator<DatasetEntry> {
  const ids = new Map(index.categories.map(({ id, name }) => [name, id]));
  const file = JsonFile.open(path);
  try {
    for (const [i, image] of index.images.entries()) {
      const annotations = annotationsOf(file, index, image, ids, i + 1, placed);
      const record = { id: i + 1, fileName: image.fileName, ...image.size }, line = image.ranges[0]?.line;
      placed?.(record, () => ({ file: path, ...(line === undefined ? {} : { record: `line ${line}`, line }) }));
      yield { image: record, annotations };
    }
  } finally {
    file.close();
  }
}

function annotationsOf(file: JsonFile, { columns }: CsvIndex, { ranges }: CsvImage, ids: ReadonlyMap<string, number>, imageId: number, placed: ReadOptions['placed']): Annotation[] {
  const annotations: Annotation[] = [];
  let next = 0;
  for (const bytes of readRanges(file, ranges.length, (i) => ranges[i]!)) {
    const { start, line, row: first } = ranges[next++]!;
    const splitter = csvSplitter(file.name, { byte: start, line });
    const records = [...splitter.feed(bytes), ...splitter.end()];
    for (const [i, record] of records.entries()) {
      // the index has seen it to be right
      const row = rowOf(record.fields, columns, new RecordCheck({}));
      if (row === undefined) continue;
      const { box, score, id = first + i, category = NO_CATEGORY } = row;
      const annotation = { id, imageId, categoryId: ids.get(category) ?? 0, box, isCrowd: false, ...(score === undefined ? {} : { score }) };
      placed?.(annotation, () => ({ file: file.name, record: `line ${record.line}`, line: record.line }));
      annotations.push(annotation);
    }
  }
  return annotations;
}

async function* linesOf(source: DatasetSource, sink: Sink): AsyncGenerator<string> {
  const names = new Map(source.categories.map(({ id, name }) => [id, name]));
  const used = new Map<string, number>();
  const lose = loseAllBut(['scores'], source, sink);
  let images = 0;
  yield csvLine(CSV_HEADER);
  for await (const entry of source.entries()) {
    const { image, annotations } = entry;
    lose(entry);
    let lines = '';
    for (const annotation of annotations) {
      const box = boxOf(annotation);
      if (annotation.segmentation !== undefined || box === undefined) sink.lose('masks', whereIs(annotation, image));
      if (box === undefined) continue;
      const category = names.get(annotation.categoryId) ?? NO_CATEGORY;
      if (!used.has(category)) used.set(category, used.size + 1);
      lines += csvLine([image.fileName, box.x0, box.y0, box.x1, box.y1, category, annotation.score, annotation.id]);
    }
    if (lines === '') sink.lose('empty', `image ${image.fileName}`);
    else if (image.id !== ++images) sink.lose('ids', `image ${image.fileName}`);
    yield lines;
  }
  loseCategories(source.categories, [...used].map(([name, id]) => ({ id, name })), sink);
}
