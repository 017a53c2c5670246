/** Photos that EXIF turns: in which of the two frames the annotations are, for every orientation and every way to get it wrong. */
import test from 'ava';
import { frameProblem } from '../../src/dataset/frames.js';

const stored = { width: 40, height: 30 }, upright = { width: 30, height: 40 };
const wide = { x0: 32, y0: 2, x1: 39, y1: 8 }, tall = { x0: 2, y0: 32, x1: 8, y1: 39 }, both = { x0: 2, y0: 2, x1: 9, y1: 9 };
const frames = { stored, upright, orientation: 6 };

test('record and boxes in the upright frame: nothing to say', (t) => {
  t.is(frameProblem(upright, [tall, both], frames), undefined);
  t.is(frameProblem(upright, [], frames), undefined);
});

test('each way to be in another frame is named', (t) => {
  t.regex(frameProblem(upright, [wide, both], frames) ?? '', /in the stored frame: 1 of 2 annotations fit only that, although the record says the upright size/);
  t.regex(frameProblem(stored, [wide], frames) ?? '', /in the stored frame: the one annotation fits only that, which is also the size in the record/);
  t.regex(frameProblem(stored, [tall, both], frames) ?? '', /The record says 40 x 30, but the annotations are in the upright frame: 1 of 2 .*; width and height of the record are swapped/);
  t.regex(frameProblem(stored, [both], frames) ?? '', /in the stored frame, as far as their record tells \(they fit both\)/);
  t.regex(frameProblem(stored, [], frames) ?? '', /The record says 40 x 30/);
  t.regex(frameProblem(upright, [wide, tall], frames) ?? '', /in both frames: 1 of 2 .* stored 40 x 30, 1 only the upright 30 x 40/);
  t.regex(frameProblem(upright, [wide], frames) ?? '', /stored 40 x 30, and EXIF orientation 6 turns it to 30 x 40/);
});

test('no frame is spoken of where there is one, or the size is neither', (t) => {
  t.is(frameProblem(stored, [tall], { stored, upright: stored, orientation: 3 }), undefined);
  t.is(frameProblem({ width: 41, height: 30 }, [wide], frames), undefined, 'that is another size');
  t.is(frameProblem(upright, [{ x0: 0, y0: 0, x1: 90, y1: 90 }], frames), undefined, 'a box that fits neither tells nothing');
});
