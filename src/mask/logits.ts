/**
 * Masks from low-resolution logits without full-resolution logits: how many pixels are above a threshold, and the runs of those that
 * are, equal to thresholding the reference's two bilinear upsamplings up to float32 rounding.
 *
 * A pixel is a convex combination of 3 x 3 neighbouring logits (`logits-frame.ts`). Where all nine are on one side of the threshold
 * the pixel is too, and so are all pixels of that cell: they are counted without arithmetic. Only cells that the contour crosses are
 * looked at, column by column (the order of COCO's runs): the nine logits shrink to three per column, and where these three rise or
 * fall steadily the pixels do as well, so the crossing is found by bisection. Work grows with the length of the contour, not with
 * the area; memory is the runs.
 */
import type { ImageSize } from '../geometry/size.js';
import type { Rle } from './rle.js';
import type { LogitsFrame } from './logits-frame.js';

/** Where the frame of the logits lies in the image: the crop's corner, and the image's size. */
export interface Placement { x: number; y: number; image: ImageSize }

/** What a mask is before anyone needs its pixels. Inclusive edges in the original frame, all zero where the mask is empty. */
export interface MaskOutline { area: number; x0: number; y0: number; x1: number; y1: number; rle: Rle }

/** Receives the runs [start, end) of rows in column x, in order; within a column runs are apart. */
interface Sink { run(x: number, start: number, end: number): void }

const OUTSIDE = 0, INSIDE = 1, MIXED = 2;

/**
 * Reusable scanner for one frame: holds the scratch memory (a few times the logits' size), so that thousands of masks of one image
 * cost no allocation. Not reentrant.
 */
export class LogitsScanner {
  readonly frame: LogitsFrame;
  private readonly above: Uint8Array;
  private readonly state: Uint8Array;
  private readonly segmentStart: Int32Array;
  private readonly segmentState: Uint8Array;
  private runs = new Float64Array(4096);

  constructor(frame: LogitsFrame) {
    this.frame = frame;
    this.above = new Uint8Array(frame.maskSide * frame.maskSide);
    this.state = new Uint8Array(frame.maskSide + 2);
    this.segmentStart = new Int32Array(frame.rows.groupBase.length + 1);
    this.segmentState = new Uint8Array(frame.rows.groupBase.length);
  }

  /** Pixels whose logit is above the threshold. `logits`: maskSide x maskSide values from `offset`, row-major. */
  countAbove(logits: Float32Array, offset: number, threshold: number): number {
    let count = 0;
    this.scan(logits, offset, threshold, { run: (_x, start, end) => { count += end - start; } });
    return count;
  }

  /**
   * IoU of the mask cut at threshold + margin and at threshold - margin (`calculate_stability_score`): one is inside the other, so it
   * is a quotient of areas, in float32 as the reference has it. 0 where both are empty (the reference says NaN and drops the mask).
   */
  stabilityScore(logits: Float32Array, offset: number, threshold: number, margin: number): number {
    const union = this.countAbove(logits, offset, threshold - margin);
    return union === 0 ? 0 : Math.fround(this.countAbove(logits, offset, threshold + margin) / union);
  }

  /** The mask cut at the threshold: area, inclusive edges and runs in the frame of the image that the crop is placed in. */
  outline(logits: Float32Array, offset: number, threshold: number, placement: Placement): MaskOutline {
    const height = placement.image.height;
    let area = 0, x0 = Infinity, y0 = Infinity, x1 = 0, y1 = 0, length = 0;
    this.scan(logits, offset, threshold, { run: (x, start, end) => {
      area += end - start;
      if (x < x0) x0 = x;
      if (x > x1) x1 = x;
      if (start < y0) y0 = start;
      if (end - 1 > y1) y1 = end - 1;
      const base = (x + placement.x) * height + placement.y;
      if (length > 0 && this.runs[length - 1] === base + start) this.runs[length - 1] = base + end;
      else {
        if (length + 2 > this.runs.length) this.growRuns();
        this.runs[length++] = base + start;
        this.runs[length++] = base + end;
      }
    } });
    const rle = this.rleOfRuns(length, placement.image);
    if (area === 0) return { area, x0: placement.x, y0: placement.y, x1: placement.x, y1: placement.y, rle };
    return { area, x0: x0 + placement.x, y0: y0 + placement.y, x1: x1 + placement.x, y1: y1 + placement.y, rle };
  }

  private growRuns(): void {
    const larger = new Float64Array(this.runs.length * 2);
    larger.set(this.runs);
    this.runs = larger;
  }

  private rleOfRuns(length: number, image: ImageSize): Rle {
    const total = image.width * image.height;
    const last = length === 0 ? 0 : this.runs[length - 1]!;
    const counts = new Uint32Array(length + (last < total ? 1 : 0));
    let at = 0;
    for (let i = 0; i < length; i++) {
      counts[i] = this.runs[i]! - at;
      at = this.runs[i]!;
    }
    if (last < total) counts[length] = total - last;
    return { width: image.width, height: image.height, counts };
  }

  private scan(logits: Float32Array, offset: number, threshold: number, sink: Sink): void {
    const { columns, maskSide } = this.frame;
    const cells = maskSide * maskSide;
    let any = 0;
    for (let i = 0; i < cells; i++) any |= this.above[i] = logits[offset + i]! > threshold ? 1 : 0;
    if (any === 0) return;
    for (let group = 0; group < columns.groupBase.length; group++) {
      const segments = this.segmentsOf(columns.groupBase[group]!);
      if (segments === 1 && this.segmentState[0] === OUTSIDE) continue;
      for (let x = columns.groupStart[group]!; x < columns.groupStart[group + 1]!; x++) {
        this.scanColumn(logits, offset, threshold, columns.groupBase[group]!, x, segments, sink);
      }
    }
  }

  /** Row groups of one column group, as stretches of one state each; returns how many. */
  private segmentsOf(base: number): number {
    const { rows, maskSide } = this.frame;
    const { above, state, segmentStart, segmentState } = this;
    const c1 = Math.min(base + 1, maskSide - 1), c2 = Math.min(base + 2, maskSide - 1);
    for (let r = 0, i = 0; r < maskSide; r++, i += maskSide) state[r] = above[i + base]! + above[i + c1]! + above[i + c2]!;
    state[maskSide] = state[maskSide + 1] = state[maskSide - 1]!;
    let count = 0, last = -1;
    for (let g = 0; g < rows.groupBase.length; g++) {
      const r = rows.groupBase[g]!;
      const sum = state[r]! + state[r + 1]! + state[r + 2]!;
      const now = sum === 0 ? OUTSIDE : sum === 9 ? INSIDE : MIXED;
      if (now !== last) {
        segmentStart[count] = g;
        segmentState[count++] = now;
        last = now;
      }
    }
    segmentStart[count] = rows.groupBase.length;
    return count;
  }

  private scanColumn(logits: Float32Array, offset: number, threshold: number, base: number, x: number, segments: number, sink: Sink): void {
    const { rows, columns, maskSide } = this.frame;
    const { groupBase, groupStart, weights } = rows;
    const side = maskSide - 1;
    const w0 = columns.weights[x * 3]!, w1 = columns.weights[x * 3 + 1]!, w2 = columns.weights[x * 3 + 2]!;
    const i0 = offset + base, i1 = offset + Math.min(base + 1, side), i2 = offset + Math.min(base + 2, side);
    let open = -1;
    for (let s = 0; s < segments; s++) {
      const state = this.segmentState[s]!;
      const from = this.segmentStart[s]!, to = this.segmentStart[s + 1]!;
      if (state === INSIDE) {
        if (open < 0) open = groupStart[from]!;
        continue;
      }
      if (state === OUTSIDE) {
        if (open >= 0) sink.run(x, open, groupStart[from]!);
        open = -1;
        continue;
      }
      let row = -2, q0 = 0, q1 = 0, q2 = 0;
      for (let g = from; g < to; g++) {
        const r = groupBase[g]!;
        // neighbouring groups share two of their three logits
        if (r === row + 1) {
          q0 = q1;
          q1 = q2;
        } else {
          const a = r * maskSide, b = Math.min(r + 1, side) * maskSide;
          q0 = w0 * logits[i0 + a]! + w1 * logits[i1 + a]! + w2 * logits[i2 + a]!;
          q1 = w0 * logits[i0 + b]! + w1 * logits[i1 + b]! + w2 * logits[i2 + b]!;
        }
        const c = Math.min(r + 2, side) * maskSide;
        q2 = w0 * logits[i0 + c]! + w1 * logits[i1 + c]! + w2 * logits[i2 + c]!;
        row = r;
        const start = groupStart[g]!, end = groupStart[g + 1]!;
        const inside = (q0 > threshold ? 1 : 0) + (q1 > threshold ? 1 : 0) + (q2 > threshold ? 1 : 0);
        if (inside === 3) {
          if (open < 0) open = start;
        } else if (inside === 0) {
          if (open >= 0) sink.run(x, open, start);
          open = -1;
        } else if ((q0 <= q1 && q1 <= q2) || (q0 >= q1 && q1 >= q2)) {
          // monotone: one crossing at most; the first row on the far side of it, by bisection
          const rising = q0 <= q2;
          let low = start, high = end;
          while (low < high) {
            const middle = (low + high) >> 1;
            const value = weights[middle * 3]! * q0 + weights[middle * 3 + 1]! * q1 + weights[middle * 3 + 2]! * q2;
            if ((value > threshold) === rising) high = middle;
            else low = middle + 1;
          }
          if (rising) {
            if (low > start && open >= 0) {
              sink.run(x, open, start);
              open = -1;
            }
            if (low < end && open < 0) open = low;
          } else {
            if (low > start && open < 0) open = start;
            if (low < end && open >= 0) {
              sink.run(x, open, low);
              open = -1;
            }
          }
        } else {
          for (let y = start; y < end; y++) {
            const value = weights[y * 3]! * q0 + weights[y * 3 + 1]! * q1 + weights[y * 3 + 2]! * q2;
            if (value > threshold) {
              if (open < 0) open = y;
            } else if (open >= 0) {
              sink.run(x, open, y);
              open = -1;
            }
          }
        }
      }
    }
    if (open >= 0) sink.run(x, open, this.frame.size.height);
  }
}
