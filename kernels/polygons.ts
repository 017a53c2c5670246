/** Where the outline of a polygon changes columns, and the sorting that makes spans of it. */
import { END } from './spans';

/**
 * One edge of a polygon, as cocoapi's `rleFrPoly` draws it (`src/mask/polygon-fill.ts` tells the rule); corners in fifths of pixels. Writes the positions
 * x * height + y from which on column x changes; 32 bits for each column. Returns the end of what it wrote.
 */
export function drawEdge(x0: i32, y0: i32, x1: i32, y1: i32, width: i32, height: i32, out: usize): usize {
  const low = min(x0, x1), high = max(x0, x1), wide = high - low >= abs(y1 - y0);
  // the columns of pixels whose middles, between 5x + 2 and 5x + 3, the edge crosses
  const first = low <= 2 ? 0 : (low + 2) / 5, last = high < 3 ? -1 : min(width - 1, (high - 3) / 5);
  if (first > last) return out;
  // it is drawn from the end where its longer side begins, whichever way the polygon runs
  const turned = wide ? x0 > x1 : y0 > y1;
  const xs = turned ? x1 : x0, ys = turned ? y1 : y0, dx = turned ? x0 - x1 : x1 - x0, dy = turned ? y0 - y1 : y1 - y0;
  return wide ? drawWide(xs, ys, <f64>dy / <f64>dx, first, last, height, out) : drawSteep(xs, ys, <f64>dx / <f64>dy, first, last, height, out);
}

/** Fine column x0 + t has its point in fine row (int)(y0 + s * t + .5); of the points on both sides of a middle the upper one counts. */
function drawWide(x0: i32, y0: i32, s: f64, first: i32, last: i32, height: i32, out: usize): usize {
  for (let x = first; x <= last; x++, out += 4) {
    const t = 5 * x + 2 - x0;
    const a = <i32>(<f64>y0 + s * <f64>t + 0.5), b = <i32>(<f64>y0 + s * <f64>(t + 1) + 0.5);
    store<i32>(out, x * height + rowOf(min(a, b), height));
  }
  return out;
}

/** Fine row y0 + t has its point in fine column (int)(x0 + s * t + .5): the step past a middle is near where the line crosses it, settled by trying. */
function drawSteep(x0: i32, y0: i32, s: f64, first: i32, last: i32, height: i32, out: usize): usize {
  const steps = 1 / s;
  for (let x = first; x <= last; x++, out += 4) {
    const middle = 5 * x + 2;
    let t = <i32>((<f64>middle + 0.5 - <f64>x0) * steps);
    if (s > 0) {
      while (fineColumn(x0, s, t) <= middle) t++;
      while (fineColumn(x0, s, t - 1) > middle) t--;
    } else {
      while (fineColumn(x0, s, t) > middle) t++;
      while (fineColumn(x0, s, t - 1) <= middle) t--;
    }
    store<i32>(out, x * height + rowOf(y0 + t - 1, height));
  }
  return out;
}

function fineColumn(x0: i32, s: f64, t: i32): i32 {
  return <i32>(<f64>x0 + s * <f64>t + 0.5);
}

/** The first row whose middle is not above the fine row: `ceil((y + .5) / 5 - .5)`, for which C's doubles are exact enough, in 0...height. */
function rowOf(y: i32, height: i32): i32 {
  return y <= 2 ? 0 : min(height, (y + 2) / 5);
}

/**
 * Sorts positions of 0...most, in place, and keeps of equal ones one or none: what changes twice does not change. `spare`: as much memory; `tallies`: 24
 * KiB. Returns the end of what is left, and closes it there with END.
 */
export function sortChanges(from: usize, to: usize, most: i32, spare: usize, tallies: usize): usize {
  if (to - from > 160) sortByDigits(from, to, most, spare, tallies);
  else sortByInsertion(from, to);
  let left = from;
  for (let p = from; p < to; p += 4) {
    const position = load<i32>(p);
    if (left > from && load<i32>(left - 4) === position) left -= 4;
    else {
      store<i32>(left, position);
      left += 4;
    }
  }
  store<i32>(left, END);
  return left;
}

function sortByInsertion(from: usize, to: usize): void {
  for (let p = from + 4; p < to; p += 4) {
    const value = load<i32>(p);
    let at = p;
    for (; at > from && load<i32>(at - 4) > value; at -= 4) store<i32>(at, load<i32>(at - 4));
    store<i32>(at, value);
  }
}

/** Digits of at most 11 bits, lowest first: their tallies stay in the first cache. */
function sortByDigits(from: usize, to: usize, most: i32, spare: usize, tallies: usize): void {
  const bits = 32 - clz(most), passes = (bits + 10) / 11, digit = (bits + passes - 1) / passes, mask = (1 << digit) - 1;
  let source = from, target = spare;
  const bytes = to - from;
  for (let pass = 0; pass < passes; pass++) {
    const shift = pass * digit;
    memory.fill(tallies, 0, 4 << digit);
    for (let p = source; p < source + bytes; p += 4) {
      const slot = tallies + (<usize>(load<i32>(p) >> shift & mask) << 2);
      store<i32>(slot, load<i32>(slot) + 4);
    }
    let sum: usize = 0;
    for (let slot = tallies; slot < tallies + (4 << digit); slot += 4) {
      const tally = load<u32>(slot);
      store<u32>(slot, sum);
      sum += tally;
    }
    for (let p = source; p < source + bytes; p += 4) {
      const value = load<i32>(p), slot = tallies + (<usize>(value >> shift & mask) << 2), at = load<u32>(slot);
      store<i32>(target + at, value);
      store<u32>(slot, at + 4);
    }
    const other = source;
    source = target;
    target = other;
  }
  if (source !== from) memory.copy(from, source, bytes);
}
