/** Runs from outside: what is refused, before anything is allocated for it, and what a lenient reader makes of it. */
import test from 'ava';
import fc from 'fast-check';
import { isSamError } from '../../src/errors.js';
import { rleFromCoco, rleFromCounts, rleToCounts } from '../../src/mask/coco-rle.js';
import { repairRle, type RleFindingKind } from '../../src/mask/repair-rle.js';
import { bitmaskFromRle, rleFromBitmask, type Rle } from '../../src/mask/rle.js';
import { rleToCoco, rleToString } from '../../src/mask/rle-string.js';
import { cuts, rleWithCuts, shapes } from './codec-masks.js';

test('both kinds of COCO RLE come back', (t) => {
  fc.assert(fc.property(shapes(40), cuts, (mask, cut) => {
    const rle = rleWithCuts(mask, cut);
    t.deepEqual(rleFromCoco(rleToCounts(rle)), rle);
    t.deepEqual(rleFromCoco({ size: [rle.height, rle.width], counts: rleToString(rle) }), rle);
    t.deepEqual(rleFromCoco(rleToCoco(rle)), rleFromBitmask(mask), 'a file gets runs in their shortest form');
  }), { numRuns: 150, seed: 81 });
});

test('a wrong size is refused, however large it pretends to be', (t) => {
  const code = 'data/rle', counts = '4';
  for (const size of [undefined, null, 4, '2,2', [2], [2, 2, 1], ['2', 2], [2, null]]) {
    t.like(t.throws(() => rleFromCoco({ size, counts }), { code, message: /\[height, width\]/ }), { path: 'size' });
  }
  for (const size of [[0, 4], [4, 0], [-2, -2], [1.5, 2], [Number.NaN, 2], [Infinity, 1], [2 ** 60, 1]]) {
    t.throws(() => rleFromCoco({ size, counts }), { code, message: /whole numbers of at least 1/ });
  }
  t.throws(() => rleFromCoco({ size: [2 ** 40, 2 ** 10], counts }), { code, message: /more than the 268435456 allowed/ });
  t.throws(() => rleFromCoco({ size: [16385, 16384], counts }), { code, message: /more than the 268435456 allowed/ });
  t.notThrows(() => rleFromCoco({ size: [16384, 16384], counts: [2 ** 28] }));
  t.throws(() => rleFromCoco({ size: [3, 3], counts: [9] }, { maxPixels: 8 }), { code, message: 'A mask of 3 x 3 has 9 pixels, more than the 8 allowed.' });
  t.notThrows(() => rleFromCoco({ size: [20000, 20000], counts: [4e8] }, { maxPixels: 1e9 }));
  t.throws(() => rleFromCoco({ size: [60000, 60000], counts: [36e8] }, { maxPixels: 1e12 }), { code }, 'positions are 32-bit numbers');
});

test('a size that is not the image\'s is refused, and a swapped one is named', (t) => {
  const expected = { width: 3, height: 2 };
  t.notThrows(() => rleFromCoco({ size: [2, 3], counts: [6] }, { expected }));
  t.throws(() => rleFromCoco({ size: [3, 2], counts: [6] }, { expected }), { code: 'data/rle', message: /is \[3, 2\], the image's is \[2, 3\] \(width and height are swapped\)/ });
  t.throws(() => rleFromCoco({ size: [1, 6], counts: [6] }, { expected }), { code: 'data/rle', message: /the image's is \[2, 3\]\.$/ });
});

test('counts of no kind, or with something else in them, are refused', (t) => {
  const size = [2, 2], code = 'data/rle';
  for (const counts of [undefined, null, 4, { 0: 4 }, true]) t.like(t.throws(() => rleFromCoco({ size, counts }), { code }), { path: 'counts' });
  for (const value of [null, 'x', [], 4, undefined]) t.throws(() => rleFromCoco(value), { code, message: /An RLE is an object with size and counts/ });
  for (const run of [-1, 0.5, '4', null, Number.NaN, Infinity, 2 ** 32]) {
    t.like(t.throws(() => rleFromCoco({ size, counts: [1, run] }), { code, message: /^Run 1 is / }), { path: 'counts[1]' });
  }
  t.throws(() => rleFromCoco({ size, counts: [1, 2] }), { code, message: 'The runs sum to 3, but a mask of 2 x 2 has 4 pixels.' });
  t.throws(() => rleFromCoco({ size, counts: [1, 2 ** 32 - 1, 2 ** 32 - 1] }), { code, message: /sum to 8589934591/ });
  t.throws(() => rleFromCoco({ size, counts: [] }), { code, message: /sum to 0/ });
  t.throws(() => rleFromCoco({ size, counts: '\u0134' }), { code, message: /Character 0/ }, 'no character passes for the one with its low byte');
  t.throws(() => rleFromCounts([4], { width: 0, height: 4 }), { code });
});

interface Repair { name: string; size: [number, number]; counts: unknown; kinds: RleFindingKind[]; repaired: number[] }

const REPAIRS: Repair[] = [
  { name: 'nothing wrong', size: [2, 2], counts: [1, 3], kinds: [], repaired: [1, 3] },
  { name: 'short in a run of zeros', size: [2, 3], counts: [1, 2, 1], kinds: ['sum-short'], repaired: [1, 2, 3] },
  { name: 'short after a run of ones', size: [2, 3], counts: [1, 2], kinds: ['sum-short'], repaired: [1, 2, 3] },
  { name: 'no runs', size: [2, 3], counts: [], kinds: ['sum-short'], repaired: [6] },
  { name: 'long', size: [2, 2], counts: [1, 2, 5, 1], kinds: ['sum-long'], repaired: [1, 2, 1] },
  { name: 'long from the first run', size: [2, 2], counts: [1e300], kinds: ['sum-long'], repaired: [4] },
  { name: 'negative', size: [2, 2], counts: [1, -2, 2, 1], kinds: ['run-negative'], repaired: [1, 0, 2, 1] },
  { name: 'a fraction', size: [2, 2], counts: [1.2, 2.8], kinds: ['run-fraction', 'run-fraction'], repaired: [1, 3] },
  { name: 'all at once', size: [2, 3], counts: [-1, 1.5, 2], kinds: ['run-negative', 'run-fraction', 'sum-short'], repaired: [0, 2, 4] },
  { name: 'a string that is short', size: [2, 3], counts: '12', kinds: ['sum-short'], repaired: [1, 2, 3] },
  { name: 'a string that is cut', size: [2, 3], counts: '121P', kinds: ['string-cut', 'sum-short'], repaired: [1, 2, 3] },
  { name: 'a string with a negative run', size: [2, 3], counts: '1O5', kinds: ['run-negative'], repaired: [1, 0, 5] },
];

for (const { name, size, counts, kinds, repaired } of REPAIRS) {
  test(`lenient reading: ${name}`, (t) => {
    const { rle, findings } = repairRle({ size, counts });
    t.deepEqual([...rle.counts], repaired);
    t.deepEqual(findings.map(({ kind }) => kind), kinds);
    t.true(findings.every(({ message, at }) => message.endsWith('.') && Number.isInteger(at) && at >= 0));
    t.notThrows(() => bitmaskFromRle(rle));
    if (kinds.length > 0) t.throws(() => rleFromCoco({ size, counts }), { code: 'data/rle' }, 'strict reading refuses it');
  });
}

test('lenient reading takes off what Python printed around bytes, where the runs then fit', (t) => {
  // a run of 44, two groups: "\" and "1"
  const rle: Rle = { width: 50, height: 1, counts: Uint32Array.of(3, 44, 3) };
  const text = rleToString(rle);
  t.is(text, '3\\13');
  for (const [counts, at] of [['3\\\\13', 2], ["b'3\\\\13'", 0], ['b"3\\13"', 0]] as const) {
    const read = repairRle({ size: [1, 50], counts });
    t.deepEqual(read.rle, rle);
    t.deepEqual(read.findings.map(({ kind, at }) => [kind, at]), [['string-escaped', at]]);
  }
});

test('lenient reading gives up where nothing of the mask is left', (t) => {
  const code = 'data/rle';
  t.throws(() => repairRle({ size: [2, 2], counts: '1 3' }), { code, message: /Character 1 is " "/ });
  for (const counts of ['!!', '!', '13!', '13!!!!', '1P!']) t.throws(() => repairRle({ size: [2, 2], counts }), { code, message: /Character \d is "!"/ }, counts);
  t.throws(() => repairRle({ size: [2, 2], counts: 'PP' }), { code, message: /ends inside a value/ }, 'no value is whole');
  t.throws(() => repairRle({ size: [2, 2], counts: 'PPPPPPPPPPPP0' }), { code, message: /more than 7 groups/ });
  t.throws(() => repairRle({ size: [0, 2], counts: [0] }), { code });
  t.throws(() => repairRle({ size: [2, 2], counts: ['4'] }), { code, message: 'Run 0 is no number.' });
  t.throws(() => repairRle({ size: [1e5, 1e5], counts: [] }), { code, message: /allowed/ });
  t.throws(() => repairRle('x'), { code });
});

const alphabet = fc.array(fc.integer({ min: 48, max: 111 }), { maxLength: 60 }).map((codes) => String.fromCharCode(...codes));
const anyText = fc.oneof(alphabet, fc.string({ maxLength: 40 }), fc.string({ maxLength: 20, unit: 'binary' }), alphabet.map((text) => `b'${text.replaceAll('\\', '\\\\')}'`));
const anyRuns = fc.array(fc.oneof(fc.nat(20), fc.double(), fc.integer(), fc.constant('1')), { maxLength: 20 });

test('anything at all is a mask of the right size or data/rle', (t) => {
  fc.assert(fc.property(fc.oneof(anyText, anyRuns), fc.nat(30), fc.nat(30), (counts, height, width) => {
    for (const read of [rleFromCoco, repairRle]) {
      try {
        const result = read({ size: [height, width], counts });
        const rle = 'rle' in result ? result.rle : result;
        t.is(rle.counts.reduce((a, b) => a + b, 0), width * height);
      } catch (error) {
        if (!isSamError(error, 'data/rle')) throw error;
      }
    }
  }), { numRuns: 3000, seed: 82 });
});

test('lenient reading changes nothing that strict reading takes', (t) => {
  fc.assert(fc.property(shapes(20), cuts, (mask, cut) => {
    const rle = rleWithCuts(mask, cut);
    t.deepEqual(repairRle(rleToCounts(rle)), { rle, findings: [] });
    t.deepEqual(repairRle({ size: [rle.height, rle.width], counts: rleToString(rle) }), { rle, findings: [] });
  }), { numRuns: 100, seed: 83 });
});

test('strings of every length, whole and cut', (t) => {
  for (let length = 1; length < 70; length++) {
    const rle: Rle = { width: 1, height: length * (length + 40), counts: Uint32Array.from({ length }, () => length + 40) };
    const text = rleToString(rle);
    t.deepEqual(rleFromCoco({ size: [rle.height, 1], counts: text }), rle);
    t.throws(() => rleFromCoco({ size: [rle.height, 1], counts: `${text}P` }), { code: 'data/rle', message: `The string ends inside a value, at character ${text.length + 1}.` });
    t.throws(() => rleFromCoco({ size: [rle.height, 1], counts: `${text}p` }), { code: 'data/rle', message: /^Character/ });
    t.throws(() => rleFromCoco({ size: [rle.height, 1], counts: `${text}1` }), { code: 'data/rle', message: /sum to|Run/ });
  }
});

test('long garbage is read once: a million characters, millions of pixels promised', (t) => {
  const code = 'data/rle';
  const million = '0'.repeat(1_000_000);
  t.throws(() => rleFromCoco({ size: [16384, 16384], counts: million }), { code, message: /sum to 0/ });
  t.throws(() => rleFromCoco({ size: [16384, 16384], counts: `${million}P` }), { code, message: 'The string ends inside a value, at character 1000001.' });
  t.throws(() => rleFromCoco({ size: [4, 4], counts: 'P'.repeat(1_000_000) }), { code, message: /more than 7 groups/ });
  t.is(repairRle({ size: [4, 4], counts: `${million}P` }).findings.length, 2);
});
