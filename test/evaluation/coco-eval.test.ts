/** AP and AR beside pycocotools' COCOeval, on drawn detections with ties, crowds, empty images, many detections and areas on the edges of the ranges. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { AREA_RANGES, AT_50, AT_75, IOU_THRESHOLDS, RECALL_THRESHOLDS } from '../../src/evaluation/coco-params.js';
import { CocoEvaluation } from '../../src/evaluation/coco-eval.js';
import { precisionCurve } from '../../src/evaluation/coco-summary.js';
import type { ImageObjects, Xywh } from '../../src/evaluation/image-objects.js';
import { evaluateObjects, type EvaluationSettings, type IouType } from '../../src/evaluation/mask-evaluation.js';
import { peerTest } from '../formats/peers.js';
import { categoryIdsOf, imagesOf, largestDifference, type Scene } from './coco-scene.js';

const SCRIPT = 'fixtures/generate/evaluate_goldens.py';
const MOST = 1e-12;

function holds(t: ExecutionContext, scene: Scene, name: keyof Scene['expected'], images: ImageObjects[], settings: EvaluationSettings): void {
  const expected = scene.expected[name];
  const { types } = evaluateObjects(images, settings);
  const { summary, result } = types[0]!;
  t.is(result.categories.length, expected.ap[0]!.length, `${name}: categories`);
  t.true(largestDifference(result, expected) <= MOST, `${name}: ${largestDifference(result, expected)}`);
  for (const [key, threshold] of [['AP50', AT_50], ['AP75', AT_75]] as const) {
    const curve = precisionCurve(result, threshold)!;
    t.is(curve.length, 101);
    t.true(Math.abs(curve.reduce((sum, value) => sum + value, 0) / 101 - summary[key]!) <= MOST, `${name}: AP is the area under its curve`);
    t.true(curve.every((value, r) => r === 0 || value <= curve[r - 1]!));
  }
  const numbers = Object.values(summary);
  expected.stats.forEach((value, i) => { t.true(Math.abs(value - numbers[i]!) <= MOST, `${name}: ${Object.keys(summary)[i]!} ${numbers[i]!}, pycocotools ${value}`); });
}

/** All cases of a scene; images in two orders, which must not matter. */
function holdsAll(t: ExecutionContext, scene: Scene): void {
  const categories = categoryIdsOf(scene);
  const of = (type: IouType, more: Partial<EvaluationSettings> = {}): EvaluationSettings => ({ iouTypes: [type], categories, ...more });
  const masks = imagesOf(scene, 'mask'), boxes = imagesOf(scene, 'box');
  const known = masks.map((image) => ({ ...image }));
  holds(t, scene, 'segm', masks, of('segm'));
  holds(t, scene, 'segm', [...masks].reverse(), of('segm'));
  holds(t, scene, 'segm', masks, of('segm', { skipAgnostic: true }));
  holds(t, scene, 'segmWithBoxes', boxes, of('segm'));
  holds(t, scene, 'bbox', boxes, of('bbox'));
  holds(t, scene, 'few', boxes, of('bbox', { maxDets: [1, 2, 3] }));
  holds(t, scene, 'agnostic', masks, of('segm', { categories: undefined }));
  holds(t, scene, 'proposals', masks, of('segm', { categories: undefined, maxDets: [1, 10, 1000] }));
  holds(t, scene, 'boundary', masks, of('boundary'));
  const { agnostic } = evaluateObjects(masks, of('boundary'));
  t.is(agnostic!.objects, scene.means.objects);
  for (const key of ['meanIou', 'meanBestIou', 'meanBoundaryIou'] as const) t.true(Math.abs(agnostic![key]! - scene.means[key]) <= MOST, key);
  t.deepEqual(masks, known, 'inputs are left as they are');
}

test('numbers are those of pycocotools', (t) => {
  // our own script wrote it
  const scene = JSON.parse(readFileSync('fixtures/goldens/evaluate.json', 'utf8')) as Scene;
  t.deepEqual([...IOU_THRESHOLDS], scene.iouThrs);
  t.deepEqual([...RECALL_THRESHOLDS], scene.recThrs);
  t.deepEqual(AREA_RANGES.map(({ from, to }) => [from, to]), scene.areaRng);
  t.true(scene.results.some(({ image_id: image }) => scene.results.filter((other) => other.image_id === image).length > 100));
  holdsAll(t, scene);
});

peerTest('numbers are those of pycocotools for other seeds', ['pycocotools', 'cv2'], async (t) => {
  for (let seed = 100; seed < 104; seed++) {
    const printed = execFileSync(process.env['SAM_PEERS_PYTHON']!, [resolve(SCRIPT), String(seed)], { encoding: 'utf8', maxBuffer: 1 << 26 });
    holdsAll(t, JSON.parse(printed) as Scene); // printed by that script
  }
});

const square = (x: number, side: number): { box: Xywh; area: number } => ({ box: [x, 0, side, side], area: side * side });
const one = (image: Partial<ImageObjects>): ImageObjects => ({ imageId: 1, detections: [], truths: [], ...image });
const summaryOf = (images: ImageObjects[], categories: number[] | undefined = [1]): Record<string, number> => evaluateObjects(images, { iouTypes: ['bbox'], categories }).types[0]!.summary;

test('nothing to be found is undefined, nothing found is 0', (t) => {
  const truth = { ...square(0, 10), category: 1, isCrowd: false };
  const detection = { ...square(0, 10), category: 1, score: 0.5 };
  t.true(Object.values(summaryOf([one({ detections: [detection] })])).every((value) => value === -1));
  t.is(precisionCurve(evaluateObjects([], { iouTypes: ['bbox'], categories: [1] }).types[0]!.result, AT_50), undefined);
  const missed = summaryOf([one({ truths: [truth] })]);
  t.deepEqual([missed['AP'], missed['AR100'], missed['APs'], missed['APm']], [0, 0, 0, -1]);
  // as in pycocotools, whose divisor is 1 + 2^-52 for a first detection
  t.is(summaryOf([one({ detections: [detection], truths: [truth] })])['AP'], 1 - 2 ** -52);
  t.is(summaryOf([one({ detections: [detection], truths: [{ ...truth, isCrowd: true }] })])['AP'], -1, 'a crowd need not be found');
});

test('a detection of a category that the ground truth has not counts nowhere, unless categories do not count', (t) => {
  const image = one({ detections: [{ ...square(0, 10), category: 9, score: 0.5 }], truths: [{ ...square(0, 10), category: 1, isCrowd: false }] });
  t.is(summaryOf([image])['AP'], 0);
  t.is(evaluateObjects([image], { iouTypes: ['bbox'] }).types[0]!.summary['AR100'], 1);
});

test('numbers that are not finite, missing masks and wrong settings are refused', (t) => {
  const truth = { ...square(0, 10), category: 1, isCrowd: false };
  t.throws(() => summaryOf([one({ detections: [{ ...square(0, 10), category: 1, score: NaN }] })]), { code: 'data/record', message: /score NaN/ });
  t.throws(() => summaryOf([one({ truths: [{ ...truth, area: Infinity }] })]), { code: 'data/record', message: /area Infinity/ });
  t.throws(() => evaluateObjects([one({ truths: [truth] })], { iouTypes: ['segm'] }), { code: 'data/record', message: /no mask/ });
  t.throws(() => evaluateObjects([one({ truths: [{ category: 1, area: 4, isCrowd: false }] })], { iouTypes: ['bbox'] }), { code: 'data/record', message: /no box/ });
  for (const maxDets of [[], [0], [10, 10], [100, 1]]) t.throws(() => new CocoEvaluation({ maxDets }), { code: 'usage/option' });
});
