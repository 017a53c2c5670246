/** Decoding and resizing together against the reference's own input pictures, where those are at hand. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import anyTest from 'ava';
import { inputSizeOf } from '../../src/geometry/size.js';
import { readImage } from '../../src/image/decode.js';
import { resizeBilinear } from '../../src/image/resize.js';

interface Case { image: string; resized: string; width: number; height: number }

const GOLDENS = '../shared/goldens';
const present = existsSync(GOLDENS);
const test = present ? anyTest : anyTest.skip;
// the shape is documented beside the file
const cases = present ? (JSON.parse(readFileSync(join(GOLDENS, 'preprocess/cases.json'), 'utf8')) as Case[]) : [];

test(`the reference's pictures (skipped without ${GOLDENS})`, (t) => {
  t.true(cases.length > 0);
});

for (const { image, resized, width, height } of cases) {
  test(`${image} becomes the reference's ${width} x ${height}`, async (t) => {
    const source = await readImage(join(GOLDENS, 'amg/images', image), { name: image });
    const size = inputSizeOf(source, 256);
    t.deepEqual(size, { width, height });
    const ours = resizeBilinear(source, size).data;
    const theirs = (await readImage(join(GOLDENS, 'preprocess', resized), { name: resized })).data;
    t.is(ours.length, theirs.length);
    let worst = 0;
    for (let i = 0; i < theirs.length; i++) worst = Math.max(worst, Math.abs(ours[i]! - theirs[i]!));
    t.true(worst <= (source.format === 'jpeg' ? 1 : 0), `grey levels apart: ${worst}`);
    t.log(`grey levels apart: ${worst}`);
  });
}
