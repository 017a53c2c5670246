/**
 * A dataset's images dealt out to train, val and test. A format that has a place for splits is written as one dataset that names them; of
 * any other there is one dataset a split. By a seeded hash of the file name: the same for any order of the images, on every machine.
 */
import { parseRatio, splitImages } from '../../dataset/split.js';
import type { DatasetSource, ImageRecord, Split } from '../../dataset/types.js';
import { sha256Hex } from '../../files/hash.js';
import type { OptionTable, OptionsOf } from '../../options.js';
import { convertDataset, type ConvertReport, type ConvertRequest } from './convert.js';
import type { FormatWriter, Sink } from '../format.js';
import { formatOf } from '../registry.js';
import { withReading } from './first-reading.js';

export const SPLIT_OPTIONS = {
  ratio: { kind: 'text', default: '0.8,0.1,0.1', value: 'A,B[,C]', summary: 'Shares of train, val and test; they sum to 1.' },
  seed: { kind: 'integer', default: 0, min: 0, summary: 'Another seed deals the images out otherwise.' },
} as const satisfies OptionTable;

export interface SplitRequest extends ConvertRequest, OptionsOf<typeof SPLIT_OPTIONS> {}

/** `categories`: how many annotations of each there are, by name, in the dataset's order. */
export interface SplitCount { split: Split; images: number; annotations: number; categories: { name: string; annotations: number }[] }

export interface SplitReport extends ConvertReport {
  splits: SplitCount[];
  /** Where training programs look for the images, which are never copied, below the output; undefined where the format does not say. */
  imagesAt?: string;
}

const SPLITS = ['train', 'val', 'test'] as const;

/**
 * Splits a dataset. Every image is in exactly one split, numbers by largest remainder. Memory holds the file names. Throws as
 * `convertDataset`, and `usage/option` for shares that are none.
 */
export async function splitDataset(request: SplitRequest): Promise<SplitReport> {
  const shares = parseRatio(request.ratio);
  const wanted = SPLITS.filter((_, i) => (shares[i] ?? 0) > 0);
  const counts = new Map<Split, SplitCount>();
  const report = await convertDataset(request, {
    async transform(source) {
      const splitOf = splitImages([...await namesOf(source)], shares, (name) => sha256Hex(`${request.seed}\0${name}`));
      for (const split of wanted) counts.set(split, emptyCount(split, source));
      return counting(withImages(source, (image) => ({ ...image, split: splitOf.get(image.fileName) ?? 'train' })), counts);
    },
    writer: (writer) => (writer.hasSplits === true ? inFolder(writer) : onceASplit(writer, wanted)),
  });
  const { imagesAt } = formatOf(report.to).writer ?? {};
  return { ...report, splits: [...counts.values()], ...(imagesAt === undefined ? {} : { imagesAt }) };
}

/** Once each: a name that stands twice has one split. */
async function namesOf(source: DatasetSource): Promise<Set<string>> {
  const names = new Set<string>();
  if (source.images !== undefined) for await (const { fileName } of source.images()) names.add(fileName);
  else for await (const { image } of source.entries()) names.add(image.fileName);
  return names;
}

/** The source with each image as `change` gives it, and without those for which it gives nothing. */
function withImages({ images, imageCount: _, ...source }: DatasetSource, change: (image: ImageRecord) => ImageRecord | undefined): DatasetSource {
  return {
    ...source,
    async *entries() {
      for await (const { image, annotations } of source.entries()) {
        const changed = change(image);
        if (changed !== undefined) yield { image: changed, annotations };
      }
    },
    ...(images === undefined ? {} : {
      async *images() {
        for await (const image of images()) {
          const changed = change(image);
          if (changed !== undefined) yield changed;
        }
      },
    }),
  };
}

function emptyCount(split: Split, { categories }: DatasetSource): SplitCount {
  return { split, images: 0, annotations: 0, categories: categories.map(({ name }) => ({ name, annotations: 0 })) };
}

function counting(source: DatasetSource, counts: ReadonlyMap<Split, SplitCount>): DatasetSource {
  const places = new Map(source.categories.map(({ id }, i) => [id, i]));
  return withReading(source, {
    entry({ image, annotations }) {
      const count = image.split === undefined ? undefined : counts.get(image.split);
      if (count === undefined) return;
      count.images++;
      count.annotations += annotations.length;
      for (const { categoryId } of annotations) {
        const category = count.categories[places.get(categoryId) ?? -1];
        if (category !== undefined) category.annotations++;
      }
    },
  });
}

/** A format of one file that names splits itself: in a folder all the same, so that the output is of one kind. */
function inFolder(writer: FormatWriter): FormatWriter {
  if (writer.output === 'folder') return writer;
  return { ...writer, output: 'folder', write: (source, sink, options) => writer.write(source, placed(sink, () => `annotations${writer.extension ?? ''}`), options) };
}

/** `train.json` or `train/...`, and so on: the source is read once for each. */
function onceASplit(writer: FormatWriter, splits: readonly Split[]): FormatWriter {
  return {
    ...writer, output: 'folder',
    async write(source, sink, options) {
      for (const split of splits) {
        const own = placed(sink, (path) => (writer.output === 'file' ? `${split}${writer.extension ?? ''}` : `${split}/${path}`));
        // within its own dataset an image says no more which it is in
        await writer.write(withImages(source, ({ split: of, ...image }) => (of === split ? image : undefined)), own, options);
      }
    },
  };
}

function placed(sink: Sink, place: (path: string) => string): Sink {
  return { put: (path, content) => sink.put(place(path), content), lose: (loss, where) => { sink.lose(loss, where); } };
}
