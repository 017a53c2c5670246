/** `sam visualize` as a stranger meets it: what it says, its exit codes, one object with --json. */
import test from 'ava';
import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { rleToCoco } from '../../src/mask/rle-string.js';
import { maskWhere } from '../draw/scenes.js';
import { drawImage } from './drawn-images.js';
import { runJson, runSam } from './run-sam.js';
import { temporaryFolder } from '../files/temporary-folder.js';
import type { ExecutionContext } from 'ava';

/** Two drawn images and the annotations of three, the last of which is not there. */
async function place(t: ExecutionContext): Promise<{ root: string; base: string[]; output: string }> {
  const root = await temporaryFolder(t), output = join(root, 'out'), annotations = join(root, 'instances.json');
  for (const [i, name] of ['one.png', 'two.jpg'].entries()) await drawImage(join(root, name), 120, 80, i);
  const disc = rleToCoco(maskWhere(120, 80, (x, y) => (x - 50) ** 2 + (y - 40) ** 2 < 600));
  writeFileSync(annotations, JSON.stringify({
    images: ['one.png', 'two.jpg', 'gone.png'].map((file_name, i) => ({ id: i + 1, file_name, width: 120, height: 80 })),
    annotations: [1, 2, 3].map((id) => ({ id, image_id: id, category_id: 1, iscrowd: 0, segmentation: disc, bbox: [26, 16, 48, 48], area: 1884, score: 0.9 })),
    categories: [{ id: 1, name: 'disc' }],
  }));
  return { root, output, base: ['visualize', annotations, '--images', root, '--output', output] };
}

test('pictures, one missing image told, exit 3; again the same, with --json', async (t) => {
  const { base, output } = await place(t);
  const { code, stdout, stderr } = await runSam(base);
  t.is(code, 3);
  t.is(stdout, '');
  t.regex(stderr, /^error: gone\.png -> image 3: The image does not exist \(any more\)\. \[image\/missing\]$/m);
  t.regex(stderr, /^2 pictures of 2 images \(2 objects\) in .+out\. 1 image could not be drawn\.$/m);
  t.deepEqual(readdirSync(output).filter((name) => name !== '.sam'), ['one.png', 'two.png']);
  const again = await runJson(t, base);
  t.is(again.code, 3);
  t.like(again, { command: 'visualize', summary: { images: 3, drawn: 2, failed: 1, objects: 2, files: 2, kind: 'overlay', result: 'same' }, outputs: [join(output, 'one.png'), join(output, 'two.png')] });
  t.like(again.errors, [{ code: 'image/missing', file: 'gone.png', record: 'image 3' }]);
});

test('every kind of picture by its flag', async (t) => {
  const { base, root } = await place(t);
  const made = async (...flags: string[]): Promise<string[]> => {
    const { outputs } = await runJson(t, [...base.slice(0, -1), join(root, flags[0]!.slice(2)), ...flags]);
    return outputs.map((path) => path.slice(join(root, flags[0]!.slice(2)).length + 1));
  };
  t.deepEqual(await made('--contact-sheet', '--image-format', 'webp'), ['sheet-0001.webp']);
  t.deepEqual(await made('--crop', '--image-format', 'jpeg'), ['one/1.jpg', 'two/2.jpg']);
  t.deepEqual(await made('--cutouts'), ['one/1.png', 'two/2.png']);
  t.deepEqual(await made('--label-map'), ['labels.csv', 'one.png', 'two.png']);
  t.deepEqual(await made('--side-by-side', '--by', 'area', '--points', '--boxes', '--labels', 'id,area'), ['one.png', 'two.png']);
});

test('wrong usage ends with 2 and writes nothing', async (t) => {
  const { base, root, output } = await place(t);
  const says = async (args: string[], message: RegExp): Promise<void> => {
    const { code, stderr } = await runSam(args);
    t.regex(stderr, message);
    t.is(code, 2, stderr);
  };
  await says([...base, '--cutouts', '--label-map'], /--cutouts cannot be together with --label-map/);
  await says([...base, '--alpha', '3'], /--alpha expects a number from 0 to 1, got 3/);
  await says([...base, '--labels', 'names'], /--labels expects category, score, id, area/);
  await says([...base.slice(0, 2), '--images', join(root, 'elsewhere'), '--output', output], /elsewhere: There is no such file/);
  t.false(existsSync(output));
});

test('no image at all is found: nothing is written, and the folder is asked about', async (t) => {
  const { base, root, output } = await place(t);
  const { code, stderr } = await runSam([...base.slice(0, 2), '--images', join(root, '..'), '--output', output]);
  t.is(code, 3);
  t.regex(stderr, /Nothing was written\. 3 images could not be drawn\. Is --images the folder/);
  t.false(existsSync(output));
});
