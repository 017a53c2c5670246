/** COCO's compressed string: against pycocotools, there and back, and on text that no encoder wrote. */
import test from 'ava';
import fc from 'fast-check';
import { existsSync, readFileSync } from 'node:fs';
import { boxToCocoXywh } from '../../src/geometry/box.js';
import { isSamError } from '../../src/errors.js';
import { boxFromRle, rleArea, rleIntersection, type Rle } from '../../src/mask/rle.js';
import { rleFromString, rleToCoco, rleToString } from '../../src/mask/rle-string.js';
import { goldens } from '../core-goldens.js';

test('pycocotools\' strings give its runs', (t) => {
  for (const { size: [height, width], counts, string } of goldens.rle) {
    const rle = rleFromString(string, width, height);
    t.deepEqual([...rle.counts], counts);
    t.deepEqual(rleToCoco(rle), { size: [height, width], counts: string });
  }
});

test('runs of any length come back', (t) => {
  const run = fc.oneof({ weight: 5, arbitrary: fc.nat(40) }, { weight: 3, arbitrary: fc.nat(50_000) }, fc.constantFrom(15, 16, 31, 32, 511, 512, 1023, 2 ** 29, 2 ** 29 - 1, 2 ** 30));
  const total = (counts: number[]): number => counts.reduce((a, b) => a + b, 0);
  const runs = fc.array(run, { minLength: 1, maxLength: 30 }).filter((counts) => total(counts) > 0 && total(counts) < 2 ** 31 - 1);
  fc.assert(fc.property(runs, (counts) => {
    const width = total(counts);
    const rle: Rle = { width, height: 1, counts: Uint32Array.from(counts) };
    t.deepEqual(rleFromString(rleToString(rle), width, 1), rle);
  }), { numRuns: 300, seed: 31 });
});

test('five bits a character, low first; differences from the fourth run on', (t) => {
  const text = (...counts: number[]): string => rleToString({ width: 1, height: counts.reduce((a, b) => a + b), counts: Uint32Array.from(counts) });
  t.is(text(0, 1, 15), '01?');
  t.is(text(16), '`0', 'a value with bit 4 set needs a second group, or it would be read as negative');
  t.is(text(32), 'P1');
  t.is(text(1, 20, 1, 19), '1d01O', '19 is one less than the run two before');
  t.is(text(1, 1, 1, 1), '1110', 'no difference');
});

test('what is no string of an encoder says why', (t) => {
  const code = 'data/rle';
  t.throws(() => rleFromString('P', 4, 4), { code, message: 'The string ends inside a value, at character 1.' });
  t.throws(() => rleFromString('4 ', 4, 4), { code, message: 'Character 1 is " "; only characters 48 to 111 occur.' });
  t.throws(() => rleFromString('4p', 4, 4), { code, message: 'Character 1 is "p"; only characters 48 to 111 occur.' });
  t.throws(() => rleFromString('4/', 4, 4), { code, message: /Character 1/ });
  t.throws(() => rleFromString('PPPPPPP0', 4, 4), { code, message: 'The value before character 8 has more than 7 groups.' });
  t.throws(() => rleFromString('O', 4, 4), { code, message: 'Run 0 is -1; a run is from 0 to 4294967295.' });
  t.throws(() => rleFromString('ooooooO', 4, 4), { code, message: /^Run 0 is -1;/ });
  t.throws(() => rleFromString('PPPPPP4', 4, 4), { code, message: 'Run 0 is 4294967296; a run is from 0 to 4294967295.' });
  t.throws(() => rleFromString('111N', 4, 4), { code, message: /^Run 3 is -1;/ });
  t.throws(() => rleFromString('5', 2, 2), { code, message: 'The runs sum to 5, but a mask of 2 x 2 has 4 pixels.' });
  t.throws(() => rleFromString('', 2, 2), { code, message: /sum to 0/ });
});

test('the edges of what a string may hold are read', (t) => {
  t.deepEqual([...rleFromString('nooooo1', 2 ** 31 - 2, 1).counts], [2 ** 31 - 2], 'seven groups');
  t.deepEqual([...rleFromString('04', 2, 2).counts], [0, 4]);
  t.deepEqual([...rleFromString('T0', 2, 2).counts], [4], 'a value in more groups than it needs');
});

test('any text gives a mask or data/rle', (t) => {
  const letters = fc.array(fc.integer({ min: 48, max: 111 }), { maxLength: 12 }).map((codes) => String.fromCharCode(...codes));
  fc.assert(fc.property(fc.oneof(letters, fc.string({ maxLength: 8, unit: 'binary' })), fc.nat(9), fc.nat(9), (text, width, height) => {
    try {
      const { counts } = rleFromString(text, width, height);
      t.is(counts.reduce((a, b) => a + b, 0), width * height);
    } catch (error) {
      if (!isSamError(error, 'data/rle')) throw error;
    }
  }), { numRuns: 2000, seed: 32 });
});

interface SharedCases {
  encode: { size: [number, number]; counts: number[]; rle: string; area: number; bbox: number[] }[];
  iou: { size: [number, number]; dt: string; gt: string; iscrowd: 0 | 1; iou: number }[];
}

const SHARED = '../shared/goldens/rle/cases.json';
const sharedTest = existsSync(SHARED) ? test : test.skip;
const shared = (): SharedCases => JSON.parse(readFileSync(SHARED, 'utf8')) as SharedCases;

sharedTest(`more of pycocotools' masks (${SHARED} where it is)`, (t) => {
  const { encode } = shared();
  t.true(encode.length > 0);
  for (const { size: [height, width], counts, rle: text, area, bbox } of encode) {
    const rle = rleFromString(text, width, height);
    t.deepEqual([...rle.counts], counts);
    t.is(rleToString({ width, height, counts: Uint32Array.from(counts) }), text);
    t.is(rleArea(rle), area);
    const box = boxFromRle(rle);
    t.deepEqual(box === undefined ? [0, 0, 0, 0] : boxToCocoXywh(box), bbox);
  }
});

sharedTest(`more of pycocotools' IoU (${SHARED} where it is)`, (t) => {
  const { iou } = shared();
  t.true(iou.length > 0);
  for (const { size: [height, width], dt, gt, iscrowd, iou: expected } of iou) {
    const a = rleFromString(dt, width, height), b = rleFromString(gt, width, height);
    const inter = rleIntersection(a, b);
    const union = iscrowd === 1 ? rleArea(a) : rleArea(a) + rleArea(b) - inter;
    t.true(Math.abs((inter === 0 ? 0 : inter / union) - expected) < 1e-12);
  }
});
