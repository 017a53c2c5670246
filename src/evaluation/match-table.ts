/**
 * The matches of one category over all images, until they are counted: a row a detection (score, image, rank in it, a flag word an area range),
 * 36 bytes. This is what the memory of an evaluation grows with; masks are gone by then.
 */
import { AREA_RANGES } from './coco-params.js';
import type { GroupMatches } from './coco-match.js';
import type { DetectedObject } from './image-objects.js';

const AREAS = AREA_RANGES.length;

export class MatchTable {
  length = 0;
  /** Truths to be found, an area range. */
  readonly positives: number[] = AREA_RANGES.map(() => 0);
  private scores = new Float64Array(16);
  private images = new Float64Array(16);
  private ranks = new Uint32Array(16);
  private flags = new Uint32Array(16 * AREAS);

  add(imageId: number, detections: readonly DetectedObject[], { best, flags, positives }: GroupMatches): void {
    this.reserve(this.length + best.length);
    this.flags.set(flags, this.length * AREAS);
    best.forEach((d, rank) => {
      this.scores[this.length] = detections[d]!.score;
      this.images[this.length] = imageId;
      this.ranks[this.length++] = rank;
    });
    positives.forEach((count, a) => { this.positives[a]! += count; });
  }

  /** Rows by falling score; equal ones by their image's id, then as they stood in it. `Uint32Array` of `length`. */
  bestFirst(): Uint32Array {
    const { scores, images } = this;
    const order = Uint32Array.from({ length: this.length }, (_, i) => i);
    // the rows of an image stand together and in order, and the sort is stable
    return order.sort((a, b) => scores[b]! - scores[a]! || images[a]! - images[b]!);
  }

  /** From 0, the best of its image. */
  rank(row: number): number {
    return this.ranks[row]!;
  }

  /** The flags of `GroupMatches`. */
  flag(row: number, area: number): number {
    return this.flags[row * AREAS + area]!;
  }

  private reserve(rows: number): void {
    if (rows <= this.scores.length) return;
    const room = Math.max(rows, 2 * this.scores.length);
    this.scores = grown(new Float64Array(room), this.scores);
    this.images = grown(new Float64Array(room), this.images);
    this.ranks = grown(new Uint32Array(room), this.ranks);
    this.flags = grown(new Uint32Array(room * AREAS), this.flags);
  }
}

function grown<T extends Float64Array | Uint32Array>(larger: T, values: T): T {
  larger.set(values);
  return larger;
}
