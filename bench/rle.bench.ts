/**
 * The RLE codec beside pycocotools' C, in turns in one run, one thread against one thread; prints the rates' medians and their ratio.
 *
 *   SAM_PEERS_PYTHON=../peers-venv/bin/python node dist/bench/rle.bench.js [INSTANCES.json]
 *
 * The peer is ../shared/peers/rle_reference.py; without it only ours is timed. Masks: ../shared/data/bsds500-val/instances.json (or the file
 * named), and 24 drawn ones of 1500 x 2250. Both sides start from what files hold and end there: strings in, pixels or strings out.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { columnMajorFromRle, rleFromColumnMajor } from '../src/mask/bitmap-columns.js';
import { maskIou } from '../src/mask/iou.js';
import { mergeRle, xorRle } from '../src/mask/merge.js';
import { rleFromPolygon } from '../src/mask/polygon-fill.js';
import { bitmaskFromRle, rleArea, rleFromBitmask, type Rle } from '../src/mask/rle.js';
import { rleFromString, rleToCoco, type CocoRleString } from '../src/mask/rle-string.js';

const TURNS = 7, SECONDS = 0.25;
const PEER = '../shared/peers/rle_reference.py', BSDS = '../shared/data/bsds500-val/instances.json';

interface Instances { annotations: { image_id: number; segmentation: CocoRleString }[] }
type Rates = Record<string, number>;

/** The star-shaped polygons that the peer draws with NumPy, for a mask of [height, width]. */
const POLYGONS = `
import json, sys, numpy as np
h, w = map(int, sys.argv[1:])
r = np.random.default_rng(0); polygons = []
for _ in range(200):
    n = int(r.integers(8, 200)); t = np.sort(r.uniform(0, 2 * np.pi, n)); c = r.uniform(.2, .8, 2) * [w, h]
    polygons.append(np.round(np.stack([c[0] + np.cos(t) * w * r.uniform(.1, .4, n), c[1] + np.sin(t) * h * r.uniform(.1, .4, n)], 1), 2).ravel().tolist())
json.dump(polygons, sys.stdout)
`;

const python = process.env['SAM_PEERS_PYTHON'];
const hasPeer = python !== undefined && existsSync(PEER);
console.log(`processor: ${cpus()[0]?.model ?? 'unknown'}, ${cpus().length} cores; Node ${process.version}`);
if (!hasPeer) console.log('peer: not run; SAM_PEERS_PYTHON names a Python with pycocotools');
const given = process.argv[2] ?? BSDS;
if (existsSync(given)) compare(given);
else console.log(`${given} is not there: left out`);
const folder = mkdtempSync(join(tmpdir(), 'rle-bench-'));
const drawn = join(folder, 'instances.json');
writeFileSync(drawn, JSON.stringify(drawnInstances(1500, 2250)));
compare(drawn, 'drawn masks of 1500 x 2250');
rmSync(folder, { recursive: true });

function compare(file: string, name = file): void {
  const work = operations(file);
  const ours = new Map<string, number[]>(), theirs = new Map<string, number[]>();
  for (let turn = 0; turn < TURNS; turn++) {
    if (hasPeer) for (const [key, rate] of Object.entries(peerRates(file))) append(theirs, key, rate);
    for (const [key, { run, amount }] of Object.entries(work)) append(ours, key, rateOf(run, amount));
  }
  console.log(`\n${name}, medians of ${TURNS} turns\n${'operation'.padEnd(28)}${'ours'.padStart(12)}${'pycocotools'.padStart(14)}${'ratio'.padStart(8)}`);
  for (const key of Object.keys(work)) {
    const own = median(ours.get(key)!), peer = theirs.has(key) ? median(theirs.get(key)!) : undefined;
    console.log(`${key.padEnd(28)}${own.toFixed(0).padStart(12)}${(peer?.toFixed(0) ?? '').padStart(14)}${(peer === undefined ? '' : (own / peer).toFixed(1)).padStart(8)}`);
  }
}

/** What the peer does, by its names, on the first eight images that have several masks; `row_major` decoding is ours alone. */
function operations(file: string): Record<string, { run: () => void; amount: number }> {
  const groups = groupsOf(file), masks = groups.flat();
  const rles = masks.map(read);
  const rows = rles.map(bitmaskFromRle), columns = rles.map((rle) => ({ data: columnMajorFromRle(rle), size: { width: rle.width, height: rle.height } }));
  const megapixels = rles.reduce((sum, { width, height }) => sum + width * height, 0) / 1e6;
  const { width, height } = rles[0]!;
  const polygons = python === undefined ? [] : starPolygons(height, width);
  return {
    decode_mpx_s: { run: () => { masks.forEach((mask) => columnMajorFromRle(read(mask))); }, amount: megapixels },
    decode_to_row_major_mpx_s: { run: () => { masks.forEach((mask) => bitmaskFromRle(read(mask))); }, amount: megapixels },
    encode_mpx_s: { run: () => { columns.forEach(({ data, size }) => rleToCoco(rleFromColumnMajor(data, size))); }, amount: megapixels },
    encode_from_row_major_mpx_s: { run: () => { rows.forEach((mask) => rleToCoco(rleFromBitmask(mask))); }, amount: megapixels },
    polygons_s: { run: () => { polygons.forEach((polygon) => rleToCoco(rleFromPolygon(polygon, { width, height }))); }, amount: polygons.length },
    iou_pairs_s: { run: () => { groups.forEach((group) => { iouOf(group); }); }, amount: groups.reduce((sum, group) => sum + group.length ** 2, 0) },
    area_s: { run: () => { masks.forEach((mask) => rleArea(read(mask))); }, amount: masks.length },
    merge_s: { run: () => { groups.forEach((group) => rleToCoco(mergeRle(group.map(read), 'union'))); }, amount: masks.length },
  };
}

function read({ size: [height, width], counts }: CocoRleString): Rle {
  return rleFromString(counts, width, height);
}

/** Both sides read, as the peer does. */
function iouOf(group: CocoRleString[]): Float64Array {
  return maskIou(group.map(read), group.map(read), new Uint8Array(group.length));
}

function groupsOf(file: string): CocoRleString[][] {
  const groups = new Map<number, CocoRleString[]>();
  // the peer reads the same file and would fail on another kind
  const { annotations } = JSON.parse(readFileSync(file, 'utf8')) as Instances;
  for (const { image_id: image, segmentation } of annotations) groups.set(image, [...groups.get(image) ?? [], segmentation]);
  return [...groups.values()].filter((group) => group.length > 1).slice(0, 8);
}

/** Blobs with wavy edges, some with a hole: three images of eight masks. */
function drawnInstances(width: number, height: number): Instances {
  let state = 12345;
  const chance = (): number => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) / 2 ** 32;
  const blob = (cx: number, cy: number, radius: number): Rle => {
    const waves = Array.from({ length: 6 }, () => ({ amount: 0.12 * chance(), phase: 2 * Math.PI * chance() }));
    const points = Array.from({ length: 360 }, (_, i) => {
      const angle = (i / 180) * Math.PI;
      const r = radius * waves.reduce((sum, { amount, phase }, k) => sum + amount * Math.sin((k + 2) * angle + phase), 1) + 3 * chance();
      return [cx + r * Math.cos(angle), cy + r * Math.sin(angle)];
    });
    return rleFromPolygon(points.flat(), { width, height });
  };
  const annotations = Array.from({ length: 24 }, (_, i) => {
    const cx = width * chance(), cy = height * chance(), radius = 40 + 500 * chance() ** 2;
    const rle = blob(cx, cy, radius);
    return { image_id: i % 3, segmentation: rleToCoco(i % 4 === 0 ? xorRle(rle, blob(cx, cy, radius / 3)) : rle) };
  });
  return { annotations };
}

function starPolygons(height: number, width: number): number[][] {
  const run = spawnSync(python!, ['-c', POLYGONS, String(height), String(width)], { encoding: 'utf8', maxBuffer: 1 << 28 });
  if (run.status !== 0) throw new Error(run.stderr);
  // our own script above wrote it
  return JSON.parse(run.stdout) as number[][];
}

function peerRates(file: string): Rates {
  const run = spawnSync(python!, [PEER, file, '--seconds', String(SECONDS)], { encoding: 'utf8', maxBuffer: 1 << 28 });
  if (run.status !== 0) throw new Error(run.stderr);
  // an object of numbers
  return JSON.parse(run.stdout) as Rates;
}

/** Work a second, as the peer measures: once unmeasured, then as often as fits. */
function rateOf(run: () => void, amount: number): number {
  run();
  const from = performance.now();
  let runs = 0;
  while (performance.now() - from < 1000 * SECONDS) {
    run();
    runs++;
  }
  return (amount * runs * 1000) / (performance.now() - from);
}

function append(lists: Map<string, number[]>, key: string, value: number): void {
  const list = lists.get(key);
  if (list === undefined) lists.set(key, [value]);
  else list.push(value);
}

function median(values: number[]): number {
  return values.sort((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
}
