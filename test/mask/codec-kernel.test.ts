/** The WebAssembly of the codec: made of the source beside it, and its memory is nobody's for longer than a call. */
import test from 'ava';
import { createHash } from 'node:crypto';
import { readFileSync, readdirSync } from 'node:fs';
import { kernelWith } from '../../src/mask/kernel.js';
import { KERNEL_SOURCE_SHA256 } from '../../src/mask/kernel-bytes.js';
import { maskIou } from '../../src/mask/iou.js';
import { mergeRle } from '../../src/mask/merge.js';
import { comparable, overlap } from '../../src/mask/overlap.js';
import { rleFromBitmask, rleIntersection } from '../../src/mask/rle.js';
import { rleFromString, rleToString } from '../../src/mask/rle-string.js';
import { drawShape } from './codec-masks.js';

test('the committed bytes are of the committed sources (else: node scripts/build-kernels.js)', (t) => {
  const hash = createHash('sha256');
  for (const name of readdirSync('kernels').filter((name) => name.endsWith('.ts')).sort()) hash.update(readFileSync(`kernels/${name}`));
  t.is(KERNEL_SOURCE_SHA256, hash.digest('hex'));
});

test('comparisons outlast other uses of the kernel', (t) => {
  const masks = [1, 2, 3, 4].map((seed) => rleFromBitmask(drawShape({ width: 90, height: 70, coarse: 6, density: 50, seed })));
  const table = comparable(masks);
  const others = masks.map((mask) => rleFromString(rleToString(mask), mask.width, mask.height));
  masks.forEach((a, i) => { masks.forEach((b, j) => {
    mergeRle(others, 'union');
    t.is(overlap(table, i, j), rleIntersection(a, b));
  }); });
});

test('memory grows for large masks, and results stay', (t) => {
  const small = rleFromBitmask(drawShape({ width: 50, height: 40, coarse: 3, density: 50, seed: 1 }));
  const before = [...small.counts];
  const noise = rleFromBitmask(drawShape({ width: 1500, height: 1200, coarse: 1, density: 50, seed: 2 }));
  t.is(maskIou([noise], [noise])[0], 1);
  t.deepEqual(mergeRle([noise, noise, noise], 'intersection'), noise);
  t.deepEqual([...small.counts], before);
  t.true(kernelWith(2 ** 27).bytes.length >= 2 ** 27);
  t.true(kernelWith(1000).bytes.length < 2 ** 27, 'and is given back');
  t.throws(() => kernelWith(2 ** 40), { code: 'data/rle', message: /too many runs/ });
  t.is(maskIou([small], [small])[0], 1);
});
