/** Where pixels change: the positions that spans are made of. */
import { END } from './spans';

/**
 * Where pixels change from clear (0) to set (anything else) or back. `length`: a multiple of 64; `first`: the position of the first pixel, `set`: 1 if
 * the one before it is set; `out`: 32 bits for each pixel. Returns how many changes.
 */
export function findChanges(pixels: usize, length: i32, first: i32, set: i32, out: usize): i32 {
  const clear = i8x16.splat(0), end = pixels + length;
  let to = out;
  let run: i64 = set === 0 ? 0 : -1;
  for (let p = pixels; p < end; p += 64) {
    const clears = i8x16.bitmask(i8x16.eq(v128.load(p), clear)) | i8x16.bitmask(i8x16.eq(v128.load(p, 16), clear)) << 16;
    const clears2 = i8x16.bitmask(i8x16.eq(v128.load(p, 32), clear)) | i8x16.bitmask(i8x16.eq(v128.load(p, 48), clear)) << 16;
    const bits = ~(<i64><u32>clears | <i64>clears2 << 32);
    if (bits === run) continue;
    let changes = bits ^ (bits << 1 | run & 1);
    const position = first + <i32>(p - pixels);
    while (changes !== 0) {
      store<i32>(to, position + <i32>ctz(changes));
      to += 4;
      changes &= changes - 1;
    }
    run = bits >> 63;
  }
  return <i32>((to - out) >> 2);
}

/**
 * Where rows of pixels differ from the row above, set from clear: positions y * width + x, the first pixel's being `first`. `pixels`: `length`
 * bytes, the row above before them. `out`: 32 bits for each pixel. Returns how many.
 */
export function findRowChanges(pixels: usize, length: i32, width: i32, first: i32, out: usize): i32 {
  const clear = i8x16.splat(0), end = pixels + length;
  let to = out, p = pixels;
  for (; p + 32 <= end; p += 32) {
    const above = p - width;
    const a = v128.xor(v128.load(p), v128.load(above)), b = v128.xor(v128.load(p, 16), v128.load(above, 16));
    if (!v128.any_true(v128.or(a, b))) continue;
    // other values may differ and still be set both
    const c = v128.xor(i8x16.eq(v128.load(p), clear), i8x16.eq(v128.load(above), clear));
    const d = v128.xor(i8x16.eq(v128.load(p, 16), clear), i8x16.eq(v128.load(above, 16), clear));
    let changes = i8x16.bitmask(c) | i8x16.bitmask(d) << 16;
    const position = first + <i32>(p - pixels);
    while (changes !== 0) {
      store<i32>(to, position + ctz(changes));
      to += 4;
      changes &= changes - 1;
    }
  }
  for (; p < end; p++) {
    if ((load<u8>(p) === 0) === (load<u8>(p - width) === 0)) continue;
    store<i32>(to, first + <i32>(p - pixels));
    to += 4;
  }
  return <i32>((to - out) >> 2);
}

/**
 * Spans of the changes that `findRowChanges` found in a whole image: their rows are put in order of columns by counting, and runs that go on at
 * the top of the next column are joined. `next`: 32 bits for each column and one more; `rows`: for each change; `out`: for each change and column,
 * and one more.
 */
export function spansOfRowChanges(changes: usize, length: i32, width: i32, height: i32, next: usize, rows: usize, out: usize): void {
  const end = changes + (<usize>length << 2);
  memory.fill(next, 0, <usize>(width + 1) << 2);
  for (let p = changes, row = 0; p < end; p += 4) {
    const position = load<i32>(p);
    while (position - row >= width) row += width;
    const slot = next + (<usize>(position - row + 1) << 2);
    store<i32>(slot, load<i32>(slot) + 1);
  }
  for (let x = 0, sum = 0; x < width; x++) {
    const slot = next + (<usize>x << 2);
    sum += load<i32>(slot);
    store<i32>(slot, sum);
  }
  for (let p = changes, row = 0, y = 0; p < end; p += 4) {
    const position = load<i32>(p);
    for (; position - row >= width; y++) row += width;
    const slot = next + (<usize>(position - row) << 2), at = load<i32>(slot);
    store<i32>(rows + (<usize>at << 2), y);
    store<i32>(slot, at + 1);
  }
  // next[x] is now where column x ends
  let to = out, p = rows;
  for (let x = 0; x < width; x++) {
    const top = x * height, from = p, stop = rows + (<usize>load<i32>(next + (<usize>x << 2)) << 2);
    if (p < stop && load<i32>(p) === 0 && to > out && load<i32>(to - 4) === top) {
      to -= 4;
      p += 4;
    }
    for (; p < stop; p += 4, to += 4) store<i32>(to, top + load<i32>(p));
    if (((stop - from) & 4) !== 0) {
      store<i32>(to, top + height);
      to += 4;
    }
  }
  store<i32>(to, END);
}
