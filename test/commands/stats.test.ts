/** `sam stats` from outside: the counts as a table and as JSON, thresholds for CI, the picture. */
import { readFile, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { drawStats } from '../../src/draw/stats-chart.js';
import { StatsCounter } from '../../src/dataset/stats.js';
import { readImage } from '../../src/image/decode.js';
import { temporaryFolder } from '../files/temporary-folder.js';
import { runJson, runSam } from './run-sam.js';

async function dataset(t: ExecutionContext): Promise<{ root: string; input: string }> {
  const root = await temporaryFolder(t), input = join(root, 'in.json');
  const mask = { segmentation: [[0, 0, 5, 0, 5, 4, 0, 4]], area: 20, bbox: [0, 0, 5, 4], iscrowd: 0 };
  await writeFile(input, JSON.stringify({
    images: [1, 2, 3].map((id) => ({ id, file_name: `${id}.png`, width: 10 * id, height: 10 })),
    annotations: [{ id: 1, image_id: 1, category_id: 1, ...mask }, { id: 2, image_id: 1, category_id: 1, ...mask }, { id: 3, image_id: 2, category_id: 2, bbox: [0, 0, 2, 2], iscrowd: 0, score: 0.5 }],
    categories: [{ id: 1, name: 'cat\u001b[31m' }, { id: 2, name: 'dog' }],
  }));
  return { root, input };
}

test('the table, on stdout', async (t) => {
  const { input } = await dataset(t);
  const { code, stdout, stderr } = await runSam(['stats', input]);
  t.deepEqual([code, stderr], [0, '']);
  t.is(stdout, [
    'coco (detected)', '',
    'images          3  1 without annotations; 10 to 30 wide, 10 high',
    'annotations     3  0 to 2 on an image, 1.0 on average',
    'masks           2  2 annotations by polygons, 1 by a box only, 0 crowds',
    'mean area      15  pixels, 4 to 20; 3 small, 0 medium, 0 large (under 32 x 32, under 96 x 96, from there)',
    'coverage     3.3%  of all pixels lie in a mask',
    'overlaps        1  pairs of masks of IoU 0.5 or more, 1 of 0.7, 1 of 0.9',
    'scores          1  0.500 on average', '',
    'category       id  annotations  images  masks  crowds  mean area',
    'cat\\u001b[31m   1            2       1      2       0         20',
    'dog             2            1       1      0       0          4', '',
  ].join('\n'));
});

test('--json has the counts in its summary; thresholds that are not met end it with 7', async (t) => {
  const { input } = await dataset(t);
  const all = await runJson(t, ['stats', input]);
  t.like(all.summary, { from: 'coco', images: 3, imagesWithoutAnnotations: 1, masks: 2, leftOut: 0, perImageHistogram: [1, 1, 1], overlaps: { atLeast90: 1 } });
  const few = await runJson(t, ['stats', input, '--min-masks-per-image', '1']);
  t.is(few.code, 7);
  t.deepEqual(few.errors, [{ code: 'threshold/not-met', message: '2 images have fewer masks than --min-masks-per-image 1: 2.png (0), 3.png (0).' }]);
  t.is((await runJson(t, ['stats', input, '--max-masks-per-image', '1'])).errors[0]?.message, '1 image has more masks than --max-masks-per-image 1: 1.png (2).');
  t.is((await runSam(['stats', input, '--min-masks-per-image', '0', '--max-masks-per-image', '2'])).code, 0);
  t.is((await runSam(['stats', input, '--min-masks-per-image', '3', '--max-masks-per-image', '2'])).code, 2);
});

test('--plot draws a PNG, the same each time, and never over another file', async (t) => {
  const { root, input } = await dataset(t);
  const plot = join(root, 'new/plot.png');
  t.is((await runSam(['stats', input, '--plot', plot, '--dry-run'])).code, 0);
  t.deepEqual(await readdir(root), ['in.json']);
  const { code, stderr } = await runSam(['stats', input, '--plot', plot]);
  t.deepEqual([code, stderr], [0, `Charts in ${plot}.\n`]);
  const { width, height } = await readImage(plot, { name: 'plot.png' });
  t.is(width, 1200);
  t.true(height > 1500);
  t.deepEqual((await runJson(t, ['stats', input, '--plot', plot])).outputs, [plot]);
  await writeFile(plot, 'mine');
  t.is((await runSam(['stats', input, '--plot', plot])).code, 2);
  t.is(await readFile(plot, 'utf8'), 'mine');
  t.is((await runSam(['stats', input, '--plot', input, '--force'])).code, 2, 'the input is never replaced');
});

test('records that are wrong end it with 4, leniently with 3', async (t) => {
  const { root } = await dataset(t);
  const bad = join(root, 'bad.json');
  await writeFile(bad, '{"images":[{"id":1,"file_name":"a.png","width":4,"height":4}],"annotations":[{"id":1,"image_id":1,"category_id":1,"bbox":[0,0,-1,1]}],"categories":[{"id":1,"name":"x"}]}');
  t.is((await runSam(['stats', bad])).code, 4);
  const { code, summary } = await runJson(t, ['stats', bad, '--lenient']);
  t.is(code, 3);
  t.like(summary, { annotations: 0, leftOut: 1 });
});

test('an empty dataset and one of many classes have a picture too', (t) => {
  const empty = drawStats(new StatsCounter([]).result());
  t.is(empty.data.length, empty.width * empty.height * 3);
  const few = drawStats(new StatsCounter([{ id: 1, name: 'a' }]).result());
  const many = drawStats(new StatsCounter(Array.from({ length: 500 }, (_, i) => ({ id: i, name: `class ${i}` }))).result());
  t.true(empty.height < few.height && few.height < many.height && many.height < 2500);
});
