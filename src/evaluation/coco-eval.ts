/**
 * COCO's evaluation, number for number that of pycocotools' `COCOeval`: image by image, keeping a table of matches and no masks. With categories,
 * or without them (`useCats = 0`, as for proposals).
 */
import { SamError } from '../errors.js';
import { accumulate, type AreaResult } from './coco-accumulate.js';
import { matchGroup, type Group } from './coco-match.js';
import { AREA_RANGES, COCO_MAX_DETS } from './coco-params.js';
import type { ImageObjects } from './image-objects.js';
import { MatchTable } from './match-table.js';
import type { PairIous } from './pair-ious.js';

export interface CocoSettings {
  /** Ids of the ground truth's categories; detections of others do not count. Undefined: everything is of one category. */
  categories?: readonly number[] | undefined;
  /** Best detections of an image (and category) that count, rising; AP is of the last. */
  maxDets?: readonly number[] | undefined;
}

/** One category: truths to be found, and results by area range (as in `AREA_RANGES`), then by `maxDets`. */
export interface CategoryResult { id: number | undefined; positives: readonly number[]; areas: readonly (readonly AreaResult[])[] }

/** Categories by rising id. */
export interface CocoResult { maxDets: readonly number[]; categories: readonly CategoryResult[] }

export class CocoEvaluation {
  private readonly maxDets: readonly number[];
  private readonly usesCategories: boolean;
  private readonly tables = new Map<number | undefined, MatchTable>();

  /** Throws `usage/option` for `maxDets` that do not rise from 1. */
  constructor({ categories, maxDets = COCO_MAX_DETS }: CocoSettings) {
    if (maxDets.length === 0 || maxDets.some((most, i) => !(most >= 1) || (i > 0 && most <= maxDets[i - 1]!))) {
      throw new SamError('usage/option', `Numbers of detections rise from 1 or more, found ${maxDets.join(', ')}.`);
    }
    this.maxDets = maxDets;
    this.usesCategories = categories !== undefined;
    for (const id of categories === undefined ? [undefined] : [...categories].sort((a, b) => a - b)) this.tables.set(id, new MatchTable());
  }

  /** `image`: as `byCategory` gives it; `pairs`: of it, of all categories where this evaluation has none. Each image once. */
  add(image: ImageObjects, pairs: PairIous): void {
    for (const [category, group] of this.usesCategories ? groupsOf(image) : [[undefined, wholeOf(image)] as const]) {
      this.tables.get(category)?.add(image.imageId, image.detections, matchGroup(image, pairs, group, this.maxDets.at(-1)!));
    }
  }

  result(): CocoResult {
    const categories = [...this.tables].map(([id, table]) => {
      const order = table.bestFirst();
      const last = this.maxDets.length - 1;
      // curves are of all sizes with the most detections
      return { id, positives: table.positives, areas: AREA_RANGES.map((_, area) => this.maxDets.map((most, m) => accumulate(table, order, area, most, area === 0 && m === last))) };
    });
    return { maxDets: this.maxDets, categories };
  }
}

function wholeOf({ detections, truths }: ImageObjects): Group {
  return { detections: [0, detections.length], truths: [0, truths.length] };
}

/** The categories that an image has objects of; the objects of each are neighbours. */
function* groupsOf({ detections, truths }: ImageObjects): Generator<[number, Group]> {
  let d = 0, t = 0;
  while (d < detections.length || t < truths.length) {
    const category = Math.min(detections[d]?.category ?? Infinity, truths[t]?.category ?? Infinity);
    const [firstDetection, firstTruth] = [d, t];
    while (detections[d]?.category === category) d++;
    while (truths[t]?.category === category) t++;
    yield [category, { detections: [firstDetection, d], truths: [firstTruth, t] }];
  }
}
