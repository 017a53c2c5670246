/** Many records of one file by their byte ranges, with few reads: ranges that lie close together are read as one. */
import type { JsonFile } from './json-file.js';

interface Range { start: number; end: number }

/** Space between two ranges that is cheaper to read than to leave out, and the most that is read at once unless one range is larger. */
const GAP_BYTES = 4096;
const MOST_BYTES = 1 << 20;

/** The bytes of each range, in the order given; each is good until the next is asked for. */
export function* readRanges(file: JsonFile, count: number, rangeOf: (i: number) => Range): Generator<Buffer> {
  for (let i = 0; i < count;) {
    const first = rangeOf(i);
    let { end } = first, next = i + 1;
    for (; next < count; next++) {
      const range = rangeOf(next);
      if (range.start < end || range.start - end > GAP_BYTES || range.end - first.start > MOST_BYTES) break;
      end = range.end;
    }
    const bytes = file.range(first.start, end);
    for (; i < next; i++) {
      const range = rangeOf(i);
      yield bytes.subarray(range.start - first.start, range.end - first.start);
    }
  }
}
