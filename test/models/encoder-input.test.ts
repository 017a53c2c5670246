/** The encoder's tensor against `Sam.preprocess` of segment-anything. */
import test from 'ava';
import { encoderTensor } from '../../src/models/encoder-input.js';
import { goldens } from '../core-goldens.js';

test('normalised planes with zeros right and below: the reference\'s floats, bit for bit', (t) => {
  for (const { size: [width, height], side, pixels, planes } of goldens.normalised) {
    const tensor = encoderTensor({ data: Uint8Array.from(pixels), width, height }, side, 'nchw-normalised');
    t.deepEqual(tensor.shape, [1, 3, side, side]);
    t.deepEqual(tensor.data, Float32Array.from(planes), `${width} x ${height}`);
  }
});

test('plain pixels: height x width x 3 as they are, no padding', (t) => {
  const data = Uint8Array.from([0, 128, 255, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15]);
  t.deepEqual(encoderTensor({ data, width: 3, height: 2 }, 256, 'hwc-rgb255'), { data: Float32Array.from(data), shape: [2, 3, 3] });
});
