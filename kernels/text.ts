/** Run lengths and their compressed string, COCO's form (`src/mask/rle-string.ts` tells the rule). */

/**
 * Run lengths of a compressed string. `text`: its bytes, 16 more may be overwritten; `out`: 32 bits for each byte. Returns how many runs; -1 for
 * anything odd (and for values of seven groups), which the caller reads again to say what is wrong.
 */
export function readCounts(text: usize, length: i32, out: usize, total: i32): i32 {
  const end = text + length;
  if (!groupsOf(text, end)) return -1;
  let p = text, to = out, sum: i64 = 0, sign: i32 = 0, before: i32 = 0, last: i32 = 0;
  while (p < end) {
    // four values of one group each: most of a smooth mask's
    const four = load<i32>(p);
    if ((four & 0x20202020) === 0 && p + 4 <= end && to - out > 8) {
      const a = before + (four << 27 >> 27), b = last + (four << 19 >> 27), c = a + (four << 11 >> 27), d = b + (four << 3 >> 27);
      store<i32>(to, a);
      store<i32>(to, b, 4);
      store<i32>(to, c, 8);
      store<i32>(to, d, 12);
      sign |= a | b | c | d;
      sum += <i64>a + <i64>b + <i64>c + <i64>d;
      before = c;
      last = d;
      p += 4;
      to += 16;
      continue;
    }
    const g = four & 255, h = four >> 8 & 255;
    let x: i32;
    if (g < 32) {
      x = g << 27 >> 27;
      p++;
    } else if (h < 32) {
      x = (g & 31 | h << 5) << 22 >> 22;
      p += 2;
    } else {
      x = g & 31 | (h & 31) << 5;
      p += 2;
      let shift = 10, more: i32;
      do {
        more = <i32>load<u8>(p++);
        x |= (more & 31) << shift;
        shift += 5;
      } while (more >= 32 && shift < 30);
      if (more >= 32) return -1;
      x = x << (32 - shift) >> (32 - shift);
    }
    if (to - out > 8) x += before;
    before = last;
    last = x;
    sign |= x;
    sum += x;
    store<i32>(to, x);
    to += 4;
  }
  return p > end || sign < 0 || sum !== <i64>total ? -1 : <i32>((to - out) >> 2);
}

/** Characters to their six bits, in place, with zeros behind; false where one is none of 48...111. */
function groupsOf(text: usize, end: usize): bool {
  // what is read behind the end is a value's last group
  v128.store(end, i8x16.splat(48));
  const first = i8x16.splat(48);
  let all = i8x16.splat(0);
  for (let p = text; p <= end; p += 16) {
    const groups = i8x16.sub(v128.load(p), first);
    all = v128.or(all, groups);
    v128.store(p, groups);
  }
  return !v128.any_true(v128.and(all, i8x16.splat(<i8>0xc0)));
}

/** The compressed string of run lengths; `out`: 8 bytes for each. Returns how many bytes. */
export function writeText(counts: usize, length: i32, out: usize): i32 {
  const end = counts + (<usize>length << 2);
  let to = out;
  for (let p = counts; p < end; p += 4) {
    let x = <i64>load<u32>(p);
    if (p - counts > 8) x -= <i64>load<u32>(p - 8);
    const small = <i32>x;
    // 5 bits a group, the sign's among them
    const groups = (37 - clz(small ^ small >> 31)) / 5;
    if (x === <i64>small && groups <= 4) {
      // all four groups are written, those that follow the last are written over
      const more = 0x202020 >> ((4 - groups) << 3);
      store<i32>(to, (small & 31 | (small & 0x3e0) << 3 | (small & 0x7c00) << 6 | (small & 0xf8000) << 9 | more) + 0x30303030);
      to += groups;
      continue;
    }
    for (let more = true; more; to++) {
      const group = <i32>x & 31;
      x >>= 5;
      more = (group & 16) !== 0 ? x !== -1 : x !== 0;
      store<u8>(to, group + (more ? 80 : 48));
    }
  }
  return <i32>(to - out);
}
