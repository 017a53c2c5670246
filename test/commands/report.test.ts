/** `sam visualize --report` as a user runs it: what is written, the same bytes again, what is refused, images that are missing. */
import { existsSync } from 'node:fs';
import { readFile, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { runJson, runSam, workplace } from './run-sam.js';

const SMALL = ['--points-per-side', '4', '--pred-iou-thresh', '0.3', '--stability-score-thresh', '0.5', '--workers', '1'];

test('masks of segment-all to one page, with the run\'s options; the same bytes again; nothing in a dry run', async (t) => {
  const { root, input, output } = await workplace(t, ['icon.png', 'fruit.png']);
  const report = join(root, 'report'), page = join(report, 'index.html');
  t.is((await runSam(['segment-all', input, '--output', output, ...SMALL])).code, 0);
  t.like(await runJson(t, ['visualize', output, '--images', input, '--report', report, '--dry-run']), { code: 0, outputs: [], summary: { result: 'would-be-written' } });
  t.false(existsSync(report));
  const { code, outputs, summary } = await runJson(t, ['visualize', output, '--images', input, '--report', report]);
  t.is(code, 0);
  t.deepEqual(outputs, [page]);
  t.like(summary, { kind: 'report', images: 2, shown: 2, failed: 0, files: 1, result: 'written' });
  t.deepEqual((await readdir(report)).filter((name) => name !== '.sam'), ['index.html']);
  const html = await readFile(page, 'utf8');
  t.regex(html, /<dt>points-per-side<\/dt><dd>4<\/dd>/);
  t.regex(html, /<dt>model<\/dt><dd>[^<]+<\/dd>/);
  t.false(html.includes(root), 'no path of this machine');
  t.is((html.match(/data:image\/webp;base64,/g) ?? []).length, 2);
  t.like(await runJson(t, ['visualize', output, '--images', input, '--report', report]), { code: 0, summary: { result: 'same' } });
  const other = await runSam(['visualize', output, '--images', input, '--report', report, '--by', 'area']);
  t.is(other.code, 2);
  t.regex(other.stderr, /--force/);
  t.is((await runSam(['visualize', output, '--images', input, '--report', report, '--by', 'area', '--force'])).code, 0);
  t.not(await readFile(page, 'utf8'), html);
});

test('images and records that cannot be shown are named and have their place; exit 3', async (t) => {
  const { root, input } = await workplace(t);
  const annotations = join(root, 'set.json'), report = join(root, 'report');
  const mask = { category_id: 1, iscrowd: 0, bbox: [1, 1, 4, 4], area: 16 };
  await writeFile(annotations, JSON.stringify({
    images: [{ id: 1, file_name: 'icon.png', width: 64, height: 48 }, { id: 2, file_name: 'gone.png', width: 9, height: 9 }, { id: 3, file_name: '../set.json', width: 9, height: 9 }],
    annotations: [{ ...mask, id: 1, image_id: 1, segmentation: [[1, 1, 5, 1, 5, 5, 1, 5]] }, { ...mask, id: 2, image_id: 1, segmentation: { size: [9, 9], counts: [81] } }, { ...mask, id: 3, image_id: 1 }],
    categories: [{ id: 1, name: 'thing' }],
  }));
  const { code, errors, summary } = await runJson(t, ['visualize', annotations, '--images', input, '--report', report]);
  t.is(code, 3);
  t.true(['image/missing', 'data/unsafe-path'].every((fault) => errors.some((error) => error.code === fault)) || errors.some((error) => /leads out/.test(error.message)), JSON.stringify(errors));
  t.true(Number(summary['objects']) >= 1 && Number(summary['failed']) >= 1, JSON.stringify(summary));
  t.true(existsSync(join(report, 'index.html')));
});

test('wrong usage: neither or both outputs, options of pictures, images in the output, nothing to show', async (t) => {
  const { root, input } = await workplace(t);
  const annotations = join(root, 'set.json'), report = join(root, 'report');
  await writeFile(annotations, JSON.stringify({ images: [], annotations: [], categories: [] }));
  const rows: [string[], RegExp][] = [
    [[], /--output DIR for pictures, or --report DIR/], [['--report', report, '--output', report], /--output DIR for pictures, or --report DIR/], [['--report', report, '--contact-sheet'], /--contact-sheet is for pictures/],
    [['--report', report, '--against', annotations], /--against is for pictures/], [['--report', input], /choose another --report/], [['--report', report], /name no image/], [['--report', ''], /expects a folder/],
  ];
  for (const [args, message] of rows) {
    const { code, stderr } = await runSam(['visualize', annotations, '--images', input, ...args]);
    t.is(code, 2, `${args.join(' ')}: ${stderr}`);
    t.regex(stderr, message);
  }
  t.false(existsSync(report));
});
