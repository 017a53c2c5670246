/** Inner boundaries beside their definition, the authors' program (in the goldens) and OpenCV. */
import { readFileSync } from 'node:fs';
import test from 'ava';
import fc from 'fast-check';
import { boundaryWidth, erodeRle, innerBoundary } from '../../src/mask/boundary.js';
import { bitmaskFromRle, rleFromBitmask, type Bitmask } from '../../src/mask/rle.js';
import { rleFromString, rleToCoco, type CocoRleString } from '../../src/mask/rle-string.js';
import { peerTest, seeded } from '../formats/peers.js';
import { bitmasks, rleOf, rowsOf, withEmptyRuns } from './drawn.js';

/** Set, and so are all pixels of the square around; what lies beyond the image is not. */
function isInside({ data, width, height }: Bitmask, x: number, y: number, distance: number): boolean {
  for (let dy = -distance; dy <= distance; dy++) {
    for (let dx = -distance; dx <= distance; dx++) {
      if (x + dx < 0 || x + dx >= width || y + dy < 0 || y + dy >= height || data[(y + dy) * width + x + dx] === 0) return false;
    }
  }
  return true;
}

test('a boundary is what is near the outside, the image\'s edge too', (t) => {
  const mask = rleOf('.......', '.#####.', '.#####.', '.#####.', '.#####.', '.......');
  t.deepEqual(rowsOf(innerBoundary(mask, 1)), ['.......', '.#####.', '.#...#.', '.#...#.', '.#####.', '.......']);
  t.deepEqual(rowsOf(innerBoundary(mask, 2)), rowsOf(mask), 'nothing is left inside');
  t.is(erodeRle(mask, 2), undefined);
  t.deepEqual(rowsOf(innerBoundary(rleOf('####', '####', '####'), 1)), ['####', '#..#', '####']);
});

test('erosion is that of the definition, whatever the runs', (t) => {
  fc.assert(fc.property(bitmasks, fc.integer({ min: 1, max: 6 }), fc.array(fc.nat(5), { maxLength: 3 }), (mask, distance, cuts) => {
    const expected = mask.data.map((_, i) => Number(isInside(mask, i % mask.width, Math.floor(i / mask.width), distance)));
    const eroded = erodeRle(withEmptyRuns(rleFromBitmask(mask), cuts), distance);
    return eroded === undefined ? expected.every((value) => value === 0) : bitmaskFromRle(eroded).data.every((value, i) => value === expected[i]);
  }), { numRuns: 400 });
  t.pass();
});

test('its width is a share of the diagonal, rounded as Python rounds', (t) => {
  // diagonals of 125, 75 and 25 pixels: halves
  t.deepEqual([[75, 100], [45, 60], [15, 20], [1, 1], [480, 640]].map(([height, width]) => boundaryWidth({ width: width!, height: height! })), [2, 2, 1, 1, 16]);
});

test('boundaries are those of the authors\' program', (t) => {
  // our own script wrote it
  const { boundaries } = JSON.parse(readFileSync('fixtures/goldens/evaluate.json', 'utf8')) as { boundaries: { mask: CocoRleString; boundary: CocoRleString }[] };
  t.true(boundaries.length >= 10);
  for (const { mask: { size: [height, width], counts }, boundary } of boundaries) {
    t.deepEqual(rleToCoco(innerBoundary(rleFromString(counts, width, height), boundaryWidth({ width, height }))), boundary, `${width} x ${height}`);
  }
});

peerTest('boundaries are those that OpenCV makes', ['cv2', 'pycocotools'], async (t, { run }) => {
  const random = seeded(5);
  const masks = Array.from({ length: 60 }, (_, k): Bitmask => {
    const width = 1 + Math.floor(150 * random()), height = 1 + Math.floor(150 * random()), period = 3 + 40 * random(), level = 2 * random() - 1;
    const data = Uint8Array.from({ length: width * height }, (_, i) => Number(Math.sin((i % width) / period) + Math.cos(Math.floor(i / width) / (period / 2)) + 0.3 * random() * (k % 3) > level));
    return { width, height, data };
  });
  const seen = run(`
import cv2, numpy as np
from pycocotools import mask as M
out = []
for m in given:
    mask = np.asfortranarray(M.decode(m))
    h, w = mask.shape
    d = max(1, int(round(0.02 * np.sqrt(h ** 2 + w ** 2))))
    inside = cv2.erode(cv2.copyMakeBorder(mask, 1, 1, 1, 1, cv2.BORDER_CONSTANT, value=0), np.ones((3, 3), np.uint8), iterations=d)[1:h + 1, 1:w + 1]
    out.append(M.encode(np.asfortranarray(mask - inside))["counts"].decode())
print(json.dumps(out))`, masks.map((mask) => rleToCoco(rleFromBitmask(mask)))) as string[]; // printed right above
  masks.forEach((mask, i) => {
    t.is(rleToCoco(innerBoundary(rleFromBitmask(mask), boundaryWidth(mask))).counts, seen[i]!, `mask ${i}, ${mask.width} x ${mask.height}`);
  });
});
