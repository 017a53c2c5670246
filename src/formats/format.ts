/** What a format is: how it is recognised, read and written. A folder or file a format; `registry.ts` lists them; one contract test holds them all. */
import type { Annotation, DatasetEntry, DatasetSource, ImageRecord, Place, Report } from '../dataset/types.js';

export const FORMAT_NAMES = ['coco', 'coco-results', 'sa1b', 'yolo-detect', 'yolo', 'voc', 'labelme', 'cvat', 'label-studio', 'png', 'label-png', 'csv', 'npy'] as const;
export type FormatName = (typeof FORMAT_NAMES)[number];

/** What detection sees of an input: never more than its head and the first names in it. */
export interface Probe {
  path: string;
  directory: boolean;
  /** First 64 KiB of a file, empty for a folder. */
  head: Uint8Array;
  /** Paths inside a folder, relative, `/`, bytewise sorted, at most 2,000, three levels deep. */
  names: readonly string[];
  /** First 64 KiB of a file in a folder. */
  headOf(name: string): Promise<Uint8Array>;
}

/** `score` 0 (no) to 1 (certain); `reason`: the evidence, or why not, in a sentence that is shown to the user. */
export interface Match { score: number; reason: string }

export interface ReadOptions {
  /** Folder of the images, for formats that need their sizes or names. */
  images?: string | undefined;
  /** For `coco-results`: the instances file that has its images and categories. */
  instances?: string | undefined;
  /** `voc`: coordinates count from one (default) or zero. */
  vocBase?: 'one' | 'zero' | undefined;
  /** Largest image taken, in pixels; before any allocation. */
  maxPixels: number;
  report: Report;
  /** Told of each image and annotation where it stands, before its entry is given; asking for the place costs something, and is good until the next entry. */
  placed?: ((record: ImageRecord | Annotation, place: () => Place) => void) | undefined;
  /** Aborting gives a long reading up (`interrupted/signal`). */
  stop?: AbortSignal | undefined;
}

/** What cannot be said in the target format. */
export const LOSSES = {
  holes: 'holes of masks are filled or bridged', parts: 'several parts of one object become several objects or are joined', crowds: 'the crowd mark',
  scores: 'scores', attributes: 'attributes', categories: 'category names or ids', ids: 'ids of images or annotations', precision: 'coordinates are rounded',
  masks: 'masks (only boxes are written)', boxes: 'objects that have a box but no mask', polygons: 'exact pixels (masks become polygons or polygons become masks)',
  overlap: 'overlapping masks (one label a pixel)', empty: 'images without annotations', generator: 'how the mask was made', extra: 'keys that the format has no place for', splits: 'splits',
} as const;
export type Loss = keyof typeof LOSSES;

export interface WriteOptions {
  holes?: 'bridge' | 'drop' | 'error' | undefined;
  vocBase?: 'one' | 'zero' | undefined;
  images?: string | undefined;
}

/** Where a writer puts what it writes: staged, and committed as a whole only when all is there and every loss is allowed. */
export interface Sink {
  /** `path` is relative to the output folder, or `''` for a format that is one file. */
  put(path: string, content: string | Uint8Array | AsyncIterable<string | Uint8Array>): Promise<void>;
  /** Counts a loss; `where` names the record of the first. */
  lose(loss: Loss, where: string): void;
}

export interface FormatReader { read(path: string, options: ReadOptions): Promise<DatasetSource> }

export interface FormatWriter {
  /** One file, or a folder of them. */
  output: 'file' | 'folder';
  /** Of an output that is one file: what its name ends in. */
  extension?: string;
  /** Whether an image's split has a place in it; the others hold one split each. */
  hasSplits?: true;
  /** Where programs that read the output look for the images, below it; nowhere of its own where it is absent. */
  imagesAt?: string;
  /** Deterministic: records in the source's order, ids from 1 where the format needs its own, no clock. */
  write(source: DatasetSource, sink: Sink, options: WriteOptions): Promise<void>;
}

export interface Format {
  name: FormatName;
  title: string;
  /** Whether it has a place for every id; the reader of another counts what it has no place for. */
  keepsIds?: true;
  detect(probe: Probe): Promise<Match>;
  reader?: FormatReader;
  writer?: FormatWriter;
}

/** A source over entries in memory, for tests and small transformations. */
export function sourceOf(categories: DatasetSource['categories'], entries: readonly DatasetEntry[]): DatasetSource {
  return {
    categories, imageCount: entries.length,
    async *entries() { yield* entries; },
  };
}
