/**
 * Collects where a mask changes, column by column in any order, and makes the mask: the even-odd rule.
 * Changes are put in order by counting them by column (two passes), and by insertion in a column, where there are few.
 */
import type { ImageSize } from '../geometry/size.js';
import { rleOfChanges } from './spans.js';
import type { Rle } from './rle.js';

/** More changes than this in one column are sorted by the library: insertion would be quadratic. */
const FEW = 24;
/** So many changes are worth looking for those that cancel: a polygon may cross each column as often as it has edges. */
const MANY = 2 ** 22;

export class ColumnChanges {
  readonly width: number;
  private readonly height: number;
  private columns = new Int32Array(256);
  private rows = new Int32Array(256);
  private length = 0;

  constructor(size: ImageSize) {
    this.width = size.width;
    this.height = size.height;
  }

  /** The pixels of column x (0...width - 1) from row y on change; y is clamped to 0...height. */
  add(x: number, y: number): void {
    if (this.length === this.rows.length) this.grow();
    this.columns[this.length] = x;
    this.rows[this.length++] = y < 0 ? 0 : y > this.height ? this.height : y;
  }

  /** The mask of all changes; what changes twice does not change. */
  toRle(): Rle {
    const positions = this.sorted();
    return rleOfChanges(positions, 0, cancelPairs(positions), { width: this.width, height: this.height });
  }

  private sorted(): Int32Array {
    const { width, height, columns, rows, length } = this;
    const next = new Int32Array(width + 1);
    for (let i = 0; i < length; i++) next[columns[i]! + 1]!++;
    for (let x = 0; x < width; x++) next[x + 1]! += next[x]!;
    const positions = new Int32Array(length);
    for (let i = 0; i < length; i++) {
      const x = columns[i]!;
      positions[next[x]!++] = x * height + rows[i]!;
    }
    // next[x] is now the end of column x
    for (let x = 0, from = 0; x < width; x++) {
      const to = next[x]!;
      if (to - from > FEW) positions.subarray(from, to).sort();
      else if (to - from > 1) insertionSort(positions, from, to);
      from = to;
    }
    return positions;
  }

  private grow(): void {
    if (this.length >= MANY) this.cancel();
    if (2 * this.length < this.rows.length) return;
    const columns = new Int32Array(2 * this.rows.length), rows = new Int32Array(2 * this.rows.length);
    columns.set(this.columns);
    rows.set(this.rows);
    this.columns = columns;
    this.rows = rows;
  }

  /** Keeps of equal changes one or none, so that memory is bounded by the mask's pixels, whatever the number of edges. */
  private cancel(): void {
    const positions = this.sorted();
    this.length = cancelPairs(positions);
    for (let i = 0; i < this.length; i++) {
      const x = Math.min(this.width - 1, Math.floor(positions[i]! / this.height));
      this.columns[i] = x;
      this.rows[i] = positions[i]! - x * this.height;
    }
  }
}

/** Equal neighbours cancel each other; returns how many positions are left, at the front. */
function cancelPairs(positions: Int32Array): number {
  let to = 0;
  for (let i = 0; i < positions.length; i++) {
    const position = positions[i]!;
    if (to > 0 && positions[to - 1] === position) to--;
    else positions[to++] = position;
  }
  return to;
}

function insertionSort(values: Int32Array, from: number, to: number): void {
  for (let i = from + 1; i < to; i++) {
    const value = values[i]!;
    let at = i;
    while (at > from && values[at - 1]! > value) {
      values[at] = values[at - 1]!;
      at--;
    }
    values[at] = value;
  }
}
