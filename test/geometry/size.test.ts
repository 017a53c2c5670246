/** Input sizes against `ResizeLongestSide.get_preprocess_shape`. */
import test from 'ava';
import { inputSizeOf } from '../../src/geometry/size.js';
import { goldens } from '../core-goldens.js';

test('the reference\'s size for every case, but never less than a pixel', (t) => {
  for (const [width, height, side, newWidth, newHeight] of goldens.sizes) {
    const expected = { width: Math.max(1, newWidth), height: Math.max(1, newHeight) };
    t.deepEqual(inputSizeOf({ width, height }, side), expected, `${width} x ${height} at ${side}`);
  }
});

test('halves round up, as int(x + 0.5) does', (t) => {
  t.deepEqual(inputSizeOf({ width: 512, height: 3 }, 256), { width: 256, height: 2 });
  t.deepEqual(inputSizeOf({ width: 512, height: 5 }, 256), { width: 256, height: 3 });
  t.deepEqual(inputSizeOf({ width: 7, height: 512 }, 256), { width: 4, height: 256 });
});

test('a line of pixels keeps one pixel, where the reference would have none', (t) => {
  t.true(goldens.sizes.some(([, , , width, height]) => width === 0 || height === 0), 'the goldens hold such a size');
  t.deepEqual(inputSizeOf({ width: 3000, height: 1 }, 256), { width: 256, height: 1 });
  t.deepEqual(inputSizeOf({ width: 1, height: 3000 }, 256), { width: 1, height: 256 });
});
