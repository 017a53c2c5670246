/**
 * Overlays beside supervision's annotators (masks filled, outlines, labels), in turns in one run; prints medians of milliseconds an image and their ratio.
 *
 *   SAM_PEERS_PYTHON=../peers-venv/bin/python node dist/bench/overlay.bench.js
 *
 * The peer needs supervision and pycocotools; without it only ours is timed. Drawn masks on grain of 1800 x 1200: 100 large ones, 1,000 of all
 * sizes. Both begin with pixels in memory and masks as COCO's text, and end with pixels. The peer keeps a bitmap a mask; ours never has one.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Annotation } from '../src/dataset/types.js';
import { drawOverlay } from '../src/draw/overlay.js';
import type { RgbImage } from '../src/image/rgb-image.js';
import { rleFromPolygon } from '../src/mask/polygon-fill.js';
import { boxFromRle } from '../src/mask/rle.js';
import { rleFromString, rleToCoco, type CocoRleString } from '../src/mask/rle-string.js';

const TURNS = 5, SIZE = { width: 1800, height: 1200 };

const PEER = `
import json, sys, time
import numpy as np, supervision as sv
from pycocotools import mask as M
scene = json.load(open(sys.argv[1]))
image = np.fromfile(sys.argv[1] + ".rgb", np.uint8).reshape(scene["height"], scene["width"], 3)
def draw():
    masks = np.stack([M.decode(m["segmentation"]).astype(bool) for m in scene["masks"]])
    boxes = np.array([m["box"] for m in scene["masks"]], float)
    ids = np.arange(len(boxes))
    found = sv.Detections(xyxy=boxes, mask=masks, class_id=ids, confidence=np.full(len(boxes), 0.9))
    picture = sv.MaskAnnotator(opacity=0.45, color_lookup=sv.ColorLookup.INDEX).annotate(image.copy(), found)
    picture = sv.PolygonAnnotator(thickness=2, color_lookup=sv.ColorLookup.INDEX).annotate(picture, found)
    return sv.LabelAnnotator(color_lookup=sv.ColorLookup.INDEX).annotate(picture, found, labels=["0.90"] * len(boxes))
draw()
times = []
for _ in range(int(sys.argv[2])):
    t = time.perf_counter()
    draw()
    times.append(1000 * (time.perf_counter() - t))
print(json.dumps(times))
`;

interface Scene { masks: { segmentation: CocoRleString; box: number[] }[] }

/** Grain, and `count` ragged discs of radii up to `largest`. */
function sceneOf(count: number, largest: number): { image: RgbImage; scene: Scene } {
  let state = count;
  const next = (): number => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) / 2 ** 32;
  const image = { ...SIZE, data: Uint8Array.from({ length: SIZE.width * SIZE.height * 3 }, () => 90 + 60 * next()) };
  const masks = Array.from({ length: count }, () => {
    const [cx, cy, r] = [next() * SIZE.width, next() * SIZE.height, 6 + largest * next() ** 3];
    const rle = rleFromPolygon(Array.from({ length: 40 }, (_, k) => [k, r * (0.8 + 0.3 * next())] as const).flatMap(([k, far]) => [cx + far * Math.cos((k / 20) * Math.PI), cy + far * Math.sin((k / 20) * Math.PI)]), SIZE);
    const { x0, y0, x1, y1 } = boxFromRle(rle) ?? { x0: 0, y0: 0, x1: 1, y1: 1 };
    return { segmentation: rleToCoco(rle), box: [x0, y0, x1, y1] };
  });
  return { image, scene: { masks } };
}

function ours(image: RgbImage, { masks }: Scene): number[] {
  const draw = (): RgbImage => drawOverlay(image, masks.map(({ segmentation: { counts } }, i): Annotation => (
    { id: i + 1, imageId: 1, categoryId: 1, isCrowd: false, score: 0.9, segmentation: { kind: 'rle', rle: rleFromString(counts, SIZE.width, SIZE.height) } })), { maxLabels: masks.length });
  draw();
  return Array.from({ length: TURNS }, () => {
    const start = performance.now();
    draw();
    return performance.now() - start;
  });
}

function theirs(image: RgbImage, scene: Scene): number[] | undefined {
  const python = process.env['SAM_PEERS_PYTHON'];
  if (python === undefined) return undefined;
  const folder = mkdtempSync(join(tmpdir(), 'sam-bench-')), path = join(folder, 'scene.json');
  try {
    writeFileSync(path, JSON.stringify({ ...SIZE, ...scene }));
    writeFileSync(`${path}.rgb`, image.data);
    const { stdout, stderr, status } = spawnSync(python, ['-c', PEER, path, String(TURNS)], { encoding: 'utf8' });
    if (status !== 0) console.error(stderr);
    return status === 0 ? JSON.parse(stdout) as number[] : undefined; // what the program above prints
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[values.length >> 1]!;

console.log(`node ${process.version}, ${readFileSync('/proc/cpuinfo', 'utf8').match(/model name\s*: (.*)/)?.[1] ?? 'unknown processor'}`);
for (const [count, largest] of [[100, 400], [1000, 150]] as const) {
  const { image, scene } = sceneOf(count, largest);
  const own = median(ours(image, scene)), peer = theirs(image, scene);
  console.log(`${count} masks: ${own.toFixed(0)} ms${peer === undefined ? '' : `, supervision ${median(peer).toFixed(0)} ms, ratio ${(median(peer) / own).toFixed(1)}`}`);
}
