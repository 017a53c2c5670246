/** `sam evaluate masks` from outside: pycocotools' numbers and lines, other formats, thresholds, files, and what is wrong said where it is. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { decodeImage } from '../../src/image/decode.js';
import type { Scene } from '../evaluation/coco-scene.js';
import { temporaryFolder } from '../files/temporary-folder.js';
import { peerTest } from '../formats/peers.js';
import { runJson, runSam, type SamEnd } from './run-sam.js';

// our own script wrote it
const scene = JSON.parse(readFileSync('fixtures/goldens/evaluate.json', 'utf8')) as Scene;
const { instances, results, expected } = scene;
type Result = Partial<Scene['results'][number]>;
const without = (key: keyof Result): Result[] => results.map((result) => Object.fromEntries(Object.entries(result).filter(([name]) => name !== key)));
/** Results as a dataset of their own, its images the other way round. */
const dataset = { ...instances, images: [...instances.images].reverse(), annotations: without('bbox').map((result, i) => ({ ...result, id: i + 1, iscrowd: 0 })) };

async function files(t: ExecutionContext, contents: Record<string, unknown> = {}): Promise<(name: string) => string> {
  const folder = await temporaryFolder(t);
  const all = { 'gt.json': instances, 'masks.json': without('bbox'), 'boxes.json': without('segmentation'), 'both.json': results, 'nothing.json': { ...instances, annotations: [] }, ...contents };
  for (const [name, content] of Object.entries(all)) writeFileSync(join(folder, name), typeof content === 'string' ? content : JSON.stringify(content));
  return (name) => join(folder, name);
}

/** The twelve numbers of a type are those of the goldens. */
function isLike(t: ExecutionContext, numbers: unknown, stats: number[]): void {
  const found = Object.values(numbers as Record<string, number>); // what a type's summary is
  t.is(found.length, 12);
  stats.forEach((value, i) => { t.true(Math.abs(value - found[i]!) <= 1e-9, `${i}: ${found[i]!} for ${value}`); });
}

test.serial('numbers are pycocotools\', from results of masks, of boxes, of both', async (t) => {
  const at = await files(t);
  const masks = await runJson(t, ['evaluate', 'masks', at('masks.json'), at('gt.json'), '--iou-type', 'segm,boundary']);
  t.is(masks.code, 0);
  t.deepEqual(Object.keys(masks.summary).slice(0, 3), ['segm', 'boundary', 'agnostic']);
  t.deepEqual(Object.keys(masks.summary['segm'] as object), ['AP', 'AP50', 'AP75', 'APs', 'APm', 'APl', 'AR1', 'AR10', 'AR100', 'ARs', 'ARm', 'ARl']);
  isLike(t, masks.summary['segm'], expected.segm.stats);
  isLike(t, masks.summary['boundary'], expected.boundary.stats);
  t.like(masks.summary, { from: 'coco-results', truthFrom: 'coco', images: 12, detections: results.length, truths: instances.annotations.length, leftOut: 0 });
  const both = await runJson(t, ['evaluate', 'masks', at('both.json'), at('gt.json')]);
  isLike(t, both.summary['segm'], expected.segmWithBoxes.stats);
  isLike(t, both.summary['bbox'], expected.bbox.stats);
  const boxes = await runJson(t, ['evaluate', 'masks', at('boxes.json'), at('gt.json'), '--iou-type', 'bbox']);
  isLike(t, boxes.summary['bbox'], expected.bbox.stats);
});

test.serial('a dataset with scores is compared by names, in whatever order its images stand', async (t) => {
  const renamed = { ...dataset, images: dataset.images.map((image) => ({ ...image, id: image.id + 1000 })), annotations: dataset.annotations.map((annotation) => ({ ...annotation, image_id: annotation.image_id! + 1000 })) };
  const at = await files(t, { 'pred.json': renamed, 'objects.json': { ...renamed, categories: renamed.categories.map(({ id }) => ({ id, name: `object ${id}` })) } });
  isLike(t, (await runJson(t, ['evaluate', 'masks', at('pred.json'), at('gt.json')])).summary['segm'], expected.segm.stats);
  const objects = [at('objects.json'), at('gt.json')] as const;
  isLike(t, (await runJson(t, ['evaluate', 'masks', ...objects, '--class-agnostic'])).summary['segm'], expected.agnostic.stats);
  const { code, errors } = await runJson(t, ['evaluate', 'masks', ...objects]);
  t.is(code, 4);
  t.like(errors[0], { code: 'data/mismatch', file: at('objects.json') });
});

test.serial('the tables: pycocotools\' lines, masks whatever their category, categories', async (t) => {
  const at = await files(t);
  const { code, stdout, stderr } = await runSam(['evaluate', 'masks', at('masks.json'), at('gt.json'), '--iou-type', 'segm', '--per-category']);
  t.is(code, 0);
  t.is(stderr, '207 detections (coco-results) beside 46 objects (coco) on 12 images.\n');
  const lines = stdout.split('\n');
  t.is(lines[1], ' Average Precision  (AP) @[ IoU=0.50:0.95 | area=   all | maxDets=100 ] = 0.173');
  t.is(lines[7], ' Average Recall     (AR) @[ IoU=0.50:0.95 | area=   all | maxDets=  1 ] = 0.217');
  t.regex(stdout, /^Masks whatever their category \(31 objects\):$/m);
  t.regex(stdout, /^ {2}ghost +0 +-1\.000 +-1\.000 +-1\.000 +-1\.000$/m);
});

peerTest('the lines are those that pycocotools prints', ['pycocotools'], async (t, { folder, run }) => {
  const [gt, pred] = [join(folder, 'gt.json'), join(folder, 'pred.json')];
  writeFileSync(gt, JSON.stringify(instances));
  writeFileSync(pred, JSON.stringify(without('bbox')));
  const printed = run(`
import contextlib, io
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval
out = io.StringIO()
with contextlib.redirect_stdout(io.StringIO()):
    gt = COCO("gt.json")
    e = COCOeval(gt, gt.loadRes("pred.json"), "segm")
    e.evaluate()
    e.accumulate()
with contextlib.redirect_stdout(out):
    e.summarize()
print(json.dumps(out.getvalue()))`) as string; // printed right above
  const { stdout } = await runSam(['evaluate', 'masks', pred, gt, '--iou-type', 'segm']);
  t.is(`${stdout.split('\n').slice(1, 13).join('\n')}\n`, printed);
});

test.serial('thresholds end with 7, and all that are not met are named', async (t) => {
  const at = await files(t);
  const { code, errors, summary } = await runJson(t, ['evaluate', 'masks', at('masks.json'), at('gt.json'), '--min-ap', '0.17', '--min-ap50', '0.9', '--min-iou', '0.7']);
  t.is(code, 7);
  t.deepEqual(errors, [{ code: 'threshold/not-met', message: '--min-ap50 0.9 is not met: it is 0.2254.' }, { code: 'threshold/not-met', message: '--min-iou 0.7 is not met: it is 0.5986.' }]);
  isLike(t, summary['segm'], expected.segm.stats);
  t.is((await runSam(['evaluate', 'masks', at('gt.json'), at('gt.json'), '--missing-score', '1', '--min-ap', '1', '--min-ar', '1', '--min-iou', '1'])).code, 0);
});

test.serial('the numbers as a file: the same bytes, never over another or an input; a file in the way costs no number', async (t) => {
  const at = await files(t);
  const args = ['evaluate', 'masks', at('masks.json'), at('gt.json'), '--output', at('numbers.json')];
  t.deepEqual((await runJson(t, [...args, '--dry-run'])).outputs, []);
  t.throws(() => readFileSync(at('numbers.json')), { code: 'ENOENT' });
  t.deepEqual((await runJson(t, args)).outputs, [at('numbers.json')]);
  const written = readFileSync(at('numbers.json'), 'utf8');
  isLike(t, (JSON.parse(written) as { segm: object }).segm, expected.segm.stats);
  t.like(JSON.parse(written), { schema: 1, command: 'evaluate masks' });
  t.is((await runJson(t, args)).code, 0, 'the same bytes are no overwriting');
  const refused = await runJson(t, [...args, '--max-dets', '5']);
  t.is(refused.code, 2);
  t.is(refused.errors[0]?.code, 'usage/output-exists');
  t.true('segm' in refused.summary, 'the numbers are there all the same');
  t.is(readFileSync(at('numbers.json'), 'utf8'), written);
  t.is((await runSam([...args, '--max-dets', '5', '--force'])).code, 0);
  t.true('AR5' in (JSON.parse(readFileSync(at('numbers.json'), 'utf8')) as { segm: object }).segm);
  t.is((await runSam([...args.slice(0, 4), '--output', at('gt.json'), '--force'])).code, 2);
  t.deepEqual(JSON.parse(readFileSync(at('gt.json'), 'utf8')), instances);
});

test.serial('a picture of the curves, with the numbers or not at all', async (t) => {
  const at = await files(t);
  const args = ['evaluate', 'masks', at('masks.json'), at('gt.json'), '--output', at('numbers.json'), '--plot', at('curves.png')];
  t.deepEqual((await runJson(t, args)).outputs, [at('numbers.json'), at('curves.png')]);
  const picture = readFileSync(at('curves.png'));
  t.like(await decodeImage(picture, { name: 'curves.png' }), { width: 1200, height: 750 });
  t.is((await runSam(args)).code, 0, 'the same bytes');
  writeFileSync(at('curves.png'), 'another');
  const refused = await runJson(t, [...args, '--max-dets', '1,10,100,200']);
  t.deepEqual([refused.code, refused.outputs], [2, []]);
  t.false(readFileSync(at('numbers.json'), 'utf8').includes('AR200'), 'nor the numbers');
  t.is((await runSam([...args.slice(0, 6), '--plot', at('numbers.json')])).code, 2);
  const empty = await runJson(t, ['evaluate', 'masks', at('masks.json'), at('nothing.json'), '--plot', at('none.png')]);
  t.deepEqual([empty.code, empty.outputs], [0, []], 'nothing to be found, nothing to draw');
});

test.serial('what is wrong is named with its place; --lenient leaves it out and goes on', async (t) => {
  const nameless = { ...instances, categories: instances.categories.map((category) => (category.id === 1 ? { ...category, name: '' } : category)) };
  const resized = { ...dataset, images: dataset.images.map((image, i) => (i === 0 ? { ...image, width: image.width + 1 } : image)), annotations: dataset.annotations.filter(({ image_id: id }) => id !== dataset.images[0]!.id) };
  const at = await files(t, {
    'empty.json': '', 'none.json': '[]', 'nameless.json': nameless, 'resized.json': resized, 'scoreless.json': without('score'),
    'unknown.json': without('bbox').map((result, i) => (i === 5 ? { ...result, image_id: 12345 } : result)), 'nan.json': JSON.stringify(without('bbox')).replace(/"score":[\d.]+/, '"score":NaN'),
  });
  const run = (pred: string, gt: string, ...more: string[]): Promise<SamEnd> => runSam(['evaluate', 'masks', at(pred), at(gt), ...more]);
  const cases: [pred: string, gt: string, code: number, message: RegExp][] = [
    ['empty.json', 'gt.json', 4, /The file is empty/],
    ['masks.json', 'empty.json', 4, /The file is empty/],
    ['masks.json', 'gone.json', 2, /There is no such file/],
    ['masks.json', 'nameless.json', 4, /nameless\.json -> categories\[\d\] -> name: Expected a name, found ""/],
    ['boxes.json', 'gt.json', 4, /boxes\.json -> annotation \d+ of .*no mask to compare; --iou-type bbox/],
    ['unknown.json', 'gt.json', 4, /unknown\.json -> \[5\] -> image_id: .*no image with the id 12345/],
    ['nan.json', 'gt.json', 4, /NaN is not JSON/],
    ['scoreless.json', 'gt.json', 4, /without a score has no rank/],
    ['resized.json', 'gt.json', 4, /The ground truth is \d+ x \d+ pixels, the predictions are/],
  ];
  for (const [pred, gt, code, message] of cases) {
    const end = await run(pred, gt);
    t.is(end.code, code, pred);
    t.regex(end.stderr, message);
    t.is(end.stdout, '', 'no numbers of a part');
  }
  const lenient = await run('unknown.json', 'gt.json', '--lenient');
  t.is(lenient.code, 3);
  t.regex(lenient.stderr, /206 detections .* 1 error left out/);
  t.regex(lenient.stdout, /Average Precision/);
  const none = await run('none.json', 'gt.json', '--iou-type', 'segm');
  t.is(none.code, 0);
  t.regex(none.stdout, /maxDets=100 \] = 0\.000/);
});

test.serial('wrong flags are refused before anything is read', async (t) => {
  const at = await files(t);
  for (const [flag, value] of [['--iou-type', 'keypoints'], ['--max-dets', '100,1'], ['--min-ap', '1.5'], ['--from', 'cocos'], ['--per-category', '--class-agnostic']] as const) {
    const { code, stderr } = await runSam(['evaluate', 'masks', at('masks.json'), at('gone.json'), flag, value]);
    t.is(code, 2);
    t.regex(stderr, new RegExp(flag));
  }
});
