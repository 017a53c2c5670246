/** Masks from logits against the definition: two bilinear upsamplings in full, then a threshold, pixel by pixel. */
import test from 'ava';
import fc from 'fast-check';
import { logitsFrame } from '../../src/mask/logits-frame.js';
import { LogitsScanner } from '../../src/mask/logits.js';
import { boxFromRle, rleArea, rleFromBitmask } from '../../src/mask/rle.js';

/** PyTorch's bilinear upsampling with align_corners=False of `from` (h x w), in double precision. */
function upsample(from: Float64Array, w: number, h: number, toW: number, toH: number): Float64Array {
  const taps = (length: number, to: number) => Array.from({ length: to }, (_, i) => {
    const at = Math.max(0, Math.fround(Math.fround(Math.fround(length / to) * Math.fround(i + 0.5)) - 0.5));
    const low = Math.min(Math.floor(at), length - 1);
    return { low, high: Math.min(low + 1, length - 1), f: at - low };
  });
  const xs = taps(w, toW), ys = taps(h, toH);
  const out = new Float64Array(toW * toH);
  ys.forEach((y, i) => { xs.forEach((x, j) => {
    const top = from[y.low * w + x.low]! * (1 - x.f) + from[y.low * w + x.high]! * x.f;
    const bottom = from[y.high * w + x.low]! * (1 - x.f) + from[y.high * w + x.high]! * x.f;
    out[i * toW + j] = top * (1 - y.f) + bottom * y.f;
  }); });
  return out;
}

/** The reference's way: to the square input, cut the padding, to the image. */
function fullLogits(logits: Float32Array, side: number, inputSide: number, input: { width: number; height: number }, size: { width: number; height: number }): Float64Array {
  const square = upsample(Float64Array.from(logits), side, side, inputSide, inputSide);
  const cropped = new Float64Array(input.width * input.height);
  for (let y = 0; y < input.height; y++) cropped.set(square.subarray(y * inputSide, y * inputSide + input.width), y * input.width);
  return upsample(cropped, input.width, input.height, size.width, size.height);
}

const cases = fc.record({
  seed: fc.integer({ min: 1, max: 1e9 }), smooth: fc.integer({ min: 0, max: 3 }),
  inputWidth: fc.integer({ min: 1, max: 64 }), inputHeight: fc.integer({ min: 1, max: 64 }),
  width: fc.integer({ min: 1, max: 150 }), height: fc.integer({ min: 1, max: 150 }),
  threshold: fc.constantFrom(0, -1, 1, 0.25),
});

/** Seeded logits, blurred `smooth` times so that contours of every kind occur. */
function logitsOf(side: number, seed: number, smooth: number): Float32Array {
  let state = seed;
  let values = Float32Array.from({ length: side * side }, () => {
    state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff;
    return (state / 0x7fffffff - 0.5) * 12;
  });
  for (let k = 0; k < smooth; k++) {
    values = values.map((_, i) => {
      const x = i % side, y = Math.floor(i / side);
      let sum = 0, n = 0;
      for (let dy = -1; dy <= 1; dy++) for (let dx = -1; dx <= 1; dx++) if (x + dx >= 0 && x + dx < side && y + dy >= 0 && y + dy < side) { sum += values[(y + dy) * side + x + dx]!; n++; }
      return sum / n;
    });
  }
  return values;
}

test('runs, area, edges and counts equal full-resolution thresholding', (t) => {
  fc.assert(fc.property(cases, (c) => {
    const side = 16, inputSide = 64;
    const logits = logitsOf(side, c.seed, c.smooth);
    const input = { width: c.inputWidth, height: c.inputHeight }, size = { width: c.width, height: c.height };
    const full = fullLogits(logits, side, inputSide, input, size);
    // a pixel within rounding of the threshold may fall either way
    if (full.some((value) => Math.abs(value - c.threshold) < 1e-5)) return;
    const expected = rleFromBitmask({ data: Uint8Array.from(full, (value) => (value > c.threshold ? 1 : 0)), ...size });
    const scanner = new LogitsScanner(logitsFrame(side, inputSide, input, size));
    const outline = scanner.outline(logits, 0, c.threshold, { x: 0, y: 0, image: size });
    t.deepEqual([...outline.rle.counts], [...expected.counts]);
    t.is(outline.area, rleArea(expected));
    t.is(scanner.countAbove(logits, 0, c.threshold), rleArea(expected));
    const box = boxFromRle(expected);
    if (box !== undefined) t.deepEqual([outline.x0, outline.y0, outline.x1 + 1, outline.y1 + 1], [box.x0, box.y0, box.x1, box.y1]);
  }), { numRuns: 400, seed: 7 });
});

test('stability is the quotient of the two areas, and 0 for an empty mask', (t) => {
  const side = 16, size = { width: 61, height: 43 }, input = { width: 64, height: 45 };
  const logits = logitsOf(side, 99, 2);
  const full = fullLogits(logits, side, 64, input, size);
  const count = (threshold: number) => full.reduce((n, value) => n + (value > threshold ? 1 : 0), 0);
  const scanner = new LogitsScanner(logitsFrame(side, 64, input, size));
  t.is(scanner.stabilityScore(logits, 0, 0, 0.5), Math.fround(count(0.5) / count(-0.5)));
  t.is(scanner.stabilityScore(new Float32Array(side * side).fill(-9), 0, 0, 1), 0);
});

test('a crop places its mask in the image', (t) => {
  const side = 16, crop = { width: 40, height: 30 }, image = { width: 100, height: 80 };
  const logits = logitsOf(side, 5, 1);
  const scanner = new LogitsScanner(logitsFrame(side, 64, { width: 64, height: 48 }, crop));
  const alone = scanner.outline(logits, 0, 0, { x: 0, y: 0, image: crop });
  const placed = scanner.outline(logits, 0, 0, { x: 17, y: 23, image });
  t.is(placed.area, alone.area);
  t.deepEqual([placed.x0, placed.y0], [alone.x0 + 17, alone.y0 + 23]);
  t.is(placed.rle.counts.reduce((a, b) => a + b, 0), image.width * image.height);
  t.deepEqual(boxFromRle(placed.rle), { x0: placed.x0, y0: placed.y0, x1: placed.x1 + 1, y1: placed.y1 + 1 });
});
