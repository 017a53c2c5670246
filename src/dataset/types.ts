/**
 * The one model of an annotated dataset that all formats read into and write from. Plain data; pixels are never in it. Geometry is in
 * pixels of the upright image, continuous (pixel (i, j) covers [j, j+1) x [i, i+1)), boxes half-open.
 */
import type { Box } from '../geometry/box.js';
import type { Rle } from '../mask/rle.js';

export type JsonValue = null | boolean | number | string | JsonValue[] | { [key: string]: JsonValue };
/** Keys that a format keeps but the model has no name for; they survive a round trip to the same format. */
export type Extra = Readonly<Record<string, JsonValue>>;

export type Split = 'train' | 'val' | 'test';

/** `id`: the dataset's own, any whole number from 0, not necessarily contiguous; class indices (0..n-1) exist in formats only. */
export interface Category { id: number; name: string; supercategory?: string; extra?: Extra }

/** `fileName`: relative, always `/`, checked to stay inside its folder. Sizes in pixels, upright. */
export interface ImageRecord { id: number; fileName: string; width: number; height: number; split?: Split; extra?: Extra }

/** `polygons`: rings of flat x, y, ...; the object is their union (COCO's rule), so holes exist in `rle` only. */
export type Segmentation = { kind: 'rle'; rle: Rle } | { kind: 'polygons'; rings: number[][] };

/** What SAM's generator knows of a mask. Scores 0..1, points and crop in pixels of the image. */
export interface GeneratorFacts { predictedIou?: number; stabilityScore?: number; pointCoords?: [number, number][]; cropBox?: Box }

export interface Annotation {
  /** From 1, unique in the dataset (COCO's evaluator takes 0 as "no match"). */
  id: number;
  imageId: number;
  categoryId: number;
  segmentation?: Segmentation;
  box?: Box;
  /** As the source states it; what is computed is never stored as if it had been read. */
  area?: number;
  isCrowd: boolean;
  /** The single ranking number of a detection, 0..1 by custom. */
  score?: number;
  generator?: GeneratorFacts;
  /** Named values of formats that have them (truncated, occluded, a user's own). */
  attributes?: Readonly<Record<string, string | number | boolean>>;
  extra?: Extra;
}

/** An image with all that is annotated on it. */
export interface DatasetEntry { image: ImageRecord; annotations: Annotation[] }

/**
 * A dataset being read: categories known, entries streamed in the source's image order, one entry in memory at a time. `entries` may be
 * iterated more than once, with the same result.
 */
export interface DatasetSource {
  categories: readonly Category[];
  entries(): AsyncIterable<DatasetEntry>;
  /** The images alone, in the order of `entries`, where the source knows them without reading their annotations. */
  images?: () => AsyncIterable<ImageRecord>;
  /** Whether the source has made sure that ids of images are unique, and those of annotations unique and from 1. */
  hasUniqueIds?: boolean;
  /** How many images there are, where the source knows without reading them all. */
  imageCount?: number;
  extra?: Extra;
  close?(): Promise<void>;
}

export type Severity = 'error' | 'warning' | 'info';

/** One problem found while reading or checking. `code`: stable, e.g. `box/negative-size` (docs/rules.md lists them). */
export interface Finding {
  code: string;
  severity: Severity;
  message: string;
  /** The file inside the dataset, for datasets of many files. */
  file?: string;
  /** e.g. `annotations[412]`, `line 3`, `object[2]`. */
  record?: string;
  /** Inside the record, e.g. `segmentation.counts`. */
  path?: string;
  /** Position in the file where it is known: 1-based line and column, or a byte offset. */
  line?: number;
  column?: number;
  byte?: number;
}

/** Where something stands in the files of a dataset. */
export type Place = Pick<Finding, 'file' | 'record' | 'line' | 'column' | 'byte'>;

/** Receives findings. A strict handler throws on an error; where it returns, the reader leaves the record out and goes on. */
export type Report = (finding: Finding) => void;
