/** Prompts as they are typed: points and boxes to what a model is asked, and what is wrong with them. */
import test from 'ava';
import { promptsFromFlags, refuseMixture } from '../../src/cli/prompt-flags.js';

test('points join one box or stand alone; several boxes are several prompts', (t) => {
  t.deepEqual(promptsFromFlags(['76,120', '1.5, -2,0'], []), [{ points: [{ x: 76, y: 120, label: 1 }, { x: 1.5, y: -2, label: 0 }] }]);
  t.deepEqual(promptsFromFlags(['3,4,1'], ['0,1,2,3']), [{ box: { x0: 0, y0: 1, x1: 2, y1: 3 }, points: [{ x: 3, y: 4, label: 1 }] }]);
  t.deepEqual(promptsFromFlags([], ['0,1,2,3', '4,5,6,7']).length, 2);
  t.deepEqual(promptsFromFlags([], []), []);
});

test('what is no point and no box says what was expected and what was found', (t) => {
  const rows: [string[], string[], RegExp][] = [
    [['3,3,2'], [], /label 1 \(of the object\) or 0 .* got "3,3,2"/], [['3,NaN'], [], /--point expects x,y/], [['3'], [], /--point expects x,y/], [['1,2,1,1'], [], /--point expects x,y/],
    [['0x10,3'], [], /--point expects/], [['3,'], [], /--point expects/], [[], ['5,5,5,9'], /area between/], [[], ['9,9,5,5'], /area between/], [[], ['1,2,3'], /--box expects x0,y0,x1,y1/],
    [[], ['1,2,3,Infinity'], /--box expects/], [['1,1'], ['0,0,2,2', '3,3,4,4'], /Points join a single box/],
  ];
  for (const [points, boxes, message] of rows) t.throws(() => promptsFromFlags(points, boxes), { code: 'usage/option', message }, `${points.join(' ')} ${boxes.join(' ')}`);
});

test('one image or a file of prompts: flags of the other are refused', (t) => {
  t.notThrows(() => { refuseMixture('a.png', { point: ['1,1'] }); });
  t.notThrows(() => { refuseMixture(undefined, { prompts: 'p.json', images: '.' }); });
  const rows: [string | undefined, Record<string, unknown>, RegExp][] = [
    [undefined, {}, /one IMAGE, or --prompts/], ['a.png', { prompts: 'p.json' }, /one IMAGE, or --prompts/], ['a.png', { images: '.' }, /--images belongs to --prompts/],
    [undefined, { prompts: 'p.json', 'save-logits': 'x.npy' }, /--save-logits belongs to one IMAGE/],
  ];
  for (const [image, flags, message] of rows) t.throws(() => { refuseMixture(image, flags); }, { code: 'usage/option', message });
});
