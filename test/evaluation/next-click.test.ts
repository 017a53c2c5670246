/** The next click: on drawn masks exactly, and on any masks never outside of what is wrong. */
import test from 'ava';
import fc from 'fast-check';
import { nextClick } from '../../src/evaluation/next-click.js';
import { bitmaskFromRle, rleFromBitmask } from '../../src/mask/rle.js';
import type { PromptPoint } from '../../src/models/predict.js';
import { bitmasks, rleOf } from '../mask/drawn.js';

const TRUTH = rleOf(
  '..........',
  '.#######..',
  '.#######..',
  '.#######..',
  '.#######..',
  '.#######..',
  '..........',
);

test('the first click lies in the middle of the object', (t) => {
  t.deepEqual(nextClick(TRUTH, undefined, []), { x: 3, y: 3, label: 1 });
});

test('an object that fills the image: its border is an edge', (t) => {
  t.deepEqual(nextClick(rleOf('#####', '#####', '#####', '#####', '#####'), undefined, []), { x: 2, y: 2, label: 1 });
});

test('a missed part is clicked as foreground, a part too many as background, the wider error first', (t) => {
  const missing = rleOf('..........', '.####.....', '.####.....', '.####.....', '.####.....', '.####.....', '..........');
  t.deepEqual(nextClick(TRUTH, missing, [{ x: 3, y: 3, label: 1 }]), { x: 6, y: 2, label: 1 });
  const extra = rleOf('..........', '.#########', '.#########', '.#######..', '.#######..', '.#######..', '..........');
  t.deepEqual(nextClick(TRUTH, extra, []), { x: 8, y: 1, label: 0 });
  const both = rleOf('..........', '....######', '....######', '....######', '....####..', '....####..', '..........');
  t.deepEqual(nextClick(TRUTH, both, []), { x: 2, y: 2, label: 1 }, 'three columns are missed, two are too many');
});

test('where both errors are alike it is the part too many', (t) => {
  t.deepEqual(nextClick(rleOf('##..', '....'), rleOf('..##', '....'), []), { x: 2, y: 0, label: 0 });
});

test('a large thin error is less than a small thick one', (t) => {
  const truth = rleOf('####################', '....................', '.###................', '.###................', '.###................', '....................');
  t.deepEqual(nextClick(truth, rleOf('....................', '....................', '....................', '....................', '....................', '....................'), []), { x: 2, y: 3, label: 1 });
});

test('no place is clicked twice, and where nothing is wrong there is no click', (t) => {
  t.is(nextClick(TRUTH, TRUTH, []), undefined);
  const truth = rleOf('...', '.#.', '...'), nothing = rleOf('...', '...', '...');
  t.deepEqual(nextClick(truth, nothing, []), { x: 1, y: 1, label: 1 });
  t.is(nextClick(truth, nothing, [{ x: 1, y: 1, label: 1 }]), undefined);
});

test('clicks lie in the error of their kind, whatever the masks', (t) => {
  const pairs = bitmasks.chain((mask) => fc.record({
    truth: fc.constant(mask),
    predicted: fc.array(fc.integer({ min: 0, max: 1 }), { minLength: mask.data.length, maxLength: mask.data.length }).map((data) => ({ ...mask, data: Uint8Array.from(data) })),
  }));
  fc.assert(fc.property(pairs, ({ truth, predicted }) => {
    const clicks: PromptPoint[] = [];
    for (let i = 0; i < 5; i++) {
      const click = nextClick(rleFromBitmask(truth), rleFromBitmask(predicted), clicks);
      const wrong = truth.data.reduce((sum, value, at) => sum + (value !== predicted.data[at] ? 1 : 0), 0);
      if (click === undefined) {
        t.true(wrong <= clicks.length, 'all that is wrong was clicked');
        return;
      }
      const at = click.y * truth.width + click.x;
      t.is(truth.data[at], click.label, 'foreground on the object, background off it');
      t.is(predicted.data[at], 1 - click.label, 'where the mask says otherwise');
      t.false(clicks.some(({ x, y }) => x === click.x && y === click.y), 'each place once');
      clicks.push(click);
    }
  }), { numRuns: 300 });
});

test('the first click of any mask is one of its pixels', (t) => {
  fc.assert(fc.property(bitmasks, (mask) => {
    const rle = rleFromBitmask(mask), click = nextClick(rle, undefined, []);
    if (click === undefined) t.false(bitmaskFromRle(rle).data.includes(1));
    else t.is(mask.data[click.y * mask.width + click.x], 1);
  }));
});
