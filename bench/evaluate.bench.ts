/**
 * The evaluation of masks beside pycocotools' COCOeval, in turns in one run, one thread against one; prints medians of seconds and their ratio.
 *
 *   SAM_PEERS_PYTHON=../peers-venv/bin/python node dist/bench/evaluate.bench.js [IMAGES]
 *
 * The peer needs pycocotools and cv2; without it only ours is timed. 1,000 drawn images of 640 x 480 with 20 masks of 20 categories each, and 22 detections an image. `evaluate`
 * begins on both sides with records in memory whose masks are still text, and ends with the twelve numbers; loading (files to records) is told apart,
 * and `sam`'s own road, which reads strictly and compares whatever the category too, is timed from files to numbers.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { defaultsOf } from '../src/options.js';
import { evaluateMasks } from '../src/folder/evaluate-masks.js';
import { MASK_EVALUATION_OPTIONS } from '../src/evaluation/evaluation-options.js';
import type { DetectedObject, ImageObjects, TrueObject, Xywh } from '../src/evaluation/image-objects.js';
import { evaluateObjects, type EvaluationSettings } from '../src/evaluation/mask-evaluation.js';
import { READ_OPTIONS } from '../src/formats/jobs/convert-options.js';
import { boxToCocoXywh } from '../src/geometry/box.js';
import { boundaryWidth, innerBoundary } from '../src/mask/boundary.js';
import { rleFromPolygon } from '../src/mask/polygon-fill.js';
import { boxFromRle, rleArea } from '../src/mask/rle.js';
import { rleFromString, rleToCoco, type CocoRleString } from '../src/mask/rle-string.js';

const TURNS = 5, SIZE = { width: 640, height: 480 }, CATEGORIES = 20;
const images = Number(process.argv[2] ?? 1000);

interface Mask { image_id: number; category_id: number; segmentation: CocoRleString }
interface Truth extends Mask { id: number; bbox: Xywh; area: number; iscrowd: 0 | 1 }
interface Result extends Mask { score: number }
interface Instances { images: { id: number; width: number; height: number; file_name: string }[]; annotations: Truth[]; categories: { id: number; name: string }[] }

const PEER = `
import contextlib, io, json, sys, time
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval
times, stats = {}, {}
def timed(name, act):
    t = time.perf_counter()
    value = act()
    times[name] = time.perf_counter() - t
    return value
with contextlib.redirect_stdout(io.StringIO()):
    gt = timed("loading", lambda: COCO(sys.argv[1]))
    t = time.perf_counter()
    dt = gt.loadRes(sys.argv[2])
    times["loading"] += time.perf_counter() - t
    for name, kind, cats in (("evaluate segm", "segm", 1), ("evaluate bbox", "bbox", 1), ("evaluate segm without categories", "segm", 0)):
        e = COCOeval(gt, dt, kind)
        e.params.useCats = cats
        timed(name, lambda: (e.evaluate(), e.accumulate(), e.summarize()))
        stats[name] = e.stats.tolist()
import cv2, numpy as np
from pycocotools import mask as M
def boundary(rle):
    mask = M.decode(rle)
    h, w = mask.shape
    inside = cv2.erode(cv2.copyMakeBorder(mask, 1, 1, 1, 1, cv2.BORDER_CONSTANT, value=0), np.ones((3, 3), np.uint8), iterations=max(1, int(round(0.02 * np.sqrt(h ** 2 + w ** 2)))))
    return M.encode(np.asfortranarray(mask - inside[1:h + 1, 1:w + 1]))
cv2.setNumThreads(1)
masks = [a["segmentation"] for a in gt.dataset["annotations"][:2000]]
timed("inner boundaries of 2000 masks", lambda: [boundary(m) for m in masks])
times["files to numbers"] = times["loading"] + times["evaluate segm"] + times["evaluate bbox"]
json.dump({"times": times, "stats": stats}, sys.stdout)
`;

interface Run { times: Record<string, number>; stats: Record<string, number[]> }

const python = process.env['SAM_PEERS_PYTHON'];
const folder = mkdtempSync(join(tmpdir(), 'evaluate-bench-'));
const [truth, predictions] = [join(folder, 'instances.json'), join(folder, 'results.json')];
const ours: Run[] = [], theirs: Run[] = [];
try {
  const { instances, results } = draw();
  writeFileSync(truth, JSON.stringify(instances));
  writeFileSync(predictions, JSON.stringify(results));
  console.log(`processor: ${cpus()[0]?.model ?? 'unknown'}, ${cpus().length} cores; Node ${process.version}`);
  console.log(`${images} images, ${instances.annotations.length} masks, ${results.length} detections`);
  for (let turn = 0; turn < TURNS; turn++) {
    if (python !== undefined) theirs.push(peerRun(python));
    ours.push(await ownRun());
  }
} finally {
  rmSync(folder, { recursive: true });
}
if (python === undefined) console.log('peer: not run; SAM_PEERS_PYTHON names a Python with pycocotools');
console.log(`\nseconds, medians of ${TURNS} turns\n${'step'.padEnd(36)}${'ours'.padStart(8)}${'pycocotools'.padStart(14)}${'ratio'.padStart(8)}`);
for (const step of Object.keys(ours[0]!.times)) {
  const own = median(ours, step), peer = theirs.length === 0 ? undefined : median(theirs, step);
  console.log(`${step.padEnd(36)}${own.toFixed(3).padStart(8)}${(peer?.toFixed(3) ?? '').padStart(14)}${(peer === undefined ? '' : (peer / own).toFixed(1)).padStart(8)}`);
}
for (const [step, numbers] of Object.entries(theirs[0]?.stats ?? {})) {
  const difference = Math.max(...numbers.map((value, i) => Math.abs(value - ours[0]!.stats[step]![i]!)));
  console.log(`${step}: AP ${numbers[0]!.toFixed(4)}, largest difference of the twelve numbers ${difference.toExponential(1)}`);
}

async function ownRun(): Promise<Run> {
  const run: Run = { times: {}, stats: {} };
  const timed = async <T>(name: string, act: () => T | Promise<T>): Promise<T> => {
    const from = performance.now();
    const value = await act();
    run.times[name] = (performance.now() - from) / 1000;
    return value;
  };
  const [instances, results] = await timed('loading', () => [JSON.parse(readFileSync(truth, 'utf8')) as Instances, JSON.parse(readFileSync(predictions, 'utf8')) as Result[]] as const); // written above
  const categories = instances.categories.map(({ id }) => id);
  const steps: [string, EvaluationSettings][] = [
    ['evaluate segm', { iouTypes: ['segm'], categories, skipAgnostic: true }], ['evaluate bbox', { iouTypes: ['bbox'], categories, skipAgnostic: true }],
    ['evaluate segm without categories', { iouTypes: ['segm'], skipAgnostic: true }],
  ];
  for (const [name, settings] of steps) {
    const { types } = await timed(name, () => evaluateObjects(objectsOf(instances, results), settings));
    run.stats[name] = Object.values(types[0]!.summary);
  }
  const masks = instances.annotations.slice(0, 2000).map(({ segmentation }) => segmentation);
  await timed('inner boundaries of 2000 masks', () => { masks.forEach(({ size: [height, width], counts }) => rleToCoco(innerBoundary(rleFromString(counts, width, height), boundaryWidth({ width, height })))); });
  await timed('files to numbers', () => evaluateMasks({ ...defaultsOf(MASK_EVALUATION_OPTIONS), ...defaultsOf(READ_OPTIONS), predictions, truth, thresholds: {} }));
  return run;
}

/** Records as COCO's loader leaves them, by image; masks are read here, inside the time. */
function objectsOf({ images: records, annotations }: Instances, results: Result[]): ImageObjects[] {
  const objects = new Map(records.map(({ id }): [number, { imageId: number; detections: DetectedObject[]; truths: TrueObject[] }] => [id, { imageId: id, detections: [], truths: [] }]));
  const read = ({ segmentation: { size: [height, width], counts } }: Mask) => rleFromString(counts, width, height);
  for (const record of annotations) objects.get(record.image_id)!.truths.push({ category: record.category_id, area: record.area, box: record.bbox, mask: read(record), isCrowd: record.iscrowd === 1 });
  for (const record of results) {
    const mask = read(record), box = boxFromRle(mask);
    objects.get(record.image_id)!.detections.push({ category: record.category_id, score: record.score, area: rleArea(mask), mask, box: box === undefined ? [0, 0, 0, 0] : boxToCocoXywh(box) });
  }
  return [...objects.values()];
}

function peerRun(python: string): Run {
  const run = spawnSync(python, ['-c', PEER, truth, predictions], { encoding: 'utf8', maxBuffer: 1 << 26 });
  if (run.status !== 0) throw new Error(run.stderr);
  // printed by the script above
  return JSON.parse(run.stdout) as Run;
}

/** Blobs with wavy edges; detections are the same blobs with other waves, some of another category, and some of nothing. */
function draw(): { instances: Instances; results: Result[] } {
  let state = 12345;
  const chance = (): number => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) / 2 ** 32;
  const blob = (cx: number, cy: number, radius: number, waves: readonly number[]): CocoRleString => rleToCoco(rleFromPolygon(Array.from({ length: 120 }, (_, i) => {
    const angle = (i / 60) * Math.PI;
    const r = radius * waves.reduce((sum, wave, k) => sum + 0.1 * Math.sin((k + 2) * angle + wave), 1);
    return [cx + r * Math.cos(angle), cy + r * Math.sin(angle)];
  }).flat(), SIZE));
  const instances: Instances = { images: [], annotations: [], categories: Array.from({ length: CATEGORIES }, (_, i) => ({ id: i + 1, name: `category ${i + 1}` })) };
  const results: Result[] = [];
  const detect = (image: number, category: number, segmentation: CocoRleString): void => { results.push({ image_id: image, category_id: category, segmentation, score: Math.round(1e4 * chance()) / 1e4 }); };
  for (let image = 1; image <= images; image++) {
    instances.images.push({ id: image, file_name: `${image}.jpg`, ...SIZE });
    for (let k = 0; k < 20; k++) {
      const [cx, cy, radius, category] = [640 * chance(), 480 * chance(), 10 + 140 * chance() ** 2, 1 + Math.floor(CATEGORIES * chance())];
      const waves = Array.from({ length: 5 }, () => 6.28 * chance());
      const segmentation = blob(cx, cy, radius, waves);
      const rle = rleFromString(segmentation.counts, SIZE.width, SIZE.height), box = boxFromRle(rle);
      if (box === undefined) continue;
      instances.annotations.push({ id: instances.annotations.length + 1, image_id: image, category_id: category, segmentation, bbox: boxToCocoXywh(box), area: rleArea(rle), iscrowd: chance() < 0.02 ? 1 : 0 });
      detect(image, chance() < 0.9 ? category : 1 + Math.floor(CATEGORIES * chance()), blob(cx + 8 * chance() - 4, cy + 8 * chance() - 4, radius, waves.map((wave) => wave + 0.4 * chance())));
    }
    for (let k = 0; k < 2; k++) detect(image, 1 + Math.floor(CATEGORIES * chance()), blob(640 * chance(), 480 * chance(), 10 + 60 * chance(), [0, 1, 2]));
  }
  return { instances, results };
}

function median(runs: readonly Run[], step: string): number {
  const values = runs.map(({ times }) => times[step]!).sort((a, b) => a - b);
  return values[values.length >> 1] ?? NaN;
}
