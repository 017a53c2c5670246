/** What the correction of a mask starts from: its pixels on the model's grid, whatever the image's size, and a point well inside. */
import test from 'ava';
import { rleFromBox } from '../../src/mask/polygon-fill.js';
import { correctionStart } from '../../src/models/correction-start.js';

const SIDES = { inputSide: 64, maskSide: 16 };

/** Grid cells in the mask, as rows of text. */
function drawn(logits: Float32Array): string[] {
  return Array.from({ length: SIDES.maskSide }, (_, y) => Array.from(logits.subarray(y * SIDES.maskSide, (y + 1) * SIDES.maskSide), (logit) => (logit > 0 ? '#' : '.')).join(''));
}

test('a wide image lies at the top of the square, a tall one at its left; what is beside it is no mask', (t) => {
  const wide = correctionStart(rleFromBox({ x0: 0, y0: 0, x1: 640, y1: 320 }, { width: 640, height: 320 }), SIDES)!;
  t.deepEqual(drawn(wide.logits), [...Array.from({ length: 8 }, () => '#'.repeat(16)), ...Array.from({ length: 8 }, () => '.'.repeat(16))]);
  const tall = correctionStart(rleFromBox({ x0: 0, y0: 160, x1: 80, y1: 320 }, { width: 160, height: 320 }), SIDES)!;
  t.deepEqual(drawn(tall.logits), Array.from({ length: 16 }, (_, y) => (y < 8 ? '.' : '#').repeat(4) + '.'.repeat(12)));
  t.deepEqual(tall.point, { x: 39, y: 199, label: 1 });
});

test('an image smaller than the grid fills it, and one pixel is a mask', (t) => {
  const { point, logits } = correctionStart(rleFromBox({ x0: 1, y0: 0, x1: 2, y1: 1 }, { width: 4, height: 4 }), SIDES)!;
  t.deepEqual(point, { x: 1, y: 0, label: 1 });
  t.deepEqual(drawn(logits).slice(0, 5), [...Array.from({ length: 4 }, () => '....####........'), '.'.repeat(16)]);
});

test('nothing to start from in a mask without pixels', (t) => {
  t.is(correctionStart({ width: 4, height: 4, counts: Uint32Array.of(16) }, SIDES), undefined);
});
