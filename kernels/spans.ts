/**
 * Masks as lists of spans: ascending 32-bit positions, start and end in turns, closed by END. Made of run lengths, merged, compared, and made run
 * lengths again.
 */

/** Closes a list; above every position. */
export const END: i32 = 0x7fffffff;

/**
 * Run lengths to spans, in place; there is room for one number more than runs. Returns where END stands; 0 where the runs do not sum to `total`.
 * Runs of no length vanish, and the spans beside them become one.
 */
export function toSpans(counts: usize, length: i32, total: i32): usize {
  let to = counts, at: i64 = 0;
  const last = counts + (<usize>(length - 1) << 2);
  for (let p = counts; p < last; p += 4) {
    const count = load<u32>(p);
    at += count;
    if (count === 0 && to > counts && load<i32>(to - 4) === <i32>at) to -= 4;
    else {
      store<i32>(to, <i32>at);
      to += 4;
    }
  }
  if (at + load<u32>(last) !== <i64>total) return 0;
  if (((to - counts) & 4) !== 0) {
    if (load<i32>(to - 4) === total) to -= 4;
    else {
      store<i32>(to, total);
      to += 4;
    }
  }
  store<i32>(to, END);
  return to;
}

/** Spans to run lengths, in place; room for one more. Returns how many runs. */
export function toCounts(spans: usize, total: i32): i32 {
  let p = spans, at = 0;
  for (;;) {
    const position = load<i32>(p);
    if (position === END) break;
    store<i32>(p, position - at);
    at = position;
    p += 4;
  }
  if (at < total || p === spans) {
    store<i32>(p, total - at);
    p += 4;
  }
  return <i32>((p - spans) >> 2);
}

/** The spans of either of two lists; returns where END stands. */
export function unite(first: usize, second: usize, out: usize): usize {
  let a = load<i32>(first), b = load<i32>(second), end = -1, at = out - 8;
  for (;;) {
    let from: i32, to: i32;
    if (a <= b) {
      if (a === END) break;
      from = a;
      to = load<i32>(first, 4);
      first += 8;
      a = load<i32>(first);
    } else {
      from = b;
      to = load<i32>(second, 4);
      second += 8;
      b = load<i32>(second);
    }
    if (from > end) {
      at += 8;
      store<i32>(at, from);
      end = to;
    } else end = max(end, to);
    store<i32>(at, end, 4);
  }
  at += 8;
  store<i32>(at, END);
  return at;
}

/** The spans of both of two lists; returns where END stands. */
export function intersect(first: usize, second: usize, out: usize): usize {
  let a = load<i32>(first), b = load<i32>(second);
  while (a !== END && b !== END) {
    const start = max(a, b), endA = load<i32>(first, 4), endB = load<i32>(second, 4);
    store<i32>(out, start);
    if (endA < endB) {
      store<i32>(out, endA, 4);
      if (endA > start) out += 8;
      first += 8;
      a = load<i32>(first);
    } else {
      store<i32>(out, endB, 4);
      if (endB > start) out += 8;
      second += 8;
      b = load<i32>(second);
    }
  }
  store<i32>(out, END);
  return out;
}

/** The spans of exactly one of two lists; returns where END stands. */
export function differ(first: usize, second: usize, out: usize): usize {
  let a = load<i32>(first), b = load<i32>(second);
  for (;;) {
    const position = min(a, b);
    if (position === END) break;
    // a change in both lists is none
    if (a !== b) {
      store<i32>(out, position);
      out += 4;
    }
    if (a === position) {
      first += 4;
      a = load<i32>(first);
    }
    if (b === position) {
      second += 4;
      b = load<i32>(second);
    }
  }
  store<i32>(out, END);
  return out;
}

/** Writes area (32 bits, unsigned) and half-open box x0, y0, x1, y1 of the spans up to `end`; five numbers, all 0 without spans. */
export function measure(spans: usize, end: usize, height: i32, out: usize): void {
  memory.fill(out, 0, 20);
  if (spans === end) return;
  let area: u32 = 0, y0 = height, y1 = 0;
  for (let p = spans; p < end; p += 8) {
    const start = load<i32>(p), stop = load<i32>(p, 4);
    area += stop - start;
    if (y1 - y0 === height) continue;
    const top = start % height, bottom = top + (stop - start);
    // what goes on in the next column touches the bottom of one and the top of the other
    y0 = bottom > height ? 0 : min(y0, top);
    y1 = bottom > height ? height : max(y1, bottom);
  }
  store<u32>(out, area);
  store<i32>(out, load<i32>(spans) / height, 4);
  store<i32>(out, y0, 8);
  store<i32>(out, (load<i32>(end - 4) - 1) / height + 1, 12);
  store<i32>(out, y1, 16);
}

/** Positions that two lists share, from `position` on; the ends are where END stands. */
export function overlap(first: usize, firstEnd: usize, second: usize, secondEnd: usize, position: i32): i32 {
  let i = spanBehind(first, firstEnd, position), j = spanBehind(second, secondEnd, position);
  let shared = 0, a = load<i32>(i), b = load<i32>(j);
  while (a !== END && b !== END) {
    const start = max(a, b), endA = load<i32>(i, 4), endB = load<i32>(j, 4);
    if (endA < endB) {
      shared += max(endA - start, 0);
      i += 8;
      a = load<i32>(i);
    } else {
      shared += max(endB - start, 0);
      j += 8;
      b = load<i32>(j);
    }
  }
  return shared;
}

/** The first span that ends behind a position, or END. */
function spanBehind(spans: usize, end: usize, position: i32): usize {
  let low: usize = 0, high = (end - spans) >> 3;
  if (high === 0 || load<i32>(spans, 4) > position) return spans;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (load<i32>(spans + (middle << 3), 4) > position) high = middle;
    else low = middle + 1;
  }
  return spans + (low << 3);
}
