/** Counting a dataset: images, masks, sizes, overlaps, for each category. Fed an entry at a time; memory is a counter for each category and bin. */
import { mergeRle } from '../mask/merge.js';
import { boxFromRle, rleArea } from '../mask/rle.js';
import { comparable, overlap } from '../mask/overlap.js';
import { rleOfAnnotation } from './masks.js';
import type { Category, DatasetEntry } from './types.js';

/** COCO's size classes by area in pixels: small under 32 x 32, medium under 96 x 96, large from there. */
const SMALL = 32 ** 2, MEDIUM = 96 ** 2;

export interface CategoryStats { id: number; name: string; annotations: number; images: number; masks: number; crowds: number; meanArea: number }

export interface DatasetStats {
  images: number;
  imagesWithoutAnnotations: number;
  annotations: number;
  masks: number;
  polygons: number;
  boxesOnly: number;
  crowds: number;
  sizes: { small: number; medium: number; large: number };
  /** Areas in pixels of masks (of boxes where there is none). */
  area: { min: number; mean: number; max: number };
  annotationsPerImage: { min: number; mean: number; max: number };
  /** Counts of images by their annotations: index 0 has none, index k from 2^(k-1) to 2^k - 1. */
  perImageHistogram: number[];
  /** Sides of the images in pixels. */
  sides: { width: { min: number; max: number }; height: { min: number; max: number } };
  /** Share of the images' pixels that some mask covers, 0..1. */
  coverage: number;
  /** Pairs of masks of one image with IoU of at least 0.5, 0.7, 0.9. */
  overlaps: { atLeast50: number; atLeast70: number; atLeast90: number };
  /** Counts of annotations by their area: index k from 2^k to 2^(k+1) - 1 pixels, index 0 with what is less. */
  areaHistogram: number[];
  scores: { count: number; mean: number };
  categories: CategoryStats[];
}

export class StatsCounter {
  private readonly byCategory = new Map<number, CategoryStats & { sum: number; lastImage: number }>();
  private readonly stats: DatasetStats = {
    images: 0, imagesWithoutAnnotations: 0, annotations: 0, masks: 0, polygons: 0, boxesOnly: 0, crowds: 0, sizes: { small: 0, medium: 0, large: 0 },
    area: { min: Infinity, mean: 0, max: 0 }, annotationsPerImage: { min: Infinity, mean: 0, max: 0 }, coverage: 0,
    perImageHistogram: [], sides: { width: { min: Infinity, max: 0 }, height: { min: Infinity, max: 0 } },
    overlaps: { atLeast50: 0, atLeast70: 0, atLeast90: 0 }, areaHistogram: [], scores: { count: 0, mean: 0 }, categories: [],
  };
  private areas = 0;
  private covered = 0;
  private pixels = 0;

  constructor(categories: readonly Category[]) {
    for (const { id, name } of categories) this.byCategory.set(id, { id, name, annotations: 0, images: 0, masks: 0, crowds: 0, meanArea: 0, sum: 0, lastImage: -1 });
  }

  /** Counts an entry; returns how many masks it has that are not empty. */
  add(entry: DatasetEntry): number {
    const { stats } = this;
    const { annotations, image } = entry;
    stats.images++;
    if (annotations.length === 0) stats.imagesWithoutAnnotations++;
    stats.annotations += annotations.length;
    stats.annotationsPerImage.min = Math.min(stats.annotationsPerImage.min, annotations.length);
    stats.annotationsPerImage.max = Math.max(stats.annotationsPerImage.max, annotations.length);
    addToBin(stats.perImageHistogram, annotations.length === 0 ? 0 : 1 + Math.floor(Math.log2(annotations.length)));
    widen(stats.sides.width, image.width);
    widen(stats.sides.height, image.height);
    const masks = annotations.flatMap((annotation) => {
      const rle = rleOfAnnotation(annotation, image);
      const boxArea = annotation.box === undefined ? 0 : Math.max(0, annotation.box.x1 - annotation.box.x0) * Math.max(0, annotation.box.y1 - annotation.box.y0);
      if (rle === undefined && annotation.box !== undefined) stats.boxesOnly++;
      if (annotation.segmentation?.kind === 'polygons') stats.polygons++;
      if (annotation.isCrowd) stats.crowds++;
      if (annotation.score !== undefined) stats.scores = { count: stats.scores.count + 1, mean: stats.scores.mean + (annotation.score - stats.scores.mean) / (stats.scores.count + 1) };
      return [{ annotation, rle: rle === undefined || boxFromRle(rle) === undefined ? undefined : rle, boxArea }];
    });
    const rles = masks.flatMap(({ rle }) => (rle === undefined ? [] : [rle]));
    const table = comparable(rles);
    if (rles.length > 0) this.covered += rleArea(mergeRle(rles, 'union'));
    let at = 0;
    for (const { annotation, rle, boxArea } of masks) {
      const area = rle === undefined ? boxArea : table.areas[at++]!;
      if (rle !== undefined) stats.masks++;
      this.addArea(area);
      this.addToCategory(annotation.categoryId, area, rle !== undefined, annotation.isCrowd);
    }
    this.addOverlaps(table);
    this.pixels += image.width * image.height;
    return rles.length;
  }

  result(): DatasetStats {
    const { stats } = this;
    const categories = [...this.byCategory.values()].map(({ id, name, annotations, images, masks, crowds, sum }) => ({ id, name, annotations, images, masks, crowds, meanArea: annotations === 0 ? 0 : sum / annotations }));
    return {
      ...stats, categories,
      area: stats.annotations === 0 ? { min: 0, mean: 0, max: 0 } : { ...stats.area, mean: this.areas / stats.annotations },
      sides: stats.images === 0 ? { width: { min: 0, max: 0 }, height: { min: 0, max: 0 } } : stats.sides,
      annotationsPerImage: stats.images === 0 ? { min: 0, mean: 0, max: 0 } : { ...stats.annotationsPerImage, mean: stats.annotations / stats.images },
      coverage: this.pixels === 0 ? 0 : this.covered / this.pixels,
    };
  }

  private addArea(area: number): void {
    const { sizes, area: range, areaHistogram } = this.stats;
    sizes[area < SMALL ? 'small' : area < MEDIUM ? 'medium' : 'large']++;
    range.min = Math.min(range.min, area);
    range.max = Math.max(range.max, area);
    this.areas += area;
    addToBin(areaHistogram, Math.floor(Math.log2(Math.max(1, area))));
  }

  private addToCategory(id: number, area: number, hasMask: boolean, isCrowd: boolean): void {
    const category = this.byCategory.get(id);
    if (category === undefined) return;
    category.annotations++;
    category.sum += area;
    if (hasMask) category.masks++;
    if (isCrowd) category.crowds++;
    if (category.lastImage !== this.stats.images) category.images++;
    category.lastImage = this.stats.images;
  }

  private addOverlaps(table: ReturnType<typeof comparable>): void {
    const { overlaps } = this.stats;
    for (let i = 0; i < table.length; i++) {
      for (let j = 0; j < i; j++) {
        const most = Math.min(table.areas[i]!, table.areas[j]!);
        if (most / Math.max(table.areas[i]!, table.areas[j]!) < 0.5) continue;
        const inter = overlap(table, i, j);
        const iou = inter / (table.areas[i]! + table.areas[j]! - inter);
        if (iou >= 0.5) overlaps.atLeast50++;
        if (iou >= 0.7) overlaps.atLeast70++;
        if (iou >= 0.9) overlaps.atLeast90++;
      }
    }
  }
}

function addToBin(bins: number[], bin: number): void {
  while (bins.length <= bin) bins.push(0);
  bins[bin]!++;
}

function widen(range: { min: number; max: number }, value: number): void {
  range.min = Math.min(range.min, value);
  range.max = Math.max(range.max, value);
}
