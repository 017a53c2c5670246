/** The package's font: registered, measured, alone; what it lacks never reaches another font. */
import test from 'ava';
import { newSurface, rgbOf, surfaceOf } from '../../src/draw/canvas.js';
import { canDraw, drawableText, fittedText, fontOf, textWidth } from '../../src/draw/font.js';

test('what the font lacks is a square, and a line is a line', (t) => {
  t.is(drawableText('bus  stop\n2'), 'bus stop 2');
  t.is(drawableText('Ωμέγα Жук Ærø'), 'Ωμέγα Жук Ærø');
  t.is(drawableText('猫 cat 🐈'), '□ cat □');
  t.is(drawableText('e\u0301'), 'é', 'composed');
  t.is(drawableText('a\u202eb\u0007'), 'ab', 'no controls, no change of direction');
  t.true(canDraw('Жук □'));
  t.false(canDraw('猫'));
});

test('text is measured and drawn in it', (t) => {
  const surface = newSurface({ width: 60, height: 20 }, '#fff');
  const { context } = surface;
  // a hundredth of a pixel is lost in single precision
  t.true(Math.abs(textWidth(context, '0', 20) - textWidth(context, '0', 10) * 2) < 0.02, 'widths grow with the size');
  t.true(textWidth(context, 'WWW', 12) > 1.8 * textWidth(context, 'iii', 12), 'not one width for all, as a missing font might have');
  context.font = fontOf(16);
  context.fillStyle = '#000';
  context.fillText('Hg', 2, 16);
  const { data } = rgbOf(surface);
  t.true(data.some((value) => value < 40));
  t.is(data[0], 255);
});

test('too wide a text is cut with an ellipsis', (t) => {
  const { context } = newSurface({ width: 1, height: 1 });
  t.is(fittedText(context, 'short', 12, 200), 'short');
  const cut = fittedText(context, 'a long name of a category', 12, 60);
  t.regex(cut, /^a l.*…$/);
  t.true(textWidth(context, cut, 12) <= 60);
});

test('pixels go to a surface and come back as they were', (t) => {
  const image = { width: 3, height: 2, data: Uint8Array.from({ length: 18 }, (_, i) => i * 14) };
  t.deepEqual(rgbOf(surfaceOf(image)), image);
});
